/** The scenario requirement on numbers that can be worked out by hand; docs/models/scenario-margin.md tells them. */
import { describe, expect, it } from 'vitest';
import { BTC, btc, leg, linearTerms, optionLeg, order, USDT, usdt } from '../../testkit/accountFixture.js';
import { instrumentRow, PLAIN_PARAMETERS } from '../../testkit/scenarioCases.js';
import {
  type AccountView,
  type AssetView,
  accountRequirement,
  type InstrumentScenarios,
  type LegView,
  type MarginScenario,
  type OrderView,
  type ScenarioLine,
  type ScenarioParameters,
  type ScenarioView,
  scenarioCharges,
  scenarioOrderMargin,
  scenarioRequirement,
} from '../index.js';

const PPM = 1_000_000n;
/** Lots of 0.001 BTC at 65,000 USDT: 65 USDT a lot. */
const MARK = 6_500_000n;
const NOTIONAL = 65n * USDT;

describe('the scenario requirement', () => {
  it('is the worst grid loss, named, times the factors (MAR-12)', () => {
    const { initialScaled, maintenanceScaled, lines } = required({
      legs: [perpetual(1000n)],
      parameters: { initialFactorPpm: 1_300_000n },
    });
    expect([initialScaled, maintenanceScaled].map(usdtOf)).toEqual([13_520n, 10_400n]);
    expect(lines.map(told)).toEqual(['initial worst down 13520', 'maintenance worst down 10400']);
  });

  it('counts the damped share of a tail', () => {
    const tail = scenario('crash', 'tail', 250_000n);
    const counted = (dampingPpm: bigint) =>
      required({
        legs: [perpetual(1000n)],
        scenarios: [scenario('down'), { ...tail, dampingPpm }],
        moves: [-160_000n, -660_000n],
      });
    expect(counted(250_000n).lines.map(told)[0]).toBe('initial worst crash 10725');
    expect(counted(200_000n).lines.map(told)[0]).toBe('initial worst down 10400');
  });

  it('takes the expected shortfall of the sample where it is larger, with part of a member (Acerbi and Tasche)', () => {
    const sample = ['2020-03-12', '2021-05-19', '2022-11-08', '2024-08-05'].map((id) =>
      scenario(id, 'sample'),
    );
    const { lines } = required({
      legs: [perpetual(1000n)],
      scenarios: [scenario('down'), ...sample],
      moves: [-100_000n, -400_000n, -300_000n, -160_000n, -200_000n],
      parameters: { tailNumerator: 375n, tailDenominator: 1000n },
    });
    // 1.5 members: (26,000 + 0.5 x 19,500) / 1.5.
    expect(lines.map(told).slice(0, 2)).toEqual([
      'initial shortfall 2020-03-12 17333.333334',
      'initial shortfall 2021-05-19 6500',
    ]);
  });

  it('takes the worst of a sample whose tail is less than one member', () => {
    const { lines } = required({
      legs: [perpetual(-1000n)],
      scenarios: [scenario('a', 'sample'), scenario('b', 'sample')],
      moves: [100_000n, 200_000n],
      parameters: { tailNumerator: 1n, tailDenominator: 100n },
    });
    expect(lines.map(told)[0]).toBe('initial shortfall b 13000');
  });

  it('nets legs of one instrument, and offsets of several at most by the cap', () => {
    const hedge = { legs: [perpetual(1000n), future(-1000n)] };
    expect(required(hedge).lines).toEqual([]);
    expect(required({ legs: [perpetual(1000n, 'long'), perpetual(-1000n, 'short')] }).lines).toEqual([]);
    const capped = required({ ...hedge, parameters: { offsetCapPpm: 800_000n } });
    // Stand-alone 10,400 each; a fifth of 20,800 stays.
    expect(capped.lines.map(told)[0]).toBe('initial offsetCap 4160');
  });

  it('charges basis on what is matched between expiries, and nothing within one', () => {
    const parameters = { basisRatePpm: 10_000n };
    const calendar = required({ legs: [perpetual(1000n), future(-600n)], parameters });
    expect(calendar.lines.map(told).slice(0, 2)).toEqual([
      'initial worst down 4160',
      'initial basis BTC 390',
    ]);
    const same = required({
      legs: [perpetual(1000n), future(-600n)],
      parameters,
      rows: { 1: { expiryMs: null } },
    });
    expect(same.lines.map(told)[0]).toBe('initial worst down 4160');
    expect(same.lines).toHaveLength(2);
  });

  it('charges liquidity and concentration step by step', () => {
    const rows = {
      0: {
        halfSpreadPpm: 100n,
        liquidity: [
          { fromLots: 0n, ratePpm: 1_000n },
          { fromLots: 400n, ratePpm: 2_000n },
        ],
        concentration: [{ fromLots: 900n, ratePpm: 50_000n }],
      },
    };
    // 6.5 + 26 + 600 x 65 x 0.002 = 78; 100 lots x 65 x 0.05.
    expect(
      required({ legs: [perpetual(-1000n)], rows })
        .lines.map(told)
        .slice(0, 3),
    ).toEqual(['initial worst up 10400', 'initial liquidity #0 110.5', 'initial concentration #0 325']);
  });

  it('has a floor for options sold, and one on the gross notional', () => {
    const short = optionLeg({
      instrument: 50,
      optionType: 'call',
      strikeTicks: 9_000_000n,
      lots: -100n,
      markTicks: 100n,
      indexTicks: MARK,
    });
    const rows = { 50: { shortMinimumPerLot: 2n * USDT * PPM } };
    const withOption = { legs: [perpetual(100n), short], rows };
    expect(required(withOption).lines.map(told)[0]).toBe('initial worst down 1040');
    expect(required({ ...withOption, legs: [short] }).lines.map(told)[0]).toBe(
      'initial shortOptionMinimum 200',
    );
    const minimum = required({ ...withOption, parameters: { minimumChargePpm: 100_000n } });
    // A tenth of 6,500 of each.
    expect(minimum.lines.map(told).slice(0, 2)).toEqual([
      'initial worst down 1040',
      'initial minimumCharge 260',
    ]);
  });
});

