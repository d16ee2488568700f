/** Networks: clearing, distress, and fire sales between nodes that owe one another or hold the same assets. */
export type { ClearedNode } from './clearingOutcome.js';
export { type DebtNetwork, debtNetworkFault, type FailureCosts } from './debtNetwork.js';
export * from './debtRank.js';
export { eisenbergNoe } from './eisenbergNoe.js';
export { type ExposureNetwork, exposureNetworkFault, leverageMatrix } from './exposureNetwork.js';
export { fraction, sumOf } from './fraction.js';
export * from './furfine.js';
export * from './greenwoodLandierThesmar.js';
export { type Holdings, holdingsFault } from './holdings.js';
export * from './liquidityWeightedOverlap.js';
export {
  EXACT_NODES_MAX,
  FLOAT_NODES_MAX,
  type NetworkFault,
  type NetworkFaultCode,
} from './networkFault.js';
export * from './networkValuation.js';
export * from './rogersVeraart.js';
export * from './spectralRadius.js';
export * from './stronglyConnected.js';
export * from './thresholdDeleveraging.js';
export { UNIQUENESS_REASONS, type Uniqueness, type UniquenessReason } from './uniqueness.js';
export * from './valuations.js';
