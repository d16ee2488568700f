/**
 * The scenarios of a document as the margin model takes them: whole numbers, one for each scenario. Presets and grids go
 * through `risk` first, which prices every instrument under them; vectors are only brought into its units.
 */
import { assert } from '../base/assert.js';
import { formatMinor } from '../base/decimal.js';
import { PPM } from '../base/integers.js';
import {
  type AddOnStep,
  type InstrumentScenarios,
  type LegView,
  type MarginScenario,
  SCENARIO_SCALE,
  type ScenarioParameters,
  type ScenarioView,
} from '../margin/index.js';
import {
  black76Greeks,
  DERIBIT_LIKE_BTC,
  deribitLikeGrid,
  divNearest,
  gridScenarios,
  OKX_LIKE_BTC,
  okxLikeGrid,
  SAME_VOLATILITY,
  type ScenarioGrid,
  type Shock,
  SPAN_LIKE,
  scenarioVectors,
  spanLikeGrid,
} from '../risk/index.js';
import { assetNumber, type BookContext } from './bookInstrument.js';
import { optionInput, optionVolatility } from './bookOptions.js';
import { type PricedLeg, pricedLeg, underlyingOf } from './bookPricedLeg.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { known, own } from './calcLookup.js';
import type { CalcScenarios, CalcShock, ScenarioPreset } from './calcScenarioSchema.js';

type ScenarioChoice = Exclude<CalcScenarios, string>;

/** One leg for each instrument of the account, of any size. Null where the document has no scenarios. */
export function bookScenarios(context: BookContext, legs: ReadonlyMap<string, LegView>): ScenarioView | null {
  const { scenarios } = context.checked.document;
  if (scenarios === undefined) return null;
  const choice = typeof scenarios === 'string' ? { preset: scenarios } : scenarios;
  const made =
    choice.vectors === undefined ? fromGrid(context, legs, gridOf(choice)) : given(context, choice.vectors);
  return {
    set: { id: nameOf(choice), scenarios: made.scenarios, parameters: parameters(choice) },
    instruments: [...legs].map(([id, leg]) => ({
      instrument: leg.instrument,
      underlying: underlyingOf(known(context.checked.instruments, id)),
      expiryMs: known(context.checked.instruments, id).expiry ?? null,
      deltaPpm: deltaPpm(context.checked, known(context.checked.instruments, id)),
      pnlPerLot: made.instruments.get(id) ?? [],
      ...addOnsOf(context, id, choice),
    })),
    assets: [...context.scale.assets.keys()].map((id) => ({
      asset: assetNumber(context.checked, id),
      shocksPpm: made.assets.get(id) ?? [],
    })),
  };
}

/** A row of a document's grid. */
export function gridShock({
  priceMove,
  volatilityMove = '0',
  volatilityKind = 'relative',
  damping = '1',
  horizonMs = 0,
}: CalcShock): Shock {
  const changePpm = ppm(volatilityMove);
  return {
    priceMovePpm: ppm(priceMove),
    volatility:
      changePpm === 0n
        ? SAME_VOLATILITY
        : { kind: volatilityKind, changePpm, term: { kind: 'flat' }, volatilityMinPpm: 0n },
    damping: { numerator: ppm(damping), denominator: PPM },
    horizonMs,
  };
}

interface Vectors {
  readonly scenarios: readonly MarginScenario[];
  readonly instruments: ReadonlyMap<string, readonly bigint[]>;
  /** Of assets that do not stand still. */
  readonly assets: ReadonlyMap<string, readonly bigint[]>;
}

const PRESETS: Readonly<
  Record<ScenarioPreset, { readonly grid: () => ScenarioGrid; readonly factors: Factors }>
> = {
  'okx-like': { grid: okxLikeGrid, factors: OKX_LIKE_BTC.addOns },
  'deribit-like': { grid: deribitLikeGrid, factors: DERIBIT_LIKE_BTC.addOns },
  'span-like': { grid: spanLikeGrid, factors: SPAN_LIKE },
};

type Factors = Pick<ScenarioParameters, 'initialFactorPpm' | 'maintenanceFactorPpm'>;

function gridOf({ preset, grid = [] }: ScenarioChoice): ScenarioGrid {
  return preset === undefined ? { name: 'grid', shocks: grid.map(gridShock) } : PRESETS[preset].grid();
}

function nameOf({ preset, vectors }: ScenarioChoice): string {
  return preset ?? (vectors === undefined ? 'grid' : 'vectors');
}

/** As given, else the preset's; without a preset 1.3 and 1. */
export function factorsOf({ preset, initialFactor, maintenanceFactor }: ScenarioChoice): {
  readonly initial: string;
  readonly maintenance: string;
} {
  const { initialFactorPpm, maintenanceFactorPpm } =
    preset === undefined
      ? { initialFactorPpm: 1_300_000n, maintenanceFactorPpm: PPM }
      : PRESETS[preset].factors;
  return {
    initial: initialFactor ?? formatMinor(initialFactorPpm, 6),
    maintenance: maintenanceFactor ?? formatMinor(maintenanceFactorPpm, 6),
  };
}

