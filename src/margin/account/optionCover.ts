/**
 * The least cash that must lie behind the options of one underlying, over all ways in which longs can cover shorts.
 *
 * A group is of one expiry. It takes y of the shorts that expire then and x of the longs that expire no earlier, and has
 * cash w behind it: no less than it costs at any price S of the underlying, a long that lives on counted at its intrinsic
 * value, nor than it would cost at the marks. Behind what is left of a short lies a, its margin and its value; behind
 * what is left of a long nothing. Sizes n are lots x unit, p(S) is what a size of 1 pays and v what it is marked at:
 *
 *   D = min over 0 <= y <= n, 0 <= x, sum over groups of x <= n, w   of   sum of a x (n - y) + sum over groups of w
 *
 *       w >= sum of p(S) x y - sum of p(S) x x     at every S
 *       w >= sum of v x y - sum of v x x
 *
 * A linear program. What covers two books apart covers them together, each short and long being on one side in both: so
 * D of both is no more than the sum of the two. And D never falls as an `a` or a short's v rises, or as a long's v falls.
 *
 * In S (linear) or 1 / S (inverse) a long's payoff bends upwards and a short's downwards. So a group pays least at the
 * strike of a long, at the end where S, or 1 / S, is zero, or without bound where the other end falls: a row of the
 * program each. The row of the first end is used up: r = w + the payoff there, r >= 0, stands for w.
 */
import { max, min } from '../../base/integers.js';
import { greatestValue } from '../../base/linearProgram.js';
import type { Fraction } from '../../market/payoff.js';
import {
  commonNumerators,
  inLowestTerms,
  subtractFractions,
  sumFractions,
  whole,
  ZERO,
} from './fractions.js';
import { grouped } from './groups.js';
import type { LegView, OptionTerms } from './view.js';

/** Which groups there can be: found from positions alone. */
export interface OptionCover {
  readonly programs: readonly CoverProgram[];
  /** Shorts that no long can join. */
  readonly naked: readonly LegView[];
}

/** Of a size of 1, neither with a sign. */
export interface OptionFigure {
  /** At the mark. */
  readonly value: Fraction;
  /** Of a short: a. */
  readonly behind: Fraction;
}

export type FigureOf = (leg: LegView) => OptionFigure;

/** D, in settlement minor units; below zero where options are sure to pay. */
export function leastCashBehind({ programs, naked }: OptionCover, figureOf: FigureOf): Fraction {
  const apart = naked.map((leg) => behind(leg, figureOf));
  return sumFractions([...apart, ...programs.map((program) => leastOf(program, figureOf))]);
}

interface CoverProgram {
  readonly shorts: readonly LegView[];
  /** Of each y, each x, each r. */
  readonly columns: readonly Column[];
  readonly groupCount: number;
  /** What does not depend on prices: on sizes, and on what is paid at strikes and at the far end. */
  readonly rows: readonly Row[];
}

type Row = { readonly of: readonly bigint[]; readonly most: bigint };

/** A leg in a group: what a size of 1 adds to w is -p(S) of a long, p(S) of a short. Without a leg: r itself. */
interface Column {
  readonly group: number;
  readonly leg: LegView | null;
}

/** The most legs that one program has. */
export const LEGS_COVERED_TOGETHER = 24;

export function optionCover(legs: readonly LegView[]): OptionCover {
  const programs = partsOf(legs).flatMap(programOf);
  const covered = new Set(programs.flatMap(({ shorts }) => shorts));
  return { programs, naked: legs.filter((leg) => !isLong(leg) && !covered.has(leg)) };
}

/** By payoff. Too many legs for one program: those of each expiry apart, cut in the order of their strikes. */
function partsOf(legs: readonly LegView[]): readonly (readonly LegView[])[] {
  return grouped(legs, (leg) => optionOf(leg).payoff).flatMap((ofPayoff) => {
    if (ofPayoff.length <= LEGS_COVERED_TOGETHER) return [ofPayoff];
    return grouped(ofPayoff, (leg) => optionOf(leg).expiryMs).flatMap(cut);
  });
}

function cut(legs: readonly LegView[]): readonly (readonly LegView[])[] {
  const ordered = [...legs].sort(byStrike);
  const count = Math.ceil(ordered.length / LEGS_COVERED_TOGETHER);
  const size = Math.ceil(ordered.length / count);
  return Array.from({ length: count }, (_, at) => ordered.slice(at * size, (at + 1) * size));
}

function byStrike(a: LegView, b: LegView): number {
  return (
    Number(optionOf(a).strikeTicks - optionOf(b).strikeTicks) ||
    a.instrument - b.instrument ||
    (a.leg < b.leg ? -1 : 1)
  );
}

