/** Tools against procyclical margin, and measures of it. */
export * from './impulse.js';
export * from './metrics.js';
export * from './policy.js';
export * from './tools.js';
