/**
 * What an account loses in each scenario, with its collateral revalued in the same scenario (MAR-10). Assets a with net
 * amount n, price p, price in the scenario p', P&L x of the legs that settle in it, and the counted value V of an amount
 * (collateralValue.ts: haircut on what is held, in full what is owed):
 *
 *   held    H  = sum of V(n, p)  over n > 0      H' = the same at p'
 *   owed    D  = sum of -V(n, p) over n < 0
 *   lost    l  = sum of V(n, p' if n > 0, else p) - V(n + x, p')
 *
 *   loss = l - (gains of held assets that rise) + (falls of held assets, as far as they are in use)
 *
 * In use is what must stand behind D + l: first the assets that rise, then the others in order of fall / value there.
 * So collateral that backs nothing costs nothing, wrong-way collateral costs, a hedge helps, and equity covers the loss
 * exactly where equity in the scenario is not below 0. Never more than all falls together.
 * A loss below 0 counts as none. The damped share is rounded up, every value at VALUE_SCALE.
 */
import { divCeil, max, min, mulDivCeil, PPM } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { collateralValueScaled } from './collateralValue.js';
import { addFractions, isLess, larger, ZERO } from './fractions.js';
import { type HeldAsset, leastPnl, type ScenarioHoldings, shockedPpm } from './scenarioHoldings.js';
import { type MarginScenario, SCENARIO_SCALE } from './scenarioView.js';

/** By scenario, valuation minor units x VALUE_SCALE, damped; none is negative. An upper bound over ranges. */
export function scenarioLosses(holdings: ScenarioHoldings): readonly bigint[] {
  return holdings.set.scenarios.map((scenario, at) => damped(scenario, lossIn(holdings, at)));
}

/** The counted part of a loss, rounded up; a gain counts as no loss. */
export function damped({ dampingPpm }: MarginScenario, loss: bigint): bigint {
  return loss <= 0n ? 0n : dampingPpm === PPM ? loss : mulDivCeil(loss, dampingPpm, PPM);
}

function lossIn(holdings: ScenarioHoldings, scenarioAt: number): bigint {
  const pnls = pnlByAsset(holdings, scenarioAt);
  let lost = 0n;
  let owed = 0n;
  let risen = 0n;
  let backing = 0n;
  const falling: Backing[] = [];
  holdings.assets.forEach((held, at) => {
    const factorPpm = shockedPpm(held, scenarioAt);
    lost += lostIn(held, factorPpm, pnls[at] as bigint);
    owed += owedNow(held);
    const { change, value } = leastChange(held, factorPpm);
    if (change < 0n) falling.push({ fall: -change, value });
    else backing += value;
    risen += max(0n, change);
  });
  return lost - risen + fallInUse(falling, owed + lost - backing);
}

function pnlByAsset(holdings: ScenarioHoldings, scenarioAt: number): readonly bigint[] {
  const pnls = holdings.assets.map(() => 0n);
  for (const held of holdings.instruments)
    pnls[held.settleAt] = (pnls[held.settleAt] as bigint) + leastPnl(held, scenarioAt);
  return pnls;
}

/** Collateral that falls: by how much, and what it is worth then. */
interface Backing {
  readonly fall: bigint;
  readonly value: bigint;
}

/** What the cheapest collateral that covers the amount loses, rounded up; everything, if it does not suffice. */
function fallInUse(falling: readonly Backing[], amount: bigint): bigint {
  let open = amount;
  let sum = 0n;
  for (const { fall, value } of leastFallFirst(falling)) {
    if (open <= 0n) break;
    sum += value <= open ? fall : divCeil(fall * open, value);
    open -= value;
  }
  return sum;
}

