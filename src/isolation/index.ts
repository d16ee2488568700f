/** The ring fence and its closed list of flows; the isolation levels and what each allows. */
export * from './flows.js';
export * from './isolationLevel.js';
export * from './levelEffects.js';
export * from './ringFence.js';