/** None where no group can do better than its legs apart. */
function programOf(legs: readonly LegView[]): readonly CoverProgram[] {
  const expiries = [...new Set(legs.map((leg) => optionOf(leg).expiryMs))];
  const groups = expiries.map((expiryMs) => joining(legs, expiryMs)).filter(isUseful);
  if (groups.length === 0) return [];
  const columns: Column[] = [
    ...groups.flatMap((members, group) => members.map((leg) => ({ group, leg }))),
    ...groups.map((_, group) => ({ group, leg: null })),
  ];
  const joined = [...new Set(groups.flat())];
  const rows = [
    ...joined.map((leg) => ({ of: columns.map((one) => (one.leg === leg ? 1n : 0n)), most: sizeOf(leg) })),
    ...groups.flatMap((members, group) => payoffRows(members, group, columns)),
  ];
  return [{ shorts: joined.filter((leg) => !isLong(leg)), columns, rows, groupCount: groups.length }];
}

function joining(legs: readonly LegView[], expiryMs: number): readonly LegView[] {
  return legs.filter((leg) => {
    const expires = optionOf(leg).expiryMs;
    return isLong(leg) ? expires >= expiryMs : expires === expiryMs;
  });
}

/** Longs alone stand for nothing else, whatever they are sure to pay. */
function isUseful(members: readonly LegView[]): boolean {
  return members.some(isLong) && !members.every(isLong);
}

/** At the strike of each long, and at the far end. */
function payoffRows(members: readonly LegView[], group: number, columns: readonly Column[]): readonly Row[] {
  const strikes = new Set(members.filter(isLong).map((leg) => optionOf(leg).strikeTicks));
  const row = (paid: (option: OptionTerms) => bigint, ofRest: bigint): Row => ({
    of: columns.map(({ leg, ...column }) => {
      if (column.group !== group) return 0n;
      return leg === null ? -ofRest : signed(leg, paid(optionOf(leg)));
    }),
    most: 0n,
  });
  return [
    ...[...strikes].map((strike) =>
      row((option) => lessThanAtNearEnd(option, strike), scaleAt(members, strike)),
    ),
    row((option) => -slopeAtFarEnd(option), 0n),
  ];
}

/** p at the near end less p(S), x S where it is inverse. Linear puts and inverse calls pay most at the near end. */
function lessThanAtNearEnd(option: OptionTerms, priceTicks: bigint): bigint {
  const { optionType, strikeTicks } = option;
  if (isBounded(option)) return min(strikeTicks, priceTicks);
  return -max(0n, optionType === 'call' ? priceTicks - strikeTicks : strikeTicks - priceTicks);
}

function scaleAt(members: readonly LegView[], priceTicks: bigint): bigint {
  return optionOf(members[0] as LegView).payoff === 'linear' ? 1n : priceTicks;
}

/** How fast it goes on rising where S (linear), or 1 / S (inverse), has no end. */
function slopeAtFarEnd(option: OptionTerms): bigint {
  if (isBounded(option)) return 0n;
  return option.payoff === 'linear' ? 1n : option.strikeTicks;
}

/** Where S (linear) or 1 / S (inverse) is zero. */
function paidAtNearEnd(option: OptionTerms): Fraction {
  if (!isBounded(option)) return ZERO;
  return whole(option.payoff === 'linear' ? option.strikeTicks : 1n);
}

function isBounded({ payoff, optionType }: OptionTerms): boolean {
  return optionType === (payoff === 'linear' ? 'put' : 'call');
}

/** All shorts by themselves, less what groups save. */
function leastOf({ shorts, columns, rows, groupCount }: CoverProgram, figureOf: FigureOf): Fraction {
  const paid = (leg: LegView) => paidAtNearEnd(optionOf(leg));
  const saved = commonNumerators(
    columns.map(({ leg }) => {
      if (leg === null) return MINUS_ONE;
      return isLong(leg) ? paid(leg) : subtractFractions(figureOf(leg).behind, paid(leg));
    }),
  );
  const marked = commonNumerators(
    columns.map(({ leg }) => (leg === null ? MINUS_ONE : subtractFractions(paid(leg), figureOf(leg).value))),
  );
  const markRows = Array.from({ length: groupCount }, (_, group) => ({
    of: columns.map(({ leg, ...column }, at) => {
      if (column.group !== group) return 0n;
      const entry = marked.numerators[at] as bigint;
      return leg === null ? entry : signed(leg, entry);
    }),
    most: 0n,
  }));
  const most = greatestValue({ rows: [...rows, ...markRows], objective: saved.numerators });
  const savedMost = { ...most, denominator: most.denominator * saved.denominator };
  const apart = sumFractions(shorts.map((leg) => behind(leg, figureOf)));
  return inLowestTerms(subtractFractions(apart, savedMost));
}

const MINUS_ONE = whole(-1n);

/** p, or what is left of it, as it counts against w: a short's towards it. */
function signed(leg: LegView, amount: bigint): bigint {
  return isLong(leg) ? amount : -amount;
}

function behind(leg: LegView, figureOf: FigureOf): Fraction {
  const { numerator, denominator } = figureOf(leg).behind;
  return { numerator: numerator * sizeOf(leg), denominator };
}

/** Lots x unit, without sign. */
function sizeOf(leg: LegView): bigint {
  const { unit } = optionOf(leg);
  return (isLong(leg) ? leg.lots : -leg.lots) * unit;
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
