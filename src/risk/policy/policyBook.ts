/**
 * The book that policies are replayed over: invented owners who hold some positions for some days, close them and take
 * others. Drawn from a seed and the calendar alone, never from prices, so that all policies meet the same book.
 */
import { seededRandom } from '../../base/random.js';

/** How an owner would hold its positions if every level let it. */
export const WISHES = ['isolated', 'cross', 'portfolio'] as const;
export type Wish = (typeof WISHES)[number];

/** Positions of one owner, all taken on one day and closed on another. */
export interface Episode {
  readonly owner: string;
  readonly wish: Wish;
  /** Whether positions may be carved out of the shared account when their instrument is raised. */
  readonly consents: boolean;
  /** First day of the calendar that they are held over, and the first that they are not. */
  readonly from: number;
  readonly until: number;
  /** An asset once. Values in money, negative for shorts, the same on each day. */
  readonly legs: readonly { readonly asset: string; readonly value: number }[];
}

export interface PolicyBookRules {
  readonly seed: string;
  readonly owners: number;
  /** Positions at once. */
  readonly legsMax: number;
  /** Values are spread evenly in their logarithm, sides are even. */
  readonly valueMin: number;
  readonly valueMax: number;
  readonly daysMin: number;
  readonly daysMax: number;
}

export const POLICY_BOOK: PolicyBookRules = {
  seed: 'book',
  owners: 300,
  legsMax: 4,
  valueMin: 1_000,
  valueMax: 100_000,
  daysMin: 10,
  daysMax: 60,
};

export interface BookSpan {
  readonly from: number;
  readonly until: number;
  /** Assets with the first day on which they may be held. */
  readonly assets: readonly { readonly asset: string; readonly from: number }[];
}

/** Each owner from the first day to the last, without a day between two episodes. */
export function policyBook(rules: PolicyBookRules, span: BookSpan): Episode[] {
  return Array.from({ length: rules.owners }, (_, at) => episodesOf(`owner-${at + 1}`, rules, span)).flat();
}

function episodesOf(owner: string, rules: PolicyBookRules, { from, until, assets }: BookSpan): Episode[] {
  const random = seededRandom(`policy-book/${rules.seed}/${owner}`);
  const wish = random.pick(WISHES);
  const consents = random.between(0, 1) === 1;
  const episodes: Episode[] = [];
  // The first began before the span, so that owners do not all change on the same days.
  for (let start = from - random.between(0, rules.daysMax); start < until; ) {
    const end = start + random.between(rules.daysMin, rules.daysMax);
    const held = Math.max(start, from);
    const open = assets.filter((some) => some.from <= held).map(({ asset }) => asset);
    if (end > from && open.length > 0) {
      const chosen = distinct(open, random.between(1, Math.min(rules.legsMax, open.length)), random);
      const legs = chosen.map((asset) => ({ asset, value: drawnValue(rules, random) }));
      episodes.push({ owner, wish, consents, from: held, until: Math.min(end, until), legs });
    }
    start = end;
  }
  return episodes;
}

function drawnValue(
  { valueMin, valueMax }: PolicyBookRules,
  random: ReturnType<typeof seededRandom>,
): number {
  const size = Math.round(valueMin * (valueMax / valueMin) ** random.unit());
  return random.between(0, 1) === 1 ? size : -size;
}

function distinct<T>(items: readonly T[], count: number, random: ReturnType<typeof seededRandom>): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(random.between(0, left.length - 1), 1)[0] as T);
}
