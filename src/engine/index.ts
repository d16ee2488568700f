/** The engine: commands in, events out, one state. */
export * from './command.js';
export * from './engine.js';
export * from './event.js';
export * from './record.js';
export * from './rejection.js';
export * from './state.js';
export * from './stateHash.js';
