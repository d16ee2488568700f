/**
 * How much of the offset between legs to distrust. A plan is chosen as if a group's margin were
 *
 *     (1 - s) M_g + s (sum of the margins of its legs alone)
 *
 * and s is the one whose plans, each chosen without one stretch of time, cost least on the stretch left out.
 */
import { type Book, type Figures, groupFigures, objective } from './groupCost.js';
import { remembered, type Trial } from './groupEvidence.js';
import { type GroupCost, gains, partitionCost, searchPartition } from './partitionSearch.js';
import { type Group, legsOf } from './partitions.js';
import type { PlanRules } from './planRules.js';

/** Of equal costs the larger. */
export function pickShrinkage(book: Book, rules: PlanRules, trials: readonly Trial[]): number {
  const folds = trials.map(({ set, judged }) => ({
    chosenBy: remembered((group) => groupFigures(book, group, set, set)),
    judgedBy: remembered((group) => objective(rules, groupFigures(book, group, set, judged))),
  }));
  let picked = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const shrinkage of rules.shrinkages) {
    const cost = folds.reduce((sum, { chosenBy, judgedBy }) => {
      const plan = searchPartition(book.pnl.length, shrunkCost(chosenBy, rules, shrinkage));
      return sum + partitionCost(plan, judgedBy);
    }, 0);
    if (!gains(cost, least)) [picked, least] = [shrinkage, Math.min(cost, least)];
  }
  return picked;
}

export function shrunkCost(
  figures: (group: Group) => Figures,
  rules: PlanRules,
  shrinkage: number,
): GroupCost {
  return (group) => {
    const own = figures(group);
    const alone = legsOf(group).reduce((sum, leg) => sum + figures(1 << leg).capital, 0);
    return objective(rules, own) + rules.kappa * shrinkage * (alone - own.capital);
  };
}
