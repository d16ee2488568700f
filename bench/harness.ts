/**
 * Runs variants of one piece of work in turns in one process and prints how they compare. Absolute times
 * swing on shared cores, ratios within one run do not: each variant is judged against the named baseline.
 * It measures and asserts nothing.
 */
import { cpus } from 'node:os';

export interface Variant {
  readonly name: string;
  /** How many operations one call of `run` does; its time is divided by them. */
  readonly operations: number;
  /** Answers something computed from all its work, so that none of it can be optimised away. */
  readonly run: () => number;
}

export interface Comparison {
  readonly workload: string;
  /** The name of the variant the others are compared with. */
  readonly baseline: string;
  readonly rounds: number;
  readonly variants: readonly Variant[];
}

const WARM_UP_ROUNDS = 5;

export function compare({ workload, baseline, rounds, variants }: Comparison): void {
  const times = new Map(variants.map(({ name }) => [name, [] as number[]]));
  let checksum = 0;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      // Another one goes first each round, so that none always follows the same neighbour.
      const variant = variants[(turn + round + WARM_UP_ROUNDS) % variants.length] as Variant;
      const start = process.hrtime.bigint();
      checksum += variant.run();
      const elapsedNs = Number(process.hrtime.bigint() - start);
      if (round >= 0) times.get(variant.name)?.push(elapsedNs / variant.operations);
    }
  }

  const medianOf = (name: string) => percentile(times.get(name) ?? [], 50);
  console.log(`\n${workload}; ${rounds} rounds in turns, checksum ${checksum}`);
  console.table(
    variants.map(({ name }) => ({
      variant: name,
      'p10 ns': round3(percentile(times.get(name) ?? [], 10)),
      'median ns': round3(medianOf(name)),
      'p90 ns': round3(percentile(times.get(name) ?? [], 90)),
      [`times faster than ${baseline}`]: round3(medianOf(baseline) / medianOf(name)),
    })),
  );
}

/** Once at the start of a run. */
export function printMachine(): void {
  const processors = cpus();
  console.log(
    `${processors[0]?.model ?? 'unknown processor'} x ${processors.length}, Node ${process.version}`,
  );
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** To three significant digits. */
export function round3(value: number): number {
  return Number(value.toPrecision(3));
}
