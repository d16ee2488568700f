/**
 * The last layer of a pool's waterfall: what its fund could not cover and nobody could be deleveraged
 * against is shared among those who gained. It decides who pays how much; it posts nothing.
 */
import { assert } from '../base/assert.js';
import { max, min } from '../base/integers.js';
import { splitProRata } from './proRata.js';

export interface Gain {
  readonly row: number;
  /** Unrealized, and realized since the pool was last sound, in minor units; at or below zero it pays nothing. */
  readonly gainMinor: bigint;
  /** What the account can pay now and stay at or above zero, in minor units; at or below zero: nothing. */
  readonly capacityMinor: bigint;
}

export interface LossShare {
  readonly row: number;
  readonly paysMinor: bigint;
}

/**
 * Who pays how much, by ascending row, without those who pay nothing. Shares are pro rata to gains; nobody
 * pays more than its gain, so principal is never touched, nor more than its capacity, and what one cannot
 * pay the others share (LIQ-07). Payments sum to the loss, or to all that can be paid if that is less. The
 * order of `gains` does not matter: of equal remainders the lower row pays the odd unit.
 */
export function shareLoss(loss: {
  readonly lossMinor: bigint;
  readonly gains: readonly Gain[];
}): LossShare[] {
  const gains = loss.gains.toSorted((a, b) => a.row - b.row);
  for (let i = 1; i < gains.length; i++) assert(gains[i - 1]!.row !== gains[i]!.row, 'one gain for each row');
  const items = gains.map(({ gainMinor, capacityMinor }) => ({
    weight: max(gainMinor, 0n),
    cap: max(min(gainMinor, capacityMinor), 0n),
  }));
  const parts = splitProRata({ amount: loss.lossMinor, items });
  return gains
    .map(({ row }, i) => ({ row, paysMinor: parts[i] as bigint }))
    .filter(({ paysMinor }) => paysMinor > 0n);
}