describe('collateral in the scenarios (MAR-10)', () => {
  const coin = (amount: bigint, haircutPpm = 0n) => btc(amount, { price: 65_000n, terms: { haircutPpm } });

  it('costs where it falls with the position, as far as it is in use', () => {
    // 0.16 of 10 BTC of notional is lost; each USDT of it needs 1 / 0.84 of coin: 104,000 / 0.84.
    const wrongWay = required({ legs: [perpetual(10_000n)], assets: [usdt(0n), coin(100n * BTC)] });
    expect(wrongWay.lines.map(told)[0]).toBe('initial worst down 123809.523810');
    const inDollars = required({ legs: [perpetual(10_000n)], assets: [usdt(10n ** 12n), coin(100n * BTC)] });
    expect(inDollars.lines.map(told)[0]).toBe('initial worst down 104000');
  });

  it('hedges a short of as much, and costs nothing without a position', () => {
    const held = [usdt(0n), coin(10n * BTC)];
    expect(required({ legs: [perpetual(-10_000n)], assets: held }).lines).toEqual([]);
    expect(required({ legs: [perpetual(-15_000n)], assets: held }).lines.map(told)[0]).toBe(
      'initial worst up 52000',
    );
    expect(required({ legs: [], assets: held }).lines).toEqual([]);
  });

  it('hedges by what it counts for: with its haircut', () => {
    const held = [usdt(0n), coin(10n * BTC, 100_000n)];
    expect(required({ legs: [perpetual(-10_000n)], assets: held }).lines.map(told)[0]).toBe(
      'initial worst up 10400',
    );
  });

  it('is a loss where it is owed and rises', () => {
    const debt = btc(0n, { price: 65_000n, debt: BTC });
    expect(required({ legs: [], assets: [usdt(10n ** 12n), debt] }).lines.map(told)[0]).toBe(
      'initial worst up 10400',
    );
    const hedged = required({ legs: [perpetual(1000n)], assets: [usdt(10n ** 12n), debt] });
    expect(hedged.lines).toEqual([]);
  });
});

describe('explanations of the scenarios (MAR-12)', () => {
  it('are charges of the account that name scenario or add-on', () => {
    const { view, scenarios } = build({
      legs: [perpetual(1000n), future(-600n)],
      parameters: { basisRatePpm: 10_000n, maintenanceFactorPpm: 800_000n },
    });
    expect(scenarioCharges('maintenance', view, scenarios)).toEqual([
      { ...ACCOUNT_WIDE, detail: 'worst down', scaled: 3_328n * USDT * PPM },
      { ...ACCOUNT_WIDE, detail: 'basis BTC', scaled: 312n * USDT * PPM },
    ]);
  });

  it('end where scenarios say nothing of what is held, or not of each scenario', () => {
    const { view, scenarios } = build({ legs: [perpetual(1n)] });
    const { set, instruments, assets } = scenarios;
    const required = (instead: Partial<typeof scenarios>) => () =>
      scenarioRequirement(view, { ...scenarios, ...instead });
    expect(required({ instruments: [] })).toThrow('no scenarios for instrument');
    expect(required({ assets: assets.slice(0, 1) })).toThrow('no scenarios for asset');
    const [short] = instruments.map((row) => ({ ...row, pnlPerLot: row.pnlPerLot.slice(1) }));
    expect(required({ instruments: [short!] })).toThrow(`not ${set.scenarios.length} P&Ls`);
    const shocked = assets.map((row) => ({ ...row, shocksPpm: [0n, ...set.scenarios.map(() => 0n)] }));
    expect(required({ assets: shocked })).toThrow(`not ${set.scenarios.length} shocks`);
    // Without any scenarios there is no other model to fall back on.
    expect(() => accountRequirement({ ...view, scenarios: null })).toThrow(
      'a portfolio account has scenarios',
    );
  });
});

