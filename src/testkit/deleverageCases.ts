/** Sides of small candidates for deleveraging: scores are often equal, with losers and accounts without equity. */
import fc from 'fast-check';
import type { DeleverageCandidate } from '../liquidation/index.js';

export const sideOfCandidates: fc.Arbitrary<DeleverageCandidate[]> = fc
  .tuple(
    fc.constantFrom(1n, -1n),
    fc.uniqueArray(
      fc.record({
        row: fc.nat(1000),
        lots: fc.bigInt({ min: 1n, max: 9n }),
        cost: fc.bigInt({ min: -1n, max: 8n }),
        markValue: fc.bigInt({ min: 0n, max: 12n }),
        collateral: fc.bigInt({ min: -6n, max: 12n }),
      }),
      { selector: ({ row }) => row, maxLength: 15 },
    ),
  )
  .map(([side, candidates]) =>
    candidates.map(({ row, lots, cost, markValue, collateral }) =>
      side > 0n
        ? { row, lots, cost, markValue, collateral }
        : { row, lots: -lots, cost: -markValue, markValue: -cost, collateral },
    ),
  );

/** The same with hedges in their accounts, some in full and some beyond. */
export const sideWithHedges: fc.Arbitrary<DeleverageCandidate[]> = sideOfCandidates.chain((candidates) =>
  fc.tuple(...candidates.map((candidate) => hedged(candidate))),
);

export function withShuffle<T>(items: readonly T[]): fc.Arbitrary<[readonly T[], readonly T[]]> {
  const length = items.length;
  return fc.tuple(
    fc.constant(items),
    fc.shuffledSubarray([...items], { minLength: length, maxLength: length }),
  );
}

function hedged(candidate: DeleverageCandidate): fc.Arbitrary<DeleverageCandidate> {
  return fc
    .option(fc.bigInt({ min: -3n, max: 9n }))
    .map((net) => (net === null ? candidate : { ...candidate, netLots: candidate.lots < 0n ? -net : net }));
}
