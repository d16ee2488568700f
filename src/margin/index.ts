/** Requirement, equity, health, liquidation and bankruptcy price, removable margin and maximum size of isolated accounts. */
export * from './account/index.js';
export * from './bankruptcyPrice.js';
export * from './brackets.js';
export * from './coverage.js';
export * from './cure.js';
export * from './equity.js';
export * from './health.js';
export * from './initialMargin.js';
export * from './liquidationPrice.js';
export * from './maintenanceMargin.js';
export * from './opening.js';
export * from './removable.js';
export * from './requirement.js';
export * from './rounding.js';
export type * from './terms.js';
export type * from './view.js';
