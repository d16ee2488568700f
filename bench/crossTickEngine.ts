/**
 * What a mark costs over whole accounts in the engine: boxes and hot accounts (src/engine/sharedTriggers.ts) against the true
 * predicate for every holder of what is marked. First calm markets with more and more accounts far from the edge, then
 * crashes, one mark at a time and all marks at once. Both must find the same accounts at each tick, or the run fails.
 * Run: npx tsc -b && npx tsc -p bench && node dist/bench/crossTickEngine.js
 */
import { type Random, seededRandom } from '../src/base/random.js';
import { isSharedLiquidatable } from '../src/engine/accountHealth.js';
import { createDerived, type Derived } from '../src/engine/derived.js';
import { newPrices, type PriceChange } from '../src/engine/priceChange.js';
import type { State } from '../src/engine/state.js';
import { drawNormal } from './crossTickBook.js';
import { createVenue, markOf, START_MS, START_TICKS, type Venue, type VenueSize } from './crossTickVenue.js';
import { percentile, printMachine, round3 } from './harness.js';

const INSTRUMENTS = 20;
const NEAR = 1_000;

interface Market {
  readonly name: string;
  readonly ticks: number;
  /** Calm and not counted: boxes get their age, and code is compiled. */
  readonly warmUp: number;
  /** Of a price from one of its marks to the next, as shares of it. */
  readonly volatility: number;
  readonly drift: number;
  /** Instruments marked by one command. */
  readonly together: number;
  /** Holders are looked at one by one at each so many ticks. */
  readonly compareEvery: number;
}

const CALM_VOLATILITY = 0.0005;
const CALM: Market = {
  name: 'calm',
  ticks: 1_000,
  warmUp: 1_000,
  volatility: CALM_VOLATILITY,
  drift: 0,
  together: 1,
  compareEvery: 50,
};
/** A third is lost within a hundred marks of everything. */
const CRASH = { volatility: 0.004, drift: -0.004, compareEvery: 1 };
const CRASHES: readonly Market[] = [
  { ...CRASH, name: 'crash, mark by mark', warmUp: 100, ticks: 1_000, together: 1 },
  { ...CRASH, name: 'crash, all marks at once', warmUp: 5, ticks: 50, together: INSTRUMENTS },
];

printMachine();
// The true predicate of a portfolio account costs several times that of a cross account: fewer of them.
for (const { mode, far, crashing } of [
  { mode: 'cross', far: [0, 9_000, 29_000], crashing: 4_000 },
  { mode: 'portfolio', far: [0, 4_000, 9_000], crashing: 1_000 },
] as const) {
  console.log(`\n${mode}: calm, ${NEAR} accounts near the edge and more and more far from it`);
  print(far.map((count) => run({ mode, instruments: INSTRUMENTS, near: NEAR, far: count }, CALM)));
  console.log(`\n${mode}: crashes`);
  print(CRASHES.map((market) => run({ mode, instruments: INSTRUMENTS, near: crashing, far: 0 }, market)));
}

/** One column a run: there are more figures than runs. */
function print(rows: readonly Record<string, unknown>[]): void {
  const names = Object.keys(rows[0] ?? {});
  console.table(Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])));
}

function run(size: VenueSize, market: Market) {
  const venue = createVenue(size);
  const { state } = venue.engine;
  const derived = createDerived(state);
  const holders = holdersOf(state, derived);
  const watch = (change: PriceChange, visit: (row: number) => void) =>
    derived.sharedTriggers().collect(change, visit);
  const times = {
    watch: [] as number[],
    holders: [] as number[],
    compared: [] as number[],
    mark: [] as number[],
  };
  const counts = { looks: 0, found: 0 };
  const ticks = pathOf(market);
  for (const [tick, marks] of ticks.entries()) {
    const change = newPrices();
    for (const [row, ticks] of marks)
      change.marks.set(row, { markTicks: BigInt(ticks), indexTicks: BigInt(ticks) });
    const isCompared = tick >= market.warmUp && tick % market.compareEvery === 0;
    let looks = 0;
    const watched = timed(() => {
      const found: number[] = [];
      watch(change, (row) => {
        looks++;
        if (isSharedLiquidatable(state, row, change)) found.push(row);
      });
      return found;
    });
    const scanned = isCompared ? timed(() => scan(state, holders, change)) : null;
    if (scanned !== null && scanned.found.join() !== watched.found.join())
      throw new Error(`tick ${tick}: watched ${watched.found}, holders ${scanned.found}`);
    const timeMs = START_MS + tick;
    const command = markOf(marks, timeMs);
    const marked = timed(() => venue.send(command, timeMs));
    if (tick < market.warmUp) continue;
    counts.looks += looks;
    counts.found += watched.found.length;
    times.watch.push(watched.us);
    times.mark.push(marked.us);
    if (scanned === null) continue;
    times.compared.push(watched.us);
    times.holders.push(scanned.us);
  }
  checkNobodyMissed(state, venue);
  return row(size, market, venue, { times, counts });
}

