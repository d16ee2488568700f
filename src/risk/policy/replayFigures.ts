/** A replay in figures, over a span of its dates: what was not covered, what was locked, how often levels moved. */
import { levelRank } from '../levels/index.js';
import type { PolicyReplay, ReplayAsset, ReplayPolicy } from './policyReplay.js';
import type { ReplayDay } from './policyWalk.js';

export interface ReplaySpan {
  readonly name: string;
  /** Dates, both included. */
  readonly from: string;
  readonly to: string;
}

/** Months in which much was lost: known beforehand, not picked from results. */
export const CRISIS_MONTHS: readonly ReplaySpan[] = [
  { name: 'March 2020', from: '2020-03-01', to: '2020-03-31' },
  { name: 'May 2021', from: '2021-05-01', to: '2021-05-31' },
  { name: 'May 2022', from: '2022-05-01', to: '2022-05-31' },
  { name: 'November 2022', from: '2022-11-01', to: '2022-11-30' },
];

export interface SpanFigures {
  readonly span: ReplaySpan;
  readonly days: number;
  readonly policies: readonly PolicyFigures[];
  readonly levels: LevelFigures;
}

export interface PolicyFigures {
  readonly policy: ReplayPolicy;
  readonly grossMean: number;
  readonly capitalMean: number;
  /** Of the value of open positions. */
  readonly capitalShare: number;
  readonly shortfall: number;
  /** Account-days with one, and days with one. */
  readonly shortAccountDays: number;
  readonly shortDays: number;
  readonly worstDay: { readonly date: string; readonly shortfall: number } | null;
  readonly innocent: number;
  /** Largest rise of capital over value from one day to the next: 0.1 is a tenth more. */
  readonly largestRise: number;
  readonly carved: number;
  readonly grandfatheredDays: number;
  readonly refusedMean: number;
}

export interface LevelFigures {
  readonly rises: number;
  readonly falls: number;
  /** Rises within a week of a fall of the same asset: back where it had just left. */
  readonly flaps: number;
  /** Days on which an asset was above the lowest level, over the assets. */
  readonly raisedDays: number;
}

/** Of all judged dates, and of the given spans that lie in them wholly. */
export function replayFigures(
  replay: PolicyReplay,
  spans: readonly ReplaySpan[] = CRISIS_MONTHS,
): SpanFigures[] {
  const [first, last] = [replay.dates[0] as string, replay.dates.at(-1) as string];
  const inside = spans.filter(({ from, to }) => from >= first && to <= last);
  return [...inside, { name: 'all days', from: first, to: last }].map((span) => {
    const [from, until] = placesOf(replay.dates, span);
    return {
      span,
      days: until - from,
      policies: replay.policies.map(({ policy, days }) => policyFigures(policy, days, { from, until })),
      levels: levelFigures(replay.assets, replay.dates, { from, until }),
    };
  });
}

interface Places {
  readonly from: number;
  readonly until: number;
}

function placesOf(dates: readonly string[], { from, to }: ReplaySpan): [number, number] {
  return [dates.filter((date) => date < from).length, dates.filter((date) => date <= to).length];
}

function policyFigures(
  policy: ReplayPolicy,
  all: readonly ReplayDay[],
  { from, until }: Places,
): PolicyFigures {
  const days = all.slice(from, until);
  const sum = (of: (day: ReplayDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const [gross, capital] = [sum((day) => day.gross), sum((day) => day.capital)];
  const worst = days.reduce<ReplayDay | null>(
    (most, day) => (day.shortfall > (most?.shortfall ?? 0) ? day : most),
    null,
  );
  return {
    policy,
    grossMean: gross / days.length,
    capitalMean: capital / days.length,
    capitalShare: gross > 0 ? capital / gross : 0,
    shortfall: sum((day) => day.shortfall),
    shortAccountDays: sum((day) => day.shortAccounts),
    shortDays: days.filter(({ shortfall }) => shortfall > 0).length,
    worstDay: worst === null ? null : { date: worst.date, shortfall: worst.shortfall },
    innocent: sum((day) => day.innocent),
    largestRise: largestRise(all, { from, until }),
    carved: sum((day) => day.carved),
    grandfatheredDays: sum((day) => day.grandfathered),
    refusedMean: sum((day) => day.refusedValue) / days.length,
  };
}

function largestRise(all: readonly ReplayDay[], { from, until }: Places): number {
  const share = ({ capital, gross }: ReplayDay) => (gross > 0 ? capital / gross : 0);
  let largest = 0;
  for (let at = Math.max(1, from); at < until; at++) {
    const before = share(all[at - 1] as ReplayDay);
    if (before > 0) largest = Math.max(largest, share(all[at] as ReplayDay) / before - 1);
  }
  return largest;
}

const WEEK_MS = 7 * 86_400_000;

/** Changes at the close of a date of the span, and the days on which a level was in force. */
function levelFigures(
  assets: readonly ReplayAsset[],
  dates: readonly string[],
  { from, until }: Places,
): LevelFigures {
  let [rises, falls, flaps, raisedDays] = [0, 0, 0, 0];
  const [first, last] = [dates[from] as string, dates[until - 1] as string];
  for (const { timeline, levels, from: joined } of assets) {
    raisedDays += levels.slice(from, until).filter((level) => level !== null && levelRank(level) > 0).length;
    let fellMs = Number.NEGATIVE_INFINITY;
    for (const { date, timeMs, level, step } of timeline.changes) {
      const isRise = levelRank(level) > levelRank(step.from);
      if (date >= first && date <= last && date >= joined) {
        if (isRise) rises += 1;
        else falls += 1;
        if (isRise && timeMs - fellMs < WEEK_MS) flaps += 1;
      }
      if (!isRise) fellMs = timeMs;
    }
  }
  return { rises, falls, flaps, raisedDays };
}