describe('order margin of the scenarios', () => {
  const buy = order({ side: 'buy', lots: 1000n, priceTicks: MARK });
  const sell = order({ side: 'sell', lots: 600n, priceTicks: MARK });

  it('is the larger side of a lone instrument, and the fee (MAR-06)', () => {
    expect(orderCharges({ orders: [buy, sell] })).toEqual(['orderMargin down 10400', 'openFee 32.5']);
    expect(orderCharges({ orders: [sell] })).toEqual(['orderMargin up 6240', 'openFee 19.5']);
  });

  it('is nothing for an order that lowers the risk, and something for one that takes a hedge away (ORD-03)', () => {
    expect(orderCharges({ legs: [perpetual(600n)], orders: [sell] })).toEqual([]);
    const hedged = [perpetual(600n), future(-600n)];
    expect(orderCharges({ legs: hedged, orders: [{ ...sell, isReduceOnly: true }] })).toEqual([
      'orderMargin up 6240',
    ]);
  });

  it('covers a spread of which only one leg fills, although the whole spread needs nothing', () => {
    const spread = [buy, order({ instrument: 1, side: 'sell', lots: 1000n, priceTicks: MARK })];
    expect(orderCharges({ orders: spread }).slice(0, 1)).toEqual(['orderMargin down 10400']);
  });

  it('charges what is lost at once to a limit beyond the mark (MAR-06)', () => {
    const dear = order({ side: 'buy', lots: 1000n, priceTicks: MARK + 10_000n });
    expect(orderCharges({ orders: [dear] })).toEqual([
      'orderMargin down 10400',
      'openLoss 100',
      'openFee 32.55',
    ]);
  });
});

const ACCOUNT_WIDE = { instrument: null, leg: null, asset: null, part: 'scenario' };

interface Case {
  readonly legs?: readonly LegView[];
  readonly orders?: readonly OrderView[];
  readonly assets?: readonly AssetView[];
  readonly scenarios?: readonly MarginScenario[];
  /** Of the price, by scenario, ppm; options stand still. */
  readonly moves?: readonly bigint[];
  readonly parameters?: Partial<ScenarioParameters>;
  readonly rows?: Readonly<Record<number, Partial<InstrumentScenarios>>>;
}

/** Unless said otherwise the price falls or rises by 16%, and there is plenty of USDT. */
function build(of: Case): { readonly view: AccountView; readonly scenarios: ScenarioView } {
  const { legs = [], orders = [], rows = {}, moves = [-160_000n, 160_000n] } = of;
  const scenarios = of.scenarios ?? [scenario('down'), scenario('up')];
  const assets = of.assets ?? [usdt(10n ** 12n), btc(0n, { price: 65_000n })];
  const row = (instrument: number, expiryMs: number | null, pnlPerLot: readonly bigint[]) =>
    instrumentRow({ instrument, expiryMs, pnlPerLot, ...rows[instrument] });
  const pnl = moves.map((move) => move * NOTIONAL);
  return {
    view: {
      mode: 'portfolio',
      legRule: 'net',
      assets,
      legs,
      orders,
      orderTerms: [perpetual(0n), future(0n)],
    },
    scenarios: {
      set: { id: 'sixteen', scenarios, parameters: { ...PLAIN_PARAMETERS, ...of.parameters } },
      instruments: [
        row(0, null, pnl),
        row(1, 1000, pnl),
        row(
          50,
          1000,
          moves.map(() => 0n),
        ),
      ],
      assets: [
        { asset: assets[0]!.asset, shocksPpm: [] },
        { asset: assets[1]!.asset, shocksPpm: moves },
      ],
    },
  };
}

function required(of: Case) {
  const { view, scenarios } = build(of);
  return scenarioRequirement(view, scenarios);
}

function orderCharges(of: Case): readonly string[] {
  const { view, scenarios } = build(of);
  return scenarioOrderMargin(view, scenarios).map(({ part, detail, scaled }) =>
    [part, detail, amount(scaled)].filter((word) => word !== null).join(' '),
  );
}

function scenario(id: string, tier: MarginScenario['tier'] = 'core', dampingPpm = PPM): MarginScenario {
  return { id, tier, dampingPpm };
}

function perpetual(lots: bigint, side: LegView['leg'] = 'net'): LegView {
  return leg(linearTerms(), { lots, leg: side, entryTicks: MARK, markTicks: MARK });
}

function future(lots: bigint): LegView {
  return { ...perpetual(lots), instrument: 1 };
}

function told({ of, part, scenario, underlying, instrument, scaled }: ScenarioLine): string {
  const what = scenario ?? underlying ?? (instrument === null ? null : `#${instrument}`);
  return [of, part, what, amount(scaled)].filter((word) => word !== null).join(' ');
}

/** USDT, with as many decimals as there are, rounded up to its minor unit. */
function amount(scaled: bigint): string {
  const minor = (scaled + PPM - 1n) / PPM;
  const rest = minor % USDT;
  if (rest === 0n) return String(minor / USDT);
  const digits = String(rest).padStart(6, '0');
  return `${minor / USDT}.${rest % 10n ** 4n === 0n ? digits.replace(/0+$/, '') : digits}`;
}

function usdtOf(scaled: bigint): bigint {
  return scaled / (USDT * PPM);
}
