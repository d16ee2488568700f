/** Back-tests of value at risk and expected shortfall, and of many of them together. */
export * from './acerbiSzekely.js';
export * from './backtest.js';
export * from './baselZones.js';
export * from './capital.js';
export * from './christoffersen.js';
export * from './dieboldMariano.js';
export * from './exceedanceResiduals.js';
export * from './fisslerZiegel.js';
export * from './holm.js';
export * from './kupiec.js';
export type { LikelihoodRatio } from './likelihood.js';
export * from './returnHistory.js';
export * from './series.js';
export * from './simulatedHits.js';
export * from './tailLaw.js';
export * from './timeBetweenFailures.js';
export * from './verdicts.js';
export * from './walkForward.js';
