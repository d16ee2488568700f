/** Why legs share an account, or why one is alone: what was gained, by which term, and how surely. */
import { addFigures, type Figures, objective, type PlanPrices } from './groupCost.js';
import type { GroupEvidence } from './groupEvidence.js';
import { gains } from './partitionSearch.js';
import { type Group, isSingle, legsOf, type Partition } from './partitions.js';

export type AccountReason = TogetherReason | AloneReason;

export interface TogetherReason {
  /** The term that gains most: less capital, less uncovered loss, or fewer accounts. */
  readonly code: 'less_capital' | 'less_uncovered_loss' | 'fewer_accounts';
  /** Objective of the legs alone less that of the account, by term; what innocent collateral pays counts against it. */
  readonly gain: {
    readonly capital: number;
    readonly uncoveredLoss: number;
    readonly innocentConsumption: number;
    readonly accounts: number;
    readonly total: number;
  };
  readonly evidence: GroupEvidence;
}

export interface AloneReason {
  /** `no_gain`: no other leg gains with it. `unstable`: the best other does, but not everywhere. `chosen_apart`: it would, and
   *  the whole costs less this way. `thin_evidence`: too few days to tell. `only_leg`: there is no other. */
  readonly code: 'no_gain' | 'unstable' | 'chosen_apart' | 'thin_evidence' | 'only_leg';
  /** The one leg with which it would gain most, or lose least. */
  readonly nearest: { readonly leg: string; readonly gain: number } | null;
}

export interface ReasonBasis {
  readonly partition: Partition;
  readonly figures: (group: Group) => Figures;
  readonly evidence: (group: Group) => GroupEvidence;
  readonly isThin: boolean;
}

interface Basis extends ReasonBasis {
  readonly rules: PlanPrices;
  readonly names: readonly string[];
}

export function accountReason(group: Group, basis: Basis): AccountReason {
  return isSingle(group) ? aloneReason(group, basis) : togetherReason(group, basis);
}

function togetherReason(group: Group, { figures, evidence, rules }: Basis): TogetherReason {
  const gain = gainOf(group, figures, rules);
  const terms = [
    ['less_capital', gain.capital],
    ['less_uncovered_loss', gain.uncoveredLoss],
    ['fewer_accounts', gain.accounts],
  ] as const;
  const [code] = terms.reduce((most, term) => (term[1] > most[1] ? term : most));
  return { code, gain, evidence: evidence(group) };
}

function aloneReason(group: Group, { figures, evidence, isThin, rules, names }: Basis): AloneReason {
  const pairs = names.flatMap((leg, at) => {
    const pair = group | (1 << at);
    return pair === group ? [] : [{ leg, pair, gain: gainOf(pair, figures, rules).total }];
  });
  if (pairs.length === 0) return { code: isThin ? 'thin_evidence' : 'only_leg', nearest: null };
  const { leg, pair, gain } = pairs.reduce((most, other) => (other.gain > most.gain ? other : most));
  const nearest = { leg, gain };
  if (isThin) return { code: 'thin_evidence', nearest };
  if (gain <= 0) return { code: 'no_gain', nearest };
  return { code: evidence(pair).isStable ? 'chosen_apart' : 'unstable', nearest };
}

function gainOf(group: Group, figures: (group: Group) => Figures, rules: PlanPrices): TogetherReason['gain'] {
  const alone = addFigures(legsOf(group).map((leg) => figures(1 << leg)));
  const own = figures(group);
  const before = objective(rules, alone);
  const after = objective(rules, own);
  return {
    capital: rules.kappa * (alone.capital - own.capital),
    uncoveredLoss: rules.lambda * (alone.uncoveredLoss - own.uncoveredLoss),
    innocentConsumption: rules.eta * (alone.innocentConsumption - own.innocentConsumption),
    accounts: rules.tau * (alone.accounts - own.accounts),
    total: gains(before, after) ? before - after : Math.min(0, before - after),
  };
}
