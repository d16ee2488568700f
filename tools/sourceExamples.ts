/** The tables of the page on prices of several sources, computed by src/market/priceIndex.ts. */
import { formatMinor } from '../src/base/index.js';
import { composeIndex, type IndexRules, type PriceSource, redeemablePrice } from '../src/market/index.js';
import { table } from './markdown.js';

export const SOURCE_EXAMPLES: Readonly<Record<string, () => string>> = {
  'price-index': indexExample,
  'price-index-sources': sourcesExample,
  'price-index-redemption': redemptionExample,
};

const DECIMALS = 6;
const SCALE = 1_000_000;
const RULES: IndexRules = {
  sourcesMin: 2,
  outlierPpm: 50_000n,
  clipPpm: 10_000n,
  ownBookSharePpm: 100_000n,
};
const NOW_MS = 60_000;

/** Own book and two others; null: silent for longer than its age. */
const CASES: readonly (readonly [string, readonly (number | null)[]])[] = [
  ['all agree', [0.99, 0.99, 0.99]],
  ['own book a little off', [0.98, 0.99, 0.99]],
  ['own book off by 3%', [0.96, 0.99, 0.99]],
  ['10 October 2025', [0.65, 0.99, 0.99]],
  ['one of the others is wrong', [0.99, 9.9, 0.99]],
  ['one silent, own book and the other agree', [0.99, 0.99, null]],
  ['one silent, own book and the other do not', [0.65, 0.99, null]],
  ['only the own book speaks', [0.65, null, null]],
];

const scaled = (price: number) => BigInt(Math.round(price * SCALE));
const shown = (price: bigint) => formatMinor(price, DECIMALS);

function composed(prices: readonly (number | null)[]) {
  const sources = prices.map(
    (price, at): PriceSource => ({
      source: ['own', 'a', 'b'][at] as string,
      quote: { price: scaled(price ?? 1), timeMs: price === null ? 0 : NOW_MS },
      weight: 1n,
      maxAgeMs: 10_000,
      isOwnBook: at === 0,
    }),
  );
  return composeIndex(sources, RULES, NOW_MS);
}

function indexExample(): string {
  const rows = CASES.map(([name, prices]) => {
    const { price, sources } = composed(prices);
    const said = prices.map((each) => (each === null ? 'silent' : `${each}`));
    const why = sources.map(({ verdict }) => verdict).join(', ');
    return [name, ...said, why, price === null ? 'none' : shown(price)];
  });
  return table(['', 'own book', 'a', 'b', 'what becomes of them', 'index'], rows);
}

function sourcesExample(): string {
  const rows = composed([0.96, 0.99, 0.99]).sources.map(({ source, verdict, countedPrice, sharePpm }) => [
    source,
    verdict,
    shown(countedPrice),
    formatMinor(sharePpm, 6),
  ]);
  return table(['source', 'verdict', 'counts at', 'share'], rows);
}

function redemptionExample(): string {
  const rows = [0.65, 0.999, 1.02].map((index) => {
    const worth = (isOpen: boolean) =>
      shown(redeemablePrice(scaled(index), { price: scaled(1), feePpm: 2_000n, isOpen }));
    return [`${index}`, worth(true), worth(false)];
  });
  return table(['index', 'redemption open', 'redemption closed'], rows);
}
