/**
 * What a set of positions loses in the tail of a set of scenarios, and what each position adds to it.
 *
 * Contribution of a leg: its mean loss over the tail, with the tail's weights. It is the derivative of the shortfall by
 * the size of the leg (D. Tasche, "Expected shortfall and beyond", Journal of Banking and Finance 26, 2002) and, the
 * measure being homogeneous, all of them sum to it (Euler).
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { Confidence } from './tailCount.js';
import { type TailMeasure, tailMeasure, weightedTailMeasure } from './tailMeasure.js';

export interface ScenarioSample {
  /** Names of the scenarios: dates, in general. */
  readonly ids: readonly string[];
  readonly legs: readonly ScenarioLeg[];
  /** Probabilities in proportion; left out where all are equal. */
  readonly weights?: ArrayLike<number>;
}

export interface ScenarioLeg {
  readonly id: string;
  /** Profit and loss in each scenario, in one currency for all legs; profits positive. */
  readonly pnl: ArrayLike<number>;
}

export interface ScenarioMeasure extends TailMeasure {
  readonly legs: readonly LegMeasure[];
}

export interface LegMeasure {
  readonly id: string;
  /** Of the shortfall: mean loss of the leg over the tail. Below 0 for a hedge. They sum to the shortfall. */
  readonly shortfallContribution: number;
  /** Of the value at risk: loss of the leg in the one scenario that is the VaR. They sum to it, and jump from day to day. */
  readonly valueAtRiskContribution: number;
  /** How much lower the shortfall is without the leg. */
  readonly incrementalShortfall: number;
  readonly incrementalValueAtRisk: number;
  /** Of the leg alone. */
  readonly aloneShortfall: number;
  readonly aloneValueAtRisk: number;
}

/** Refused: no scenario or leg, lengths that differ, a name twice, a number that is none, weights that are none. */
export function scenarioMeasure(
  sample: ScenarioSample,
  confidence: Confidence,
): Result<ScenarioMeasure, RiskFault> {
  const fault = scenarioFault(sample);
  if (fault !== null) return err(fault);
  const { legs } = sample;
  const total = totalLosses(sample);
  const overflow = total.findIndex((loss) => !Number.isFinite(loss));
  if (overflow >= 0) return err(riskFault('not_finite', 'total', { at: [overflow] }));
  const measured = measure(total, sample, confidence);
  if (!measured.ok) return measured;
  const whole = measured.value;
  const last = whole.tail.at(-1)?.index as number;
  const measures: LegMeasure[] = [];
  for (const { id, pnl } of legs) {
    const alone = measure(
      Float64Array.from(pnl, (x) => -x),
      sample,
      confidence,
    );
    if (!alone.ok) return alone;
    const without = measure(
      total.map((loss, i) => loss + (pnl[i] as number)),
      sample,
      confidence,
    );
    if (!without.ok) return without;
    measures.push({
      id,
      shortfallContribution: whole.tail.reduce(
        (sum, { index, weight }) => sum - weight * (pnl[index] as number),
        0,
      ),
      valueAtRiskContribution: 0 - (pnl[last] as number),
      incrementalShortfall: whole.expectedShortfall - without.value.expectedShortfall,
      incrementalValueAtRisk: whole.valueAtRisk - without.value.valueAtRisk,
      aloneShortfall: alone.value.expectedShortfall,
      aloneValueAtRisk: alone.value.valueAtRisk,
    });
  }
  return ok({ ...whole, legs: measures });
}

/** Loss of all legs together in each scenario. */
export function totalLosses({ ids, legs }: ScenarioSample): Float64Array {
  return Float64Array.from(ids, (_, i) => legs.reduce((sum, { pnl }) => sum - (pnl[i] as number), 0));
}

function measure(losses: Float64Array, { weights }: ScenarioSample, confidence: Confidence) {
  return weights === undefined
    ? tailMeasure(losses, confidence)
    : weightedTailMeasure(losses, weights, confidence);
}

/** What is wrong with a sample, but for its weights. */
export function scenarioFault({ ids, legs }: ScenarioSample): RiskFault | null {
  if (legs.length === 0) return riskFault('too_few', 'legs', { context: { got: '0', needed: '1' } });
  if (ids.length === 0) return riskFault('too_few', 'ids', { context: { got: '0', needed: '1' } });
  const twice = firstTwice(ids);
  if (twice !== null) return riskFault('duplicate_id', 'ids', { at: [twice] });
  const same = firstTwice(legs.map(({ id }) => id));
  if (same !== null) return riskFault('duplicate_id', 'legs', { at: [same] });
  for (const [leg, { pnl }] of legs.entries()) {
    if (pnl.length !== ids.length) {
      const context = { got: String(pnl.length), needed: String(ids.length) };
      return riskFault('length_differs', 'legs', { at: [leg], context });
    }
    for (let i = 0; i < pnl.length; i++)
      if (!Number.isFinite(pnl[i])) return riskFault('not_finite', 'legs', { at: [leg, i] });
  }
  return null;
}

function firstTwice(names: readonly string[]): number | null {
  const seen = new Set<string>();
  for (const [at, name] of names.entries()) {
    if (seen.has(name)) return at;
    seen.add(name);
  }
  return null;
}
