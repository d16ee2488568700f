/** The question of DebtRank, in floating point. */
import { err, ok, type Result } from '../base/result.js';
import { type DebtRankRule, debtRank } from '../contagion/network/index.js';
import type { ContagionAnswer } from './contagionAnswerSchema.js';
import { type ContagionFault, contagionFault, duplicateFault, methodFault } from './contagionFaults.js';
import type { DebtRankDocument } from './contagionSchema.js';

export function answerDebtRank(document: DebtRankDocument): Result<ContagionAnswer, ContagionFault> {
  const { nodes, liabilities } = document;
  const fault = duplicateFault('nodes', nodes);
  if (fault !== null) return err(fault);
  const rule = ruleOf(document);
  if (!rule.ok) return rule;
  const isWeighted = nodes.some(({ weight }) => weight !== undefined);
  const found = debtRank({
    network: { equity: nodes.map(({ equity }) => equity), owed: liabilities },
    rule: rule.value,
    shock: nodes.map(({ shock = 0 }) => shock),
    weights: isWeighted ? nodes.map(({ weight = 0 }) => weight) : null,
  });
  if (!found.ok) return err(methodFault(document, found.error));
  const { distress, weights, total, initial, leverage, steps, hasConverged } = found.value;
  return ok({
    method: 'debtRank',
    valuation: found.value.rule,
    debtRank: found.value.debtRank,
    initial,
    total,
    spectralRadius: leverage.radius,
    spectralRadiusLower: leverage.lower,
    spectralRadiusUpper: leverage.upper,
    steps,
    converged: hasConverged,
    nodes: nodes.map(({ id, shock = 0 }, i) => ({
      id,
      shock,
      distress: distress[i] as number,
      weight: weights[i] as number,
    })),
  });
}

/** A figure that the rule would not look at is refused, so that nobody takes it for used. */
function ruleOf({ valuation, recovery, alpha }: DebtRankDocument): Result<DebtRankRule, ContagionFault> {
  if (valuation === 'original' && recovery !== undefined)
    return err(contagionFault('field_does_not_apply', '/recovery', { valuation }));
  if (valuation !== 'nonlinear' && alpha !== undefined)
    return err(contagionFault('field_does_not_apply', '/alpha', { valuation }));
  if (valuation === 'original') return ok({ kind: 'original' });
  if (valuation === 'linear') return ok({ kind: 'linear', recovery: recovery ?? 0 });
  if (alpha === undefined) return err(contagionFault('alpha_missing', '/alpha'));
  return ok({ kind: 'nonlinear', recovery: recovery ?? 0, alpha });
}
