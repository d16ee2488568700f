import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestPassing, smallestAmount, smallestPassing } from './search.js';

describe('searching by halving', () => {
  it('finds the edge exactly, wherever it lies', () => {
    const bound = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
    fc.assert(
      fc.property(
        bound,
        fc.bigInt({ min: 0n, max: 2n ** 70n }),
        fc.bigInt({ min: 1n, max: 2n ** 70n }),
        (edge, below, above) => {
          expect(
            smallestPassing({ failing: edge - 1n - below, passing: edge + above - 1n }, (n) => n >= edge),
          ).toBe(edge);
          expect(largestPassing({ passing: edge - below, failing: edge + above }, (n) => n <= edge)).toBe(
            edge,
          );
        },
      ),
    );
  });

  it('finds the smallest amount whatever the guess is worth', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 70n });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: -2, max: 2 }), (edge, guess, near) => {
        for (const guessed of [guess, edge + BigInt(near), 0n, -guess])
          expect(smallestAmount(guessed, (n) => n >= edge)).toBe(edge);
      }),
    );
  });

  it('needs a range', () => {
    expect(() => largestPassing({ passing: 1n, failing: 1n }, () => true)).toThrow('needs a range');
  });
});