function parameters(choice: ScenarioChoice): ScenarioParameters {
  const { confidence = '0.975', offsetCap = '0.8', minimumChargeRate = '0', basisRate = '0' } = choice;
  const { digits, scale } = decimalOf(confidence);
  const whole = 10n ** BigInt(scale);
  const factors = factorsOf(choice);
  return {
    initialFactorPpm: ppm(factors.initial),
    maintenanceFactorPpm: ppm(factors.maintenance),
    tailNumerator: whole - digits,
    tailDenominator: whole,
    offsetCapPpm: ppm(offsetCap),
    minimumChargePpm: ppm(minimumChargeRate),
    basisRatePpm: ppm(basisRate),
  };
}

/** Every underlying of the account moves alike. */
function fromGrid(context: BookContext, legs: ReadonlyMap<string, LegView>, grid: ScenarioGrid): Vectors {
  const { instruments, document } = context.checked;
  const underlyings = [...new Set([...legs.keys()].map((id) => underlyingOf(known(instruments, id))))];
  const priced = [...legs].map(([id, leg]) => pricedLeg(context, id, leg));
  const vectors = scenarioVectors(gridScenarios(grid, underlyings), {
    instruments: priced.map(({ instrument }) => instrument),
    assets: [...context.scale.assets.keys()].map((id, asset) => ({
      asset,
      underlying: underlyings.includes(id) && id !== context.scale.valuation.asset.id ? id : null,
    })),
    nowMs: document.timestamp ?? 0,
  });
  assert(vectors.ok, 'marks, volatilities and moves were checked with the document');
  const { ids, instruments: rows, assets } = vectors.value;
  const names = [...legs.keys()];
  const assetNames = [...context.scale.assets.keys()];
  return {
    scenarios: ids.map((id, at) => ({
      id,
      tier: isDamped(grid.shocks[at] as Shock) ? 'tail' : 'core',
      dampingPpm: PPM,
    })),
    instruments: new Map(
      rows.map(({ pnlPerLot }, at) => [
        names[at] as string,
        pnlPerLot.map((pnl) => (priced[at] as PricedLeg).inUnits(pnl)),
      ]),
    ),
    assets: new Map(
      assets
        .map(({ asset, priceChangePpm }) => [assetNames[asset] as string, priceChangePpm] as const)
        .filter(([, moves]) => moves.some((move) => move !== 0n)),
    ),
  };
}

function isDamped({ damping }: Shock): boolean {
  return damping.numerator !== damping.denominator;
}

/** Numbers made elsewhere, per contract, in the units of each leg. */
function given({ checked, scale }: BookContext, vectors: NonNullable<ScenarioChoice['vectors']>): Vectors {
  const { ids, tiers = [], instruments, assets = {} } = vectors;
  return {
    scenarios: ids.map((id, at) => ({ id, tier: tiers[at] ?? 'core', dampingPpm: PPM })),
    instruments: new Map(
      Object.entries(instruments)
        .filter(([id]) => scale.instruments.has(id))
        .map(([id, list]) => [id, list.map((pnl) => perLot({ checked, scale }, id, pnl))]),
    ),
    assets: new Map(Object.entries(assets).map(([id, list]) => [id, list.map(ppm)])),
  };
}

/** Settlement units x SCENARIO_SCALE of one lot, from the settlement asset per contract; to the nearest. */
function perLot(
  { checked, scale }: Pick<BookContext, 'checked' | 'scale'>,
  id: string,
  perContract: string,
): bigint {
  const { sizeDecimals } = known(scale.instruments, id);
  const { unitDecimals } = known(scale.assets, known(checked.instruments, id).settle);
  const { digits, scale: decimals } = decimalOf(perContract);
  return divNearest(
    digits * 10n ** BigInt(unitDecimals) * SCENARIO_SCALE,
    10n ** BigInt(decimals + sizeDecimals),
  );
}

type AddOns = Pick<
  InstrumentScenarios,
  'shortMinimumPerLot' | 'halfSpreadPpm' | 'liquidity' | 'concentration'
>;

function addOnsOf(context: BookContext, id: string, { addOns = {} }: ScenarioChoice): AddOns {
  const { halfSpread = '0', shortMinimum = '0', liquidity = [], concentration = [] } = own(addOns, id) ?? {};
  const perSize = 10n ** BigInt(known(context.scale.instruments, id).sizeDecimals);
  const steps = (list: typeof liquidity): readonly AddOnStep[] =>
    list.map(({ fromContracts, rate }) => {
      const { digits, scale } = decimalOf(fromContracts);
      return { fromLots: (digits * perSize) / 10n ** BigInt(scale), ratePpm: ppm(rate) };
    });
  return {
    shortMinimumPerLot: perLot(context, id, shortMinimum),
    halfSpreadPpm: ppm(halfSpread),
    liquidity: steps(liquidity),
    concentration: steps(concentration),
  };
}

function deltaPpm(checked: CheckedDocument, instrument: CheckedInstrument): bigint {
  if (instrument.kind !== 'option') return PPM;
  const volatility = optionVolatility(checked, instrument);
  if (volatility === null) return 0n;
  const { delta } = black76Greeks({ ...optionInput(checked, instrument, volatility), payoff: 'linear' });
  return BigInt(Math.round(delta * 1e6));
}

function ppm(text: string): bigint {
  return scaled(decimalOf(text), PPM);
}
