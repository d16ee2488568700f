/** The ring fence and its closed list of flows. */
export * from './flows.js';
export * from './ringFence.js';
