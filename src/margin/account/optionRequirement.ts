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
import { greatestFurtherLoss } from '../../market/option.js';
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
import { type BoundedOptions, type OptionBook, type OptionShare, optionBook } from './optionSpreads.js';
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
 * Of all option legs of one account with the same underlying and settlement asset. What is capped is laid on long legs
 * first, each at most its value, then on short ones, none more than by itself.
 */
export function optionRequirement(
  legs: readonly LegView[],
  book: OptionBook = optionBook(legs),
): readonly OptionLegRequirement[] {
  const initial = amountsByLeg(book, figuresOf('initial', legs));
  const maintenance = amountsByLeg(book, figuresOf('maintenance', legs));
  return legs.map((leg) => {
    const [a, b] = [initial.get(leg) ?? NOTHING, maintenance.get(leg) ?? NOTHING];
    return { leg, initial: a.amount, maintenance: b.amount, isCapped: a.isCapped || b.isCapped };
  });
}

/** Maintenance alone, of each leg as it would stand at other prices: `priced` are the same legs in the same order. */
export function optionMaintenance(
  { legs, book }: { readonly legs: readonly LegView[]; readonly book: OptionBook },
  priced: readonly LegView[],
): readonly Fraction[] {
  const figures = new Map(legs.map((leg, at) => [leg, figureOfLot('maintenance', priced[at] as LegView)]));
  const amounts = amountsByLeg(book, figures);
  return legs.map((leg) => (amounts.get(leg) ?? NOTHING).amount);
}

/** Of one lot. */
interface Figure {
  /** For a short by itself, before any bound of its loss. */
  readonly asked: Fraction;
  /** At the mark, negative for a short. */
  readonly value: Fraction;
}

type Figures = ReadonlyMap<LegView, Figure>;

function figuresOf(kind: RequirementKind, legs: readonly LegView[]): Figures {
  return new Map(legs.map((leg) => [leg, figureOfLot(kind, leg)]));
}

function figureOfLot(kind: RequirementKind, leg: LegView): Figure {
  if (leg.lots >= 0n) return { asked: ZERO, value: valueAtMark(leg.terms, 1n, leg.markTicks) };
  const lot = { ...leg, lots: -1n };
  return { asked: shortOptionMargin(kind, lot), value: valueAtMark(leg.terms, -1n, leg.markTicks) };
}

interface Amount {
  readonly amount: Fraction;
  readonly isCapped: boolean;
}

const NOTHING: Amount = { amount: ZERO, isCapped: false };

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
  const further = greatestFurtherLoss(leg.option as OptionTerms, -1n, value);
  return part(share, further === null ? asked : smaller(asked, positivePart(further)));
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

/** An amount per lot, for as many lots as the share has. */
function part({ leg, size }: OptionShare, { numerator, denominator }: Fraction): Fraction {
  return { numerator: numerator * size, denominator: denominator * (leg.option as OptionTerms).unit };
}

function figureOf(figures: Figures, { leg }: OptionShare): Figure {
  return figures.get(leg) as Figure;
}
