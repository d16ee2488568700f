/** Isolation plan of a book: which legs share a margin account. */
export type { AccountReason, AloneReason, TogetherReason } from './accountReason.js';
export {
  type Book,
  type Days,
  dayOutcome,
  type Figures,
  groupFigures,
  groupMargin,
  type Margin,
  objective,
  type PlanPrices,
} from './groupCost.js';
export type { GroupEvidence } from './groupEvidence.js';
export * from './isolationPlan.js';
export * from './partitionSearch.js';
export * from './partitions.js';
export * from './planRules.js';
export * from './transfers.js';
