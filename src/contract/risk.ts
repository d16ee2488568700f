/** The stateless question on the risk of positions: one document in, one object out, whatever the text holds. */
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import {
  type RiskAnswer as Measured,
  RISK_DEFAULTS,
  type RiskParameters,
  type RiskQuestion,
  riskOfPositions,
} from '../risk/index.js';
import { type ContainmentRefusal, containmentRefusal, readDocument } from './containmentFault.js';
import { hasFiniteNumbers } from './finiteNumbers.js';
import type { RiskAnswer } from './riskAnswerSchema.js';
import { methodFault, type RiskDocumentFault, riskDocumentFault } from './riskFaults.js';
import { RiskDocument } from './riskSchema.js';

const VALIDATOR = Compile(RiskDocument);

/** Never throws on account of its input. */
export function answerRisk(text: string): RiskAnswer | ContainmentRefusal {
  const read = readDocument(text, VALIDATOR);
  if (!read.ok) return containmentRefusal(read.error);
  const document = read.value as RiskDocument;
  const question = questionOf(document);
  if (!question.ok) return containmentRefusal(question.error);
  const measured = riskOfPositions(question.value);
  if (!measured.ok) return containmentRefusal(methodFault(measured.error));
  const answer = answerOf(document, measured.value);
  return hasFiniteNumbers(answer) ? answer : containmentRefusal(riskDocumentFault('result_not_finite', ''));
}

function questionOf(document: RiskDocument): Result<RiskQuestion, RiskDocumentFault> {
  const { method, confidence, unit, side = 'long', positions, periods, bootstrap = null } = document;
  const sized = unit === 'pnl' ? positions.findIndex(({ size }) => size !== undefined) : -1;
  if (sized >= 0) return err(riskDocumentFault('field_does_not_apply', `/positions/${sized}/size`));
  const low = unit === 'return' ? totalLoss(positions) : null;
  if (low !== null) return err(low);
  const { periods: lasts = 1, by = 'none', exponent = 0 } = document.horizon ?? {};
  if (by === 'scaled' && document.horizon?.exponent === undefined)
    return err(riskDocumentFault('exponent_missing', '/horizon/exponent'));
  const sign = side === 'long' ? 1 : -1;
  const legs = positions.map(({ id, values, size = 1 }) => ({
    id,
    pnl: values.map((value) => sign * size * value),
  }));
  // A variance that is no number would look like none at all.
  const large = legs.findIndex(({ pnl }) => !Number.isFinite(pnl.reduce((sum, x) => sum + x * x, 0)));
  if (large >= 0) return err(riskDocumentFault('result_not_finite', `/positions/${large}`));
  return ok({
    method,
    confidence,
    ids: periods ?? Array.from(positions[0]?.values ?? [], (_, at) => String(at + 1)),
    legs,
    horizon: { periods: lasts, by, exponent },
    parameters: parametersOf(document),
    bootstrap,
  });
}

function totalLoss(positions: RiskDocument['positions']): RiskDocumentFault | null {
  for (const [at, { values }] of positions.entries()) {
    const period = values.findIndex((value) => value <= -1);
    if (period >= 0) {
      const context = { got: String(values[period]) };
      return riskDocumentFault('return_below_total_loss', `/positions/${at}/values/${period}`, context);
    }
  }
  return null;
}

function parametersOf({ method, parameters = {} }: RiskDocument): RiskParameters {
  const defaults = RISK_DEFAULTS[method];
  const { favourableCap = defaults.favourableCap, ...others } = parameters;
  return {
    ...defaults,
    ...others,
    favourableCap: favourableCap ?? Number.POSITIVE_INFINITY,
  };
}

function answerOf({ side = 'long' }: RiskDocument, measured: Measured): RiskAnswer {
  const { tail, legs, errors, parameters, notes, contributions, ...same } = measured;
  const { favourableCap } = parameters;
  return {
    ...same,
    side,
    horizon: { ...measured.horizon },
    parameters: { ...parameters, favourableCap: Number.isFinite(favourableCap) ? favourableCap : null },
    tail: tail.map(({ id, loss, weight }) => ({ period: id, loss, weight })),
    contributions: contributions === null ? null : [...contributions],
    positions: legs === null ? null : legs.map(({ shortfallContribution: _, ...position }) => position),
    standardErrors: errors.asymptotic,
    bootstrap:
      errors.bootstrap === null
        ? null
        : {
            ...errors.bootstrap,
            valueAtRiskRange: [...errors.bootstrap.valueAtRiskRange],
            expectedShortfallRange: [...errors.bootstrap.expectedShortfallRange],
          },
    notes: [...notes],
  };
}