function timed<T>(act: () => T): { readonly found: T; readonly us: number } {
  const start = process.hrtime.bigint();
  const found = act();
  return { found, us: Number(process.hrtime.bigint() - start) / 1_000 };
}

/** Account and position rows by instrument. */
type Holders = readonly (readonly (readonly [number, number])[])[];

function holdersOf({ positions }: State, derived: Derived): Holders {
  return Array.from({ length: INSTRUMENTS }, (_, row) =>
    (['long', 'short'] as const).flatMap((side) =>
      [...derived.holders(row, side)].map((at) => [positions.account.get(at), at] as const),
    ),
  );
}

/** The true predicate of everybody who has a position in what is marked. */
function scan(state: State, holders: Holders, change: PriceChange): number[] {
  const { accounts, positions } = state;
  const rows = new Set<number>();
  for (const row of change.marks.keys())
    for (const [account, position] of holders[row] ?? [])
      if (positions.lots.get(position) !== 0n && accounts.isQueued.get(account) === 0) rows.add(account);
  return [...rows].filter((row) => isSharedLiquidatable(state, row, change)).sort((a, b) => a - b);
}

function checkNobodyMissed(state: State, { engine }: Venue): void {
  const now = newPrices();
  for (let row = 0; row < engine.state.accounts.table.size; row++)
    if (state.accounts.isQueued.get(row) === 0 && isSharedLiquidatable(state, row, now))
      throw new Error(`missed ${row}`);
}

/** In turns, or all together. */
function pathOf({ ticks, warmUp, together, volatility, drift }: Market): (readonly [number, number])[][] {
  const random: Random = seededRandom('cross tick engine');
  const prices = new Array<number>(INSTRUMENTS).fill(START_TICKS);
  return Array.from({ length: warmUp + ticks }, (_, tick) =>
    Array.from({ length: together }, (_, i) => {
      const at = (tick * together + i) % INSTRUMENTS;
      const step =
        tick < warmUp ? CALM_VOLATILITY * drawNormal(random) : drift + volatility * drawNormal(random);
      const moved = (prices[at] as number) * (1 + step);
      prices[at] = Math.max(1, Math.round(moved));
      return [at, prices[at]] as const;
    }),
  );
}

interface Measured {
  readonly times: Record<'watch' | 'holders' | 'compared' | 'mark', number[]>;
  readonly counts: { readonly looks: number; readonly found: number };
}

function row({ near, far }: VenueSize, { name, ticks }: Market, venue: Venue, { times, counts }: Measured) {
  const windows = Math.min(20, times.compared.length);
  return {
    market: name,
    accounts: near + far,
    positions: venue.positions,
    'looks a tick': round3(counts.looks / ticks),
    found: counts.found,
    'boxes mean us': round3(mean(times.watch)),
    'boxes p50 us': round3(percentile(times.watch, 50)),
    'boxes p99 us': round3(percentile(times.watch, 99)),
    'every holder mean us': round3(mean(times.holders)),
    'boxes against every holder': round3(mean(times.compared) / mean(times.holders)),
    'in the worst 20 ticks': round3(worstWindow(times.compared, times.holders, windows)),
    'whole mark p50 us': round3(percentile(times.mark, 50)),
  };
}

/** The highest of the ratios over so many consecutive ticks. */
function worstWindow(ours: readonly number[], theirs: readonly number[], length: number): number {
  let worst = 0;
  for (let from = 0; from + length <= ours.length; from++) {
    const window = (of: readonly number[]) => mean(of.slice(from, from + length));
    worst = Math.max(worst, window(ours) / window(theirs));
  }
  return worst;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
