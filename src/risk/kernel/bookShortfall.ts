/**
 * What does each of very many accounts lose in the tail of one scenario set? As `sortedTail` of each, for books of a venue's size.
 *
 * Losses are summed in the order of the positions and the tail from its least loss up: the answer does not depend on the kernel, to
 * the bit, nor on the order of scenarios; with whole-numbered profits and quantities also not on that of positions.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type Confidence, tailCount } from '../measures/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { BookShortfall, FlatBook, Kernel } from './kernel.js';
import { plainKernel } from './plainKernel.js';
import { wasmKernel } from './wasmKernel.js';

/**
 * In the unit of `pnl` times that of `quantities`; an account without positions has 0.
 * Refused: no scenario, lengths that differ, starts that go back, an instrument that is not there, numbers that are none, or whose
 * products may be too large to add.
 */
export function bookShortfall(
  book: FlatBook,
  confidence: Confidence,
  kernel: Kernel = fastestKernel(),
): Result<BookShortfall, RiskFault> {
  const fault = bookFault(book);
  return fault === null ? ok(kernel(book, tailCount(book.scenarios, confidence))) : err(fault);
}

/** WebAssembly with 128-bit vectors where there is one. */
export function fastestKernel(): Kernel {
  return wasmKernel() ?? plainKernel;
}

function bookFault({ scenarios, pnl, starts, instruments, quantities }: FlatBook): RiskFault | null {
  if (!Number.isSafeInteger(scenarios) || scenarios < 1)
    return riskFault('too_few', 'scenarios', { context: { got: String(scenarios), needed: '1' } });
  const largest = new Float64Array(pnl.length);
  for (const [row, moves] of pnl.entries()) {
    if (moves.length !== scenarios) return riskFault('length_differs', 'pnl', { at: [row] });
    for (let i = 0; i < scenarios; i++) {
      const size = Math.abs(moves[i] as number);
      if (!Number.isFinite(size)) return riskFault('not_finite', 'pnl', { at: [row, i] });
      if (size > (largest[row] as number)) largest[row] = size;
    }
  }
  if (quantities.length !== instruments.length) return riskFault('length_differs', 'quantities');
  if (starts[0] !== 0 || starts.at(-1) !== instruments.length) return riskFault('length_differs', 'starts');
  const back = starts.findIndex((start, at) => start < (starts[at - 1] ?? 0));
  if (back >= 0) return riskFault('bad_range', 'starts', { at: [back] });
  for (let account = 0; account + 1 < starts.length; account++) {
    const end = starts[account + 1] as number;
    // Infinite where a sum might be; the kernels never see one.
    let most = 0;
    for (let position = starts[account] as number; position < end; position++) {
      const size = largest[instruments[position] as number];
      if (size === undefined) return riskFault('bad_range', 'instruments', { at: [position] });
      most += Math.abs(quantities[position] as number) * size;
    }
    if (!Number.isFinite(most * scenarios)) return riskFault('not_finite', 'quantities', { at: [account] });
  }
  return null;
}
