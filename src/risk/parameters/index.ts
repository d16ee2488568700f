/** Margin parameters from forecasts and liquidity: rates, brackets, reasons, as a proposal. */
export * from './addOnLadder.js';
export * from './liquidationCost.js';
export * from './parameterRules.js';
export * from './proposeHaircut.js';
export * from './proposeParameters.js';
export * from './scenarioRules.js';
export * from './stressedLiquidity.js';
export * from './tamedRate.js';
