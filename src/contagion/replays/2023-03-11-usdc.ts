/** 11 March 2023: collateral loses its peg over a weekend; positions whose own market stands still are closed for it. */
import { NO_CHANGE } from '../crisisChange.js';
import { ALL_CROSS, ALL_ISOLATED, CROSS_IN_POOLS } from '../policy.js';
import { STRESS_LIQUIDATION, STRESS_SETTINGS } from '../stressSettings.js';
import type { Replay } from './replay.js';

/** Minor units of a dollar. */
const USD = 10n ** 6n;

export const DEPEG_2023: Replay = {
  id: '2023-03-11-usdc',
  title: 'Collateral that loses its peg and finds it again',
  market: ['BTC-PERP'],
  crisis: NO_CHANGE,
  // With redemption at par over the weekend there is nothing to leave the peg for.
  withoutMechanism: {
    ...NO_CHANGE,
    without: ['conversionsPaused', 'sharedCollateral'],
    still: ['USDC', 'DAI'],
  },
  // On Monday coins are exchanged again: what insurance money lies in USDC can pay what is owed in dollars.
  acts: ['BTC-PERP', 'ETH-PERP'].map((beside) => ({
    minute: 2_880,
    kind: 'convert' as const,
    owner: 'venue',
    beside,
    asset: 'USDT',
    amountMinor: 3_000_000n * USD,
  })),
  settings: STRESS_SETTINGS,
  book: {
    name: 'Positions on USDC',
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6, collateral: null },
      { id: 'USDC', decimals: 6, collateral: { pricePpm: 1_000_000n, haircutPpm: 0n } },
      { id: 'DAI', decimals: 6, collateral: { pricePpm: 1_000_000n, haircutPpm: 20_000n } },
    ],
    instruments: [
      {
        id: 'BTC-PERP',
        payoff: 'linear',
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        contractSize: '1',
        tickSize: '0.1',
        lotSize: '0.001',
        priceTicks: 200_000n,
        initialMarginPpm: 50_000n,
        maintenanceMarginPpm: 25_000n,
      },
      {
        id: 'ETH-PERP',
        payoff: 'linear',
        base: 'ETH',
        quote: 'USDT',
        settle: 'USDT',
        contractSize: '1',
        tickSize: '0.01',
        lotSize: '0.01',
        priceTicks: 145_000n,
        initialMarginPpm: 50_000n,
        maintenanceMarginPpm: 25_000n,
      },
    ],
    groups: [
      // A million dollars of bitcoin each, up to forty times what stands behind it.
      {
        name: 'usdc-long',
        owners: 10,
        isBystander: false,
        positions: [{ instrument: 'BTC-PERP', lots: 50_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDC', minor: 26_000n * USD },
        spreadPpm: 2_000_000n,
      },
      // In since higher prices: nearly all of the collateral stands for a loss already.
      {
        name: 'usdc-under-water',
        owners: 3,
        isBystander: false,
        positions: [{ instrument: 'BTC-PERP', lots: 50_000n, entryPpm: 1_300_000n }],
        collateral: { asset: 'USDC', minor: 328_000n * USD },
        spreadPpm: 100_000n,
      },
      {
        name: 'dai-long',
        owners: 3,
        isBystander: false,
        positions: [{ instrument: 'ETH-PERP', lots: 30_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'DAI', minor: 12_000n * USD },
        spreadPpm: 2_000_000n,
      },
      {
        name: 'btc-short',
        owners: 13,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: -50_000n, entryPpm: 1_070_000n }],
        collateral: { asset: 'USDT', minor: 60_000n * USD },
        spreadPpm: 500_000n,
      },
      {
        name: 'eth-short',
        owners: 3,
        isBystander: true,
        positions: [{ instrument: 'ETH-PERP', lots: -30_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 30_000n * USD },
        spreadPpm: 500_000n,
      },
    ],
    wallets: [],
    fundMinor: 10_000n * USD,
  },
  policies: [
    {
      ...ALL_CROSS,
      id: 'of-the-day',
      title: 'Of the day: USDC stands behind everything, at its price of the moment',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'ownBook',
      frozenFeed: 'lastPrice',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools',
      title: 'Cross inside pools, USDC still stands behind positions',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
    },
    {
      ...ALL_ISOLATED,
      id: 'isolated',
      title: 'Isolated, margin in what positions settle in; USDC is exchanged before it is margin',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
    },
  ],
  figures: [
    'liquidated',
    'liquidatedBystanders',
    'liquidatedLost',
    'deficit',
    'fundUsed',
    'winnersPaid',
    'bystandersPaid',
    'openAtWorst',
    'openDeficit',
  ],
  page: {
    setting:
      'Owners are long bitcoin and ether with USDC or DAI behind it, up to forty times; three more hold bitcoin since it was dearer, with nearly all of their collateral standing for a loss already. The other side holds its margin in the dollars that positions settle in. Neither bitcoin nor ether moves in this run. On Monday the venue converts coins again.',
    mechanism:
      'Accounts are liquidated although their market stands still: what fell is what stands behind them. The pool takes their coins over in kind and is owed dollars that it cannot have while nobody converts: most of the claims stay open over the weekend and are paid on Monday. Winners of the pool pay a part where the coins counted for less than was owed. Then the peg is back, and those who were liquidated have lost at the low what they would have had again two days later.',
    switchedOff: 'Redemption goes on at par, and the coins do not leave their peg: nothing happens at all.',
    stops:
      'Isolated accounts have their margin in what positions settle in; coins are exchanged before they are margin. Nobody is liquidated for a coin, no pool is left with claims in one asset and coins in another, no winner pays.',
    doesNotStop:
      'Pools of their own do not help an account whose own collateral falls: cross accounts inside pools are liquidated as those in one pool are. And the coins do not vanish: whoever exchanged them holds the loss and the recovery, outside of all pools. An account that wants the coin as margin pays for it by a haircut and a slope below the peg, which lock more money up all year.',
  },
};
