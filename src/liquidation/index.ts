/** Trigger index, deleveraging order and loss sharing: who is next, who takes over, who pays. */
export * from './deleverageRanking.js';
export * from './intervalIndex.js';
export * from './lossSharing.js';
export * from './proRata.js';
export * from './thresholdIndex.js';
