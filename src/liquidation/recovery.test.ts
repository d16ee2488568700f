import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OpenPayment, returnRecovery } from './recovery.js';

const PAID: OpenPayment[] = [
  { layer: 'own', payers: [{ row: 7, paysMinor: 400n }] },
  { layer: 'fund', payers: [{ row: 0, paysMinor: 100n }] },
  {
    layer: 'gains',
    payers: [
      { row: 4, paysMinor: 49n },
      { row: 5, paysMinor: 21n },
    ],
  },
];

describe('a recovery', () => {
  it('returns to who paid, the last layer first (LIQ-08)', () => {
    expect(returnRecovery({ amountMinor: 10n, payments: PAID }).returned).toEqual([
      { layer: 'gains', row: 4, amountMinor: 7n },
      { layer: 'gains', row: 5, amountMinor: 3n },
    ]);
    expect(returnRecovery({ amountMinor: 120n, payments: PAID }).returned).toEqual([
      { layer: 'gains', row: 4, amountMinor: 49n },
      { layer: 'gains', row: 5, amountMinor: 21n },
      { layer: 'fund', row: 0, amountMinor: 50n },
    ]);
  });

  it('gives nobody more than it paid, and names what is left over', () => {
    const { returned, excessMinor } = returnRecovery({ amountMinor: 600n, payments: PAID });
    expect(returned.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(570n);
    expect(excessMinor).toBe(30n);
  });

  it('in two parts returns to each layer what it returns in one', () => {
    const byLayer = (items: readonly { layer: string; amountMinor: bigint }[], layer: string) =>
      items.filter((item) => item.layer === layer).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 300n }), (first, second) => {
        const whole = returnRecovery({ amountMinor: first + second, payments: PAID });
        const one = returnRecovery({ amountMinor: first, payments: PAID });
        const open = PAID.map(({ layer, payers }) => ({
          layer,
          payers: payers.map(({ row, paysMinor }) => {
            const back = one.returned.find((item) => item.layer === layer && item.row === row);
            return { row, paysMinor: paysMinor - (back?.amountMinor ?? 0n) };
          }),
        }));
        const two = returnRecovery({ amountMinor: second, payments: open });
        for (const { layer } of PAID) {
          expect(byLayer([...one.returned, ...two.returned], layer)).toBe(byLayer(whole.returned, layer));
        }
        expect(one.excessMinor + two.excessMinor).toBe(whole.excessMinor);
      }),
      { numRuns: 200 },
    );
  });
});
