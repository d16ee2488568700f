/** 26 March 2025: the vault that takes a short over is that of all markets, and deleveraging waits until it is used up. */
import { NO_CHANGE } from '../crisisChange.js';
import { ALL_CROSS, CROSS_IN_POOLS } from '../policy.js';
import { STRESS_LIQUIDATION, STRESS_SETTINGS } from '../stressSettings.js';
import type { Replay } from './replay.js';

/** Minor units of a dollar. */
const USD = 10n ** 6n;

/** Up to the top: at what price the venue closed the market afterwards was its own decision. */
const CRISIS = { ...NO_CHANGE, lastMinute: 60 } as const;

export const SHARED_VAULT_2025: Replay = {
  id: '2025-03-26-jelly',
  title: "A liquidator's vault that stands behind all markets",
  market: ['JELLY-PERP'],
  crisis: CRISIS,
  withoutMechanism: { ...CRISIS, without: ['sharedLiquidatorVault'] },
  acts: [],
  settings: STRESS_SETTINGS,
  book: {
    name: 'A thin market beside two deep ones',
    valuationAsset: 'USDC',
    assets: [{ id: 'USDC', decimals: 6, collateral: null }],
    instruments: [
      {
        id: 'JELLY-PERP',
        payoff: 'linear',
        base: 'JELLY',
        quote: 'USDC',
        settle: 'USDC',
        contractSize: '1',
        tickSize: '0.000001',
        lotSize: '1000',
        priceTicks: 9_500n,
        initialMarginPpm: 200_000n,
        maintenanceMarginPpm: 100_000n,
      },
      {
        id: 'BTC-PERP',
        payoff: 'linear',
        base: 'BTC',
        quote: 'USDC',
        settle: 'USDC',
        contractSize: '1',
        tickSize: '0.1',
        lotSize: '0.001',
        priceTicks: 870_000n,
        initialMarginPpm: 25_000n,
        maintenanceMarginPpm: 12_500n,
      },
      {
        id: 'ETH-PERP',
        payoff: 'linear',
        base: 'ETH',
        quote: 'USDC',
        settle: 'USDC',
        contractSize: '1',
        tickSize: '0.01',
        lotSize: '0.01',
        priceTicks: 200_000n,
        initialMarginPpm: 25_000n,
        maintenanceMarginPpm: 12_500n,
      },
    ],
    groups: [
      // 4 million dollars against oneself, with next to no margin left on the short.
      {
        name: 'opener-short',
        owners: 1,
        isBystander: false,
        positions: [{ instrument: 'JELLY-PERP', lots: -421_053n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 900_000n * USD },
        spreadPpm: 0n,
      },
      {
        name: 'opener-long',
        owners: 2,
        isBystander: false,
        positions: [{ instrument: 'JELLY-PERP', lots: 210_527n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 1_000_000n * USD },
        spreadPpm: 0n,
      },
      {
        name: 'jelly-long',
        owners: 5,
        isBystander: false,
        positions: [{ instrument: 'JELLY-PERP', lots: 4_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 15_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'jelly-short',
        owners: 5,
        isBystander: false,
        positions: [{ instrument: 'JELLY-PERP', lots: -4_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 200_000n * USD },
        spreadPpm: 500_000n,
      },
      {
        name: 'btc-long',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: 5_000_000n, entryPpm: 950_000n }],
        collateral: { asset: 'USDC', minor: 50_000_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'btc-short',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: -5_000_000n, entryPpm: 950_000n }],
        collateral: { asset: 'USDC', minor: 75_000_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'eth-long',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'ETH-PERP', lots: 7_500_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 25_000_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'eth-short',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'ETH-PERP', lots: -7_500_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 25_000_000n * USD },
        spreadPpm: 1_000_000n,
      },
    ],
    wallets: [],
    fundMinor: 500_000n * USD,
  },
  policies: [
    {
      ...ALL_CROSS,
      id: 'of-the-day',
      title: 'Of the day: one vault behind all markets; over its cap a market is closed to both sides',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      overCap: 'closed',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools',
      title: 'A pool per market with its part of the vault; all else as it was',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      overCap: 'closed',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools-open',
      title: 'The same, and over its cap a position may change hands',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
      overCap: 'transfersGoOn',
    },
  ],
  figures: [
    'liquidated',
    'liquidatedBystanders',
    'neededLots',
    'deleveragedLots',
    'winnersPaid',
    'bystandersPaid',
    'fundUsed',
    'fundOwed',
    'fundOfOthers',
    'deficitElsewhere',
    'openDeficit',
  ],
  page: {
    setting:
      "Somebody is long and short the same thin coin for four million dollars and leaves next to no margin on the short; a few others trade it too. Bitcoin and ether trade beside it for a few hundred times as much and do not move: their traders are the bystanders. The venue's liquidator has a vault of sixty times the position, as reported. The run ends at the top: at what price the venue closed the market was its own decision.",
    mechanism:
      "The short is taken over and its loss grows with the price. One vault stands behind all markets, so that its money covers the loss from beginning to end: deleveraging, which compares the loss with that money, never begins, and over its cap the market lets nobody take the position off the vault. At the top the vault answers for many times what the market's own open interest brought into it; it is the money of those who stand behind other markets.",
    switchedOff:
      "There is no shared vault, only the venue's small fund, and all else is as it was: over its cap the market is still closed. Deleveraging begins with the first loss the fund cannot cover, and nearly all of the position is gone before the top; what the venue's fund still answers for then is small, though other markets share in it.",
    stops:
      "Only the pools differ in `pools`: divided by open interest, the vault puts a small part behind the thin market. When that is used up deleveraging begins and takes exactly the lots that are needed from those who gained. No money of other markets answers for anything, and the loss is less than half of what the one vault answered for, since it is cut off on the way up. What is left of the position has the market's own part of the vault behind it, and no more. `pools-open` changes a rule beside the pools: over its cap a position may change hands. The vault's part then sells on what it took over, and the loss is a sixth of that of `pools`.",
    doesNotStop:
      'Somebody pays: winners in the thin market give up a part of their gain, those who opened the position against themselves before all, and while the market stays closed they give up far more than where the position can be sold on. Isolation decides whose money it is, not that the market is closed. And a smaller vault deleverages sooner: who wins in a thin market is closed earlier than one vault for all would have had it.',
  },
};
