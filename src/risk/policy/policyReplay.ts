/**
 * What margin policies would have done to one book over a price history, day by day: margin by what was known at the close
 * before, the loss of the day against it, and what was locked for it. The book is the same under each policy.
 */
import { ok, type Result } from '../../base/index.js';
import {
  type IsolationLevel,
  LEVEL_RULES,
  type LevelRules,
  type LevelTimeline,
  levelTimeline,
  type ObservedReadings,
} from '../levels/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import { PARAMETER_RULES, type ParameterRules } from '../parameters/index.js';
import type { RiskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import { type MarketTerms, marketTerms } from './marketTerms.js';
import { OFFSET_RULES, type OffsetRules } from './offsetSet.js';
import { type Episode, POLICY_BOOK, type PolicyBookRules, policyBook } from './policyBook.js';
import { type ReplayDay, walkPolicies } from './policyWalk.js';

export interface PolicyReplayQuestion {
  readonly market: AlignedMarket;
  readonly model: TailModel;
  /** Fixed rates are those of the close of this date, held from the next on; it ends what they know. */
  readonly fixedAt: string;
  /** Last date that is judged; null is the last there is. */
  readonly to: string | null;
  readonly parameters?: ParameterRules;
  readonly levels?: LevelRules;
  readonly offsets?: OffsetRules;
  readonly book?: PolicyBookRules | readonly Episode[];
  /** What else was known of an asset at a time, for its level. */
  readonly observed?: (asset: string, timeMs: number) => Partial<ObservedReadings>;
}

/**
 * `fixed`: rates and scenarios as of one date. `fixedSameCapital`: those rates times one number, chosen in hindsight so that it
 * locks in all what `dynamic` does. `dynamic`: as proposed at each close. `levels`: the same, and what the levels allow.
 * `isolated`: the same rates, each position alone from the first day: what levels are measured by.
 */
export const REPLAY_POLICIES = ['fixed', 'fixedSameCapital', 'dynamic', 'levels', 'isolated'] as const;
export type ReplayPolicy = (typeof REPLAY_POLICIES)[number];

export interface PolicyReplay {
  /** Judged dates. */
  readonly dates: readonly string[];
  readonly assets: readonly ReplayAsset[];
  /** Assets that the model never had enough returns of: not in the book. */
  readonly leftOut: readonly string[];
  readonly policies: readonly { readonly policy: ReplayPolicy; readonly days: readonly ReplayDay[] }[];
  /** What fixed rates are multiplied by in `fixedSameCapital`. */
  readonly sameCapitalFactor: number;
  readonly episodes: number;
}

/** By judged date: what was in force over it, so as of the close before. NaN and null before the asset is in the book. */
export interface ReplayAsset {
  readonly asset: string;
  /** First date on which it may be held. */
  readonly from: string;
  readonly fixedRates: Float64Array;
  readonly rates: Float64Array;
  readonly levels: readonly (IsolationLevel | null)[];
  readonly timeline: LevelTimeline;
}

/** Refused: what model and levels refuse, a date outside the history or before any asset has a rate. */
export function policyReplay(question: PolicyReplayQuestion): Result<PolicyReplay, RiskFault> {
  const { market, fixedAt, to, parameters = PARAMETER_RULES, offsets = OFFSET_RULES } = question;
  const { book = POLICY_BOOK } = question;
  const timelines: LevelTimeline[] = [];
  for (const { asset } of market.assets) {
    const { observed } = question;
    const line = levelTimeline({
      market,
      asset,
      rules: question.levels ?? LEVEL_RULES,
      ...(observed === undefined ? {} : { observed: (timeMs: number) => observed(asset, timeMs) }),
    });
    if (!line.ok) return line;
    timelines.push(line.value);
  }
  const until = to === null ? market.dates.length : market.dates.filter((date) => date <= to).length;
  const { model } = question;
  const made = marketTerms({ market, timelines, model, parameters, fixedAt, until });
  if (!made.ok) return made;
  const terms = made.value;
  const episodes = isEpisodes(book) ? book : policyBook(book, spanOf(terms, until));
  const walked = walkPolicies({ market, terms, until, episodes, offsets });
  if (!walked.ok) return walked;
  const days = { from: terms.from, until };
  return ok({
    dates: market.dates.slice(days.from, until),
    assets: terms.assets.map((one) => ({
      asset: one.asset,
      from: market.dates[one.from] as string,
      fixedRates: overDays(one.from, days, () => one.fixedRate),
      rates: overDays(one.from, days, (day) => one.rates[day - 1] as number),
      levels: Array.from({ length: until - days.from }, (_, place) =>
        days.from + place < one.from ? null : one.levelAt(days.from + place - 1),
      ),
      timeline: one.timeline,
    })),
    leftOut: terms.leftOut,
    ...walked.value,
    episodes: episodes.length,
  });
}

function isEpisodes(book: PolicyBookRules | readonly Episode[]): book is readonly Episode[] {
  return Array.isArray(book);
}

function spanOf({ from, assets }: MarketTerms, until: number) {
  return { from, until, assets: assets.map((one) => ({ asset: one.asset, from: one.from })) };
}

function overDays(
  first: number,
  { from, until }: { readonly from: number; readonly until: number },
  termOf: (day: number) => number,
): Float64Array {
  return Float64Array.from({ length: until - from }, (_, at) =>
    from + at < first ? Number.NaN : termOf(from + at),
  );
}
