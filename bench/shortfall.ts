/**
 * Shortfall of 100,000 accounts of 10 positions on 1,000 scenarios of 50 instruments at 97.5%: the WebAssembly kernel, the plain one,
 * and each account by itself with every loss sorted, in turns in one run. The answers are compared before the clock starts.
 *
 *     node dist/bench/shortfall.js
 */
import {
  bookShortfall,
  type FlatBook,
  type Kernel,
  plainKernel,
  readConfidence,
  tailMeasure,
  wasmKernel,
} from '../src/risk/index.js';
import { compare, printMachine } from './harness.js';

const ACCOUNTS = 100_000;
const POSITIONS = 10;
const SCENARIOS = 1_000;
const INSTRUMENTS = 50;
/** The slow way is measured on fewer; its time is by account too. */
const SLOW_ACCOUNTS = 2_000;

const next = generator(7);
const book: FlatBook = {
  scenarios: SCENARIOS,
  pnl: Array.from({ length: INSTRUMENTS }, () =>
    Float64Array.from({ length: SCENARIOS }, () => Math.round((next() + next() + next() - 1.5) * 10_000)),
  ),
  starts: Uint32Array.from({ length: ACCOUNTS + 1 }, (_, account) => account * POSITIONS),
  instruments: Uint32Array.from({ length: ACCOUNTS * POSITIONS }, () => Math.floor(next() * INSTRUMENTS)),
  quantities: Float64Array.from({ length: ACCOUNTS * POSITIONS }, () => Math.round((next() - 0.5) * 200)),
};
const read = readConfidence('0.975');
if (!read.ok) throw new Error('the confidence reads');
const confidence = read.value;

const wasm = wasmKernel();
if (wasm === null) throw new Error('this host has no WebAssembly with vectors');
const expected = checksum(plainKernel);
if (checksum(wasm) !== expected) throw new Error('the kernels differ');

printMachine();
compare({
  workload: `ES of ${ACCOUNTS} accounts x ${POSITIONS} positions x ${SCENARIOS} scenarios, per account`,
  baseline: 'plain kernel',
  rounds: 5,
  variants: [
    { name: 'each by itself, sorted', operations: SLOW_ACCOUNTS, run: slow },
    { name: 'plain kernel', operations: ACCOUNTS, run: () => checksum(plainKernel) },
    { name: 'WebAssembly kernel', operations: ACCOUNTS, run: () => checksum(wasm) },
  ],
});

function checksum(kernel: Kernel): number {
  const answer = bookShortfall(book, confidence, kernel);
  if (!answer.ok) throw new Error('the book is sound');
  return answer.value.expectedShortfall.reduce((sum, shortfall) => sum + shortfall, 0);
}

function slow(): number {
  let sum = 0;
  for (let account = 0; account < SLOW_ACCOUNTS; account++) {
    const losses = new Float64Array(SCENARIOS);
    for (let at = account * POSITIONS; at < (account + 1) * POSITIONS; at++) {
      const row = book.pnl[book.instruments[at] as number] as Float64Array;
      const quantity = book.quantities[at] as number;
      for (let scenario = 0; scenario < SCENARIOS; scenario++)
        losses[scenario] = (losses[scenario] as number) - quantity * (row[scenario] as number);
    }
    const measured = tailMeasure(losses, confidence);
    if (!measured.ok) throw new Error('the losses are sound');
    sum += measured.value.expectedShortfall;
  }
  return sum;
}

/** Numbers in [0, 1), the same in each run (a linear congruence modulo 2^32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
