/** Known words are looked up in one way everywhere: see base. */
export { nearest } from '../base/nearest.js';
