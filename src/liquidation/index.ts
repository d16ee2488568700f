/** Trigger index, deleveraging, waterfall and loss sharing: who is next, who takes over, who pays. */
export * from './defaultWaterfall.js';
export * from './deleverageAllocation.js';
export * from './deleverageNeed.js';
export * from './deleveragePolicy.js';
export * from './deleveragePreview.js';
export * from './deleverageRanking.js';
export * from './deleverageScore.js';
export * from './fraction.js';
export * from './fundRollForward.js';
export * from './intervalIndex.js';
export * from './lossSharing.js';
export * from './proRata.js';
export * from './recovery.js';
export * from './thresholdIndex.js';
export * from './waterfall.js';
export * from './waterfallLayers.js';
export * from './waterfallRules.js';
