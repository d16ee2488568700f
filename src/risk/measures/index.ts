export * from './closedForms.js';
export * from './confidenceOf.js';
export * from './quantiles.js';
export * from './scenarioMeasure.js';
export * from './standardErrors.js';
export * from './tailCount.js';
export * from './tailMeasure.js';
