/** The tables of the page on isolation levels, computed by src/risk/levels. */

import { ISOLATION_LEVELS, LEVEL_EFFECTS } from '../src/isolation/index.js';
import {
  DRIVER_FAMILIES,
  type DriverReadings,
  initialLevel,
  LEVEL_DRIVERS,
  LEVEL_RULES,
  type LevelStep,
  liquidityReadings,
  NO_READINGS,
  nextLevel,
  scoreDrivers,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const LEVEL_EXAMPLES: Readonly<Record<string, () => string>> = {
  'isolation-scales': scalesExample,
  'isolation-level': levelExample,
  'isolation-liquidity': liquidityExample,
  'isolation-effects': effectsTable,
};

const DAY_MS = 86_400_000;

function scalesExample(): string {
  const rows = LEVEL_DRIVERS.map((driver) => {
    const { normal, unit, most } = LEVEL_RULES.scales[driver];
    return [`\`${driver}\``, DRIVER_FAMILIES[driver], `${normal}`, `${unit}`, `${most}`];
  });
  return table(['driver', 'family', 'normal', 'unit', 'most'], rows);
}

/** A day each: volatility ratio and tail excess. */
const DAYS: readonly (readonly [number, number])[] = [
  [1.1, 0],
  [1.4, 1.8],
  [1.9, 1.8],
  [1.6, 1.8],
  ...Array.from({ length: 14 }, () => [1.1, 0.3] as const),
];

function levelExample(): string {
  let state = initialLevel(LEVEL_RULES, 0);
  const rows: string[][] = [];
  for (const [day, [volatilityRatio, tailExcess]] of DAYS.entries()) {
    const readings: DriverReadings = { ...NO_READINGS, volatilityRatio, tailExcess };
    const step = nextLevel(state, readings, day * DAY_MS, LEVEL_RULES);
    if (!step.ok) throw new Error(step.error.code);
    state = step.value.state;
    if (step.value.move !== null || day < 4) rows.push(rowOf(day, step.value));
  }
  return table(['day', 'volatility ratio', 'tail excess', 'score', 'level', 'move'], rows);
}

/** What rests on either side, best prices and volume by day; open interest is 600 each day. */
const BOOKS: readonly (readonly [
  bid: number,
  ask: number,
  bestBid: number,
  bestAsk: number,
  volume: number,
])[] = [
  ...Array.from({ length: 40 }, (_, day) => [100, 100, 99.9, 100.1, day < 3 ? 800 : 2000] as const),
  [80, 120, 99.9, 100.1, 2000],
  [25, 90, 99.8, 100.2, 900],
  [20, 60, 99.6, 100.4, 300],
];

function liquidityExample(): string {
  const snapshots = BOOKS.map(([bid, ask, bestBid, bestAsk, volume], day) => ({
    timeMs: day * DAY_MS,
    venue: 'own',
    instrument: 'BTC-PERP',
    volume,
    bestBid,
    bestAsk,
    openInterest: 600,
    largestPosition: null,
    depths: [{ basisPoints: 50, bid, ask }],
  }));
  const readings = liquidityReadings(snapshots);
  const rows = [29, 40, 41, 42].map((day) => {
    const read = { ...NO_READINGS, ...readings(day * DAY_MS) };
    const { score, deciding } = scoreDrivers(read, LEVEL_RULES);
    const shown = [read.depthShortfall, read.spreadRatio, read.openInterestDays, score].map((value) =>
      value === null ? 'no data' : `${Number(value.toFixed(3))}`,
    );
    const [bid, ask, bestBid, bestAsk, volume] = BOOKS[day] as (typeof BOOKS)[number];
    return [`${day}`, `${bid}, ${ask}`, `${bestBid}, ${bestAsk}`, `${volume}`, ...shown, deciding.join(', ')];
  });
  const head = ['day', 'depth', 'best prices', 'volume', 'depth shortfall', 'spread ratio'];
  return table([...head, 'open interest, days', 'score', 'decided by'], rows);
}

function rowOf(day: number, { readings, score, state, move }: LevelStep): string[] {
  return [
    `${day}`,
    `${readings.volatilityRatio}`,
    `${readings.tailExcess}`,
    `${Number(score.score.toFixed(3))}`,
    state.level,
    move ?? '',
  ];
}

/** What each level allows, as the engine reads it. */
function effectsTable(): string {
  const percent = (ppm: bigint) => `${Number(ppm) / 10_000}%`;
  const rows = ISOLATION_LEVELS.map((level) => {
    const effects = LEVEL_EFFECTS[level];
    return [
      `\`${level}\``,
      effects.positionModes.length === 0 ? 'none' : effects.positionModes.join(', '),
      percent(effects.offsetCapPpm),
      effects.removal === 'locked' ? 'locked' : 'above the floor',
      effects.opening === 'allowed' ? 'allowed' : 'closing only',
      percent(effects.fundCapPpm),
      percent(effects.deleveragingAbovePpm),
    ];
  });
  const head = [
    'level',
    'new positions in',
    'offset cap',
    'removal',
    'opening',
    'fund cap',
    'deleveraged above',
  ];
  return table(head, rows);
}
