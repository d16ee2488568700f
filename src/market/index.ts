/** Assets, instruments, payoffs, marks and their guards. */
export * from './asset.js';
export * from './instrument.js';
export * from './markGuard.js';
export * from './option.js';
export * from './payoff.js';
export * from './priceIndex.js';
