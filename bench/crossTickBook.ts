/**
 * The cross accounts of `crossTick.ts` in typed columns. Everything is a whole number that a double holds exactly, so sums
 * are the same in any order and all ways to watch the book must agree to the last digit.
 *
 * An account's slack is cash + sum of weight x price: its equity less its maintenance margin, in thousandths of a tick. It
 * is liquidatable at slack <= 0. A weight is lots x (1000 - maintenance rate in thousandths), for shorts -(1000 + rate).
 */
import { type Random, seededRandom } from '../src/base/random.js';

export interface Book {
  readonly accounts: number;
  readonly instruments: number;
  /** By instrument, in ticks, where the watching starts. */
  readonly prices: Float64Array;
  readonly cash: Float64Array;
  /** By account, one longer: its positions are `firstPosition[account]` up to the next one's. */
  readonly firstPosition: Int32Array;
  /** By position. */
  readonly instrumentOf: Int32Array;
  readonly accountOf: Int32Array;
  readonly weights: Float64Array;
  /** By instrument, one longer: its holders. */
  readonly firstHolder: Int32Array;
  readonly holders: Int32Array;
  readonly holderWeights: Float64Array;
}

export interface BookSize {
  readonly accounts: number;
  readonly instruments: number;
  readonly seed: string;
}

const START_TICKS = 1_000_000;
const POSITIONS_MAX = 20;
const LEVERAGE_MAX = 40;
const DAYS = 24;

export function createBook({ accounts, instruments, seed }: BookSize): Book {
  const random = seededRandom(seed);
  const drawInstrument = drawByPopularity(instruments, random);
  const days = pastPrices(instruments, random);
  const instrumentOf: number[] = [];
  const accountOf: number[] = [];
  const weights: number[] = [];
  const firstPosition = new Int32Array(accounts + 1);
  const cash = new Float64Array(accounts);
  for (let account = 0; account < accounts; account++) {
    const drawn = survivor(random, drawInstrument, days);
    cash[account] = drawn.cash;
    for (const [instrument, weight] of drawn.weights) {
      instrumentOf.push(instrument);
      accountOf.push(account);
      weights.push(weight);
    }
    firstPosition[account + 1] = weights.length;
  }
  const columns = {
    instrumentOf: Int32Array.from(instrumentOf),
    accountOf: Int32Array.from(accountOf),
    weights: Float64Array.from(weights),
  };
  const prices = days[DAYS] as Float64Array;
  return {
    accounts,
    instruments,
    prices,
    cash,
    firstPosition,
    ...columns,
    ...holdersOf(instruments, columns),
  };
}

/** Some instruments are held, and move, far more often than others. */
export function drawByPopularity(instruments: number, random: Random): () => number {
  const upTo = new Float64Array(instruments);
  let sum = 0;
  for (let at = 0; at < instruments; at++) {
    sum += (at + 4) ** -0.75;
    upTo[at] = sum;
  }
  return () => {
    const drawn = random.unit() * sum;
    let [low, high] = [0, instruments - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** About the standard normal distribution. */
export function drawNormal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.unit();
  return sum;
}

/** Days of 1.5% together and 1.5% each on its own: accounts opened on any of them stand at any distance by now. */
function pastPrices(instruments: number, random: Random): Float64Array[] {
  const days = [new Float64Array(instruments).fill(START_TICKS)];
  for (let day = 0; day < DAYS; day++) {
    const market = drawNormal(random) * 0.015;
    days.push(
      (days[day] as Float64Array).map((at) => Math.round(at * (1 + market + drawNormal(random) * 0.015))),
    );
  }
  return days;
}

/** Draws accounts until one has lived through the days since it was opened. */
function survivor(random: Random, drawInstrument: () => number, days: readonly Float64Array[]) {
  for (;;) {
    const opened = random.between(0, DAYS);
    const account = drawAccount(random, drawInstrument, days[opened] as Float64Array);
    const lives = (prices: Float64Array) => {
      let slack = account.cash;
      for (const [instrument, weight] of account.weights) slack += weight * prices[instrument]!;
      return slack > 0;
    };
    if (days.slice(opened).every(lives)) return account;
  }
}

/** 1 to 20 positions, leverage 1 to 40 with as many accounts below 6 as above it, three in five mostly long. */
function drawAccount(random: Random, drawInstrument: () => number, prices: Float64Array) {
  const weights = new Map<number, number>();
  const positions = random.between(1, Math.min(POSITIONS_MAX, prices.length));
  const longShare = random.pick([0.95, 0.95, 0.85, 0.5, 0.1]);
  let [gross, value, maintenance] = [0, 0, 0];
  while (weights.size < positions) {
    const instrument = drawInstrument();
    if (weights.has(instrument)) continue;
    const lots = (random.unit() < longShare ? 1 : -1) * Math.ceil(10 ** (4 * random.unit()));
    // From 5 in a thousand for what many hold to 25.
    const rate = 5 + Math.min(20, Math.floor(instrument / 8));
    weights.set(instrument, lots * 1000 - Math.abs(lots) * rate);
    value += lots * 1000 * prices[instrument]!;
    gross += Math.abs(lots) * 1000 * prices[instrument]!;
    maintenance += Math.abs(lots) * rate * prices[instrument]!;
  }
  const leverage = LEVERAGE_MAX ** random.unit();
  const equity = Math.max(Math.round(gross / leverage), 2 * maintenance);
  return { weights, cash: equity - value };
}

function holdersOf(
  instruments: number,
  { instrumentOf, accountOf, weights }: Pick<Book, 'instrumentOf' | 'accountOf' | 'weights'>,
): Pick<Book, 'firstHolder' | 'holders' | 'holderWeights'> {
  const firstHolder = new Int32Array(instruments + 1);
  for (const instrument of instrumentOf) firstHolder[instrument + 1]!++;
  for (let at = 0; at < instruments; at++) firstHolder[at + 1]! += firstHolder[at]!;
  const next = firstHolder.slice();
  const holders = new Int32Array(accountOf.length);
  const holderWeights = new Float64Array(accountOf.length);
  for (let position = 0; position < accountOf.length; position++) {
    const to = next[instrumentOf[position]!]!++;
    holders[to] = accountOf[position]!;
    holderWeights[to] = weights[position]!;
  }
  return { firstHolder, holders, holderWeights };
}
