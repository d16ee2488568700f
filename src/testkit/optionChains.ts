/** Random options of one underlying, for tests of what they require and settle at. */
import fc from 'fast-check';
import type { LegView, OptionTerms } from '../margin/index.js';
import { optionLeg } from './accountFixture.js';

/** Chains of one underlying, one payoff, some contracts twice as large. */
export function optionChains({
  expiries = [1000, 2000],
  sizeMax = 20,
  legsMin = 1,
  legsMax = 6,
} = {}): fc.Arbitrary<readonly LegView[]> {
  const one = fc.record({
    optionType: fc.constantFrom('call' as const, 'put' as const),
    strikeTicks: fc.oneof(
      fc.bigInt(8n, 14n).map((step) => step * 10n),
      fc.bigInt(1n, 300n),
    ),
    expiryMs: fc.constantFrom(...expiries),
    lots: fc.bigInt(BigInt(-sizeMax), BigInt(sizeMax)).filter((lots) => lots !== 0n),
    markTicks: fc.oneof(fc.bigInt(1n, 30n), fc.bigInt(1n, 400n)),
    unit: fc.constantFrom(1n, 2n),
  });
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      indexTicks: fc.bigInt(1n, 300n),
      all: fc.array(one, { minLength: legsMin, maxLength: legsMax }),
      margin: fc.record({
        initialRatePpm: fc.bigInt(100_000n, 400_000n),
        initialFloorRatePpm: fc.bigInt(0n, 200_000n),
        maintenanceRatePpm: fc.bigInt(0n, 300_000n),
      }),
      markTicksPerTick: fc.constantFrom(1n, 3n),
    })
    .map(({ payoff, indexTicks, all, margin, markTicksPerTick }) =>
      all.map(({ unit, ...fields }, instrument) => {
        const made = optionLeg({ ...fields, payoff, indexTicks, instrument });
        return {
          ...made,
          terms: { ...made.terms, unit, markTicksPerTick },
          option: { ...optionOf(made), unit, margin },
        };
      }),
    );
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
