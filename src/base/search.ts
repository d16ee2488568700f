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

/** The smallest amount from zero up that passes, where more never passes less. A good guess saves the search. */
export function smallestAmount(guess: bigint, passes: (amount: bigint) => boolean): bigint {
  if (passes(0n)) return 0n;
  let passing = guess > 1n ? guess : 1n;
  if (passes(passing) && !passes(passing - 1n)) return passing;
  while (!passes(passing)) passing *= 2n;
  return smallestPassing({ failing: 0n, passing }, passes);
}
