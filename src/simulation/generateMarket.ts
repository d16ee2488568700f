/**
 * Makes the example market: prices of three invented assets and a venue file for them. Nothing here is a real
 * price. Floating point is at home here: what it makes is written down once as decimal text, and the simulation
 * reads that. Only additions, products, quotients and square roots are used, so every machine makes the same
 * bytes.
 */
import { formatMinor, type Random, seededRandom } from '../base/index.js';
import { exampleVenue } from './exampleVenue.js';

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

export const EXAMPLE_SEED = '2';

/** The files of the example market. The same seed gives the same bytes. */
export function generateMarket(seed: string): readonly GeneratedFile[] {
  const prices = generatePrices(seed);
  return [
    ...ASSETS.map((asset, at) => ({ name: asset.file, text: pricesText(asset, prices[at]!, seed) })),
    { name: 'venue.json', text: jsonText(exampleVenue(seed)) },
    { name: 'README.md', text: readme(seed) },
  ];
}

interface InventedAsset {
  readonly name: string;
  readonly file: string;
  /** Price at the start, in ticks of 10^-decimals. */
  readonly startTicks: number;
  readonly decimals: number;
  /** Usual move of a day. */
  readonly volatility: number;
  /** How much of its moves it shares with the whole market, 0 to 1. */
  readonly common: number;
  /** Days without prices at the start: an instrument that is listed later. */
  readonly firstDay: number;
  /** Fall on the day of the crash, from the open to the close. */
  readonly crash: number;
  /** Opening gaps by day, as a share of the price. */
  readonly gaps: Readonly<Record<number, number>>;
}

const FIRST_DAY_MS = Date.UTC(2001, 0, 1);
const DAY_MS = 86_400_000;
const DAYS = 730;
const HOURS = 24;
const CRASH_DAY = 430;

const ASSETS: readonly InventedAsset[] = [
  {
    name: 'AAA',
    file: 'aaa-usd-daily.csv',
    startTicks: 25_000_00,
    decimals: 2,
    volatility: 0.026,
    common: 0.8,
    firstDay: 0,
    crash: -0.4,
    gaps: { 433: -0.08 },
  },
  {
    name: 'BBB',
    file: 'bbb-usd-daily.csv',
    startTicks: 800_00,
    decimals: 2,
    volatility: 0.034,
    common: 0.7,
    firstDay: 0,
    crash: -0.44,
    gaps: { 300: 0.12, 433: -0.1 },
  },
  {
    name: 'CCC',
    file: 'ccc-usd-daily.csv',
    startTicks: 2_5000,
    decimals: 4,
    volatility: 0.045,
    common: 0.5,
    firstDay: 120,
    crash: -0.5,
    gaps: { 220: -0.09, 433: -0.12, 600: -0.22 },
  },
];

interface Bar {
  readonly day: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Bars in whole ticks, one list per asset. */
function generatePrices(seed: string): Bar[][] {
  const random = seededRandom(`market/${seed}`);
  const bars: Bar[][] = ASSETS.map(() => []);
  const last = ASSETS.map((asset) => asset.startTicks);
  let variance = 1;
  for (let day = 0; day < DAYS; day++) {
    const shocks = dayShocks(random);
    for (const [at, asset] of ASSETS.entries()) {
      const bar = dayBar(asset, {
        day,
        lastTicks: last[at]!,
        swing: Math.sqrt(variance),
        shocks: shocks.assets[at]!,
      });
      last[at] = bar.close;
      if (day >= asset.firstDay) bars[at]!.push(bar);
    }
    variance = nextVariance(variance, day, shocks.market);
  }
  return bars;
}

/** Turbulence calls for turbulence: a share of yesterday's surprise, a large share of yesterday's variance. */
function nextVariance(variance: number, day: number, marketShocks: readonly number[]): number {
  if (day === CRASH_DAY) return 9;
  const surprise =
    (marketShocks.reduce((sum, shock) => sum + shock, 0) * Math.sqrt(variance)) / Math.sqrt(HOURS);
  return 0.03 + 0.09 * surprise * surprise + 0.88 * variance;
}

interface DayShocks {
  /** What all assets share. */
  readonly market: readonly number[];
  /** One list per asset: its share of the market's shocks and its own. */
  readonly assets: readonly (readonly number[])[];
}

/** Hourly shocks of unit size. */
function dayShocks(random: Random): DayShocks {
  const hours = () => Array.from({ length: HOURS }, () => normal(random));
  const market = hours();
  const assets = ASSETS.map(({ common }) =>
    hours().map((shock, hour) => common * market[hour]! + Math.sqrt(1 - common * common) * shock),
  );
  return { market, assets };
}

function dayBar(
  asset: InventedAsset,
  of: {
    readonly day: number;
    readonly lastTicks: number;
    readonly swing: number;
    readonly shocks: readonly number[];
  },
): Bar {
  const { day, lastTicks, swing, shocks } = of;
  let price = lastTicks * (1 + (asset.gaps[day] ?? 0) + (shocks[0]! * asset.volatility) / 20);
  const open = Math.round(price);
  let [high, low] = [open, open];
  for (const [hour, shock] of shocks.entries()) {
    const move =
      (shock * asset.volatility * swing) / Math.sqrt(HOURS) +
      drift(day) / HOURS +
      crashMove(asset, day, hour);
    price *= 1 + Math.min(0.3, Math.max(-0.3, move));
    const ticks = Math.max(1, Math.round(price));
    [high, low] = [Math.max(high, ticks), Math.min(low, ticks)];
  }
  return { day, open, high, low, close: Math.max(1, Math.round(price)) };
}

/** A long rise before the crash fills the market with leverage; a slow recovery follows. */
function drift(day: number): number {
  if (day < 200) return 0.0005;
  if (day < CRASH_DAY) return 0.004;
  return 0.001;
}

/** Six hours of fall that go a fifth too far, and a partial recovery. */
function crashMove(asset: InventedAsset, day: number, hour: number): number {
  if (day !== CRASH_DAY || hour < 9 || hour > 17) return 0;
  const remaining = 1 + asset.crash;
  return hour < 15 ? sixthRoot(remaining * 0.8) - 1 : cubeRoot(1 / 0.8) - 1;
}

function sixthRoot(value: number): number {
  return Math.sqrt(cubeRoot(value));
}

/** Newton's method, as exact as the square root it stands beside. */
function cubeRoot(value: number): number {
  let root = 1;
  for (let i = 0; i < 60; i++) root = (2 * root + value / (root * root)) / 3;
  return root;
}

/** About normal, mean 0 and variance 1: the sum of twelve uniform draws. */
function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.unit();
  return sum;
}

