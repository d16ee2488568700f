/**
 * What a mark costs over cross accounts: everybody depends on many prices, so no single trigger price says who is next.
 * Compares looking at every holder, pushing the change to every holder, safe intervals, and intervals with the accounts near
 * the edge kept by push, in a calm market and in crashes. Every way must tell the same accounts at the same ticks, and at the
 * end nobody may have been missed. Run: npx tsc -b bench && node dist/bench/crossTick.js
 */
import { createBook } from './crossTickBook.js';
import { createIntervalWatch } from './crossTickBoxes.js';
import { createHotCold, type HotColdWatch } from './crossTickHotCold.js';
import { createPath, MARKETS, type Path, WARM_UP_TICKS } from './crossTickMarket.js';
import {
  createPush,
  createReevaluation,
  type Start,
  slackAt,
  startOf,
  type Watch,
} from './crossTickPlain.js';
import { percentile, printMachine, round3 } from './harness.js';

const REEVALUATION = 're-evaluation of holders';
const PUSH = 'push to holders';
const INTERVALS = 'intervals';
const HOT_COLD = 'intervals, near the edge by push';
const ROUNDS = 5;
/** Five seconds. */
const WINDOW = 1_000;

interface Variant {
  readonly name: string;
  /** Has followed the ticks before `WARM_UP_TICKS`: its state is that of a watch which has been at it for a while. */
  readonly create: () => Watch;
}

const book = createBook({ accounts: 100_000, instruments: 200, seed: 'cross tick' });

printMachine();
for (const { name, stretches } of MARKETS) {
  const path = createPath(book, name, stretches);
  const start = startAfterWarmUp(path);
  const variants: Variant[] = [
    { name: REEVALUATION, create: () => createReevaluation(book, start) },
    { name: PUSH, create: () => createPush(book, start) },
    { name: INTERVALS, create: () => warmedUp(createIntervalWatch(book, startOf(book)), path) },
    { name: HOT_COLD, create: () => (lastHotCold = warmedUp(createHotCold(book, startOf(book)), path)) },
  ];
  const times = new Map(variants.map((variant) => [variant.name, [] as Float64Array[]]));
  let lastHotCold: HotColdWatch | null = null;
  let told: string | null = null;
  let leavers = 0;
  // One round more than is counted: the first compiles.
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(turn + round + 1) % variants.length] as Variant;
      const run = timed(variant.create(), path);
      if (round >= 0) times.get(variant.name)?.push(run.times);
      told ??= run.told.join();
      if (told !== run.told.join()) throw new Error(`${name}: ${variant.name} tells other accounts`);
      leavers = run.told.length / 2;
      checkNobodyMissed(path, start, run.told);
    }
  }
  print(name, path, leavers, times);
  const counts = (lastHotCold as HotColdWatch | null)?.counts;
  console.log(`${HOT_COLD}: ${JSON.stringify(counts)} with the ticks of warming up`);
}

/** The same ticks for everybody; one time for each. */
function timed(watch: Watch, { instruments, prices, keys }: Path): { times: Float64Array; told: number[] } {
  const times = new Float64Array(prices.length - WARM_UP_TICKS);
  const told: number[] = [];
  let tick = WARM_UP_TICKS;
  const found = (account: number) => {
    told.push(tick, account);
  };
  for (; tick < prices.length; tick++) {
    const start = process.hrtime.bigint();
    watch.tick(instruments[tick]!, prices[tick]!, keys[tick]!, found);
    times[tick - WARM_UP_TICKS] = Number(process.hrtime.bigint() - start);
  }
  return { times, told: inOrder(told) };
}

/** Ways differ in the order in which they tell the accounts of one tick. */
function inOrder(told: readonly number[]): number[] {
  const pairs = Array.from({ length: told.length / 2 }, (_, at) => [told[2 * at]!, told[2 * at + 1]!]);
  return pairs.sort(([a, b], [c, d]) => a! - c! || b! - d!).flat();
}

