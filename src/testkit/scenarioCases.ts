/** Random scenarios for the instruments and assets of a random account, and small ones to write by hand. */
import fc from 'fast-check';
import { PPM } from '../base/integers.js';
import type {
  AccountView,
  AddOnStep,
  AssetScenarios,
  InstrumentScenarios,
  MarginScenario,
  ScenarioParameters,
  ScenarioSet,
  ScenarioView,
} from '../margin/index.js';

export interface ScenarioCaseOptions {
  /** Leaves out offset cap, floors and add-ons. */
  readonly isPlain?: boolean;
  /** All assets stand still. */
  readonly isStill?: boolean;
}

/** One scenario set with a row for each instrument and asset of the accounts, whose legs and order terms name them. */
export function scenarioCases(
  view: Pick<AccountView, 'assets' | 'legs' | 'orderTerms'>,
  options: ScenarioCaseOptions = {},
): fc.Arbitrary<ScenarioView> {
  const numbers = [...new Set([...view.legs, ...view.orderTerms].map(({ instrument }) => instrument))];
  return setCases(options).chain((set) => {
    const length = set.scenarios.length;
    return fc.record({
      set: fc.constant(set),
      instruments: fc.tuple(...numbers.map((instrument) => instrumentRows(instrument, length, options))),
      assets: fc.tuple(...view.assets.map(({ asset }) => assetRows(asset, length, options))),
    });
  });
}

function setCases({ isPlain = false }: ScenarioCaseOptions): fc.Arbitrary<ScenarioSet> {
  const tiers = fc.array(
    fc.constantFrom('core' as const, 'tail' as const, 'sample' as const, 'sample' as const),
    {
      minLength: 1,
      maxLength: 7,
    },
  );
  return fc.tuple(tiers, fc.array(share(), { minLength: 7, maxLength: 7 }), parameterCases(isPlain)).map(
    ([drawn, dampings, parameters]): ScenarioSet => ({
      id: 'drawn',
      scenarios: drawn.map((tier, at): MarginScenario => ({ id: `s${at}`, tier, dampingPpm: dampings[at]! })),
      parameters,
    }),
  );
}

function parameterCases(isPlain: boolean): fc.Arbitrary<ScenarioParameters> {
  const none = fc.constant(0n);
  return fc
    .record({
      factors: fc.tuple(fc.bigInt(1n, 2n * PPM), fc.bigInt(1n, 2n * PPM)),
      tail: fc.tuple(fc.bigInt(1n, 40n), fc.bigInt(1n, 40n)),
      offsetCapPpm: isPlain ? fc.constant(PPM) : fc.oneof(fc.constant(PPM), fc.bigInt(0n, PPM)),
      minimumChargePpm: isPlain ? none : fc.oneof(none, fc.bigInt(0n, 300_000n)),
      basisRatePpm: isPlain ? none : fc.oneof(none, fc.bigInt(0n, 100_000n)),
    })
    .map(({ factors: [a, b], tail: [c, d], ...rest }) => ({
      ...rest,
      initialFactorPpm: a > b ? a : b,
      maintenanceFactorPpm: a > b ? b : a,
      tailNumerator: c > d ? d : c,
      tailDenominator: c > d ? c : d,
    }));
}

function instrumentRows(
  instrument: number,
  length: number,
  { isPlain = false }: ScenarioCaseOptions,
): fc.Arbitrary<InstrumentScenarios> {
  const none = fc.constant(0n);
  const pnl = fc.oneof(fc.constant(0n), fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(-99n, 99n));
  return fc.record({
    instrument: fc.constant(instrument),
    underlying: fc.constantFrom('X', 'Y'),
    expiryMs: fc.constantFrom(null, 1000, 2000),
    deltaPpm: fc.oneof(fc.constant(PPM), fc.bigInt(-PPM, PPM)),
    pnlPerLot: fc.array(pnl, { minLength: length, maxLength: length }),
    shortMinimumPerLot: isPlain ? none : fc.oneof(none, fc.bigInt(0n, 10n ** 11n)),
    halfSpreadPpm: isPlain ? none : fc.bigInt(0n, 5_000n),
    liquidity: isPlain ? fc.constant([]) : stepCases(),
    concentration: isPlain ? fc.constant([]) : stepCases(),
  });
}

function stepCases(): fc.Arbitrary<readonly AddOnStep[]> {
  return fc.array(fc.tuple(fc.bigInt(1n, 20n), fc.bigInt(0n, 20_000n)), { maxLength: 3 }).map((drawn) => {
    let [fromLots, ratePpm] = [-1n, 0n];
    return drawn.map(([lots, rate]) => {
      fromLots += lots;
      ratePpm += rate;
      return { fromLots, ratePpm };
    });
  });
}

function assetRows(
  asset: number,
  length: number,
  { isStill = false }: ScenarioCaseOptions,
): fc.Arbitrary<AssetScenarios> {
  const shock = fc.oneof(fc.constant(0n), fc.bigInt(-400_000n, 400_000n), fc.bigInt(-PPM, 3n * PPM));
  const moves = fc.array(shock, { minLength: length, maxLength: length });
  const still = fc.constant<bigint[]>([]);
  return fc.record({
    asset: fc.constant(asset),
    shocksPpm: isStill ? still : fc.oneof({ weight: 1, arbitrary: still }, { weight: 4, arbitrary: moves }),
  });
}

function share(): fc.Arbitrary<bigint> {
  return fc.oneof(fc.constant(PPM), fc.bigInt(0n, PPM));
}

/** All factors one, no floor, no add-on, a tail of everything: what a test wants it changes. */
export const PLAIN_PARAMETERS: ScenarioParameters = {
  initialFactorPpm: PPM,
  maintenanceFactorPpm: PPM,
  tailNumerator: 1n,
  tailDenominator: 1n,
  offsetCapPpm: PPM,
  minimumChargePpm: 0n,
  basisRatePpm: 0n,
};

/** A perpetual's row without floors and add-ons. */
export function instrumentRow(
  fields: Pick<InstrumentScenarios, 'pnlPerLot'> & Partial<InstrumentScenarios>,
): InstrumentScenarios {
  return {
    instrument: 0,
    underlying: 'BTC',
    expiryMs: null,
    deltaPpm: PPM,
    shortMinimumPerLot: 0n,
    halfSpreadPpm: 0n,
    liquidity: [],
    concentration: [],
    ...fields,
  };
}
