/** Floating point: option prices and Greeks, implied volatility, option marks, scenario grids and their vectors. */
export * from './black76.js';
export * from './greeks.js';
export * from './historicalScenarios.js';
export * from './impliedMove.js';
export * from './impliedVolatility.js';
export * from './normal.js';
export * from './optionMark.js';
export * from './presets/deribitLike.js';
export * from './presets/okxLike.js';
export * from './presets/spanLike.js';
export * from './quantize.js';
export * from './riskFault.js';
export * from './scenario.js';
export * from './scenarioGrid.js';
export * from './scenarioPnl.js';
export * from './tailModel.js';
