/** A question about the risk of positions: their history, a method, a confidence and a horizon. */

import type { LegMeasure, ScenarioLeg } from '../measures/scenarioMeasure.js';
import type { BootstrapErrors, StandardErrors } from '../measures/standardErrors.js';
import type { TailMember } from '../measures/tailMeasure.js';
import type { TailModelName } from '../models/index.js';

export interface RiskQuestion {
  readonly method: TailModelName;
  /** Decimal text: "0.99". */
  readonly confidence: string;
  /** Names of the periods, oldest first. */
  readonly ids: readonly string[];
  /** P&L of each position in each period, in one currency; profits positive. */
  readonly legs: readonly ScenarioLeg[];
  readonly horizon: Horizon;
  readonly parameters: RiskParameters;
  /** Draws of a bootstrap, where it is asked for and the method has a sample. */
  readonly bootstrap: { readonly blockLength: number; readonly draws: number; readonly seed: string } | null;
}

export interface Horizon {
  /** Periods of the history that the horizon lasts. */
  readonly periods: number;
  /**
   * `none`: one period. `scaled`: one period, times periods^exponent. `overlapping`: sums over so many periods in a row, one
   * beginning with each period; only for the methods that filter nothing.
   */
  readonly by: 'none' | 'scaled' | 'overlapping';
  /** Of `scaled`; 0 otherwise. */
  readonly exponent: number;
}

export interface RiskParameters {
  /** Newest periods that count. */
  readonly window: number;
  /** Weight of a period over that of the one after it, of `ageWeighted`. */
  readonly decay: number;
  readonly lambda: number;
  readonly warmup: number;
  readonly favourableCap: number;
  /** Residuals, or periods of a fit, that are needed. */
  readonly sampleMin: number;
}

export const RISK_DEFAULTS: Readonly<Record<TailModelName, RiskParameters>> = {
  filtered: defaults({ window: 1000, favourableCap: 2, sampleMin: 500 }),
  peaksOverThreshold: defaults({ window: 1000, favourableCap: 2, sampleMin: 500 }),
  historical: defaults({ window: 500, sampleMin: 1 }),
  ageWeighted: defaults({ window: 500, sampleMin: 1 }),
  ewmaNormal: defaults({ window: 1000, sampleMin: 1 }),
  ewmaStudent: defaults({ window: 1000, sampleMin: 250 }),
  garchStudent: defaults({ window: 1000, sampleMin: 500 }),
};

function defaults(own: Partial<RiskParameters>): RiskParameters {
  return {
    window: 500,
    decay: 0.99,
    lambda: 0.97,
    warmup: 50,
    favourableCap: Number.POSITIVE_INFINITY,
    sampleMin: 1,
    ...own,
  };
}

/** What was measured, with all that is needed to measure it again. */
export interface RiskAnswer {
  readonly method: TailModelName;
  readonly confidence: string;
  readonly horizon: Horizon;
  readonly parameters: RiskParameters;
  /** Scenarios, residuals or periods that the figures rest on. */
  readonly sampleSize: number;
  /** Scenarios in the tail, wholly or in part: k of `tailCount` where all weigh alike. Null where the tail is a formula. */
  readonly tailCount: number | null;
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
  /** Scenarios of the tail, worst first; empty for a method whose tail is a formula. */
  readonly tail: readonly NamedTailMember[];
  /** Null where the method knows the sum alone. */
  readonly contributions: readonly LegContribution[] | null;
  /** What each leg loses alone and saves by leaving; null where the method has no scenarios. */
  readonly legs: readonly LegMeasure[] | null;
  readonly errors: { readonly asymptotic: StandardErrors | null; readonly bootstrap: BootstrapErrors | null };
  /** Of the t distribution, where the method fits one. */
  readonly degrees: number | null;
  readonly notes: readonly RiskNote[];
}

export interface NamedTailMember extends TailMember {
  readonly id: string;
}

export interface LegContribution {
  readonly id: string;
  /** Part of the shortfall: the derivative by the size of the leg. They sum to the shortfall. */
  readonly shortfall: number;
}

/**
 * `tailUnderOne`: less than one scenario lies in the tail, so that figures rest on the worst alone. `paretoTail`: figures are
 * a fit beyond the scenarios; contributions are those of the scenarios, scaled to it. `overlapping`: periods share days, so
 * that standard errors are too small. `scaled`: the horizon is a power law, not an estimate. `notConverged`: the search for
 * the most likely parameters ran out of steps.
 */
export type RiskNote = 'tailUnderOne' | 'paretoTail' | 'overlapping' | 'scaled' | 'notConverged';
