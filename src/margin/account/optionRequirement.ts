/**
 * What the options of one underlying require together, in settlement minor units, exact. Of equity that counts options
 * at their marks, a short one against the account, with V what all are worth:
 *
 *   long        its value: it is paid, backs nothing else, and can lose no more
 *   short       its margin (shortOptionMargin.ts), and no more than it can still lose
 *   together    M = V + D, D the least cash that must lie behind them (optionCover.ts); D of a short alone is its margin
 *               and its value, of a long alone nothing
 *
 * Equity >= M says that the cash is at least D. So a spread never needs more than it can lose (FND-05); and as everything
 * is found anew from the positions, a short is back at its own margin once its cover is gone.
 */
import { greatestFurtherLoss } from '../../market/option.js';
import { type Fraction, valueAtMark } from '../../market/payoff.js';
import {
  addFractions,
  inLowestTerms,
  isLess,
  negated,
  positivePart,
  smaller,
  subtractFractions,
  sumFractions,
  ZERO,
} from './fractions.js';
import type { RequirementKind } from './legRequirement.js';
import { leastCashBehind, type OptionCover, type OptionFigure, optionCover } from './optionCover.js';
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
 * Of all option legs of one account with the same underlying and settlement asset. The sum is laid on long legs first,
 * each at most its value, then on short ones, none more than by itself; of a side in the order of their instruments.
 */
export function optionRequirement(
  legs: readonly LegView[],
  cover: OptionCover = optionCover(legs),
): readonly OptionLegRequirement[] {
  const book = { legs, cover };
  const initial = partsByLeg(legs, togetherOf('initial', book, legs));
  const maintenance = partsByLeg(legs, togetherOf('maintenance', book, legs));
  return legs.map((leg) => {
    const [a, b] = [initial.get(leg) as Part, maintenance.get(leg) as Part];
    return { leg, initial: a.amount, maintenance: b.amount, isCapped: a.isCapped || b.isCapped };
  });
}

/** Options of one underlying, and how they may cover each other. */
export interface OptionBook {
  readonly legs: readonly LegView[];
  readonly cover: OptionCover;
}

/** M in two parts: what falls on long legs, at most their value, and the rest. */
export interface OptionsTogether {
  readonly onLongs: Fraction;
  readonly onShorts: Fraction;
}

/** Maintenance alone, of the book as it would stand at other prices: `priced` are the same legs in the same order. */
export function optionMaintenance(book: OptionBook, priced: readonly LegView[]): OptionsTogether {
  return togetherOf('maintenance', book, priced);
}

interface Together extends OptionsTogether {
  /** What each leg requires by itself. */
  readonly alone: readonly Fraction[];
}

function togetherOf(
  kind: RequirementKind,
  { legs, cover }: OptionBook,
  priced: readonly LegView[],
): Together {
  const alone = priced.map((leg) => requiredAlone(kind, leg));
  const values = priced.map(({ terms, lots, markTicks }) => valueAtMark(terms, lots, markTicks));
  const cash = leastCashBehind(
    cover,
    legs.map((leg, at) => figureOf(leg, values[at] as Fraction, alone[at] as Fraction)),
  );
  const required = addFractions(sumFractions(values), cash);
  const onLongs = smaller(required, sumFractions(values.filter((_, at) => isLong(legs[at] as LegView))));
  const onShorts = subtractFractions(required, onLongs);
  return { alone, onLongs: inLowestTerms(onLongs), onShorts: inLowestTerms(onShorts) };
}

/** A long its value; a short what is asked for it, and no more than it can still lose. */
function requiredAlone(kind: RequirementKind, leg: LegView): Fraction {
  const { terms, lots, markTicks } = leg;
  const value = valueAtMark(terms, lots, markTicks);
  if (isLong(leg)) return value;
  const asked = shortOptionMargin(kind, leg);
  const further = greatestFurtherLoss(leg.option as OptionTerms, lots, value);
  return further === null ? asked : smaller(asked, positivePart(further));
}

function figureOf(leg: LegView, value: Fraction, alone: Fraction): OptionFigure {
  const { unit } = leg.option as OptionTerms;
  const perSize = ({ numerator, denominator }: Fraction) => {
    return { numerator, denominator: denominator * (isLong(leg) ? leg.lots : -leg.lots) * unit };
  };
  const worth = isLong(leg) ? value : negated(value);
  return { value: perSize(worth), behind: isLong(leg) ? ZERO : perSize(addFractions(alone, worth)) };
}

interface Part {
  readonly amount: Fraction;
  readonly isCapped: boolean;
}

function partsByLeg(legs: readonly LegView[], together: Together): ReadonlyMap<LegView, Part> {
  const left = { long: together.onLongs, short: together.onShorts };
  const alone = new Map(legs.map((leg, at) => [leg, together.alone[at] as Fraction]));
  const parts = new Map<LegView, Part>();
  for (const leg of [...legs].sort(byInstrument)) {
    const side = isLong(leg) ? 'long' : 'short';
    const own = alone.get(leg) as Fraction;
    const amount = smaller(own, left[side]);
    left[side] = subtractFractions(left[side], amount);
    parts.set(leg, { amount, isCapped: isLess(amount, own) });
  }
  return parts;
}

function byInstrument(a: LegView, b: LegView): number {
  return a.instrument - b.instrument || (a.leg < b.leg ? -1 : 1);
}

function isLong({ lots }: LegView): boolean {
  return lots > 0n;
}
