/** Halving over whole numbers, for thresholds that have no closed form. */
import { assert } from './assert.js';

/** The largest number in [passing, failing) that passes, where everything up to it passes and nothing beyond does. */
export function largestPassing(
  range: { readonly passing: bigint; readonly failing: bigint },
  passes: (value: bigint) => boolean,
): bigint {
  let { passing, failing } = range;
  assert(passing < failing, 'a search needs a range');
  while (failing - passing > 1n) {
    const middle = (passing + failing) / 2n;
    if (passes(middle)) passing = middle;
    else failing = middle;
  }
  return passing;
}

/** The smallest number in (failing, passing] that passes, where nothing below it does and everything above does. */
export function smallestPassing(
  range: { readonly failing: bigint; readonly passing: bigint },
  passes: (value: bigint) => boolean,
): bigint {
  return largestPassing({ passing: range.failing, failing: range.passing }, (value) => !passes(value)) + 1n;
}
