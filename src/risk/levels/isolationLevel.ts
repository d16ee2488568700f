/** The levels themselves are the engine's: what the score speaks of is what it accepts. */
export { ISOLATION_LEVELS, type IsolationLevel, levelRank } from '../../isolation/index.js';
