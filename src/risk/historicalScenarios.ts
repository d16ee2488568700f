/**
 * Scenarios that happened: one for each date, with the returns of all underlyings on that date together, so that days
 * on which everything fell stay days on which everything falls. Returns are simple, never logarithms: -0.1 is a fall
 * by a tenth. Their horizon is that of the series.
 */
import { err, ok, type Result } from '../base/index.js';
import { seededRandom } from '../base/random.js';
import { quantizeMovePpm } from './quantize.js';
import { priceShock, type Scenario, type Shock } from './scenario.js';

/** Simple returns of one underlying, by date. Dates are names that sort in time: `2020-03-12`. */
export interface ReturnSeries {
  readonly underlying: string;
  readonly returns: readonly DatedReturn[];
}

export interface DatedReturn {
  readonly date: string;
  /** Simple return of the price, over -1. */
  readonly priceReturn: number;
  /** Relative change of implied volatility on that date, if known: 0.2 is from 50% to 60%. */
  readonly volatilityReturn?: number;
}

export type HistoryFault =
  | { readonly reason: 'badReturn'; readonly underlying: string; readonly date: string }
  | { readonly reason: 'repeatedDate'; readonly underlying: string; readonly date: string }
  /** No date on which every series has a return. */
  | { readonly reason: 'noCommonDate' };

/** A scenario for each date that all series have, oldest first; with `last`, only so many of the newest. */
export function historicalScenarios(
  series: readonly ReturnSeries[],
  { last = null }: { readonly last?: number | null } = {},
): Result<Scenario[], HistoryFault> {
  const fault = historyFault(series);
  if (fault !== null) return err(fault);
  const byUnderlying = series.map(({ underlying, returns }) => ({
    underlying,
    byDate: new Map(returns.map((entry) => [entry.date, entry])),
  }));
  const dates = (series[0]?.returns ?? [])
    .map(({ date }) => date)
    .filter((date) => byUnderlying.every(({ byDate }) => byDate.has(date)))
    .sort();
  if (dates.length === 0) return err({ reason: 'noCommonDate' });
  const kept = last === null ? dates : dates.slice(-last);
  return ok(
    kept.map((date) => ({
      id: date,
      shocks: new Map(
        byUnderlying.map(({ underlying, byDate }) => [underlying, shockOf(byDate.get(date) as DatedReturn)]),
      ),
    })),
  );
}

/** Scenarios drawn with replacement, the same for a seed on every machine; ids say which draw: `2020-03-12/draw-7`. */
export function drawScenarios(
  scenarios: readonly Scenario[],
  { count, seed }: { readonly count: number; readonly seed: string },
): Scenario[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, draw) => {
    const { id, shocks } = random.pick(scenarios);
    return { id: `${id}/draw-${draw + 1}`, shocks };
  });
}

function shockOf({ priceReturn, volatilityReturn }: DatedReturn): Shock {
  const shock = priceShock(quantizeMovePpm(priceReturn));
  if (volatilityReturn === undefined) return shock;
  return {
    ...shock,
    volatility: {
      kind: 'relative',
      changePpm: quantizeMovePpm(volatilityReturn),
      term: { kind: 'flat' },
      volatilityMinPpm: 0n,
    },
  };
}

function historyFault(series: readonly ReturnSeries[]): HistoryFault | null {
  for (const { underlying, returns } of series) {
    const seen = new Set<string>();
    for (const { date, priceReturn, volatilityReturn = 0 } of returns) {
      const isReturn = (value: number) => Number.isFinite(value) && quantizeMovePpm(value) > -1_000_000n;
      if (!isReturn(priceReturn) || !isReturn(volatilityReturn))
        return { reason: 'badReturn', underlying, date };
      if (seen.has(date)) return { reason: 'repeatedDate', underlying, date };
      seen.add(date);
    }
  }
  return null;
}
