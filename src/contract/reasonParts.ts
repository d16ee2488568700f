/** What the explanations of every margin mode say in the same words. */
import { abs, PPM } from '../base/index.js';
import { decimalOf } from './calcDecimal.js';
import type { ReleaseLimit } from './releasable.js';
import { formatPpm } from './scale.js';

export const FENCE_SENTENCE =
  'Nothing outside this account pays for it, and it pays for nothing outside: only its own balance is at risk.';

export const LIMITS: Readonly<Record<ReleaseLimit, string>> = {
  liquidation: 'nothing leaves an account in liquidation',
  mark: 'nothing leaves a position whose mark may not decide',
  margin: 'initial margin or the removal floor must stay',
  principal: 'while the pool is not sound, at most its own net principal leaves',
  cash: 'the pool holds no more cash',
};

/** How far a price is from the mark, as the end of a sentence; empty without a mark. */
export function distanceText(price: string, mark: string): string {
  const distance = distancePpm(price, mark);
  return distance === null ? '' : `, ${formatPpm(distance)} of the mark away`;
}

/** |price - mark| / mark in ppm, rounded down: nearer, never farther. */
function distancePpm(price: string, mark: string): bigint | null {
  const [a, b] = [decimalOf(price), decimalOf(mark)];
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [
    a.digits * 10n ** BigInt(scale - a.scale),
    b.digits * 10n ** BigInt(scale - b.scale),
  ];
  return right === 0n ? null : (abs(left - right) * PPM) / right;
}
