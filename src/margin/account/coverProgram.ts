/**
 * The part of the linear program of optionCover.ts that does not depend on prices: which groups there can be, how many
 * lots there are, and what is paid at strikes and at the far end.
 */
import { abs, max, min } from '../../base/integers.js';
import { type Dictionary, dictionaryOf, type ProgramRow } from '../../base/linearProgram.js';
import type { Fraction } from '../../market/payoff.js';
import { whole, ZERO } from './fractions.js';
import { grouped } from './groups.js';
import type { LegView, OptionTerms } from './view.js';

export interface CoverProgram {
  /** Of each y and x, then of each r. */
  readonly columns: readonly CoverColumn[];
  readonly groupCount: number;
  readonly rows: readonly ProgramRow[];
  /** Of these rows, at the corner that was found last. */
  readonly dictionary: Dictionary;
}

export interface CoverColumn {
  readonly group: number;
  /** Of a y or x. Null: r of the group. */
  readonly leg: CoverLeg | null;
}

export interface CoverLeg {
  /** Its place in the list. */
  readonly at: number;
  readonly isLong: boolean;
  readonly size: bigint;
  readonly option: OptionTerms;
}

/** More legs are not covered together. */
export const LEGS_COVERED_TOGETHER = 24;

/** Of the options of one underlying and settlement asset. None where nothing can be covered. */
export function coverPrograms(legs: readonly LegView[]): readonly CoverProgram[] {
  const ordered = [...legs.entries()].sort(([, a], [, b]) => byInstrument(a, b));
  const members = ordered.map(([at, leg]) => ({
    ...{ at, isLong: leg.lots > 0n, size: sizeOf(leg), option: optionOf(leg) },
  }));
  return partsOf(members).flatMap(programOf);
}

/** Lots x unit, without sign. */
export function sizeOf(leg: LegView): bigint {
  return abs(leg.lots) * optionOf(leg).unit;
}

function byInstrument(a: LegView, b: LegView): number {
  return a.instrument - b.instrument || (a.leg < b.leg ? -1 : 1);
}

/** By payoff. Too many legs for one program: those of each expiry apart, cut in the order of their strikes. */
function partsOf(members: readonly CoverLeg[]): readonly (readonly CoverLeg[])[] {
  return grouped(members, ({ option }) => option.payoff).flatMap((ofPayoff) => {
    if (ofPayoff.length <= LEGS_COVERED_TOGETHER) return [ofPayoff];
    return grouped(ofPayoff, ({ option }) => option.expiryMs).flatMap(cut);
  });
}

function cut(members: readonly CoverLeg[]): readonly (readonly CoverLeg[])[] {
  const ordered = [...members].sort((a, b) => Number(a.option.strikeTicks - b.option.strikeTicks));
  const count = Math.ceil(ordered.length / LEGS_COVERED_TOGETHER);
  const size = Math.ceil(ordered.length / count);
  return Array.from({ length: count }, (_, at) => ordered.slice(at * size, (at + 1) * size));
}

function programOf(members: readonly CoverLeg[]): readonly CoverProgram[] {
  const expiries = [...new Set(members.map(({ option }) => option.expiryMs))];
  const groups = expiries.map((expiryMs) => joining(members, expiryMs)).filter(isMixed);
  if (groups.length === 0) return [];
  const columns: CoverColumn[] = [
    ...groups.flatMap((of, group) => of.map((leg) => ({ group, leg }))),
    ...groups.map((_, group) => ({ group, leg: null })),
  ];
  const joined = [...new Set(groups.flat())];
  const rows = [
    ...joined.map((one) => ({ of: columns.map(({ leg }) => (leg === one ? 1n : 0n)), most: one.size })),
    ...groups.flatMap((of, group) => payoffRows(of, group, columns)),
  ];
  return [{ columns, groupCount: groups.length, rows, dictionary: dictionaryOf(rows, columns.length) }];
}

/** Shorts that expire then and longs that expire no earlier. */
function joining(members: readonly CoverLeg[], expiryMs: number): readonly CoverLeg[] {
  return members.filter(({ option, isLong }) =>
    isLong ? option.expiryMs >= expiryMs : option.expiryMs === expiryMs,
  );
}

/** Longs alone stand for nothing else, whatever they are sure to pay. */
function isMixed(members: readonly CoverLeg[]): boolean {
  return members.some(({ isLong }) => isLong) && !members.every(({ isLong }) => isLong);
}

/** At the strike of each long, and at the far end. */
function payoffRows(
  members: readonly CoverLeg[],
  group: number,
  columns: readonly CoverColumn[],
): readonly ProgramRow[] {
  const strikes = new Set(members.filter(({ isLong }) => isLong).map(({ option }) => option.strikeTicks));
  const { payoff } = (members[0] as CoverLeg).option;
  const row = (paid: (option: OptionTerms) => bigint, ofRest: bigint): ProgramRow => ({
    of: columns.map((column) => {
      if (column.group !== group) return 0n;
      return column.leg === null ? -ofRest : againstCash(column.leg, paid(column.leg.option));
    }),
    most: 0n,
  });
  return [
    ...[...strikes].map((strike) =>
      row((option) => lessThanAtNearEnd(option, strike), payoff === 'linear' ? 1n : strike),
    ),
    row((option) => -slopeAtFarEnd(option), 0n),
  ];
}

/** What a long no longer pays and what a short no longer costs, as it counts in the cash that a group needs. */
export function againstCash({ isLong }: CoverLeg, amount: bigint): bigint {
  return isLong ? amount : -amount;
}

/** Where S (linear) or 1 / S (inverse) is zero: linear puts and inverse calls pay most there, the others nothing. */
export function paidAtNearEnd(option: OptionTerms): Fraction {
  if (!isBounded(option)) return ZERO;
  return whole(option.payoff === 'linear' ? option.strikeTicks : 1n);
}

/** p at the near end less p(S), x S where it is inverse. */
function lessThanAtNearEnd(option: OptionTerms, priceTicks: bigint): bigint {
  const { optionType, strikeTicks } = option;
  if (isBounded(option)) return min(strikeTicks, priceTicks);
  return -max(0n, optionType === 'call' ? priceTicks - strikeTicks : strikeTicks - priceTicks);
}

/** How fast it goes on rising where S (linear), or 1 / S (inverse), has no end. */
function slopeAtFarEnd(option: OptionTerms): bigint {
  if (isBounded(option)) return 0n;
  return option.payoff === 'linear' ? 1n : option.strikeTicks;
}

function isBounded({ payoff, optionType }: OptionTerms): boolean {
  return optionType === (payoff === 'linear' ? 'put' : 'call');
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
