import { createIntervalIndex } from '../src/liquidation/intervalIndex.js';
import { createThresholdIndex } from '../src/liquidation/thresholdIndex.js';
import { seededRandom } from '../src/base/random.js';
const cpu = (n: number, f: () => void) => { const c = process.cpuUsage(); f(); const d = process.cpuUsage(c); return ((d.user + d.system) * 1000 / n).toFixed(0) + ' ns'; };
const M = 100_000, K = 10, I = 200;
const r = seededRandom('q');
const inputs = Array.from({ length: M }, () => { const s = new Set<number>(); while (s.size < K) s.add(r.between(0, I - 1)); return [...s]; });
const lows = Array.from({ length: 1024 }, () => r.between(1, 1_000_000));
for (let rep = 0; rep < 3; rep++) {
  const index = createIntervalIndex();
  let c = 0;
  const all = () => { for (let m = 0; m < M; m++) index.set(m, inputs[m]!.map((input) => ({ input, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n }))); };
  console.log('first', cpu(M * K, all));
  console.log('again', cpu(M * K, all));
  console.log('objects only', cpu(M * K, () => { let s = 0; for (let m = 0; m < M; m++) s += inputs[m]!.map((input) => ({ input, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n })).length; if (s === 1) console.log(s); }));
  console.log('setRange random', cpu(500_000, () => { for (let j = 0; j < 500_000; j++) { const m = r.between(0, M - 1); index.setRange(m, { input: inputs[m]![j % K]!, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n }); } }));
  const t = Array.from({ length: I }, () => createThresholdIndex({ fires: 'atOrAbove' }));
  for (let m = 0; m < 5000; m++) for (const x of t) x.set(m, BigInt(lows[c++ & 1023]!));
  console.log('threshold random set', cpu(1_000_000, () => { for (let j = 0; j < 1_000_000; j++) t[r.between(0, I - 1)]!.set(r.between(0, 4999), BigInt(lows[c++ & 1023]!)); }));
  console.log('random only', cpu(1_000_000, () => { let s = 0n; for (let j = 0; j < 1_000_000; j++) { s += BigInt(lows[(r.between(0, I - 1) + r.between(0, 4999)) & 1023]!); } if (s === 1n) console.log(s); }));
  console.log('quiet collect', cpu(1_000_000, () => { let s = 0; const v = (m: number) => { s += m; }; for (let j = 0; j < 1_000_000; j++) index.collect(j % I, 2n ** 40n, v); if (s) console.log(s); }));
  console.log('setRange sequential members', cpu(500_000, () => { for (let j = 0; j < 500_000; j++) { const m = j % M; index.setRange(m, { input: inputs[m]![j % K]!, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n }); } }));
  console.log('setRange few members', cpu(500_000, () => { for (let j = 0; j < 500_000; j++) { const m = j % 100; index.setRange(m, { input: inputs[m]![j % K]!, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n }); } }));
  console.log('setRange random reading only', cpu(500_000, () => { let s=0n; for (let j = 0; j < 500_000; j++) { const m = r.between(0, M - 1); const x = { input: inputs[m]![j % K]!, low: BigInt(lows[c++ & 1023]!), high: 2n ** 63n - 1n }; s+=x.low+BigInt(x.input); } if (s===1n) console.log(s) }));
  console.log('remove', cpu(M * K, () => { for (let m = 0; m < M; m++) index.remove(m); }));
}
