/**
 * Every back-test of one series of forecasts: coverage of value at risk, size of shortfall, and both sides of the error:
 * what was not covered and how much capital stood locked.
 */
import { ok, type Result } from '../../base/result.js';
import {
  acerbiSzekelyZ1,
  acerbiSzekelyZ2,
  type ShortfallSeries,
  type ShortfallTest,
} from './acerbiSzekely.js';
import { type BaselZones, baselZones } from './baselZones.js';
import { type CapitalFigures, capitalFigures } from './capital.js';
import { conditionalCoverage, independence, type Transitions, transitionsOf } from './christoffersen.js';
import { exceedanceResidualTest, type ResidualTest } from './exceedanceResiduals.js';
import { fisslerZiegelLosses } from './fisslerZiegel.js';
import { type CoverageTest, proportionOfFailures } from './kupiec.js';
import type { LikelihoodRatio } from './likelihood.js';
import {
  type BacktestFault,
  type BacktestSeries,
  checkedSeries,
  type HitSeries,
  hitsOf,
  tailProbabilityOf,
} from './series.js';
import { permutedPValue, type Simulation, simulatedPValue } from './simulatedHits.js';
import { DEFAULT_TAIL_LAW, type TailLaw } from './tailLaw.js';
import { timeBetweenFailures, timeUntilFirstFailure } from './timeBetweenFailures.js';

export interface BacktestSettings extends Simulation {
  /** The law of losses beyond value at risk under the null of Z1 and Z2. */
  readonly law: TailLaw;
}

export const BACKTEST_SETTINGS: BacktestSettings = { draws: 1999, seed: 'backtest', law: DEFAULT_TAIL_LAW };

/** A ratio with a p-value by chi-square, and one by simulation that is exact for few hits too. */
export interface SimulatedRatio extends LikelihoodRatio {
  readonly simulatedPValue: number;
}

export interface BacktestReport {
  readonly confidence: string;
  readonly tailProbability: number;
  readonly hits: HitSeries;
  readonly transitions: Transitions;
  readonly coverage: CoverageTest;
  readonly independence: SimulatedRatio;
  readonly conditionalCoverage: SimulatedRatio;
  readonly timeUntilFirstFailure: LikelihoodRatio | null;
  readonly timeBetweenFailures: SimulatedRatio;
  readonly basel: BaselZones;
  /** Null without forecasts of shortfall. */
  readonly shortfall: ShortfallReport | null;
  /** With shortfall as margin where it is forecast, else value at risk. */
  readonly capital: CapitalFigures;
}

export interface ShortfallReport {
  readonly z1: ShortfallTest;
  readonly z2: ShortfallTest;
  readonly exceedanceResiduals: ResidualTest;
  /** Mean FZ0 loss. */
  readonly fisslerZiegelLoss: number;
}

export function backtest(
  series: BacktestSeries,
  settings: BacktestSettings = BACKTEST_SETTINGS,
): Result<BacktestReport, BacktestFault> {
  const checked = checkedSeries(series);
  if (!checked.ok) return checked;
  const tailProbability = tailProbabilityOf(series.confidence) as number;
  const hits = hitsOf(series);
  const transitions = transitionsOf(hits);
  const count = { periods: hits.periods, hits: hits.at.length, tailProbability };
  const under = { ...settings, tailProbability };
  const ratioOfWaits = (some: HitSeries) => timeBetweenFailures(some, tailProbability);
  return ok({
    confidence: series.confidence,
    tailProbability,
    hits,
    transitions,
    coverage: proportionOfFailures(count),
    independence: {
      ...independence(transitions),
      simulatedPValue: permutedPValue(hits, {
        ...settings,
        statistic: (some) => independence(transitionsOf(some)).likelihoodRatio,
      }),
    },
    conditionalCoverage: {
      ...conditionalCoverage(transitions, tailProbability),
      simulatedPValue: simulatedPValue(hits, {
        ...under,
        statistic: (some) => conditionalCoverage(transitionsOf(some), tailProbability).likelihoodRatio,
      }),
    },
    timeUntilFirstFailure: timeUntilFirstFailure(hits, tailProbability),
    timeBetweenFailures: {
      ...ratioOfWaits(hits),
      simulatedPValue: simulatedPValue(hits, {
        ...under,
        // More hits have more degrees: only p-values compare, and a large ratio is a small one.
        statistic: (some) => -ratioOfWaits(some).pValue,
      }),
    },
    basel: baselZones(count),
    shortfall: hasShortfall(series) ? shortfallReport(series, settings) : null,
    capital: capitalFigures(series),
  });
}

function shortfallReport(series: ShortfallSeries, settings: BacktestSettings): ShortfallReport {
  const losses = fisslerZiegelLosses(series);
  return {
    z1: acerbiSzekelyZ1(series, settings),
    z2: acerbiSzekelyZ2(series, settings),
    exceedanceResiduals: exceedanceResidualTest(series, settings),
    fisslerZiegelLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
  };
}

function hasShortfall(series: BacktestSeries): series is ShortfallSeries {
  return series.expectedShortfall !== null;
}
