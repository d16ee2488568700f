/**
 * What options require, seen from the other side: not how longs cover shorts, but what one may have to believe the
 * options will pay. It judges src/margin/account/optionRequirement.ts and shares nothing with it but the types.
 *
 * A belief says for each expiry with what weights the underlying settles at which price, or the options go at their
 * marks. A short counts at what it is believed to cost and at no more than its margin and value; a long at the most it is
 * believed to bring at one expiry up to its own. The cash behind the options is what is left to pay under the worst belief.
 * By duality that is the least cash over all covers (a weight for each row of optionCover.ts).
 */
import type { LegView, OptionTerms } from '../margin/index.js';
import {
  compare,
  least,
  minus,
  most,
  over,
  plus,
  type Rational,
  rational,
  size,
  times,
  ZERO,
} from './rational.js';
import { slowMaximum } from './slowMaximum.js';

export interface SlowOptionRequirement {
  /** On the long legs and on the short ones. */
  readonly long: Rational;
  readonly short: Rational;
  readonly total: Rational;
}

export type SlowKind = 'initial' | 'maintenance';

export function slowOptionRequirement(kind: SlowKind, legs: readonly LegView[]): SlowOptionRequirement {
  const payoffs = [...new Set(legs.map((leg) => optionOf(leg).payoff))];
  const cash = payoffs.map((payoff) =>
    cashUnderWorstBelief(
      kind,
      legs.filter((leg) => optionOf(leg).payoff === payoff),
    ),
  );
  const total = plus(...legs.map(slowValue), ...cash);
  const long = least(total, plus(...legs.filter(isLong).map(slowValue)));
  return { long, short: minus(total, long), total };
}

function cashUnderWorstBelief(kind: SlowKind, legs: readonly LegView[]): Rational {
  const outlives = (long: LegView, short: LegView) =>
    isLong(long) && !isLong(short) && optionOf(long).expiryMs >= optionOf(short).expiryMs;
  const longs = legs.filter((long) => legs.some((short) => outlives(long, short)));
  const shorts = legs.filter((short) => legs.some((long) => outlives(long, short)));
  const expiries = [...new Set(shorts.map((leg) => optionOf(leg).expiryMs))];
  const strikes = [...new Set(legs.map((leg) => optionOf(leg).strikeTicks))].map((strike) =>
    rational(strike),
  );
  const outcomes: readonly ((leg: LegView) => Rational)[] = [
    ...strikes.map((price) => (leg: LegView) => minus(paid(leg, price), atItsEnd(leg))),
    (leg) => minus(size(slowValue(leg)), atItsEnd(leg)),
  ];
  const weights = expiries.flatMap((expiry) => [
    ...outcomes.map((more) => ({ expiry, more, isWeight: true })),
    { expiry, more: growthFar, isWeight: false },
  ]);
  const weighed = (leg: LegView, expiry: number, sign: bigint) =>
    weights.map((one) => (one.expiry === expiry ? times(rational(sign), one.more(leg)) : ZERO));
  const none = (count: number) => Array.from({ length: count }, () => ZERO);
  const only = (count: number, at: number, value: bigint) =>
    none(count).map((zero, other) => (other === at ? rational(value) : zero));
  const restOfShort = (at: number) => [...only(shorts.length, at, 1n), ...none(2 * longs.length)];
  const restOfLong = (at: number) => [
    ...none(shorts.length),
    ...only(longs.length, at, -1n),
    ...only(longs.length, at, 1n),
  ];
  const rows = [
    ...expiries.map((expiry) => ({
      of: [
        ...weights.map((one) => rational(one.expiry === expiry && one.isWeight ? 1n : 0n)),
        ...none(shorts.length + 2 * longs.length),
      ],
      most: rational(1n),
    })),
    ...shorts.flatMap((short, at) => [
      { of: [...none(weights.length), ...restOfShort(at)], most: behind(kind, short) },
      { of: [...weighed(short, optionOf(short).expiryMs, -1n), ...restOfShort(at)], most: atItsEnd(short) },
    ]),
    ...longs.flatMap((long, at) =>
      expiries
        .filter((expiry) => expiry <= optionOf(long).expiryMs)
        .map((expiry) => ({ of: [...weighed(long, expiry, 1n), ...restOfLong(at)], most: ZERO })),
    ),
  ];
  const objective = [
    ...none(weights.length),
    ...shorts.map(() => rational(1n)),
    ...longs.map(() => rational(-1n)),
    ...longs.map(() => rational(1n)),
  ];
  const naked = legs.filter((leg) => !isLong(leg) && !shorts.includes(leg));
  return plus(
    slowMaximum({ rows, objective }),
    ...naked.map((short) => behind(kind, short)),
    ...longs.map((long) => minus(ZERO, atItsEnd(long))),
  );
}

