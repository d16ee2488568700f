import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { max, min } from '../base/integers.js';
import { type Gain, shareLoss } from './lossSharing.js';

describe('loss sharing', () => {
  it('shares a loss pro rata to gains, and those without a gain pay nothing (LIQ-07)', () => {
    const gains = [
      { row: 7, gainMinor: 300n, capacityMinor: 1_000n },
      { row: 3, gainMinor: 100n, capacityMinor: 1_000n },
      { row: 5, gainMinor: 0n, capacityMinor: 1_000n },
      { row: 1, gainMinor: -50n, capacityMinor: 1_000n },
    ];
    expect(shareLoss({ lossMinor: 40n, gains })).toEqual([
      { row: 3, paysMinor: 10n },
      { row: 7, paysMinor: 30n },
    ]);
  });

  it('passes on what a payer cannot pay, and never reaches principal (LIQ-07)', () => {
    const gains = [
      { row: 1, gainMinor: 100n, capacityMinor: 5n },
      { row: 2, gainMinor: 100n, capacityMinor: 1_000n },
      { row: 3, gainMinor: 100n, capacityMinor: -20n },
    ];
    expect(shareLoss({ lossMinor: 60n, gains })).toEqual([
      { row: 1, paysMinor: 5n },
      { row: 2, paysMinor: 55n },
    ]);
    expect(shareLoss({ lossMinor: 500n, gains })).toEqual([
      { row: 1, paysMinor: 5n },
      { row: 2, paysMinor: 100n },
    ]);
  });

  it('is answered with nobody when nobody gained, without a division (LIQ-07)', () => {
    expect(shareLoss({ lossMinor: 10n, gains: [] })).toEqual([]);
    expect(shareLoss({ lossMinor: 10n, gains: [{ row: 1, gainMinor: 0n, capacityMinor: 9n }] })).toEqual([]);
    expect(shareLoss({ lossMinor: 0n, gains: [{ row: 1, gainMinor: 8n, capacityMinor: 9n }] })).toEqual([]);
  });

  it('gives the odd unit of equal remainders to the lower row', () => {
    const gains = [9, 4, 6].map((row) => ({ row, gainMinor: 10n, capacityMinor: 10n }));
    expect(shareLoss({ lossMinor: 2n, gains })).toEqual([
      { row: 4, paysMinor: 1n },
      { row: 6, paysMinor: 1n },
    ]);
  });

  it('sums to the loss or to all gains that can be paid, each within its own (LIQ-07)', () => {
    fc.assert(
      fc.property(amount, gainsOfRows, (lossMinor, gains) => {
        const payable = new Map(
          gains.map(({ row, gainMinor, capacityMinor }) => [row, max(min(gainMinor, capacityMinor), 0n)]),
        );
        const shares = shareLoss({ lossMinor, gains });
        let paid = 0n;
        for (const { row, paysMinor } of shares) {
          expect(paysMinor > 0n && paysMinor <= payable.get(row)!).toBe(true);
          paid += paysMinor;
        }
        expect(paid).toBe(
          min(
            lossMinor,
            [...payable.values()].reduce((sum, value) => sum + value, 0n),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is the same in whatever order the gains arrive', () => {
    fc.assert(
      fc.property(amount, gainsOfRows.chain(withShuffle), (lossMinor, [gains, shuffled]) => {
        expect(shareLoss({ lossMinor, gains: shuffled })).toEqual(shareLoss({ lossMinor, gains }));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses two gains of one row', () => {
    const gain = { row: 1, gainMinor: 1n, capacityMinor: 1n };
    expect(() => shareLoss({ lossMinor: 1n, gains: [gain, gain] })).toThrow('one gain for each row');
  });
});

const amount = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 2n ** 62n }));
const signed = fc.oneof(fc.bigInt({ min: -5n, max: 20n }), fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }));
const gainsOfRows: fc.Arbitrary<Gain[]> = fc.uniqueArray(
  fc.record({ row: fc.nat(1000), gainMinor: signed, capacityMinor: signed }),
  { selector: ({ row }) => row, maxLength: 25 },
);

function withShuffle(gains: Gain[]): fc.Arbitrary<[Gain[], Gain[]]> {
  const shuffled = fc.shuffledSubarray(gains, { minLength: gains.length, maxLength: gains.length });
  return fc.tuple(fc.constant(gains), shuffled);
}
