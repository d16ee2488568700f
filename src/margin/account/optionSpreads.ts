/**
 * Which long options cover which short ones. A long covers a short of the same type and payoff that expires no later,
 * size for size, where the pair can lose no more than a bounded amount. With strikes Ks of the short and Kl of the long,
 * the worst a pair of size 1 comes to when the short expires, the long counted at its intrinsic value:
 *
 *   linear   call max(0, Kl - Ks)              put max(0, Ks - Kl)
 *   inverse  call max(0, Kl - Ks) / Kl         put 0 where Kl >= Ks, else without bound: no cover
 *
 * The pair that leaves the least to lose is made first, then the one nearest in time, then in strike. Prices play no
 * part, so pairs change with positions only, and what is required on them moves without jumps when prices do.
 */
import { assert } from '../../base/assert.js';
import { abs, max, min } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { isLess, negated, whole } from './fractions.js';
import { leastPayoff } from './optionFloor.js';
import type { LegView, OptionTerms } from './view.js';

/** Part of a leg: so many lots x unit, without sign, so that contracts of any size are measured alike. */
export interface OptionShare {
  readonly leg: LegView;
  readonly size: bigint;
}

/** Shares of legs that together can lose no more than a bounded amount. */
export interface BoundedOptions {
  /** Longs first. */
  readonly shares: readonly OptionShare[];
  /** Settlement minor units, when the shorts expire; negative where the shares are sure to pay. */
  readonly worstLoss: Fraction;
}

/** Shorts that expire together with their covers, and what else is long of that expiry. */
export interface OptionStructure extends BoundedOptions {
  readonly pairs: readonly BoundedOptions[];
  readonly spares: readonly OptionShare[];
}

export interface OptionBook {
  readonly structures: readonly OptionStructure[];
  /** Shorts without cover. */
  readonly naked: readonly OptionShare[];
  /** Longs that have no short to stand by. */
  readonly lone: readonly OptionShare[];
}

/** Does not depend on the order of the legs, nor on marks or prices. */
export function optionBook(legs: readonly LegView[]): OptionBook {
  const ordered = [...legs].sort(byInstrument);
  const left = new Map(ordered.map((leg) => [leg, optionSize(leg)]));
  const sizeLeft = (leg: LegView) => left.get(leg) as bigint;
  const pairs: Pair[] = [];
  for (const covering of coverings(ordered)) {
    const { short, long } = covering;
    const size = min(sizeLeft(short), sizeLeft(long));
    if (size === 0n) continue;
    left.set(short, sizeLeft(short) - size);
    left.set(long, sizeLeft(long) - size);
    pairs.push({ ...covering, size });
  }
  const rest = [...left].filter(([, size]) => size > 0n).map(([leg, size]) => ({ leg, size }));
  const idle = rest.filter(({ leg }) => leg.lots > 0n);
  const structures = structuresOf(pairs, idle);
  const spares = new Set(structures.flatMap((structure) => structure.spares));
  return {
    structures,
    naked: rest.filter(({ leg }) => leg.lots < 0n),
    lone: idle.filter((share) => !spares.has(share)),
  };
}

/** Lots x unit of a leg, without sign. */
function optionSize(leg: LegView): bigint {
  return abs(leg.lots) * optionOf(leg).unit;
}

interface Covering {
  readonly short: LegView;
  readonly long: LegView;
  /** Of size 1. */
  readonly worstLoss: Fraction;
}

interface Pair extends Covering {
  readonly size: bigint;
}

/** Every long that could cover a short, the best first; equals stay as they come. */
function coverings(legs: readonly LegView[]): readonly Covering[] {
  const longs = legs.filter(({ lots }) => lots > 0n);
  return legs
    .filter(({ lots }) => lots < 0n)
    .flatMap((short) =>
      longs.flatMap((long) => {
        const worstLoss = pairLoss(optionOf(short), optionOf(long));
        return worstLoss === null ? [] : [{ short, long, worstLoss }];
      }),
    )
    .sort(byCover);
}

/** Of size 1; null where the long does not cover the short. */
function pairLoss(short: OptionTerms, long: OptionTerms): Fraction | null {
  const { optionType, payoff } = short;
  if (optionType !== long.optionType || payoff !== long.payoff || short.expiryMs > long.expiryMs) return null;
  const gap = strikeStep(short, long);
  if (payoff === 'linear') return whole(gap);
  if (optionType === 'call') return { numerator: gap, denominator: long.strikeTicks };
  return gap === 0n ? whole(0n) : null;
}

/** By how much the long's strike is worse than the short's. */
function strikeStep({ optionType, strikeTicks }: OptionTerms, long: OptionTerms): bigint {
  return max(0n, optionType === 'call' ? long.strikeTicks - strikeTicks : strikeTicks - long.strikeTicks);
}

function byCover(a: Covering, b: Covering): number {
  if (isLess(a.worstLoss, b.worstLoss)) return -1;
  if (isLess(b.worstLoss, a.worstLoss)) return 1;
  return waiting(a) - waiting(b) || Number(strikeGap(a) - strikeGap(b));
}

function waiting({ short, long }: Covering): number {
  return optionOf(long).expiryMs - optionOf(short).expiryMs;
}

function strikeGap({ short, long }: Covering): bigint {
  return abs(optionOf(long).strikeTicks - optionOf(short).strikeTicks);
}

function byInstrument(a: LegView, b: LegView): number {
  return a.instrument - b.instrument || (a.leg < b.leg ? -1 : 1);
}

function structuresOf(pairs: readonly Pair[], idle: readonly OptionShare[]): OptionStructure[] {
  const keys = [...new Set(pairs.map(({ short }) => settlementOf(short)))];
  return keys.map((key) => {
    const ofKey = pairs.filter(({ short }) => settlementOf(short) === key);
    const spares = idle.filter(({ leg }) => settlementOf(leg) === key);
    const longs = ofKey.map(({ long, size }) => ({ leg: long, size }));
    const shorts = ofKey.map(({ short, size }) => ({ leg: short, size }));
    const shares = [...longs, ...spares, ...shorts];
    return { pairs: ofKey.map(boundedPair), spares, shares, worstLoss: worstLossOf(shares) };
  });
}

function boundedPair({ short, long, size, worstLoss }: Pair): BoundedOptions {
  const { numerator, denominator } = worstLoss;
  const shares = [long, short].map((leg) => ({ leg, size }));
  return { shares, worstLoss: { numerator: numerator * size, denominator } };
}

/** Settled by one price: options of one payoff that expire together. */
function settlementOf(leg: LegView): string {
  return `${optionOf(leg).payoff} ${optionOf(leg).expiryMs}`;
}

function worstLossOf(shares: readonly OptionShare[]): Fraction {
  const least = leastPayoff(
    shares.map(({ leg, size }) => ({
      ...leg,
      lots: leg.lots < 0n ? -size : size,
      option: { ...optionOf(leg), unit: 1n },
    })),
  );
  assert(least !== null, 'a covered short has a worst loss');
  return negated(least);
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
