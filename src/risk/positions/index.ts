export * from './riskOfPositions.js';
export * from './riskQuestion.js';
