/** The engine: commands in, events out, one state. */
export * from './command.js';
export { type CommandRegister, createCommandRegister } from './commandRegister.js';
export { isRejection, type Situation } from './decision.js';
export * from './engine.js';
export * from './event.js';
export type { KeptLevel, LevelChange, LevelReason } from './levelFields.js';
export { type LevelImpact, playLevel } from './levelImpact.js';
export { keptLevelOf, levelEffectsOf } from './levelStore.js';
export * from './listing.js';
export * from './marginView.js';
export * from './parameterImpact.js';
export { checkEverything } from './rebuild.js';
export * from './record.js';
export * from './rejection.js';
export * from './snapshot.js';
export { isPoolSound, poolSurplus } from './soundness.js';
export * from './state.js';
export * from './stateHash.js';
