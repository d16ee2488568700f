/**
 * What options require, slow and obvious: one piece of size 1 at a time, reduced quotients, losses looked for at every
 * price that could matter. It judges src/margin/account/optionRequirement.ts and shares nothing with it but the types.
 * Sizes (lots x unit) must be small.
 */
import type { LegView, OptionTerms } from '../margin/index.js';
import { compare, least, minus, most, over, plus, type Rational, rational, times, ZERO } from './rational.js';

export interface SlowOptionRequirement {
  /** On the long legs and on the short ones. */
  readonly long: Rational;
  readonly short: Rational;
  readonly total: Rational;
}

export type SlowKind = 'initial' | 'maintenance';

export function slowOptionRequirement(kind: SlowKind, legs: readonly LegView[]): SlowOptionRequirement {
  const { groups, rest } = slowStructures(legs);
  let [long, short] = [ZERO, ZERO];
  for (const piece of rest)
    if (isLong(piece)) long = plus(long, slowAlone(kind, piece));
    else short = plus(short, slowAlone(kind, piece));
  for (const { pairs, spares } of groups) {
    const all = [...pairs.flat(), ...spares];
    const parts = plus(
      ...pairs.map((pair) => least(plus(...pair.map((piece) => slowAlone(kind, piece))), lossBound(pair))),
      ...spares.map((piece) => slowAlone(kind, piece)),
    );
    const amount = least(parts, lossBound(all));
    const onLongs = least(amount, plus(...all.filter(isLong).map(slowValue)));
    long = plus(long, onLongs);
    short = plus(short, minus(amount, onLongs));
  }
  return { long, short, total: plus(long, short) };
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

interface Structures {
  readonly groups: readonly {
    readonly pairs: readonly (readonly LegView[])[];
    readonly spares: readonly LegView[];
  }[];
  readonly rest: readonly LegView[];
}

/** Every leg cut into pieces of size 1; the best pair is taken out again and again until none is left. */
function slowStructures(legs: readonly LegView[]): Structures {
  let shorts = legs.filter((leg) => !isLong(leg)).flatMap(piecesOf);
  let longs = legs.filter(isLong).flatMap(piecesOf);
  const pairs: [LegView, LegView][] = [];
  for (;;) {
    const best = bestPair(shorts, longs);
    if (best === null) break;
    pairs.push(best);
    shorts = without(shorts, best[1]);
    longs = without(longs, best[0]);
  }
  const keys = [...new Set(pairs.map(([, short]) => settlementOf(short)))];
  const groups = keys.map((key) => ({
    pairs: pairs.filter(([, short]) => settlementOf(short) === key),
    spares: longs.filter((long) => settlementOf(long) === key),
  }));
  const spare = new Set(groups.flatMap(({ spares }) => spares));
  return { groups, rest: [...shorts, ...longs.filter((long) => !spare.has(long))] };
}

function bestPair(shorts: readonly LegView[], longs: readonly LegView[]): [LegView, LegView] | null {
  let best: { pair: [LegView, LegView]; rank: readonly Rational[] } | null = null;
  for (const short of shorts)
    for (const long of longs) {
      const [s, l] = [optionOf(short), optionOf(long)];
      if (s.optionType !== l.optionType || s.payoff !== l.payoff || l.expiryMs < s.expiryMs) continue;
      const worst = slowWorstLoss([long, short]);
      if (worst === null) continue;
      const gap = rational(s.strikeTicks - l.strikeTicks);
      const rank = [
        worst,
        rational(BigInt(l.expiryMs - s.expiryMs)),
        most(gap, minus(ZERO, gap)),
        rational(BigInt(short.instrument)),
        rational(BigInt(long.instrument)),
      ];
      if (best === null || isBefore(rank, best.rank)) best = { pair: [long, short], rank };
    }
  return best?.pair ?? null;
}

function isBefore(a: readonly Rational[], b: readonly Rational[]): boolean {
  const first = a.map((value, at) => compare(value, b[at] as Rational)).find((order) => order !== 0);
  return first !== undefined && first < 0;
}

/** Pieces of size 1, each a leg with as many lots and as small a unit as that takes. */
function piecesOf(leg: LegView): readonly LegView[] {
  const { unit } = optionOf(leg);
  const count = Number((isLong(leg) ? leg.lots : -leg.lots) * unit);
  const piece = {
    ...leg,
    lots: isLong(leg) ? 1n : -1n,
    option: { ...optionOf(leg), unit: 1n },
    terms: { ...leg.terms, markTicksPerTick: leg.terms.markTicksPerTick * unit },
  };
  return Array.from({ length: count }, () => ({ ...piece }));
}

function without(legs: readonly LegView[], taken: LegView): LegView[] {
  return legs.filter((leg) => leg !== taken);
}

/** Worst loss + value: equity that meets it can owe nothing. */
function lossBound(legs: readonly LegView[]): Rational {
  const worst = slowWorstLoss(legs);
  if (worst === null) throw new Error('what is paired has a worst loss');
  return most(ZERO, plus(worst, ...legs.map(slowValue)));
}

function settlementOf(leg: LegView): string {
  return `${optionOf(leg).payoff} ${optionOf(leg).expiryMs}`;
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
