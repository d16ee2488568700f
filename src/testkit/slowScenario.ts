/**
 * The scenario requirement, slow and obvious: reduced quotients, the cheapest collateral found by trying every choice,
 * expected shortfall as the minimum of Rockafellar and Uryasev ("Conditional value-at-risk for general loss
 * distributions", 2002) instead of a weighted tail. It judges src/margin/account/scenario*.ts and shares only the types.
 */
import type {
  AccountView,
  AssetView,
  InstrumentScenarios,
  LegView,
  MarginScenario,
  ScenarioView,
} from '../margin/index.js';
import {
  compare,
  least,
  minus,
  over,
  plus,
  type Rational,
  rational,
  size,
  times,
  up,
  ZERO,
} from './rational.js';
import { slowLot, slowNet, slowValueScaled } from './slowMargin.js';

const SCALE = 1_000_000n;
const MILLION = rational(1_000_000n);
const ONE = rational(1n);
const PRICE_SCALE = 1_000_000_000n;

/** One instrument's legs together, as the scenarios see them. */
interface SlowPosition {
  readonly row: InstrumentScenarios;
  readonly leg: LegView;
  readonly lots: bigint;
  readonly held: AssetView;
}

export interface SlowScenarioRequirement {
  readonly initialScaled: bigint;
  readonly maintenanceScaled: bigint;
  /** Undamped, a gain below 0, by scenario. */
  readonly lossesScaled: readonly bigint[];
  /** What is left of the equity in each scenario, each value rounded down. */
  readonly equitiesScaled: readonly bigint[];
  readonly shortfallScaled: bigint;
  readonly worstScaled: bigint;
}

export function slowScenarioRequirement(view: AccountView, scenarios: ScenarioView): SlowScenarioRequirement {
  const positions = slowPositions(view, scenarios);
  const { set } = scenarios;
  const { parameters } = set;
  const outcomes = set.scenarios.map((_, at) => slowOutcome(view, scenarios, positions, at));
  const losses = outcomes.map(({ loss }) => loss);
  const { worst, shortfall } = slowRisks(scenarios, losses);
  const alone = sum(positions.map((position) => slowStandAlone(scenarios, position)));
  const floors = [
    worst,
    shortfall,
    up(times(rational(alone), share(1_000_000n - parameters.offsetCapPpm))),
    sum(positions.map(slowShortMinimum)),
  ];
  const whole = [
    sum([largest(floors), slowBasis(scenarios, positions), ...positions.flatMap(slowSizeCharges)]),
    sum(positions.map((p) => notional(p, times(slowSize(p), share(parameters.minimumChargePpm))))),
  ];
  const factored = (ppm: bigint) => up(times(rational(largest(whole)), share(ppm)));
  return {
    initialScaled: factored(parameters.initialFactorPpm),
    maintenanceScaled: factored(parameters.maintenanceFactorPpm),
    lossesScaled: losses,
    equitiesScaled: outcomes.map(({ equity }) => equity),
    shortfallScaled: shortfall,
    worstScaled: worst,
  };
}

function slowPositions(view: AccountView, scenarios: ScenarioView): readonly SlowPosition[] {
  return [...new Set(view.legs.map(({ instrument }) => instrument))].map((instrument) => {
    const legs = view.legs.filter((leg) => leg.instrument === instrument);
    const leg = legs[0]!;
    return {
      row: scenarios.instruments.find((row) => row.instrument === instrument)!,
      leg,
      lots: sum(legs.map(({ lots }) => lots)),
      held: view.assets.find(({ asset }) => asset === leg.settleAsset)!,
    };
  });
}

function slowOutcome(
  view: AccountView,
  scenarios: ScenarioView,
  positions: readonly SlowPosition[],
  at: number,
): { readonly loss: bigint; readonly equity: bigint } {
  let [lost, owed, risen, safe, equity] = [0n, 0n, 0n, 0n, 0n];
  const falling: Falling[] = [];
  for (const held of view.assets) {
    const net = slowNet(view, held);
    const factor = shockFactor(scenarios, held.asset, at);
    const pnl = plus(
      ...positions.filter((p) => p.held === held).map((p) => rational(p.lots * p.row.pnlPerLot[at]!, SCALE)),
    );
    const after = valueAfter(held, factor, plus(net, pnl));
    equity += after;
    const now = slowValueScaled(held, net);
    if (net.n <= 0n) {
      lost += now - after;
      owed -= now;
      continue;
    }
    const then = valueAfter(held, factor, net);
    lost += then - after;
    if (then < now) falling.push({ fall: now - then, value: then });
    else {
      risen += then - now;
      safe += then;
    }
  }
  return { loss: lost - risen + cheapestFall(falling, owed + lost - safe), equity };
}

interface Falling {
  readonly fall: bigint;
  readonly value: bigint;
}

/** Every choice of what is used in whole, and of one more that is used in part. */
function cheapestFall(falling: readonly Falling[], amount: bigint): bigint {
  if (amount <= 0n) return 0n;
  const all = sum(falling.map(({ fall }) => fall));
  if (sum(falling.map(({ value }) => value)) < amount) return all;
  let cheapest = rational(all);
  for (let choice = 0; choice < 2 ** falling.length; choice++) {
    const used = falling.filter((_, at) => (choice >> at) % 2 === 1);
    const open = rational(amount - sum(used.map(({ value }) => value)));
    const cost = rational(sum(used.map(({ fall }) => fall)));
    if (open.n <= 0n) cheapest = least(cheapest, cost);
    for (const part of falling.filter(
      (other) => !used.includes(other) && rational(other.value).n >= open.n,
    )) {
      if (open.n <= 0n || part.value === 0n) continue;
      cheapest = least(cheapest, plus(cost, times(rational(part.fall), over(open, rational(part.value)))));
    }
  }
  return up(cheapest);
}

