/**
 * The nearest whole number in a direction for which something holds, found by ruling out ranges: a range that is ruled
 * out is skipped whole, another is halved, the nearer half first. Exact for any function whose ranges can be judged, be
 * it monotone or not, and quick where judging is sharp: what is skipped grows with the distance from the answer.
 */
import type { Range } from './accountBox.js';

export type Nearest =
  | { readonly kind: 'found'; readonly at: bigint }
  | { readonly kind: 'none' }
  /** After `looksMax` ranges it was still not clear: the bounds of ranges are too loose there. */
  | { readonly kind: 'unsettled' };

/**
 * From `from` towards `to`, both included. `isRuledOut` must be sure when it says so, and must know everything about a
 * range of one number.
 */
export function nearestWhere(
  way: { readonly from: bigint; readonly to: bigint; readonly looksMax?: number },
  isRuledOut: (range: Range) => boolean,
): Nearest {
  let { from, to } = way;
  const { looksMax = Number.POSITIVE_INFINITY } = way;
  const ahead: bigint[] = [];
  for (let looks = 0; looks < looksMax; looks++) {
    if (!isRuledOut(from <= to ? { low: from, high: to } : { low: to, high: from })) {
      if (from === to) return { kind: 'found', at: from };
      ahead.push(to);
      to = between(from, to);
      continue;
    }
    const next = ahead.pop();
    if (next === undefined) return { kind: 'none' };
    from = to < next ? to + 1n : to - 1n;
    to = next;
  }
  return { kind: 'unsettled' };
}

/** The end of the nearer part: half way, or for a range of many sizes as far as it is from zero. */
function between(from: bigint, to: bigint): bigint {
  if (to > 4n * from && from > 0n) return 2n * from;
  if (from > 4n * to && to > 0n) return from / 2n;
  // Towards `from`, so that the nearer part never is the whole.
  return from + (to - from) / 2n;
}
