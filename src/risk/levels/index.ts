/** Isolation levels of instruments: drivers, score, rules, the step from one level to the next, a time line of them. */
export * from './drivers.js';
export * from './isolationLevel.js';
export * from './levelTimeline.js';
export * from './liquidityDrivers.js';
export * from './nextLevel.js';
export * from './observedDrivers.js';
export * from './priceDrivers.js';
export * from './rules.js';
