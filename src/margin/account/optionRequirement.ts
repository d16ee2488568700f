/**
 * What the options of one underlying require together, in settlement minor units, exact. Of equity that counts options
 * at their marks, a short one against the account:
 *
 *   long        its value: it is paid, backs nothing else, and can lose no more
 *   short       its margin (shortOptionMargin.ts), and no more than it can still lose
 *   pair        the sum of the two, and no more than its worst loss + its value
 *   structure   the sum of its pairs and spare longs, and no more than its worst loss + its value
 *
 * With W the worst loss and V the value, equity >= W + V says that what stands behind the options is at least W: nothing
 * that they settle at can then be owed. So a spread never needs more than it can lose (FND-05); and as everything is
 * found anew from the positions, a short is back at its own margin once its cover is gone.
 */
import { mostOwed } from '../../market/option.js';
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import {
  addFractions,
  isLess,
  positivePart,
  smaller,
  subtractFractions,
  sumFractions,
  ZERO,
} from './fractions.js';
import type { RequirementKind } from './legRequirement.js';
import {
  type BoundedOptions,
  type OptionBook,
  type OptionShare,
  optionBook,
  optionSize,
} from './optionSpreads.js';
import { shortOptionMargin } from './shortOptionMargin.js';
import type { LegView, OptionTerms } from './view.js';

export interface OptionLegRequirement {
  readonly leg: LegView;
  readonly maintenance: Fraction;
  readonly initial: Fraction;
  /** It requires less than by itself: it is part of a spread whose loss is bounded. */
  readonly isCapped: boolean;
}

/**
 * Of all option legs of one account with the same underlying and settlement asset. The sums are what is required; how a
 * capped sum falls on its legs, longs first and none more than by itself, is for show.
 */
export function optionRequirement(legs: readonly LegView[]): readonly OptionLegRequirement[] {
  const book = optionBook(legs);
  const initial = amountsByLeg(book, figuresOf('initial', legs));
  const maintenance = amountsByLeg(book, figuresOf('maintenance', legs));
  return legs.map((leg) => {
    const [a, b] = [initial.get(leg) ?? NOTHING, maintenance.get(leg) ?? NOTHING];
    return { leg, initial: a.amount, maintenance: b.amount, isCapped: a.isCapped || b.isCapped };
  });
}

/** The same legs, in the same order, at the lower and at the higher of their marks and prices of the underlying. */
export interface OptionLegRange {
  readonly low: readonly LegView[];
  readonly high: readonly LegView[];
}

/** Between which sums maintenance stays while no mark and no price of the underlying leaves its range. */
export function optionMaintenanceRange({ low, high }: OptionLegRange): {
  readonly least: Fraction;
  readonly most: Fraction;
} {
  const book = optionBook(low);
  const atLow = figuresOf('maintenance', low);
  const atHigh = new Map([...figuresOf('maintenance', high).values()].map((figure, at) => [low[at], figure]));
  // No requirement falls as what is asked for a short, or what any leg is worth, rises.
  const corner = (isMost: boolean): Figures =>
    new Map(
      low.map((leg) => {
        const [a, b] = [atLow.get(leg) as Figure, atHigh.get(leg) as Figure];
        const isValueHigh = isMost === leg.lots > 0n;
        return [leg, { asked: (isMost ? b : a).asked, value: (isValueHigh ? b : a).value }];
      }),
    );
  return { least: totalOf(book, corner(false)), most: totalOf(book, corner(true)) };
}

/** Of a whole leg. */
interface Figure {
  /** For a short by itself, before any bound of its loss. */
  readonly asked: Fraction;
  /** At the mark, negative for a short. */
  readonly value: Fraction;
}

type Figures = ReadonlyMap<LegView, Figure>;

function figuresOf(kind: RequirementKind, legs: readonly LegView[]): Figures {
  return new Map(
    legs.map((leg) => [
      leg,
      {
        asked: leg.lots < 0n ? shortOptionMargin(kind, leg) : ZERO,
        value: valueAtMark(leg.terms, leg.lots, leg.markTicks),
      },
    ]),
  );
}

interface Amount {
  readonly amount: Fraction;
  readonly isCapped: boolean;
}

const NOTHING: Amount = { amount: ZERO, isCapped: false };

function totalOf(book: OptionBook, figures: Figures): Fraction {
  return sumFractions([...amountsByLeg(book, figures).values()].map(({ amount }) => amount));
}

function amountsByLeg(book: OptionBook, figures: Figures): ReadonlyMap<LegView, Amount> {
  const amounts = new Map<LegView, Amount>();
  for (const share of [...book.naked, ...book.lone]) fill(amounts, figures, [share], alone(figures, share));
  for (const structure of book.structures) {
    const { pairs, spares, shares } = structure;
    const parts = sumFractions([
      ...pairs.map((pair) => smaller(sumAlone(figures, pair.shares), lossBound(figures, pair))),
      sumAlone(figures, spares),
    ]);
    fill(amounts, figures, shares, smaller(parts, lossBound(figures, structure)));
  }
  return amounts;
}

/** Worst loss + value: where equity meets it nothing can be owed. */
function lossBound(figures: Figures, { shares, worstLoss }: BoundedOptions): Fraction {
  const value = sumFractions(shares.map((share) => part(share, figureOf(figures, share).value)));
  return positivePart(addFractions(worstLoss, value));
}

function sumAlone(figures: Figures, shares: readonly OptionShare[]): Fraction {
  return sumFractions(shares.map((share) => alone(figures, share)));
}

/** What the share requires by itself. */
function alone(figures: Figures, share: OptionShare): Fraction {
  const { leg } = share;
  const { asked, value } = figureOf(figures, share);
  if (leg.lots > 0n) return part(share, value);
  const owed = mostOwed(leg.option as OptionTerms, leg.lots);
  return part(share, owed === null ? asked : smaller(asked, positivePart(addFractions(owed, value))));
}

/** Lays an amount on the shares in their order, on each no more than it requires by itself. */
function fill(
  amounts: Map<LegView, Amount>,
  figures: Figures,
  shares: readonly OptionShare[],
  total: Fraction,
): void {
  let left = total;
  for (const share of shares) {
    const own = alone(figures, share);
    const taken = smaller(own, left);
    left = subtractFractions(left, taken);
    const before = amounts.get(share.leg) ?? NOTHING;
    const isCapped = before.isCapped || isLess(taken, own);
    amounts.set(share.leg, { amount: addFractions(before.amount, taken), isCapped });
  }
}

/** The share's part of an amount that is the whole leg's. */
function part({ leg, size }: OptionShare, { numerator, denominator }: Fraction): Fraction {
  const whole = optionSize(leg);
  return size === whole
    ? { numerator, denominator }
    : { numerator: numerator * size, denominator: denominator * whole };
}

function figureOf(figures: Figures, { leg }: OptionShare): Figure {
  return figures.get(leg) as Figure;
}
