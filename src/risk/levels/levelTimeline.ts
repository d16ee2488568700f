/** The levels that an instrument would have had over a price history: each date judged by what was known at its close. */
import { err, ok, type Result } from '../../base/index.js';
import type { AlignedMarket } from '../market/alignedMarket.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import { LEVEL_DRIVERS, type LevelDriver, NO_READINGS } from './drivers.js';
import type { IsolationLevel } from './isolationLevel.js';
import { initialLevel, type LevelState, type LevelStep, nextLevel } from './nextLevel.js';
import type { ObservedReadings } from './observedDrivers.js';
import { PRICE_DRIVER_SETTINGS, type PriceDriverSettings, priceDrivers } from './priceDrivers.js';
import type { LevelRules } from './rules.js';

export interface LevelTimeline {
  readonly asset: string;
  /** One for each date with a return of the asset. */
  readonly days: readonly LevelDay[];
  /** Dates on which the level changed, with the numbers that decided. */
  readonly changes: readonly (LevelDay & { readonly step: LevelStep })[];
  /** On how many of the days each driver had data. */
  readonly daysRead: Readonly<Record<LevelDriver, number>>;
  /** Drivers that no date had data for: neutral throughout. */
  readonly neverRead: readonly LevelDriver[];
}

export interface LevelDay {
  readonly date: string;
  readonly timeMs: number;
  readonly level: IsolationLevel;
  readonly score: number;
}

export interface LevelTimelineQuestion {
  readonly market: AlignedMarket;
  readonly asset: string;
  readonly rules: LevelRules;
  readonly settings?: PriceDriverSettings;
  /** What else was known at a time: depth, funding and the like; none, and those drivers are neutral. */
  readonly observed?: (timeMs: number) => Partial<ObservedReadings>;
}

/** A date is judged when its bar ends. Refused: an asset that is not in the market, and what `nextLevel` refuses. */
export function levelTimeline(question: LevelTimelineQuestion): Result<LevelTimeline, RiskFault> {
  const { market, asset, rules, settings = PRICE_DRIVER_SETTINGS, observed = () => ({}) } = question;
  const own = market.assets.find((some) => some.asset === asset);
  if (own === undefined) return err(riskFault('bad_parameter', 'asset', { context: { asset } }));
  const drivers = priceDrivers(market, asset, settings);
  const days: LevelDay[] = [];
  const changes: (LevelDay & { step: LevelStep })[] = [];
  const daysRead = Object.fromEntries(LEVEL_DRIVERS.map((driver) => [driver, 0])) as Record<
    LevelDriver,
    number
  >;
  let state: LevelState | null = null;
  for (const [at, openMs] of market.timesMs.entries()) {
    if (Number.isNaN(own.returns[at])) continue;
    const timeMs = openMs + market.intervalMs;
    const readings = {
      ...NO_READINGS,
      ...observed(timeMs),
      volatilityRatio: known(drivers.volatilityRatio[at]),
      tailExcess: known(drivers.tailExcess[at]),
    };
    const step = nextLevel(state ?? initialLevel(rules, timeMs), readings, timeMs, rules);
    if (!step.ok) return step;
    state = step.value.state;
    for (const driver of LEVEL_DRIVERS) if (readings[driver] !== null) daysRead[driver] += 1;
    const day = {
      date: market.dates[at] as string,
      timeMs,
      level: state.level,
      score: step.value.score.score,
    };
    days.push(day);
    if (state.level !== step.value.from) changes.push({ ...day, step: step.value });
  }
  const neverRead = LEVEL_DRIVERS.filter((driver) => daysRead[driver] === 0);
  return ok({ asset, days, changes, daysRead, neverRead });
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
