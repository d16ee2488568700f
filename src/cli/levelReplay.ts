/** `bulkhead levels --replay`: the book, the dates and the model of a replay of margin policies, and its answer as JSON. */
import {
  type AlignedMarket,
  filteredModel,
  firstRateDate,
  OFFSET_RULES,
  PARAMETER_RULES,
  POLICY_BOOK,
  type PolicyReplay,
  type PolicyReplayQuestion,
  policyReplay,
  replayFigures,
  replaySince,
  riskFaultText,
  type SpanFigures,
} from '../risk/index.js';
import { type ParsedArguments, wholeNumber } from './arguments.js';
import { Refusal } from './failures.js';

export interface LevelReplay {
  readonly replay: PolicyReplay;
  readonly figures: readonly SpanFigures[];
  readonly json: object;
}

/** Before the crises that are judged. A history that has no rate by then is judged from its first rate. */
const FIXED_AT = '2019-12-31';

export function replayOf(
  market: AlignedMarket,
  parsed: ParsedArguments,
  observed: NonNullable<PolicyReplayQuestion['observed']>,
): LevelReplay {
  const model = filteredModel();
  const first = firstRateDate(market, model);
  if (first === null)
    throw new Refusal('too_few', `no asset has the ${model.daysMin} returns that a rate needs`);
  const book = {
    ...POLICY_BOOK,
    seed: parsed.text('seed') ?? POLICY_BOOK.seed,
    owners: wholeNumber(parsed, 'owners', { min: 1, max: 10_000, fallback: POLICY_BOOK.owners }),
  };
  const isLater = first > FIXED_AT || FIXED_AT >= (market.dates.at(-1) as string);
  const fixedAt = parsed.text('fixed-at') ?? (isLater ? first : FIXED_AT);
  const to = parsed.text('to') ?? null;
  const whole = policyReplay({ market, model, fixedAt, to, book, observed });
  if (!whole.ok) throw new Refusal(whole.error.code, riskFaultText(whole.error));
  const replay = replaySince(whole.value, parsed.text('from') ?? '');
  if (replay === null) throw new Refusal('bad_range', '--from is after the last day');
  const figures = replayFigures(replay);
  const { initialConfidence, policy } = PARAMETER_RULES;
  const { joint: _, ...offsets } = OFFSET_RULES;
  const settings = {
    model: model.id,
    confidence: initialConfidence,
    antiProcyclical: policy.id,
    offsets,
    fixedAt,
    book,
  };
  return { replay, figures, json: jsonOf(replay, figures, settings) };
}

/** Rates before an asset joined are null. */
function jsonOf(replay: PolicyReplay, figures: readonly SpanFigures[], settings: object): object {
  return {
    settings,
    spans: figures,
    sameCapitalFactor: replay.sameCapitalFactor,
    leftOut: replay.leftOut,
    dates: replay.dates,
    assets: replay.assets.map(({ asset, from, fixedRates, rates, levels, timeline }) => ({
      asset,
      from,
      fixedRates: [...fixedRates],
      rates: [...rates],
      levels,
      changes: timeline.changes,
      daysRead: timeline.daysRead,
      neverRead: timeline.neverRead,
    })),
    policies: replay.policies,
  };
}
