/** Replay of margin policies over a price history: fixed margin, proposed rates, proposed rates and isolation levels. */
export { firstRateDate } from './marketTerms.js';
export { OFFSET_RULES, type OffsetRules } from './offsetSet.js';
export * from './policyBook.js';
export * from './policyReplay.js';
export type { ReplayDay } from './policyWalk.js';
export * from './rateTimeline.js';
export * from './replayFigures.js';
export * from './replaySince.js';
