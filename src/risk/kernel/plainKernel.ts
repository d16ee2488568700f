/** The inner loop of `bookShortfall` in plain JavaScript: where there is no WebAssembly, and the reference that the other is held to. */
import type { Kernel } from './kernel.js';

export const plainKernel: Kernel = (
  { scenarios, pnl, starts, instruments, quantities },
  { count, mass, lastPart },
) => {
  const accounts = starts.length - 1;
  const valueAtRisk = new Float64Array(accounts);
  const expectedShortfall = new Float64Array(accounts);
  const losses = new Float64Array(scenarios);
  const heap = new Float64Array(count);
  for (let account = 0; account < accounts; account++) {
    losses.fill(0);
    const end = starts[account + 1] as number;
    for (let position = starts[account] as number; position < end; position++)
      subtract(losses, pnl[instruments[position] as number] as Float64Array, quantities[position] as number);
    keepWorst(losses, heap);
    const least = heap[0] as number;
    let sum = 0;
    for (let size = count - 1; size > 0; size--) {
      settle(heap, size, 0, heap[size] as number);
      sum += heap[0] as number;
    }
    valueAtRisk[account] = least;
    expectedShortfall[account] = Math.max(least, (sum + lastPart * least) / mass);
  }
  return { valueAtRisk, expectedShortfall };
};

function subtract(losses: Float64Array, row: Float64Array, quantity: number): void {
  for (let scenario = 0; scenario < losses.length; scenario++)
    losses[scenario] = (losses[scenario] as number) - quantity * (row[scenario] as number);
}

/** Makes a heap of the largest losses, the least of them at its root. */
function keepWorst(losses: Float64Array, heap: Float64Array): void {
  const count = heap.length;
  heap.set(losses.subarray(0, count));
  for (let parent = (count >> 1) - 1; parent >= 0; parent--)
    settle(heap, count, parent, heap[parent] as number);
  for (let scenario = count; scenario < losses.length; scenario++) {
    const loss = losses[scenario] as number;
    if (loss > (heap[0] as number)) settle(heap, count, 0, loss);
  }
}

/** Puts a loss where it belongs at or below a place that is free. */
function settle(heap: Float64Array, size: number, free: number, loss: number): void {
  let at = free;
  for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= loss) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = loss;
}
