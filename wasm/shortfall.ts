/**
 * The inner loop of `bookShortfall` in AssemblyScript: the same steps as src/risk/kernel/plainKernel.ts, eight scenarios at a
 * time. No relaxed instructions: each scenario's sum has the order of the positions, so that both kernels agree to the bit.
 *
 * All arguments but counts are addresses; `pnl` holds a row for each instrument, `stride` bytes apart, a multiple of 64.
 */
export function measureAccounts(
  scenarios: i32,
  accounts: i32,
  pnl: usize,
  stride: usize,
  starts: usize,
  instruments: usize,
  quantities: usize,
  losses: usize,
  heap: usize,
  count: i32,
  mass: f64,
  lastPart: f64,
  valueAtRisk: usize,
  shortfall: usize,
): void {
  for (let account = 0; account < accounts; account++) {
    const first = load<u32>(starts + ((<usize>account) << 2));
    const end = load<u32>(starts + ((<usize>account) << 2), 4);
    sumLosses(pnl, stride, instruments, quantities, losses, first, end);
    keepWorst(losses, scenarios, heap, count);
    const least = load<f64>(heap);
    let sum: f64 = 0;
    for (let size = count - 1; size > 0; size--) {
      settle(heap, size, 0, load<f64>(heap + ((<usize>size) << 3)));
      sum += load<f64>(heap);
    }
    const at = (<usize>account) << 3;
    store<f64>(valueAtRisk + at, least);
    store<f64>(shortfall + at, max(least, (sum + lastPart * least) / mass));
  }
}

/** losses[s] = 0 - quantity x pnl[s] - ..., in the order of the positions. */
function sumLosses(
  pnl: usize,
  stride: usize,
  instruments: usize,
  quantities: usize,
  losses: usize,
  first: u32,
  end: u32,
): void {
  for (let at: usize = 0; at < stride; at += 64) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let d = f64x2.splat(0);
    for (let position = first; position < end; position++) {
      const row = pnl + <usize>load<u32>(instruments + ((<usize>position) << 2)) * stride + at;
      const quantity = f64x2.splat(load<f64>(quantities + ((<usize>position) << 3)));
      a = f64x2.sub(a, f64x2.mul(quantity, v128.load(row)));
      b = f64x2.sub(b, f64x2.mul(quantity, v128.load(row, 16)));
      c = f64x2.sub(c, f64x2.mul(quantity, v128.load(row, 32)));
      d = f64x2.sub(d, f64x2.mul(quantity, v128.load(row, 48)));
    }
    v128.store(losses + at, a);
    v128.store(losses + at, b, 16);
    v128.store(losses + at, c, 32);
    v128.store(losses + at, d, 48);
  }
}

/** A heap of the `count` largest losses, the least of them at its root. */
function keepWorst(losses: usize, scenarios: i32, heap: usize, count: i32): void {
  memory.copy(heap, losses, (<usize>count) << 3);
  for (let parent = (count >> 1) - 1; parent >= 0; parent--) settle(heap, count, parent, at(heap, parent));
  let scenario = count;
  if (scenario & 1 && scenario < scenarios) offer(heap, count, at(losses, scenario++));
  for (; scenario + 1 < scenarios; scenario += 2) {
    const pair = v128.load(losses + ((<usize>scenario) << 3));
    if (!v128.any_true(f64x2.gt(pair, f64x2.splat(load<f64>(heap))))) continue;
    offer(heap, count, f64x2.extract_lane(pair, 0));
    offer(heap, count, f64x2.extract_lane(pair, 1));
  }
  if (scenario < scenarios) offer(heap, count, at(losses, scenario));
}

function offer(heap: usize, count: i32, loss: f64): void {
  if (loss > load<f64>(heap)) settle(heap, count, 0, loss);
}

/** Puts a loss where it belongs at or below a place that is free. */
function settle(heap: usize, size: i32, free: i32, loss: f64): void {
  for (let child = (free << 1) + 1; child < size; child = (free << 1) + 1) {
    if (child + 1 < size && at(heap, child + 1) < at(heap, child)) child++;
    if (at(heap, child) >= loss) break;
    store<f64>(heap + ((<usize>free) << 3), at(heap, child));
    free = child;
  }
  store<f64>(heap + ((<usize>free) << 3), loss);
}

function at(base: usize, index: i32): f64 {
  return load<f64>(base + ((<usize>index) << 3));
}
