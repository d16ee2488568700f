/** What a plan is chosen by, and how much evidence it asks for. */
import { type RiskFault, riskFault } from '../riskFault.js';
import type { PlanPrices } from './groupCost.js';

export interface PlanRules extends PlanPrices {
  /** Decimal text in (0, 1): of the shortfall that is the margin. */
  readonly confidence: string;
  /** Part of the newest days that no choice looks at and the plan is judged on; in (0, 1). */
  readonly judgedShare: number;
  /** Stretches of the older days: a group gains in each of them. */
  readonly blocks: number;
  /** Fewer days of the tail in one stretch are thin evidence: all stay alone. */
  readonly tailDaysMin: number;
  readonly resamples: number;
  /** Days in a row that are drawn together. */
  readonly resampledDays: number;
  /** Part of the resamples in which a group gains. */
  readonly resampleShareMin: number;
  /** Parts of the offset that may be distrusted, rising; cross-validation picks one. */
  readonly shrinkages: readonly number[];
  readonly seed: string;
}

/**
 * At 97.5% a loss is beyond its shortfall on about one day in a hundred (of a normal loss 0.97%): kappa = lambda x that
 * share is where more margin costs what it saves. Innocent collateral costs what a loss left uncovered costs.
 */
export const PLAN_DEFAULTS: PlanRules = {
  kappa: 1,
  lambda: 100,
  eta: 100,
  tau: 0,
  confidence: '0.975',
  judgedShare: 1 / 3,
  blocks: 4,
  tailDaysMin: 2,
  resamples: 20,
  resampledDays: 20,
  resampleShareMin: 0.9,
  shrinkages: [0, 0.25, 0.5, 0.75],
  seed: 'plan',
};

export function planRulesFault(rules: PlanRules): RiskFault | null {
  for (const name of ['kappa', 'lambda', 'eta', 'tau', 'tailDaysMin', 'resampleShareMin'] as const)
    if (!(rules[name] >= 0 && Number.isFinite(rules[name]))) return riskFault('bad_parameter', name);
  for (const name of ['blocks', 'resamples', 'resampledDays'] as const)
    if (!(Number.isInteger(rules[name]) && rules[name] >= (name === 'blocks' ? 2 : 1) && rules[name] <= 1000))
      return riskFault('bad_parameter', name);
  if (!(rules.judgedShare > 0 && rules.judgedShare < 1)) return riskFault('bad_parameter', 'judgedShare');
  if (rules.resampleShareMin > 1) return riskFault('bad_parameter', 'resampleShareMin');
  const { shrinkages } = rules;
  const isRising = shrinkages.every(
    (part, at) => part >= 0 && part <= 1 && (at === 0 || part > (shrinkages[at - 1] as number)),
  );
  return shrinkages.length > 0 && isRising ? null : riskFault('bad_parameter', 'shrinkages');
}
