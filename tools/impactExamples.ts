/** The table of the page on price impact, computed by src/contagion. */
import {
  execute,
  type ImpactModel,
  markAfterWalk,
  stressedBook,
  stressedModel,
  walkBook,
} from '../src/contagion/index.js';
import { table } from './markdown.js';

export const IMPACT_EXAMPLES: Readonly<Record<string, () => string>> = {
  'price-impact': priceImpactExample,
  'book-walk': bookWalkExample,
};

/** A lot is a thousandth of a coin at 100,000.0; a tick 0.1, a mark tick 0.01. */
const START = { markTicks: 10_000_000n, markTicksPerTick: 10n };

const MODELS: readonly [string, ImpactModel['curve']][] = [
  ['square root', { kind: 'squareRoot', y: 1, sigma: 0.04, volumeLots: 20_000_000 }],
  ['bounded exponential', { kind: 'exponential', bound: 0.5, depthLots: 100_000_000 }],
  ['power depth', { kind: 'powerDepth', lotsAtOnePercent: 500_000, exponent: 1.5 }],
];

const WEEK = { depthPpm: 600_000n, gapPpm: 0n };
const MINUTES = { depthPpm: 50_000n, gapPpm: 40_000n };

function priceImpactExample(): string {
  const rows = MODELS.flatMap(([name, curve]) =>
    [
      { label: 'calm', stress: null },
      { label: '0.6 of the depth', stress: WEEK },
      { label: '0.05 of it, a gap of 4%', stress: MINUTES },
    ].map(({ label, stress }) => {
      const calm: ImpactModel = { curve, permanence: 0.5, gap: 0 };
      const order = { ...START, side: 'sell', lots: 500_000n, limitTicks: 900_000n } as const;
      const done = execute(stress === null ? calm : stressedModel(calm, stress), order);
      return [
        name,
        label,
        `${done.filledLots}`,
        `${done.unfilledLots}`,
        dollars(done.averageTicks, 1),
        dollars(done.endMarkTicks, 2),
        dollars(done.afterMarkTicks, 2),
      ];
    }),
  );
  return table(['model', 'depth', 'lots filled', 'not filled', 'average price', 'at the end', 'stays'], rows);
}

function bookWalkExample(): string {
  const bids = [
    { priceTicks: 998_000n, lots: 40_000n },
    { priceTicks: 990_000n, lots: 90_000n },
    { priceTicks: 950_000n, lots: 200_000n },
  ];
  const rows = [
    ['calm', { bids, asks: [] }],
    ['0.05 of the depth, a gap of 4%', stressedBook({ bids, asks: [] }, MINUTES, START)],
  ] as const;
  return table(
    ['book', 'fills', 'not filled', 'stays'],
    rows.map(([name, book]) => {
      const walk = walkBook(book, { side: 'sell', lots: 150_000n, limitTicks: 900_000n });
      const fills = walk.fills.map(({ lots, priceTicks }) => `${lots} at ${dollars(priceTicks, 1)}`);
      return [
        name,
        fills.join(', '),
        `${walk.unfilledLots}`,
        dollars(markAfterWalk(walk, { ...START, permanencePpm: 500_000n }), 2),
      ];
    }),
  );
}

function dollars(ticks: bigint, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  return `${ticks / scale}.${(ticks % scale).toString().padStart(decimals, '0')}`;
}
