/** What can be held: an asset and the scale in which this ledger counts it. */
import type { Minor } from '../base/units.js';

export const DECIMALS_MAX = 9;

/** The largest amount one command may move: products with prices and sums stay far from int64. */
export const AMOUNT_MAX: Minor = 2n ** 60n;

export interface Asset {
  readonly id: string;
  /** The ledger's scale, 0 to 9: one minor unit is 10^-decimals of the asset. */
  readonly decimals: number;
}

/** Ids of assets, instruments, pools, clients, accounts and commands: 1 to 64 plain characters. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}