function warmedUp<W extends Watch>(watch: W, { instruments, prices, keys }: Path): W {
  for (let tick = 0; tick < WARM_UP_TICKS; tick++)
    watch.tick(instruments[tick]!, prices[tick]!, keys[tick]!, () => {});
  return watch;
}

function startAfterWarmUp({ instruments, prices, keys }: Path): Start {
  const watch = createPush(book, startOf(book));
  const after = { prices: book.prices.slice(), isOut: new Uint8Array(book.accounts) };
  for (let tick = 0; tick < WARM_UP_TICKS; tick++) {
    after.prices[instruments[tick]!] = prices[tick]!;
    watch.tick(instruments[tick]!, prices[tick]!, keys[tick]!, (account) => {
      after.isOut[account] = 1;
    });
  }
  return after;
}

function checkNobodyMissed({ instruments, prices }: Path, start: Start, told: readonly number[]): void {
  const last = start.prices.slice();
  for (let tick = WARM_UP_TICKS; tick < prices.length; tick++) last[instruments[tick]!] = prices[tick]!;
  const isOut = start.isOut.slice();
  for (let at = 1; at < told.length; at += 2) isOut[told[at]!] = 1;
  for (let account = 0; account < book.accounts; account++)
    if (isOut[account] === 0 && slackAt(book, last, account) <= 0) throw new Error(`missed ${account}`);
}

function print(
  market: string,
  path: Path,
  leavers: number,
  times: ReadonlyMap<string, readonly Float64Array[]>,
) {
  const ticks = path.prices.length - WARM_UP_TICKS;
  let holders = 0;
  for (const instrument of path.instruments.subarray(WARM_UP_TICKS))
    holders += book.firstHolder[instrument + 1]! - book.firstHolder[instrument]!;
  console.log(
    `\n${market}: ${book.accounts} accounts, ${book.weights.length} positions, ${Math.round(holders / ticks)} holders a tick, ` +
      `${ticks} ticks, ${leavers} become liquidatable; each tick its median of ${ROUNDS} rounds in turns`,
  );
  const ofTicks = new Map([...times].map(([name, rounds]) => [name, medianOfRounds(rounds)]));
  const meanOf = (name: string) => mean(ofTicks.get(name) as number[]);
  // With the collector's pauses and other processes' turns, which a tick's median leaves out.
  const wholeRound = (name: string) =>
    percentile(
      (times.get(name) ?? []).map((round) => mean([...round])),
      50,
    );
  console.table(
    [...ofTicks].map(([variant, nanoseconds]) => ({
      variant,
      'mean us': us(mean(nanoseconds)),
      'mean of a whole round us': us(wholeRound(variant)),
      'p50 us': us(percentile(nanoseconds, 50)),
      'p99 us': us(percentile(nanoseconds, 99)),
      'max us': us(Math.max(...nanoseconds)),
      [`times faster than ${REEVALUATION}`]: round3(meanOf(REEVALUATION) / mean(nanoseconds)),
      [`times the cost of ${PUSH}`]: round3(mean(nanoseconds) / meanOf(PUSH)),
      [`in its worst ${WINDOW} ticks`]: round3(worstWindow(nanoseconds, ofTicks.get(PUSH) as number[])),
    })),
  );
}

/** The highest of the ratios over windows of consecutive ticks, each a tenth further on. */
function worstWindow(ours: readonly number[], theirs: readonly number[]): number {
  let worst = 0;
  for (let from = 0; from + WINDOW <= ours.length; from += WINDOW / 10) {
    const window = (of: readonly number[]) => mean(of.slice(from, from + WINDOW));
    worst = Math.max(worst, window(ours) / window(theirs));
  }
  return worst;
}

function medianOfRounds(rounds: readonly Float64Array[]): number[] {
  return Array.from(rounds[0] as Float64Array, (_, tick) =>
    percentile(
      rounds.map((round) => round[tick]!),
      50,
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function us(nanoseconds: number): number {
  return round3(nanoseconds / 1000);
}
