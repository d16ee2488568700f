/** Exact whole numbers, decimal text, canonical bytes, hashes, seeded random, results and assertions. */
export * from './append.js';
export * from './assert.js';
export * from './canonicalBytes.js';
export * from './decimal.js';
export * from './hash.js';
export * from './integers.js';
export * from './linearProgram.js';
export * from './nearest.js';
export * from './random.js';
export * from './result.js';
export * from './search.js';
export type * from './units.js';
