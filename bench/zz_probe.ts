import { createBook, type Book } from './crossTickBook.js';
import { createPath } from './crossTickMarket.js';
import { createFullScan, createPush, createReevaluation, startOf } from './crossTickPlain.js';
import { createIntervalWatch } from './crossTickBoxes.js';
import { createHotCold } from './crossTickHotCold.js';
const t0 = performance.now();
const book: Book = createBook({ accounts: 100_000, instruments: 200, seed: 'x' });
console.log('book', performance.now() - t0, book.weights.length);
const mk: Record<string, any> = { hot: createHotCold, interval: createIntervalWatch, push: createPush, reeval: createReevaluation, scan: createFullScan };
const only = (process.argv[2] ?? 'hot,interval,push').split(',');
const scen: Record<string, any> = {
  normal: [{ ticks: 20000, volatility: 0.0003, drift: 0 }],
  crash: [{ ticks: 1000, volatility: 0.0003, drift: 0 }, { ticks: 6000, volatility: 0.003, drift: -0.012 }],
  slow: [{ ticks: 20000, volatility: 0.001, drift: -0.001 }],
  flash: [{ ticks: 500, volatility: 0.0003, drift: 0 }, { ticks: 500, volatility: 0.01, drift: -0.12 },{ ticks: 3000, volatility: 0.01, drift: 0.02 }],
};
for (const name of (process.argv[3] ?? 'normal,crash,slow,flash').split(',')) {
  const path = createPath(book, name, scen[name]);
  let holders = 0;
  for (const i of path.instruments) holders += book.firstHolder[i + 1]! - book.firstHolder[i]!;
  console.log('\n', name, 'holders/tick', (holders / path.prices.length).toFixed(0));
  for (const v of only) {
    const a = performance.now();
    const w = mk[v](book, startOf(book));
    const built = performance.now() - a; const c0 = process.cpuUsage();
    const times = new Float64Array(path.prices.length);
    let n = 0, h = 0;
    for (let t = 0; t < path.prices.length; t++) {
      const s = performance.now();
      w.tick(path.instruments[t]!, path.prices[t]!, path.keys[t]!, (acc: number) => { n++; h = (h + acc * (t % 1009 + 1)) % 1e9; });
      times[t] = (performance.now() - s) * 1000;
    }
    const c1 = process.cpuUsage(c0); const mean = (x: Float64Array) => x.reduce((p, c) => p + c, 0) / x.length;
    const sorted = times.slice().sort();
    const q = Math.floor(times.length / 4);
    console.log(v.padEnd(9), 'build', built.toFixed(0), 'cpu us/tick', ((c1.user + c1.system) / times.length).toFixed(2), 'mean us', mean(times).toFixed(2), 'quarters', [0, 1, 2, 3].map((k) => mean(times.subarray(k * q, k * q + q)).toFixed(1)).join(' '), 'p50', sorted[times.length >> 1]!.toFixed(2), 'p99', sorted[Math.floor(times.length * 0.99)]!.toFixed(1), 'max', sorted[times.length - 1]!.toFixed(0), 'out', n, h, JSON.stringify(w.counts ?? ''), w.hotBelow ?? '');
  }
}
