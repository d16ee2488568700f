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
import { cornerOf, greatestOn, greatestValue } from '../../base/linearProgram.js';
import type { Fraction } from '../../market/payoff.js';
import { againstCash, type CoverProgram, coverPrograms, paidAtNearEnd, sizeOf } from './coverProgram.js';
import { commonNumerators, inLowestTerms, subtractFractions, sumFractions, whole } from './fractions.js';
import type { LegView, OptionTerms } from './view.js';

/** Found from positions alone. Legs are told by their place in the list. */
export interface OptionCover {
  readonly sizes: readonly bigint[];
  readonly programs: readonly CoverProgram[];
}

/**
 * The same positions at other prices are asked for again and again: what was found for them last is where the search for
 * the next solution starts. That saves time only: how much D is does not depend on it.
 */
export function optionCover(legs: readonly LegView[]): OptionCover {
  const key = legs.map(positionKey).join();
  const cover = remembered.get(key) ?? { sizes: legs.map(sizeOf), programs: coverPrograms(legs) };
  remembered.delete(key);
  remembered.set(key, cover);
  if (remembered.size > BOOKS_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  return cover;
}

/** The latest last. */
const remembered = new Map<string, OptionCover>();
const BOOKS_REMEMBERED = 256;

/** All that coverProgram.ts looks at. */
function positionKey({ instrument, leg, lots, option }: LegView): string {
  const { payoff, optionType, strikeTicks, unit, expiryMs } = option as OptionTerms;
  return `${instrument} ${leg} ${lots} ${payoff} ${optionType} ${strikeTicks} ${unit} ${expiryMs}`;
}

/** Of a size of 1, neither with a sign. */
export interface OptionFigure {
  /** At the mark. */
  readonly value: Fraction;
  /** Of a short: a. Of a long: zero. */
  readonly behind: Fraction;
}

/** D, in settlement minor units; below zero where options are sure to pay. One figure for each leg. */
export function leastCashBehind(
  { sizes, programs }: OptionCover,
  figures: readonly OptionFigure[],
): Fraction {
  const apart = figures.map(({ behind: { numerator, denominator } }, at) => {
    return { numerator: numerator * (sizes[at] as bigint), denominator };
  });
  const saved = programs.map((program) => mostSaved(program, figures));
  return inLowestTerms(subtractFractions(sumFractions(apart), sumFractions(saved)));
}

/**
 * By groups, of what all shorts have behind them apart. The rows of the marks matter only where something is marked below
 * what it is sure to pay, so it is solved without them first: the rest does not change with prices, and each solution
 * starts from the one before.
 */
function mostSaved(program: CoverProgram, figures: readonly OptionFigure[]): Fraction {
  const { columns, dictionary } = program;
  const gains = commonNumerators(
    columns.map(({ leg }) => {
      if (leg === null) return MINUS_ONE;
      const paid = paidAtNearEnd(leg.option);
      return leg.isLong ? paid : subtractFractions((figures[leg.at] as OptionFigure).behind, paid);
    }),
  );
  const found = greatestOn(dictionary, gains.numerators);
  const rows = markRows(program, figures);
  const corner = cornerOf(dictionary);
  const isMet = rows.every(({ of }) => of.reduce((sum, entry, at) => sum + entry * corner[at]!, 0n) <= 0n);
  const { numerator, denominator } = isMet
    ? found
    : greatestValue({ rows: [...program.rows, ...rows], objective: gains.numerators });
  return { numerator, denominator: denominator * gains.denominator };
}

const MINUS_ONE = whole(-1n);

/** One of each group: r is no less than what is paid at the near end less the value at the marks. */
function markRows(
  { columns, groupCount }: CoverProgram,
  figures: readonly OptionFigure[],
): CoverProgram['rows'] {
  const { numerators } = commonNumerators(
    columns.map(({ leg }) => {
      if (leg === null) return MINUS_ONE;
      return subtractFractions(paidAtNearEnd(leg.option), (figures[leg.at] as OptionFigure).value);
    }),
  );
  return Array.from({ length: groupCount }, (_, group) => ({
    of: columns.map((column, at) => {
      const entry = numerators[at] as bigint;
      if (column.group !== group) return 0n;
      return column.leg === null ? entry : againstCash(column.leg, entry);
    }),
    most: 0n,
  }));
}
