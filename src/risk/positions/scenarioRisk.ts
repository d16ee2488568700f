/** Risk of positions by scenarios: what happened, weighted by age or rescaled to today, and a Pareto fit beyond it. */
import { err, ok, type Result } from '../../base/index.js';
import { rescaledMoves } from '../market/rescaledMoves.js';
import {
  type ScenarioLeg,
  type ScenarioMeasure,
  type ScenarioSample,
  scenarioMeasure,
  totalLosses,
} from '../measures/scenarioMeasure.js';
import { asymptoticErrors, bootstrapErrors } from '../measures/standardErrors.js';
import type { Confidence } from '../measures/tailCount.js';
import { ageWeights } from '../models/ageWeighted.js';
import { residualTail } from '../models/filteredHistorical.js';
import { peaksTail } from '../models/peaksOverThreshold.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { RiskPart } from './riskOfPositions.js';
import type { RiskQuestion } from './riskQuestion.js';

export function scenarioRisk(question: RiskQuestion, confidence: Confidence): Result<RiskPart, RiskFault> {
  const made = sampleOf(question);
  if (!made.ok) return made;
  const sample = made.value;
  const measured = scenarioMeasure(sample, confidence);
  if (!measured.ok) return measured;
  const losses = totalLosses(sample);
  const fitted = beyondScenarios(question, losses, confidence);
  if (!fitted.ok) return fitted;
  const figures = fitted.value ?? measured.value;
  const isFitted = fitted.value !== null;
  const errors = errorsOf(question, {
    losses,
    confidence,
    hasErrors: sample.weights === undefined && !isFitted,
  });
  if (!errors.ok) return errors;
  return ok({
    sampleSize: sample.ids.length,
    valueAtRisk: figures.valueAtRisk,
    expectedShortfall: figures.expectedShortfall,
    tail: measured.value.tail.map((member) => ({ ...member, id: sample.ids[member.index] as string })),
    contributions: contributionsOf(measured.value, figures.expectedShortfall),
    legs: isFitted ? null : measured.value.legs,
    errors: errors.value,
    degrees: null,
    notes: isFitted ? ['paretoTail'] : [],
  });
}

function sampleOf(question: RiskQuestion): Result<ScenarioSample, RiskFault> {
  const { method, parameters, horizon } = question;
  const made =
    method === 'historical' || method === 'ageWeighted'
      ? ok(
          horizon.by === 'overlapping'
            ? overlappingSums(question)
            : { ids: question.ids, legs: question.legs },
        )
      : rescaledSample(question);
  if (!made.ok) return made;
  const sample = newest(made.value, parameters.window);
  const got = sample.ids.length;
  if (got < parameters.sampleMin) {
    const context = { got: String(got), needed: String(parameters.sampleMin) };
    return err(riskFault('too_few', 'ids', { context }));
  }
  return ok(method === 'ageWeighted' ? { ...sample, weights: ageWeights(got, parameters.decay) } : sample);
}

/** Sums over `periods` periods in a row, named after the last. */
function overlappingSums({ ids, legs, horizon: { periods } }: RiskQuestion): ScenarioSample {
  const count = Math.max(0, ids.length - periods + 1);
  const summed = ({ id, pnl }: ScenarioLeg) => ({
    id,
    pnl: Float64Array.from({ length: count }, (_, from) => {
      let sum = 0;
      for (let at = from; at < from + periods; at++) sum += pnl[at] as number;
      return sum;
    }),
  });
  return { ids: ids.slice(periods - 1), legs: legs.map(summed) };
}

/** Each leg at the volatility that it has today; the periods of the warm-up are left out. */
function rescaledSample({ ids, legs, parameters }: RiskQuestion): Result<ScenarioSample, RiskFault> {
  const { warmup } = parameters;
  const rescaled: ScenarioLeg[] = [];
  for (const [at, { id, pnl }] of legs.entries()) {
    const moves = rescaledMoves(Float64Array.from(pnl), parameters);
    if (!moves.ok) return err({ ...moves.error, field: 'legs', at: [at] });
    rescaled.push({ id, pnl: moves.value.moves.subarray(warmup) });
  }
  return ok({ ids: ids.slice(warmup), legs: rescaled });
}

function newest({ ids, legs }: ScenarioSample, window: number): ScenarioSample {
  const from = Math.max(0, ids.length - window);
  return {
    ids: ids.slice(from),
    legs: legs.map(({ id, pnl }) => ({ id, pnl: Float64Array.from(pnl).subarray(from) })),
  };
}

/** The figures of a Pareto fit where the method asks for one; null where the scenarios speak for themselves. */
function beyondScenarios({ method }: RiskQuestion, losses: Float64Array, confidence: Confidence) {
  const isFitted =
    method === 'peaksOverThreshold' ? confidence.tailProbability <= 0.1 : confidence.tailProbability < 0.005;
  if (method === 'historical' || method === 'ageWeighted' || !isFitted) return ok(null);
  const worst = losses.slice().sort().reverse();
  return method === 'filtered' ? residualTail(worst, confidence) : peaksTail(worst, confidence);
}

/** Of the scenarios, scaled so that they sum to the shortfall that is reported. */
function contributionsOf({ expectedShortfall, legs }: ScenarioMeasure, reported: number) {
  const factor = expectedShortfall === 0 ? 1 : reported / expectedShortfall;
  return legs.map(({ id, shortfallContribution }) => ({ id, shortfall: shortfallContribution * factor }));
}

function errorsOf(
  { bootstrap }: RiskQuestion,
  { losses, confidence, hasErrors }: { losses: Float64Array; confidence: Confidence; hasErrors: boolean },
): Result<RiskPart['errors'], RiskFault> {
  if (!hasErrors) return ok({ asymptotic: null, bootstrap: null });
  const asymptotic = asymptoticErrors(losses, confidence);
  const drawn = bootstrap === null ? null : bootstrapErrors(losses, confidence, bootstrap);
  if (drawn !== null && !drawn.ok) return err({ ...drawn.error, field: `bootstrap/${drawn.error.field}` });
  return ok({ asymptotic: asymptotic.ok ? asymptotic.value : null, bootstrap: drawn?.value ?? null });
}
