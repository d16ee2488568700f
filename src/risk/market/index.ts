export * from './alignedMarket.js';
export * from './jointScenarios.js';
export * from './marketScenarios.js';
export * from './rescaledMoves.js';
