/**
 * Value at risk and shortfall of positions by any of the tail models, with what makes them: the scenarios of the tail,
 * their weights, and what each position adds. Positions are filtered one by one on the dates of all, so that what fell
 * together falls together.
 */
import { err, ok, type Result } from '../../base/index.js';
import { scenarioFault } from '../measures/scenarioMeasure.js';
import type { Confidence } from '../measures/tailCount.js';
import { readConfidence, tailCount } from '../measures/tailCount.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import { formulaRisk } from './formulaRisk.js';
import type { Horizon, RiskAnswer, RiskNote, RiskQuestion } from './riskQuestion.js';
import { scenarioRisk } from './scenarioRisk.js';

/** Refused: what `RiskFault` names; the field is that of the question. */
export function riskOfPositions(question: RiskQuestion): Result<RiskAnswer, RiskFault> {
  const read = readConfidence(question.confidence);
  if (!read.ok) return read;
  const fault = questionFault(question);
  if (fault !== null) return err(fault);
  const part = isFormula(question) ? formulaRisk(question, read.value) : scenarioRisk(question, read.value);
  return part.ok ? ok(finished(question, read.value, part.value)) : part;
}

/** What a method finds for one period, before the horizon. */
export interface RiskPart
  extends Pick<
    RiskAnswer,
    | 'sampleSize'
    | 'valueAtRisk'
    | 'expectedShortfall'
    | 'tail'
    | 'contributions'
    | 'legs'
    | 'errors'
    | 'degrees'
    | 'notes'
  > {}

function isFormula({ method }: RiskQuestion): boolean {
  return method === 'ewmaNormal' || method === 'ewmaStudent' || method === 'garchStudent';
}

function finished(question: RiskQuestion, confidence: Confidence, part: RiskPart): RiskAnswer {
  const { method, horizon, parameters } = question;
  const factor = horizon.by === 'scaled' ? horizon.periods ** horizon.exponent : 1;
  const notes: RiskNote[] = [...part.notes];
  const isSample = part.tail.length > 0 && !part.notes.includes('paretoTail');
  if (isSample && tailCount(part.sampleSize, confidence).mass < 1) notes.push('tailUnderOne');
  if (horizon.by === 'scaled' && horizon.periods !== 1) notes.push('scaled');
  if (horizon.by === 'overlapping' && horizon.periods > 1) notes.push('overlapping');
  return {
    method,
    confidence: confidence.text,
    horizon,
    parameters,
    ...scaledNumbers(part, factor),
    sampleSize: part.sampleSize,
    degrees: part.degrees,
    tail: part.tail.map((member) => ({ ...member, loss: member.loss * factor })),
    tailCount: part.tail.length === 0 ? null : part.tail.length,
    notes,
  };
}

/** Every amount of money in it times `factor`. */
function scaledNumbers<T>(value: T, factor: number): T {
  if (typeof value === 'number') return (value * factor) as T;
  if (Array.isArray(value)) return value.map((item) => scaledNumbers(item, factor)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, scaledNumbers(item, factor)]),
  ) as T;
}

function questionFault(question: RiskQuestion): RiskFault | null {
  const { horizon, parameters, method } = question;
  return scenarioFault(question) ?? horizonFault(horizon, method) ?? parameterFault(parameters);
}

function horizonFault({ periods, by, exponent }: Horizon, method: string): RiskFault | null {
  const isPeriods = Number.isInteger(periods) && periods >= 1;
  if (!isPeriods && !(by === 'scaled' && periods > 0 && Number.isFinite(periods)))
    return riskFault('bad_parameter', 'horizon/periods');
  if (by === 'none' && periods !== 1) return riskFault('bad_parameter', 'horizon/by');
  if (by === 'scaled' && !(exponent >= 0 && exponent <= 2))
    return riskFault('bad_parameter', 'horizon/exponent');
  const isPlain = method === 'historical' || method === 'ageWeighted';
  return by === 'overlapping' && !isPlain ? riskFault('bad_parameter', 'horizon/by') : null;
}

function parameterFault(parameters: RiskQuestion['parameters']): RiskFault | null {
  const { window, decay, lambda, warmup, favourableCap, sampleMin } = parameters;
  const rules: Readonly<Record<string, boolean>> = {
    window: Number.isInteger(window) && window >= 1,
    decay: decay > 0 && decay <= 1,
    lambda: lambda > 0 && lambda < 1,
    warmup: Number.isInteger(warmup) && warmup >= 1,
    favourableCap: favourableCap >= 0,
    sampleMin: Number.isInteger(sampleMin) && sampleMin >= 1 && sampleMin <= window,
  };
  const broken = Object.entries(rules).find(([, holds]) => !holds);
  return broken === undefined ? null : riskFault('bad_parameter', `parameters/${broken[0]}`);
}
