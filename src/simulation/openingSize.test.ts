import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillNotionalTowardsZero } from '../market/index.js';
import { openingLotsFloor } from './openingSize.js';

const PPM = 1_000_000n;
const brackets = [
  {
    notionalCapMinor: 1_000_000n,
    initialMarginRatePpm: 20_000n,
    maintenanceMarginRatePpm: 10_000n,
    leverageMaxPpm: 50n * PPM,
  },
  {
    notionalCapMinor: null,
    initialMarginRatePpm: 100_000n,
    maintenanceMarginRatePpm: 50_000n,
    leverageMaxPpm: 10n * PPM,
  },
];
const linear = { payoff: 'linear', takerFeePpm: 500n, brackets } as const;

describe('openingLotsFloor', () => {
  it.each([
    [
      'leverage 10 without charges',
      { collateralMinor: 10_000n, leveragePpm: 10n * PPM, priceTicks: 100n, reservePpm: 0n },
      0n,
      1000n,
    ],
    [
      'the fee takes its part',
      { collateralMinor: 10_000n, leveragePpm: 10n * PPM, priceTicks: 100n, reservePpm: 0n },
      500n,
      995n,
    ],
    [
      'high leverage stops at its bracket',
      { collateralMinor: 10n ** 9n, leveragePpm: 50n * PPM, priceTicks: 100n, reservePpm: 0n },
      0n,
      10_000n,
    ],
    [
      'leverage nobody allows',
      { collateralMinor: 10n ** 9n, leveragePpm: 51n * PPM, priceTicks: 100n, reservePpm: 0n },
      0n,
      0n,
    ],
    [
      'not even one lot',
      { collateralMinor: 9n, leveragePpm: 10n * PPM, priceTicks: 100n, reservePpm: 0n },
      0n,
      0n,
    ],
  ] as const)('%s', (_, opening, takerFeePpm, lots) => {
    expect(openingLotsFloor({ ...linear, takerFeePpm }, { unit: 1n }, opening)).toBe(lots);
  });

  it('stops at the cap of the last bracket where it has one', () => {
    const capped = { ...linear, brackets: [{ ...brackets[0]!, notionalCapMinor: 5_000n }] };
    const opening = {
      collateralMinor: 10n ** 9n,
      leveragePpm: 2n * PPM,
      priceTicks: 100n,
      reservePpm: 0n,
    };
    expect(openingLotsFloor(capped, { unit: 1n }, opening)).toBe(50n);
  });

  it('is affordable, and one lot more is not, for both payoffs', () => {
    const wide = [{ ...brackets[1]!, initialMarginRatePpm: 1n, leverageMaxPpm: 1000n * PPM }];
    fc.assert(
      fc.property(
        fc.constantFrom('linear', 'inverse'),
        fc.bigInt({ min: 1n, max: 10n ** 15n }),
        fc.bigInt({ min: PPM, max: 200n * PPM }),
        fc.bigInt({ min: 1n, max: 10n ** 7n }),
        fc.bigInt({ min: 0n, max: 2000n }),
        (payoff, collateralMinor, leveragePpm, priceTicks, reservePpm) => {
          const terms = { unit: payoff === 'linear' ? 100n : 10n ** 11n };
          const definition = { payoff, takerFeePpm: 500n, brackets: wide } as const;
          const lots = openingLotsFloor(definition, terms, {
            collateralMinor,
            leveragePpm,
            priceTicks,
            reservePpm,
          });
          const charge = (of: bigint) => {
            const notional = fillNotionalTowardsZero({ payoff, unit: terms.unit }, { lots: of, priceTicks });
            return notional * PPM * PPM + notional * leveragePpm * (500n + reservePpm);
          };
          const limit = collateralMinor * leveragePpm * PPM;
          expect(charge(lots) <= limit).toBe(true);
          expect(charge(lots + 2n) > limit).toBe(true);
        },
      ),
    );
  });
});