/** The price in the scenario is no whole number, so price, peg and amount are written out in finer units. */
function valueAfter(held: AssetView, factor: Rational, amount: Rational): bigint {
  const { peg } = held.terms;
  const finer = peg === null ? null : { ...peg, price: peg.price * SCALE };
  const price = held.price * factor.n * (SCALE / factor.d);
  return slowValueScaled({ price, terms: { ...held.terms, peg: finer } }, over(amount, MILLION));
}

function slowRisks(scenarios: ScenarioView, losses: readonly bigint[]) {
  const { scenarios: list, parameters } = scenarios.set;
  const counted = losses.map((loss, at) => countedLoss(list[at]!, loss));
  const grid = counted.filter((_, at) => list[at]!.tier !== 'sample');
  const sample = counted.filter((_, at) => list[at]!.tier === 'sample');
  const tail = rational(parameters.tailNumerator, parameters.tailDenominator);
  return { worst: largest([0n, ...grid]), shortfall: up(slowShortfall(sample, tail)) };
}

function countedLoss({ dampingPpm }: MarginScenario, loss: bigint): bigint {
  return loss <= 0n ? 0n : up(times(rational(loss), share(dampingPpm)));
}

/** The least, over thresholds z, of z + mean of what is beyond z / tail. */
export function slowShortfall(sample: readonly bigint[], tail: Rational): Rational {
  if (sample.length === 0) return ZERO;
  const count = rational(BigInt(sample.length));
  return least(
    ...sample.map((z) => {
      const beyond = rational(sum(sample.map((loss) => (loss > z ? loss - z : 0n))));
      return plus(rational(z), over(beyond, times(count, tail)));
    }),
  );
}

function slowStandAlone(scenarios: ScenarioView, position: SlowPosition): bigint {
  const losses = scenarios.set.scenarios.map((_, at) => {
    const pnl = rational(position.lots * position.row.pnlPerLot[at]!, SCALE);
    const factor = shockFactor(scenarios, position.held.asset, at);
    return priceUp(position.held, times(minus(ZERO, pnl), factor));
  });
  const { worst, shortfall } = slowRisks(scenarios, losses);
  return largest([worst, shortfall]);
}

function slowShortMinimum({ lots, row, held }: SlowPosition): bigint {
  return lots >= 0n ? 0n : priceUp(held, rational(-lots * row.shortMinimumPerLot, SCALE));
}

function slowBasis({ set }: ScenarioView, positions: readonly SlowPosition[]): bigint {
  const underlyings = [...new Set(positions.map(({ row }) => row.underlying))];
  return sum(
    underlyings.map((underlying) => {
      const of = positions.filter(({ row }) => row.underlying === underlying);
      const deltas = [...new Set(of.map(({ row }) => row.expiryMs))].map((expiryMs) =>
        sum(of.filter(({ row }) => row.expiryMs === expiryMs).map(slowDelta)),
      );
      const gross = sum(deltas.map((delta) => (delta < 0n ? -delta : delta)));
      const net = sum(deltas);
      const matched = rational(gross - (net < 0n ? -net : net), 2n);
      return up(times(matched, share(set.parameters.basisRatePpm)));
    }),
  );
}

function slowDelta(position: SlowPosition): bigint {
  const delta = times(rational(position.lots), share(position.row.deltaPpm));
  const value = notional(position, size(delta));
  return delta.n < 0n ? -value : value;
}

/** Lot by lot for the steps: each lot beyond a step's beginning and before the next costs its rate. */
function slowSizeCharges(position: SlowPosition): readonly bigint[] {
  const { row } = position;
  const lots = position.lots < 0n ? -position.lots : position.lots;
  const stepped = (steps: InstrumentScenarios['liquidity']) => {
    let rates = 0n;
    for (let lot = 0n; lot < lots; lot++)
      rates += steps.filter(({ fromLots }) => fromLots <= lot).at(-1)?.ratePpm ?? 0n;
    return share(rates);
  };
  const spread = times(rational(lots), share(row.halfSpreadPpm));
  return [
    notional(position, plus(spread, stepped(row.liquidity))),
    notional(position, stepped(row.concentration)),
  ];
}

function slowSize({ lots }: SlowPosition): Rational {
  return size(rational(lots));
}

function notional({ leg, held }: SlowPosition, lots: Rational): bigint {
  const { option } = leg;
  const perLot =
    option === null
      ? size(slowLot(leg.terms, leg.markTicks))
      : rational(option.unit * (option.payoff === 'linear' ? leg.indexTicks : 1n));
  return priceUp(held, times(perLot, lots));
}

function priceUp(held: AssetView, amount: Rational): bigint {
  return up(times(amount, rational(held.price, PRICE_SCALE), rational(SCALE)));
}

function shockFactor(scenarios: ScenarioView, asset: number, at: number): Rational {
  const shock = scenarios.assets.find((row) => row.asset === asset)!.shocksPpm[at] ?? 0n;
  return plus(ONE, share(shock));
}

function share(ppm: bigint): Rational {
  return over(rational(ppm), MILLION);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n);
}

function largest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (compare(rational(a), rational(b)) < 0 ? b : a));
}
