/** The scenario model against a slow one that shares no code with it, and the properties a margin model must have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountCases } from '../../testkit/accountCases.js';
import { leg, linearTerms } from '../../testkit/accountFixture.js';
import { rational, up } from '../../testkit/rational.js';
import { PLAIN_PARAMETERS, scenarioCases } from '../../testkit/scenarioCases.js';
import { slowScenarioRequirement, slowShortfall } from '../../testkit/slowScenario.js';
import {
  type AccountView,
  type AssetView,
  accountEquityScaled,
  type LegView,
  type ScenarioView,
  scenarioCharges,
  scenarioFault,
  scenarioRequirement,
} from '../index.js';
import { sampleShortfall } from './scenarioMeasure.js';

const RUNS = { numRuns: 400 };

describe('the scenario requirement', () => {
  it('agrees with the slow model to the last unit, add-ons, floors and factors included (MAR-10)', () => {
    fc.assert(
      fc.property(accountsInScenarios(), ({ view, scenarios }) => {
        const { initialScaled, maintenanceScaled } = scenarioRequirement(view, scenarios);
        const slow = slowScenarioRequirement(view, scenarios);
        expect({ initialScaled, maintenanceScaled }).toEqual({
          initialScaled: slow.initialScaled,
          maintenanceScaled: slow.maintenanceScaled,
        });
      }),
      { numRuns: 400 },
    );
  });

  it('has lines that sum to it exactly and name scenarios of the set, and is the same as charges (MAR-12)', () => {
    fc.assert(
      fc.property(accountsInScenarios(), ({ view, scenarios }) => {
        const requirement = scenarioRequirement(view, scenarios);
        const ids: unknown[] = scenarios.set.scenarios.map(({ id }) => id);
        for (const of of ['initial', 'maintenance'] as const) {
          const lines = requirement.lines.filter((line) => line.of === of);
          expect(sumOf(lines)).toBe(requirement[`${of}Scaled`]);
          expect(sumOf(scenarioCharges(of, view, scenarios))).toBe(requirement[`${of}Scaled`]);
          for (const { part, scenario, scaled } of lines) {
            expect(scaled >= 0n).toBe(true);
            expect(ids.includes(scenario)).toBe(part === 'worst' || part === 'shortfall');
          }
        }
      }),
      RUNS,
    );
  });

  it('is nothing for an account that only holds collateral, whatever its assets do in the scenarios (MAR-10)', () => {
    fc.assert(
      fc.property(accountsInScenarios({ instrumentsMax: 0 }), ({ view, scenarios }) => {
        const holding = { ...view, assets: view.assets.map((held) => ({ ...held, debt: 0n })) };
        expect(scenarioRequirement(holding, scenarios)).toEqual({
          initialScaled: 0n,
          maintenanceScaled: 0n,
          lines: [],
        });
      }),
      RUNS,
    );
  });

  it('has a maintenance margin not above the initial margin', () => {
    fc.assert(
      fc.property(accountsInScenarios(), ({ view, scenarios }) => {
        const { initialScaled, maintenanceScaled } = scenarioRequirement(view, scenarios);
        expect(maintenanceScaled <= initialScaled).toBe(true);
        expect(maintenanceScaled >= 0n).toBe(true);
      }),
      RUNS,
    );
  });

  it('of one undamped scenario is covered by equity exactly where equity in the scenario is not below 0 (MAR-10)', () => {
    let [covered, short] = [0, 0];
    fc.assert(
      fc.property(accountsInScenarios({}, { isPlain: true }), fc.nat(), ({ view, scenarios }, drawn) => {
        const at = drawn % scenarios.set.scenarios.length;
        const one = onlyScenario(scenarios, at);
        const { initialScaled } = scenarioRequirement(view, one);
        const equityThen = slowScenarioRequirement(view, one).equitiesScaled[0]!;
        fc.pre(initialScaled > 0n);
        expect(accountEquityScaled(view) >= initialScaled).toBe(equityThen >= 0n);
        if (equityThen >= 0n) covered++;
        else short++;
      }),
      { numRuns: 400 },
    );
    expect(Math.min(covered, short)).toBeGreaterThan(50);
  });

  it('does not depend on the order of legs, assets, rows or scenarios', () => {
    fc.assert(
      fc.property(accountsInScenarios(), ({ view, scenarios }) => {
        const required = scenarioRequirement(view, scenarios);
        const turned = { ...view, legs: view.legs.toReversed(), assets: view.assets.toReversed() };
        const { initialScaled, maintenanceScaled } = scenarioRequirement(turned, reversed(scenarios));
        expect([initialScaled, maintenanceScaled]).toEqual([
          required.initialScaled,
          required.maintenanceScaled,
        ]);
      }),
      RUNS,
    );
  });

  it('does not change when each scenario is there several times', () => {
    fc.assert(
      fc.property(accountsInScenarios(), fc.integer({ min: 2, max: 4 }), ({ view, scenarios }, copies) => {
        const { initialScaled } = scenarioRequirement(view, scenarios);
        expect(scenarioRequirement(view, repeated(scenarios, copies)).initialScaled).toBe(initialScaled);
      }),
      RUNS,
    );
  });
});

describe('a lone position', () => {
  it('never requires less when it grows, also with collateral that moves, without debts', () => {
    const sizes = fc.tuple(fc.bigInt(1n, 40n), fc.bigInt(0n, 40n), fc.constantFrom(1n, -1n));
    fc.assert(
      fc.property(
        accountsInScenarios({ instrumentsMax: 0 }, {}, true),
        sizes,
        (drawn, [lots, more, side]) => {
          const { view, scenarios } = drawn;
          const holding = { ...view, assets: view.assets.map((held) => ({ ...held, debt: 0n })) };
          const at = (size: bigint) =>
            scenarioRequirement({ ...holding, legs: [fairLeg(size * side, 0)] }, scenarios).initialScaled;
          expect(at(lots) <= at(lots + more)).toBe(true);
        },
      ),
      RUNS,
    );
  });
});

describe('expected shortfall', () => {
  const samples = fc.array(fc.oneof(fc.bigInt(0n, 5n), fc.bigInt(0n, 10n ** 15n)), {
    minLength: 1,
    maxLength: 30,
  });
  const tails = fc.tuple(fc.bigInt(1n, 50n), fc.bigInt(0n, 950n)).map(([n, more]) => [n, n + more] as const);

  it('is the minimum of Rockafellar and Uryasev, for any tail', () => {
    fc.assert(
      fc.property(samples, tails, (losses, tail) => {
        expect(shortfallOf(losses, tail)).toBe(up(slowShortfall(losses, rational(...tail))));
      }),
      RUNS,
    );
  });

  it('rises with the confidence, and lies between the mean and the worst', () => {
    fc.assert(
      fc.property(samples, tails, fc.bigInt(0n, 100n), (losses, [n, d], more) => {
        const mean = up(
          rational(
            losses.reduce((a, b) => a + b),
            BigInt(losses.length),
          ),
        );
        const worst = losses.reduce((a, b) => (a > b ? a : b));
        const shortfall = shortfallOf(losses, [n, d]);
        expect(shortfall <= shortfallOf(losses, [n, d + more])).toBe(true);
        expect(mean <= shortfall && shortfall <= worst).toBe(true);
      }),
      RUNS,
    );
  });

  it('of a sum is not above the sum, on shared scenarios', () => {
    const pairs = fc.array(fc.tuple(fc.bigInt(0n, 10n ** 9n), fc.bigInt(0n, 10n ** 9n)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(pairs, tails, (losses, tail) => {
        const of = (pick: (pair: readonly [bigint, bigint]) => bigint) => shortfallOf(losses.map(pick), tail);
        expect(of(([a, b]) => a + b) <= of(([a]) => a) + of(([, b]) => b)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a portfolio', () => {
  /** Values are rounded down one by one, so what lies together may be a few millionths of a minor unit off. */
  const ROUNDING = 100n;

  it('needs no more than its parts held apart, size charges and basis aside, where assets stand still', () => {
    fc.assert(
      fc.property(partsInScenarios({ isStill: true }), ({ parts, scenarios }) => {
        expect(excessOverParts(parts, scenarios) <= ROUNDING).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('needs no more than its parts held apart with collateral that moves, where each part covers every scenario', () => {
    fc.assert(
      fc.property(partsInScenarios({}), ({ parts, scenarios }) => {
        const solvent = ({ equitiesScaled }: { equitiesScaled: readonly bigint[] }) =>
          equitiesScaled.every((equity) => equity >= 0n);
        fc.pre(parts.every((part) => solvent(slowScenarioRequirement(part, scenarios))));
        expect(excessOverParts(parts, scenarios) <= ROUNDING).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('needs more than its parts where the collateral of one that falls must back the loss of one that has none', () => {
    const scenarios: ScenarioView = {
      set: {
        id: 'fall',
        scenarios: [{ id: 'half', tier: 'core', dampingPpm: 1_000_000n }],
        parameters: PLAIN_PARAMETERS,
      },
      instruments: [perpetual(0, [-10_000_000n])],
      assets: [
        { asset: 0, shocksPpm: [] },
        { asset: 1, shocksPpm: [-500_000n] },
      ],
    };
    const parts = [account([0n, 0n], [fairLeg(1n, 0)]), account([0n, 1_000n], [])];
    expect(parts.map((part) => scenarioRequirement(part, scenarios).initialScaled)).toEqual([
      10_000_000n,
      0n,
    ]);
    expect(scenarioRequirement(together(parts), scenarios).initialScaled).toBe(20_000_000n);
  });
});

type Drawn = { readonly view: AccountView; readonly scenarios: ScenarioView };
type AccountOptions = NonNullable<Parameters<typeof accountCases>[0]>;
type ScenarioOptions = NonNullable<Parameters<typeof scenarioCases>[1]>;

/** Accounts with options, and scenarios for what they hold; with a row for one more instrument where asked. */
function accountsInScenarios(
  options: AccountOptions = {},
  scenarioOptions: ScenarioOptions = {},
  withFairLeg = false,
): fc.Arbitrary<Drawn> {
  const { instrumentsMax = 3 } = options;
  return accountCases({ withOptions: instrumentsMax > 0, ...options }).chain((view) => {
    const named = withFairLeg ? { ...view, legs: [...view.legs, fairLeg(1n, 0)] } : view;
    return scenarioCases(named, scenarioOptions).map((scenarios) => {
      expect(scenarioFault(scenarios)).toBeNull();
      return { view, scenarios };
    });
  });
}

function onlyScenario({ set, instruments, assets }: ScenarioView, at: number): ScenarioView {
  const pick = <T>(items: readonly T[]) => (items.length === 0 ? [] : [items[at]!]);
  return {
    set: {
      ...set,
      parameters: PLAIN_PARAMETERS,
      scenarios: [{ id: 'only', tier: 'core', dampingPpm: 1_000_000n }],
    },
    instruments: instruments.map((row) => ({ ...row, pnlPerLot: pick(row.pnlPerLot) })),
    assets: assets.map((row) => ({ ...row, shocksPpm: pick(row.shocksPpm) })),
  };
}

function reversed({ set, instruments, assets }: ScenarioView): ScenarioView {
  return {
    set: { ...set, scenarios: set.scenarios.toReversed() },
    instruments: instruments.map((row) => ({ ...row, pnlPerLot: row.pnlPerLot.toReversed() })).toReversed(),
    assets: assets.map((row) => ({ ...row, shocksPpm: row.shocksPpm.toReversed() })).toReversed(),
  };
}

function repeated({ set, instruments, assets }: ScenarioView, copies: number): ScenarioView {
  const times = <T>(items: readonly T[]) => Array.from({ length: copies }, () => items).flat();
  return {
    set: { ...set, scenarios: times(set.scenarios).map((scenario, at) => ({ ...scenario, id: `c${at}` })) },
    instruments: instruments.map((row) => ({ ...row, pnlPerLot: times(row.pnlPerLot) })),
    assets: assets.map((row) => ({ ...row, shocksPpm: times(row.shocksPpm) })),
  };
}

function shortfallOf(
  losses: readonly bigint[],
  [tailNumerator, tailDenominator]: readonly [bigint, bigint],
): bigint {
  const parameters = { ...PLAIN_PARAMETERS, tailNumerator, tailDenominator };
  const scenarios = losses.map((_, at) => ({
    id: `s${at}`,
    tier: 'sample' as const,
    dampingPpm: 1_000_000n,
  }));
  return sampleShortfall({ id: 'sample', parameters, scenarios }, losses).risk;
}

/** Two accounts without debts, positions at their marks, under scenarios without basis, size charges and caps. */
function partsInScenarios(options: ScenarioOptions) {
  const lots = fc.array(fc.bigInt(-9n, 9n), { minLength: 3, maxLength: 3 });
  const balances = fc.tuple(backing(), backing());
  const part = fc.tuple(balances, lots).map(([held, sizes]) =>
    account(
      held,
      sizes.map((size, instrument) => fairLeg(size, instrument)).filter((of) => of.lots !== 0n),
    ),
  );
  const named = account(
    [0n, 0n],
    [0, 1, 2].map((instrument) => fairLeg(1n, instrument)),
  );
  return fc
    .tuple(part, part, scenarioCases(named, options), fc.bigInt(0n, 500_000n))
    .map(([a, b, scenarios, haircutPpm]) => ({
      parts: [a, b].map((view) => withHaircut(view, haircutPpm)),
      scenarios: withoutSizeCharges(scenarios),
    }));
}

/** Nothing, or enough that a rounded value is near its exact one. */
function backing(): fc.Arbitrary<bigint> {
  return fc.oneof(fc.constant(0n), fc.bigInt(10n ** 5n, 10n ** 7n));
}

function withHaircut(view: AccountView, haircutPpm: bigint): AccountView {
  return { ...view, assets: view.assets.map((held) => ({ ...held, terms: { ...held.terms, haircutPpm } })) };
}

function withoutSizeCharges({ set, instruments, assets }: ScenarioView): ScenarioView {
  return {
    set: { ...set, parameters: { ...set.parameters, basisRatePpm: 0n } },
    instruments: instruments.map((row) => ({ ...row, halfSpreadPpm: 0n, liquidity: [], concentration: [] })),
    assets: assets.map((row) => ({
      ...row,
      shocksPpm: row.shocksPpm.map((shock) => (shock < -900_000n ? -900_000n : shock)),
    })),
  };
}

function excessOverParts(parts: readonly AccountView[], scenarios: ScenarioView): bigint {
  const apart = parts.map((part) => scenarioRequirement(part, scenarios).initialScaled);
  return scenarioRequirement(together(parts), scenarios).initialScaled - apart.reduce((a, b) => a + b, 0n);
}

function together(parts: readonly AccountView[]): AccountView {
  const [first] = parts as [AccountView, ...AccountView[]];
  return {
    ...first,
    legs: parts.flatMap(({ legs }) => legs),
    assets: first.assets.map((held, at) => ({
      ...held,
      balance: parts.reduce((sum, { assets }) => sum + assets[at]!.balance, 0n),
    })),
  };
}

/** Settles in asset 0, opened at its mark: the net of the asset is its balance. */
function fairLeg(lots: bigint, instrument: number): LegView {
  return leg(linearTerms(), { instrument, lots, entryTicks: 1_000n, markTicks: 1_000n });
}

function account([quote, coin]: readonly [bigint, bigint], legs: readonly LegView[]): AccountView {
  const terms = {
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    debtInitialPpm: 0n,
    debtMaintenancePpm: 0n,
  };
  const held = { debt: 0n, price: 1_000_000_000n, terms };
  const assets: AssetView[] = [
    { ...held, asset: 0, balance: quote },
    { ...held, asset: 1, balance: coin },
  ];
  return { mode: 'portfolio', legRule: 'net', assets, legs, orders: [], orderTerms: [] };
}

function perpetual(instrument: number, pnlPerLot: readonly bigint[]): ScenarioView['instruments'][number] {
  const none = { halfSpreadPpm: 0n, liquidity: [], concentration: [], shortMinimumPerLot: 0n };
  return { ...none, instrument, underlying: 'X', expiryMs: null, deltaPpm: 1_000_000n, pnlPerLot };
}

function sumOf(items: readonly { readonly scaled: bigint }[]): bigint {
  return items.reduce((sum, { scaled }) => sum + scaled, 0n);
}
