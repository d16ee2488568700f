/**
 * DebtRank: how much equity the network loses when claims lose worth as soon as their debtor loses equity, not only when
 * it fails. Three rules, which disagree a lot; the answer says which one it is by.
 *
 * `original`: S. Battiston, M. Puliga, R. Kaushik, P. Tasca, G. Caldarelli, "DebtRank: too central to fail?", Scientific
 * Reports 2 (2012): each node passes its distress on once. `linear` and `nonlinear`: `valuations.ts`, solved by
 * `networkValuation.ts`.
 */
import { err, ok, type Result } from '../../base/index.js';
import { originalDebtRank } from './debtRankOriginal.js';
import {
  type ExposureNetwork,
  exposureNetworkFault,
  leverageMatrix,
  numbersFault,
  sharesFault,
} from './exposureNetwork.js';
import { type NetworkFault, networkFault, valueFault } from './networkFault.js';
import { networkValuation, SOLVER_SETTINGS, type Valuation } from './networkValuation.js';
import { type SpectralRadius, spectralRadius } from './spectralRadius.js';
import { equityLost, linearValuation, nonlinearValuation } from './valuations.js';

export const DEBT_RANK_RULES = ['original', 'linear', 'nonlinear'] as const;

export type DebtRankRule =
  | { readonly kind: 'original' }
  | { readonly kind: 'linear'; readonly recovery: number }
  | { readonly kind: 'nonlinear'; readonly recovery: number; readonly alpha: number };

export interface DebtRankQuestion {
  readonly network: ExposureNetwork;
  readonly rule: DebtRankRule;
  /** The part of its equity that each node loses at first, 0 to 1. */
  readonly shock: readonly number[];
  /** What each node counts for, from 0 up; null for its part of all that is owed to nodes. */
  readonly weights: readonly number[] | null;
}

export interface DebtRankAnswer {
  readonly rule: DebtRankRule['kind'];
  /** The part of its equity that each node has lost in the end, the shock included. */
  readonly distress: readonly number[];
  /** The weights, summing to 1; all 0 where nothing is owed. */
  readonly weights: readonly number[];
  /** Weighted distress at the end and at the start, and the difference: what the network added. */
  readonly total: number;
  readonly initial: number;
  readonly debtRank: number;
  /** Of the leverage matrix, whatever the rule. Above 1 the linear rule amplifies until nodes fail. */
  readonly leverage: SpectralRadius;
  readonly steps: number;
  readonly hasConverged: boolean;
}

export function debtRank(question: DebtRankQuestion): Result<DebtRankAnswer, NetworkFault> {
  const fault = questionFault(question);
  if (fault !== null) return err(fault);
  const { network, rule, shock } = question;
  const leverage = leverageMatrix(network);
  const { distress, steps, hasConverged } =
    rule.kind === 'original' ? originalDebtRank(leverage, shock) : byValuation(question, rule);
  const weights = shares(question.weights ?? claims(network));
  const total = weighted(weights, distress);
  const initial = weighted(weights, shock);
  const answer = { distress, weights, total, initial, debtRank: total - initial, steps, hasConverged };
  return ok({ rule: rule.kind, ...answer, leverage: spectralRadius(leverage) });
}

function byValuation(
  { network, shock }: DebtRankQuestion,
  rule: Exclude<DebtRankRule, { kind: 'original' }>,
): { distress: number[]; steps: number; hasConverged: boolean } {
  const { equity, owed } = network;
  const valuation: Valuation =
    rule.kind === 'linear'
      ? linearValuation({ equity, recovery: rule.recovery })
      : nonlinearValuation({ equity, recovery: rule.recovery, alpha: rule.alpha });
  const faceEquity = equity.map((own, i) => own * (1 - (shock[i] as number)));
  const solved = networkValuation({ faceEquity, owed, valuation }, SOLVER_SETTINGS);
  const distress = solved.equity.map((left, i) => equityLost(left, equity[i] as number));
  return { distress, steps: solved.steps, hasConverged: solved.hasConverged };
}

function questionFault({ network, rule, shock, weights }: DebtRankQuestion): NetworkFault | null {
  const { length } = network.equity;
  return (
    exposureNetworkFault(network) ??
    (shock.length === length ? null : networkFault('length_differs', 'shock')) ??
    sharesFault('shock', shock) ??
    (rule.kind === 'original' ? null : sharesFault('recovery', [rule.recovery])) ??
    (rule.kind === 'nonlinear' ? sizesFault('alpha', [rule.alpha]) : null) ??
    (weights === null || weights.length === length ? null : networkFault('length_differs', 'weights')) ??
    (weights === null ? null : sizesFault('weights', weights))
  );
}

function sizesFault(field: string, values: readonly number[]): NetworkFault | null {
  return numbersFault(field, values) ?? valueFault('negative_amount', field, values, (value) => value < 0);
}

/** What is owed to each node. */
function claims({ owed }: ExposureNetwork): number[] {
  return owed.map((_, i) => owed.reduce((sum, row) => sum + (row[i] as number), 0));
}

function shares(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => (sum === 0 ? 0 : value / sum));
}

function weighted(weights: readonly number[], values: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (values[i] as number), 0);
}