function pricesText(asset: InventedAsset, bars: readonly Bar[], seed: string): string {
  const text = (ticks: number) => formatMinor(BigInt(ticks), asset.decimals);
  const lines = bars.map(({ day, open, high, low, close }) =>
    [dayText(day), text(open), text(high), text(low), text(close)].join(','),
  );
  return [
    `# Generated: ${asset.name} is invented and these are not prices of anything. Seed ${seed}.`,
    'date,open,high,low,close',
    ...lines,
    '',
  ].join('\n');
}

function dayText(day: number): string {
  return new Date(FIRST_DAY_MS + day * DAY_MS).toISOString().slice(0, 10);
}

/** Indented by two; a list of plain values stays on one line. */
function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  const compact = text.replace(
    /\[\s+((?:"[^"]*"|[0-9]+)(?:,\s+(?:"[^"]*"|[0-9]+))*)\s+\]/g,
    (_, items: string) => {
      return `[${items.replace(/,\s+/g, ', ')}]`;
    },
  );
  return `${compact}\n`;
}

function readme(seed: string): string {
  return `# The example market

The files listed here are **generated**: the assets AAA, BBB and CCC are invented, their prices and dates are those
of nothing, and the clients of \`venue.json\` are drawn from a seed. They make \`bulkhead simulate\` work on a machine
that has no market data.

${ASSETS.map((asset) => `- \`${asset.file}\`: daily bars of ${asset.name}, ${DAYS - asset.firstDay} days`).join('\n')}
- \`venue.json\`: assets, pools, instruments, clients and market makers

Seed: \`${seed}\`. Volatility comes in clusters, CCC is listed late, a few days open with a gap, and on
${dayText(CRASH_DAY)} everything falls by about ${Math.round(-100 * ASSETS[0]!.crash)} % in hours.

To make the same files again, or others with another seed:

\`\`\`
bulkhead simulate --generate DIR --seed ${seed}
\`\`\`

The package also carries \`history.venue.json\`: the same kind of venue for BTC, ETH, BNB and SOL from 2020 to 2022.
Its prices are not in the package: daily bars in \`btc-usd-daily.csv\`, \`eth-usd-daily.csv\`, \`bnb-usd-daily.csv\` and
\`sol-usd-daily.csv\`, in a folder that \`--prices\` or \`BULKHEAD_MARKET_DATA\` names.

## What is assumed

The prices are given; everything below is a choice, and the venue file says which. Change it and play again.

- **Steps.** A bar is played as open, the extreme farther from the open, the other extreme, close. A move longer than
  the instrument's jump limit (2 %) comes in equal steps under it. On the days in \`jumpDays\` it comes whole and acts
  only when the guard has seen it three times, as when markets gap and venues are down: those are the days on which
  margin is not enough. \`--moves stepped\` plays them like all others.
- **Clients** are drawn from the seed: deposits (small ones frequent), one to three isolated margin accounts each, a
  leverage and a strategy for each account. They decide once a day, at the close. Some defend an account near
  liquidation from their wallet, most do not. Who has lost nine tenths comes back with the same deposit after some
  weeks; who has several times the deposit in the wallet takes the profit out. High leverage is over-represented:
  liquidations are what is to be seen.
- **Market makers** quote at the mark -+ a half spread, as much as their margin carries at 2x, in every market. That is
  kind to those who are liquidated: takeovers are unwound near the mark even in a crash. They are margined like
  everyone, are deleveraged like everyone, and are assumed to hedge elsewhere: once a day they bring what they lost
  here and take out what they gained.
- **Funds** are small on purpose: 250,000 and 50,000 to begin with. What liquidations leave over goes to them, up to
  a cap of twice that; the rest goes to the venue.
- **Funding** is a constant 0.03 % a day, paid by longs to shorts. Fees are 0.02 % and 0.05 %.
- Nobody outside takes the other side of anything.
`;
}
