/** What the inner loop of `bookShortfall` is given and answers with, whoever runs it. */
import type { TailCount } from '../measures/index.js';

/** Accounts beside each other in flat arrays: account a holds the positions from `starts[a]` up to `starts[a + 1]`. */
export interface FlatBook {
  readonly scenarios: number;
  /** Profit and loss of one unit of each instrument in each scenario. */
  readonly pnl: readonly Float64Array[];
  /** One more than there are accounts. */
  readonly starts: Uint32Array;
  /** Of each position: its instrument. */
  readonly instruments: Uint32Array;
  /** Of each position: units, signed. */
  readonly quantities: Float64Array;
}

/** Of each account; a loss is positive. */
export interface BookShortfall {
  readonly valueAtRisk: Float64Array;
  readonly expectedShortfall: Float64Array;
}

/** Trusts what it is given: `bookShortfall` has looked at it. */
export type Kernel = (book: FlatBook, tail: TailCount) => BookShortfall;