/** A short's margin and value. */
function behind(kind: SlowKind, short: LegView): Rational {
  return minus(slowAlone(kind, short), slowValue(short));
}

/** Without sign. */
function paid(leg: LegView, priceTicks: Rational): Rational {
  return size(slowPayoff(leg, priceTicks));
}

function atItsEnd(leg: LegView): Rational {
  return size(payoffAtItsEnd(leg));
}

/** How fast a linear call, or an inverse put, grows where it has no bound. */
function growthFar(leg: LegView): Rational {
  const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
  const lots = size(rational(leg.lots * unit));
  if (payoff === 'linear') return optionType === 'call' ? lots : ZERO;
  return optionType === 'put' ? times(lots, rational(strikeTicks)) : ZERO;
}

/** What a position requires by itself: a long its value, a short its margin or what it can still lose. */
export function slowAlone(kind: SlowKind, leg: LegView): Rational {
  if (isLong(leg)) return slowValue(leg);
  const worst = slowWorstLoss([leg]);
  const asked = slowShortMargin(kind, leg);
  return worst === null ? asked : least(asked, most(ZERO, plus(worst, slowValue(leg))));
}

/** The margin a venue states for a short, less its value: what is asked of equity that counts options. */
function slowShortMargin(kind: SlowKind, leg: LegView): Rational {
  const { optionType, payoff, strikeTicks, unit, margin } = optionOf(leg);
  const lots = rational(-leg.lots * unit);
  const spot = rational(leg.indexTicks);
  const quote = (amount: Rational) => (payoff === 'linear' ? amount : over(amount, spot));
  const worth = quote(times(lots, spot));
  const away = minus(rational(strikeTicks), spot);
  const out = quote(times(lots, most(ZERO, optionType === 'call' ? away : minus(ZERO, away))));
  const mark = minus(ZERO, slowValue(leg));
  const rate = (ppm: bigint) => rational(ppm, 1_000_000n);
  const base = optionType === 'put' ? most(worth, mark) : worth;
  const maintenance = plus(times(rate(margin.maintenanceRatePpm), base), mark);
  if (kind === 'maintenance') return minus(maintenance, mark);
  const near = minus(times(rate(margin.initialRatePpm), worth), out);
  const initial = plus(most(near, times(rate(margin.initialFloorRatePpm), worth)), mark);
  return minus(most(initial, maintenance), mark);
}

/** At the mark, negative for a short. */
export function slowValue({ terms, lots, markTicks }: LegView): Rational {
  return rational(lots * markTicks * terms.unit, terms.markTicksPerTick);
}

/** Negative for a short that has to pay. */
export function slowPayoff(leg: LegView, priceTicks: Rational): Rational {
  const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
  const up = minus(priceTicks, rational(strikeTicks));
  const inside = most(ZERO, optionType === 'call' ? up : minus(ZERO, up));
  const paid = times(rational(leg.lots * unit), inside);
  return payoff === 'linear' ? paid : over(paid, priceTicks);
}

/** At the strikes and at the ends; null where it is still growing far beyond them. */
export function slowWorstLoss(legs: readonly LegView[]): Rational | null {
  const loss = (price: Rational) => minus(ZERO, plus(...legs.map((leg) => slowPayoff(leg, price))));
  const grows = (near: Rational, far: Rational) => compare(minus(loss(far), loss(near)), ONE) > 0;
  if (grows(rational(FAR), rational(FAR * FAR)) || grows(rational(1n, FAR), rational(1n, FAR * FAR)))
    return null;
  const strikes = legs.map((leg) => rational(optionOf(leg).strikeTicks));
  return most(minus(ZERO, plus(...legs.map(payoffAtItsEnd))), ...strikes.map(loss));
}

const ONE = rational(1n);
const FAR = 10n ** 15n;

/** Linear: at price zero. Inverse: beyond every price. The other end is like the nearest strike, or without bound. */
function payoffAtItsEnd(leg: LegView): Rational {
  const { optionType, payoff, strikeTicks, unit } = optionOf(leg);
  if (payoff === 'linear') return rational(optionType === 'put' ? leg.lots * unit * strikeTicks : 0n);
  return rational(optionType === 'call' ? leg.lots * unit : 0n);
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
