/** 12 May 2022: a feed stands at its floor while the market is at a tenth of it, and collateral is taken at the floor. */
import { NO_CHANGE } from '../crisisChange.js';
import { ALL_CROSS, CROSS_IN_POOLS } from '../policy.js';
import { STRESS_LIQUIDATION, STRESS_SETTINGS } from '../stressSettings.js';
import type { Replay } from './replay.js';

/** Minor units of a dollar and of a LUNA. */
const USD = 10n ** 6n;
const LUNA = 10n ** 6n;

/** The feed is put right with the last step: only then is what was lent known to be lost. */
const CRISIS = { ...NO_CHANGE, ends: [{ kind: 'frozenFeed', minute: 5_760 }] } as const;

/** Lenders of one market each, and a borrower with coin bought at 0.01 at the door of both. */
const FREEZE_MINUTE = 4_320;
const borrower = (name: string, beside: string) =>
  ({
    minute: FREEZE_MINUTE,
    kind: 'borrow',
    owner: name,
    beside,
    collateral: { asset: 'LUNA', amountMinor: 60_000_000n * LUNA },
    asset: 'USDT',
    partMinor: 50_000n * USD,
    parts: 200,
  }) as const;
const lender = (owner: string, beside: string, amountMinor: bigint) =>
  ({ minute: 0, kind: 'lend', owner, beside, asset: 'USDT', amountMinor }) as const;

export const FROZEN_FEED_2022: Replay = {
  id: '2022-05-09-terra',
  title: 'Borrowing at the floor of a frozen feed',
  market: ['LUNA-PERP'],
  crisis: CRISIS,
  withoutMechanism: { ...CRISIS, without: ['frozenFeed'] },
  acts: [
    lender('btc-lender-1', 'BTC-PERP', 6_000_000n * USD),
    lender('btc-lender-2', 'BTC-PERP', 3_000_000n * USD),
    lender('luna-lender', 'LUNA-PERP', 1_000_000n * USD),
    borrower('borrower-1', 'BTC-PERP'),
    borrower('borrower-2', 'LUNA-PERP'),
  ],
  settings: STRESS_SETTINGS,
  book: {
    name: 'A venue that lends on LUNA',
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6, collateral: null },
      { id: 'LUNA', decimals: 6, collateral: { pricePpm: 83_000_000n, haircutPpm: 450_000n } },
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
        priceTicks: 340_000n,
        initialMarginPpm: 50_000n,
        maintenanceMarginPpm: 25_000n,
      },
      {
        id: 'LUNA-PERP',
        payoff: 'linear',
        base: 'LUNA',
        quote: 'USDT',
        settle: 'USDT',
        contractSize: '1',
        tickSize: '0.00001',
        lotSize: '1',
        priceTicks: 8_300_000n,
        initialMarginPpm: 100_000n,
        maintenanceMarginPpm: 50_000n,
      },
    ],
    groups: [
      {
        name: 'btc-long',
        owners: 5,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: 10_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 60_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'btc-short',
        owners: 5,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: -10_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 60_000n * USD },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'luna-long',
        owners: 5,
        isBystander: false,
        positions: [{ instrument: 'LUNA-PERP', lots: 2_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'LUNA', minor: 1_000n * LUNA },
        spreadPpm: 1_000_000n,
      },
      {
        name: 'luna-short',
        owners: 5,
        isBystander: false,
        positions: [{ instrument: 'LUNA-PERP', lots: -2_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 40_000n * USD },
        spreadPpm: 1_000_000n,
      },
    ],
    wallets: [
      { owner: 'btc-lender-1', asset: 'USDT', amountMinor: 6_000_000n * USD, isBystander: true },
      { owner: 'btc-lender-2', asset: 'USDT', amountMinor: 3_000_000n * USD, isBystander: true },
      { owner: 'luna-lender', asset: 'USDT', amountMinor: 1_000_000n * USD, isBystander: false },
    ],
    fundMinor: 3_000_000n * USD,
  },
  policies: [
    {
      ...ALL_CROSS,
      id: 'of-the-day',
      title: 'Of the day: one pool takes LUNA for everything, and goes on with the feed',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'lastPrice',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools',
      title: 'A pool per market, LUNA taken in its own only, the feed as before',
      liquidation: STRESS_LIQUIDATION,
      collateralOnlyIn: [{ asset: 'LUNA', pools: ['LUNA-PERP'] }],
      collateralPrice: 'index',
      frozenFeed: 'lastPrice',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools-guarded',
      title: 'The same pools, and a feed that stops is a feed that is not there',
      liquidation: STRESS_LIQUIDATION,
      collateralOnlyIn: [{ asset: 'LUNA', pools: ['LUNA-PERP'] }],
      collateralMaxAgeMs: 3_600_000,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
    },
  ],
  figures: [
    'borrowed',
    'overWorth',
    'lendersLost',
    'bystandersLent',
    'liquidated',
    'liquidatedBystanders',
    'deficit',
    'deficitElsewhere',
    'fundUsed',
    'winnersPaid',
    'bystandersPaid',
  ],
  page: {
    setting:
      "A venue lends dollars on LUNA, at half of what the coin is worth by its feed. Two lenders lend beside the bitcoin market, one beside LUNA's; traders of both markets hold positions. When the market is at 0.01 and the feed stands at 0.107 two borrowers each bring sixty million LUNA, bought at the market's price, one at the door of each market, and borrow in parts until they are refused. With the last step the feed is put right, which nobody reports: only then is it known what the loans are worth. The suspension of withdrawals is not part of the run.",
    mechanism:
      'The venue goes on with what its feed shows as if it were good. Collateral is taken at ten times its price, so that far more is borrowed than it is worth; when the feed is put right, the fund is used up and the lenders lose a third of what they lent, in all markets alike.',
    switchedOff:
      'The feed follows the market down. The borrowers still come, and borrow what the coin is then worth after its haircut, and no more. It falls by another 99 percent after that, which the fund pays: a loss of the market, not of the feed.',
    stops:
      'Where LUNA is collateral in the pool of its own market only, the borrower at the other door is refused, and the one at its own door finds only the money that lenders put beside LUNA: no lender and no fund of another market loses anything. Where a feed that has stopped counts as no price, both are refused, and nothing is borrowed beyond the worth of what was brought.',
    doesNotStop:
      "Inside its pool a wrong price does what it does: pools without the guard lose what that pool's lenders have. And the guard does not know the true price: accounts that hold the coin are judged at its last good price until there is a new one, so that positions on it are closed later than they could be.",
  },
};
