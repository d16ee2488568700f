/**
 * Ticks for `crossTick.ts`: which instrument is marked next and at what. Time is counted in ticks, 200 of them a second;
 * an instrument moves by what the market moved since its last tick and by as much on its own, now and then by a jump.
 */
import { seededRandom } from '../src/base/random.js';
import { type Book, drawByPopularity, drawNormal } from './crossTickBook.js';

export interface Path {
  readonly instruments: Int32Array;
  readonly prices: Float64Array;
  /** The same prices as an index takes them. */
  readonly keys: readonly bigint[];
}

/** A stretch of time with one mood. */
export interface Stretch {
  readonly ticks: number;
  /** Standard deviation of a price over a second, as a share of it. */
  readonly volatility: number;
  /** Of all prices a second, as a share of them. */
  readonly drift: number;
}

const CALM = { volatility: 0.0003, drift: 0 };

/** Not measured: boxes get their age in them. */
export const WARM_UP_TICKS = 20_000;

export const MARKETS: readonly { readonly name: string; readonly stretches: readonly Stretch[] }[] = [
  // 3 basis points a second are 9% a day: busy.
  {
    name: 'normal market',
    stretches: [
      { ticks: WARM_UP_TICKS, ...CALM },
      { ticks: 4_000, ...CALM },
    ],
  },
  // All prices lose a third within 30 seconds, ten times as restless as before.
  {
    name: 'crash',
    stretches: [
      { ticks: WARM_UP_TICKS + 500, ...CALM },
      { ticks: 6_000, volatility: 0.003, drift: -0.012 },
    ],
  },
  // A quarter within three seconds, half of it back within the next ten, then calm as before.
  {
    name: 'flash crash and rebound',
    stretches: [
      { ticks: WARM_UP_TICKS + 500, ...CALM },
      { ticks: 600, volatility: 0.01, drift: -0.09 },
      { ticks: 2_000, volatility: 0.005, drift: 0.015 },
      { ticks: 2_000, ...CALM },
    ],
  },
];

const TICKS_A_SECOND = 200;
const JUMP_SHARE = 0.005;
const JUMP_TIMES = 6;

export function createPath(book: Book, seed: string, stretches: readonly Stretch[]): Path {
  const random = seededRandom(seed);
  const drawInstrument = drawByPopularity(book.instruments, random);
  const now = book.prices.slice();
  const marketSeen = new Float64Array(book.instruments);
  const tickSeen = new Int32Array(book.instruments);
  const path = { instruments: [] as number[], prices: [] as number[] };
  let market = 0;
  for (const { ticks, volatility, drift } of stretches) {
    const step = volatility * Math.sqrt(0.5 / TICKS_A_SECOND);
    for (let i = 0; i < ticks; i++) {
      market += drift / TICKS_A_SECOND + step * drawNormal(random);
      const tick = path.prices.length + 1;
      const instrument = drawInstrument();
      const jump = random.unit() < JUMP_SHARE ? JUMP_TIMES : 1;
      const own = step * Math.sqrt(tick - tickSeen[instrument]!) * jump * drawNormal(random);
      const change = Math.max(-0.5, market - marketSeen[instrument]! + own);
      now[instrument] = Math.max(1, Math.round(now[instrument]! * (1 + change)));
      marketSeen[instrument] = market;
      tickSeen[instrument] = tick;
      path.instruments.push(instrument);
      path.prices.push(now[instrument]!);
    }
  }
  return {
    instruments: Int32Array.from(path.instruments),
    prices: Float64Array.from(path.prices),
    keys: path.prices.map(BigInt),
  };
}
