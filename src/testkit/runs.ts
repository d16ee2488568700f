/**
 * How many random cases a property looks at. The suite takes the same cheap set each time; `FC_RUNS` asks for
 * more and `FC_SEED` for others, to search by hand. A failing case is told by its seed.
 */
import fc from 'fast-check';

/** Runs a check on the seeds of random histories; a failure says which. */
export function forSeeds(runs: number, check: (seed: string) => void): void {
  const numRuns = Number(process.env['FC_RUNS'] ?? runs);
  const seed = Number(process.env['FC_SEED'] ?? 1);
  const number = fc.integer({ min: 0, max: 999_999_999 });
  fc.assert(
    fc.property(number, (drawn) => check(`h${drawn}`)),
    // A smaller number is no simpler history: shrinking would only repeat the failure.
    { numRuns, seed, endOnFailure: true },
  );
}