function leastFallFirst(falling: readonly Backing[]): readonly Backing[] {
  return [...falling].sort((a, b) => {
    const difference = a.fall * b.value - b.fall * a.value;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
}

/** Rounded values of what lies between two ends may be beyond those at the ends by as much. */
const ROUNDINGS = 2n;

/** V(n, p' or p) - V(n + x, p'). Between ends it is piecewise linear: the most is at an end or a kink. */
function lostIn(held: HeldAsset, factorPpm: bigint, pnlScaled: bigint): bigint {
  if (pnlScaled === 0n && (factorPpm === PPM || held.net.low.numerator >= 0n)) return 0n;
  const pnl = { numerator: pnlScaled, denominator: SCENARIO_SCALE };
  if (held.isPoint) return lostAt(held, { price: held.price.low, net: held.net.low }, { factorPpm, pnl });
  if (isBent(held)) return lostApart(held, { factorPpm, pnl });
  const losses = netsToTry(held, pnl).flatMap((net) =>
    [held.price.low, held.price.high].map((price) => lostAt(held, { price, net }, { factorPpm, pnl })),
  );
  return losses.reduce(max) + ROUNDINGS;
}

interface ScenarioChange {
  readonly factorPpm: bigint;
  readonly pnl: Fraction;
}

function lostAt(
  held: HeldAsset,
  { price, net }: { readonly price: bigint; readonly net: Fraction },
  { factorPpm, pnl }: ScenarioChange,
): bigint {
  const before = valueAt(held, price, net.numerator > 0n ? factorPpm : PPM, net);
  return before - valueAt(held, price, factorPpm, addFractions(net, pnl));
}

/** Each of the two values at its own worse ends: they rise with the net, and with the price by the sign of the net. */
function lostApart(held: HeldAsset, { factorPpm, pnl }: ScenarioChange): bigint {
  const { price, net } = held;
  const isHeld = net.high.numerator > 0n;
  const before = valueAt(held, isHeld ? price.high : price.low, isHeld ? factorPpm : PPM, net.high);
  const least = addFractions(net.low, pnl);
  return before - valueAt(held, least.numerator > 0n ? price.low : price.high, factorPpm, least);
}

/** Ends, and where the net, or the net with the P&L, changes its sign. */
function netsToTry({ net }: HeldAsset, { numerator, denominator }: Fraction): readonly Fraction[] {
  const kinks = [ZERO, { numerator: -numerator, denominator }];
  return [net.low, net.high, ...kinks.filter((kink) => isLess(net.low, kink) && isLess(kink, net.high))];
}

/** Whether the counted value of a holding is not in proportion to amount and price. */
function isBent({ terms }: HeldAsset): boolean {
  return terms.countedCapMinor !== null || terms.peg !== null;
}

function owedNow(held: HeldAsset): bigint {
  return held.net.low.numerator >= 0n ? 0n : -valueAt(held, held.price.high, PPM, held.net.low);
}

/** How a holding above 0 changes its value in the scenario, at the least, and what it is worth then, at the least. */
export function leastChange(
  held: HeldAsset,
  factorPpm: bigint,
): { readonly change: bigint; readonly value: bigint } {
  const low = larger(held.net.low, ZERO);
  const high = larger(held.net.high, ZERO);
  if (high.numerator === 0n) return { change: 0n, value: 0n };
  const { price } = held;
  const value = valueAt(held, price.low, factorPpm, low);
  if (factorPpm === PPM) return { change: 0n, value };
  const changeAt = (at: bigint, net: Fraction) =>
    valueAt(held, at, factorPpm, net) - valueAt(held, at, PPM, net);
  if (held.isPoint) return { change: changeAt(price.low, low), value };
  if (isBent(held)) return { change: min(0n, value - valueAt(held, price.high, PPM, high)), value };
  return { change: min(changeAt(price.low, low), changeAt(price.high, high)) - ROUNDINGS, value };
}

/** The counted value of an amount at a share of the price, exact but for one rounding: everything is scaled by PPM. */
function valueAt({ terms }: HeldAsset, price: bigint, factorPpm: bigint, net: Fraction): bigint {
  if (factorPpm === PPM) return collateralValueScaled({ price, terms }, net);
  const peg = terms.peg === null ? null : { ...terms.peg, price: terms.peg.price * PPM };
  const amount = { numerator: net.numerator, denominator: net.denominator * PPM };
  return collateralValueScaled({ price: price * factorPpm, terms: { ...terms, peg } }, amount);
}
