/** 12 March 2020: longs with coin as margin are sold into a book that has run out of bids. */

import { NO_CHANGE } from '../crisisChange.js';
import { ALL_CROSS, ALL_ISOLATED } from '../policy.js';
import { STRESS_LIQUIDATION, STRESS_SETTINGS } from '../stressSettings.js';
import type { Replay } from './replay.js';

/** Minor units of a bitcoin. */
const BTC = 10n ** 8n;

/** The low itself is left out of the book's path: the run makes the distance from the index by itself. */
const CRISIS = { ...NO_CHANGE, ownBookAsIndex: ['BTC'] } as const;

export const EMPTY_BOOK_2020: Replay = {
  id: '2020-03-12-bitmex',
  title: 'Liquidation into an empty book',
  market: ['XBT-PERP'],
  crisis: CRISIS,
  withoutMechanism: { ...CRISIS, without: ['emptyBook'] },
  acts: [],
  settings: {
    ...STRESS_SETTINGS,
    impact: { kind: 'powerDepth', depthShareAtOnePercent: 0.05, permanence: 0.6 },
  },
  book: {
    name: 'Coin-margined longs of March 2020',
    valuationAsset: 'BTC',
    assets: [{ id: 'BTC', decimals: 8, collateral: null }],
    instruments: [
      {
        id: 'XBT-PERP',
        payoff: 'inverse',
        base: 'BTC',
        quote: 'USD',
        settle: 'BTC',
        contractSize: '100',
        tickSize: '0.5',
        lotSize: '1',
        priceTicks: 14_706n,
        initialMarginPpm: 10_000n,
        maintenanceMarginPpm: 5_000n,
      },
      {
        id: 'XRP-PERP',
        payoff: 'linear',
        base: 'XRP',
        quote: 'BTC',
        settle: 'BTC',
        contractSize: '1',
        tickSize: '0.00000001',
        lotSize: '1000',
        priceTicks: 2_600n,
        initialMarginPpm: 50_000n,
        maintenanceMarginPpm: 25_000n,
      },
    ],
    groups: [
      // 735,300 dollars each, 100 bitcoin; up to two and a half times what stands behind it.
      {
        name: 'long',
        owners: 20,
        isBystander: false,
        positions: [{ instrument: 'XBT-PERP', lots: 7_353n, entryPpm: 1_000_000n }],
        collateral: { asset: 'BTC', minor: 40n * BTC },
        spreadPpm: 3_000_000n,
      },
      {
        name: 'short',
        owners: 10,
        isBystander: false,
        positions: [{ instrument: 'XBT-PERP', lots: -14_706n, entryPpm: 1_000_000n }],
        collateral: { asset: 'BTC', minor: 120n * BTC },
        spreadPpm: 500_000n,
      },
      {
        name: 'xrp-long',
        owners: 5,
        isBystander: true,
        positions: [{ instrument: 'XRP-PERP', lots: 1_000n, entryPpm: 900_000n }],
        collateral: { asset: 'BTC', minor: 5n * BTC },
        spreadPpm: 500_000n,
      },
      {
        name: 'xrp-short',
        owners: 5,
        isBystander: true,
        positions: [{ instrument: 'XRP-PERP', lots: -1_000n, entryPpm: 900_000n }],
        collateral: { asset: 'BTC', minor: 8n * BTC },
        spreadPpm: 500_000n,
      },
    ],
    wallets: [],
    fundMinor: 50n * BTC,
  },
  policies: [
    {
      ...ALL_CROSS,
      id: 'of-the-day',
      title: 'Of the day: one pool, whole positions at any price, marked at the own book',
      liquidation: {
        ...STRESS_LIQUIDATION,
        closeOutHealthPpm: 0n,
        stepPpm: 1_000_000n,
        slippagePpm: 500_000n,
        feePpm: 0n,
      },
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      markPrice: 'ownBook',
    },
    {
      ...ALL_ISOLATED,
      id: 'isolated',
      title: 'Isolated accounts and pools, nothing else changed',
      liquidation: {
        ...STRESS_LIQUIDATION,
        closeOutHealthPpm: 0n,
        stepPpm: 1_000_000n,
        slippagePpm: 500_000n,
        feePpm: 0n,
      },
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      markPrice: 'ownBook',
    },
    {
      ...ALL_ISOLATED,
      id: 'isolated-paced',
      title: 'Isolated, in steps within 2% of an index mark',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      markPrice: 'index',
    },
  ],
  figures: [
    'dislocation',
    'liquidated',
    'liquidatedBystanders',
    'deficit',
    'fundUsed',
    'neededLots',
    'deleveragedLots',
    'winnersPaid',
    'bystandersPaid',
    'bystandersLost',
    'deficitElsewhere',
  ],
  page: {
    setting:
      "Twenty owners are long a coin-margined perpetual at up to two and a half times their bitcoin, ten are short the other side. Ten more trade ripple against bitcoin on the same venue and hold nothing that the crisis moves: they are the bystanders. The book's own price is left to the run: the path gives the index only, and what parts the book from it is what was sold into it. While the book is empty a tenth of its depth is left; before, the bids within one percent of the price are a twentieth of open interest. The outage and the auctions of the day are not part of the run.",
    mechanism:
      "Under the policy of the day a position that is under maintenance margin is sold whole, at whatever the book pays, and the next accounts are judged at the price which that sale left behind. More waits than all bids can take, the book falls far under the index, and accounts are liquidated that the index alone would have left standing. When the fund is gone, gains of the ripple traders answer for bitcoin's losses: they have one pool with it.",
    switchedOff:
      'The depth stays what it was before the crisis: nothing else is changed. Prices of the index fall as far as they did, and accounts are liquidated for that, but the book keeps to the index and nobody is liquidated for what others had to sell.',
    stops:
      'Pools of their own keep the loss with the market it came from: no bystander pays. Steps that may not trade further than two percent from an index mark end the spiral: what the book does not take is taken over, and dealt with by the fund and by deleveraging at the price that leaves the loser nothing, so that no account is liquidated which would not have been with a full book.',
    doesNotStop:
      'The price channel. With isolated accounts and pools, but the liquidation of the day, as many accounts are liquidated for what others sold as without isolation: whoever trades a book shares it. What stops that is how a pool liquidates and what it marks at. And no policy makes the fall itself smaller: winners are deleveraged in every run.',
  },
};
