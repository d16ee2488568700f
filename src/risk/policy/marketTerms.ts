/** What a replay knows of each asset at each close: its proposed rate, its fixed rate, its level, and when it joins. */
import { err, ok, type Result } from '../../base/index.js';
import type { IsolationLevel, LevelTimeline } from '../levels/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import type { ParameterRules } from '../parameters/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import { rateTimeline } from './rateTimeline.js';

export interface AssetTerms {
  readonly asset: string;
  /** First day on which it may be held: a rate was known at the close before. */
  readonly from: number;
  /** Known at the close of each day. */
  readonly rates: Float64Array;
  /** As of the date rates were fixed at; of an asset that came later, as of the close before it joined. */
  readonly fixedRate: number;
  readonly timeline: LevelTimeline;
  /** Known at the close of a day. Before any reading it is the level of calm. */
  readonly levelAt: (day: number) => IsolationLevel;
  readonly returns: Float64Array;
}

export interface MarketTerms {
  readonly assets: readonly AssetTerms[];
  readonly leftOut: readonly string[];
  /** First day that is judged: the one after `fixedAt`. */
  readonly from: number;
}

export interface TermsQuestion {
  readonly market: AlignedMarket;
  /** One for each asset of the market, in order. */
  readonly timelines: readonly LevelTimeline[];
  readonly model: TailModel;
  readonly parameters: ParameterRules;
  readonly fixedAt: string;
  /** First day that is not replayed: assets that would join then or later are left out. */
  readonly until: number;
}

/** Refused: dates without a day to replay, a date that no asset has a rate at. */
export function marketTerms(question: TermsQuestion): Result<MarketTerms, RiskFault> {
  const { market, timelines, model, parameters, fixedAt, until } = question;
  const from = market.dates.filter((date) => date <= fixedAt).length;
  if (until <= from) return err(riskFault('bad_range', from < market.dates.length ? 'to' : 'fixedAt'));
  const assets: AssetTerms[] = [];
  const leftOut: string[] = [];
  for (const [at, { asset, returns }] of market.assets.entries()) {
    const rates = rateTimeline({ market, asset, model, rules: parameters });
    if (!rates.ok) return err({ ...rates.error, context: { ...rates.error.context, asset } });
    const first = rates.value.findIndex((rate) => !Number.isNaN(rate));
    if (first < 0 || first + 1 >= until) {
      leftOut.push(asset);
      continue;
    }
    const joins = Math.max(first + 1, from);
    const timeline = timelines[at] as LevelTimeline;
    const levels = levelsByDay(market, timeline);
    assets.push({
      asset,
      from: joins,
      rates: rates.value,
      fixedRate: rates.value[joins - 1] as number,
      timeline,
      levelAt: (day) => levels[day] as IsolationLevel,
      returns,
    });
  }
  if (!assets.some((one) => one.from === from)) return err(riskFault('bad_range', 'fixedAt'));
  return ok({ assets, leftOut, from });
}

/** First date at whose close any asset has the returns that a model needs; null where none ever has. */
export function firstRateDate({ dates, assets }: AlignedMarket, { daysMin }: TailModel): string | null {
  const found = assets.flatMap(({ returns }) => {
    const places = [...returns.keys()].filter((day) => !Number.isNaN(returns[day]));
    const place = places[daysMin - 1];
    return place === undefined ? [] : [dates[place] as string];
  });
  return found.sort()[0] ?? null;
}

function levelsByDay({ dates }: AlignedMarket, { days }: LevelTimeline): IsolationLevel[] {
  const byDate = new Map(days.map(({ date, level }) => [date, level]));
  let level: IsolationLevel = 'portfolio';
  return dates.map((date) => {
    level = byDate.get(date) ?? level;
    return level;
  });
}
