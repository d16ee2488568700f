/** 10 October 2025: collateral is valued at the price of one venue's own thin book, far under what it can be redeemed for. */
import { NO_CHANGE } from '../crisisChange.js';
import { ALL_CROSS, ALL_ISOLATED, CROSS_IN_POOLS } from '../policy.js';
import { STRESS_LIQUIDATION, STRESS_SETTINGS } from '../stressSettings.js';
import type { Replay } from './replay.js';
import type { SketchInstrument } from './sketchBook.js';

/** Minor units of a dollar, of a wBETH and of a BNSOL. */
const USD = 10n ** 6n;
const COIN = 10n ** 8n;

/** Up to the low of the own prices: how the market came back is not part of it. */
const CRISIS = { ...NO_CHANGE, lastMinute: 46 } as const;

const MAJORS = ['BTC-PERP', 'ETH-PERP', 'SOL-PERP'];

function perpetual(
  base: string,
  of: Pick<SketchInstrument, 'tickSize' | 'lotSize' | 'priceTicks'> & { readonly initialMarginPpm: bigint },
): SketchInstrument {
  return {
    ...of,
    id: `${base}-PERP`,
    payoff: 'linear',
    base,
    quote: 'USDT',
    settle: 'USDT',
    contractSize: '1',
    maintenanceMarginPpm: of.initialMarginPpm / 2n,
  };
}

export const OWN_BOOK_2025: Replay = {
  id: '2025-10-10-own-book',
  title: "Collateral priced on one venue's own book",
  market: MAJORS,
  crisis: CRISIS,
  withoutMechanism: { ...CRISIS, without: ['ownBookCollateral'] },
  acts: [],
  settings: STRESS_SETTINGS,
  book: {
    name: 'Hedged accounts on collateral that yields',
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6, collateral: null },
      { id: 'USDe', decimals: 6, collateral: { pricePpm: 1_000_000n, haircutPpm: 10_000n } },
      { id: 'wBETH', decimals: 8, collateral: { pricePpm: 4_700_000_000n, haircutPpm: 50_000n } },
      { id: 'BNSOL', decimals: 8, collateral: { pricePpm: 240_000_000n, haircutPpm: 80_000n } },
    ],
    instruments: [
      perpetual('BTC', {
        tickSize: '0.1',
        lotSize: '0.001',
        priceTicks: 1_225_740n,
        initialMarginPpm: 20_000n,
      }),
      perpetual('ETH', {
        tickSize: '0.01',
        lotSize: '0.01',
        priceTicks: 436_000n,
        initialMarginPpm: 20_000n,
      }),
      perpetual('SOL', { tickSize: '0.01', lotSize: '0.1', priceTicks: 22_000n, initialMarginPpm: 40_000n }),
      perpetual('SUI', { tickSize: '0.0001', lotSize: '1', priceTicks: 34_000n, initialMarginPpm: 100_000n }),
    ],
    groups: [
      // Long ether, short bitcoin for the same value: the fall takes a little more on one leg than it brings on the other.
      {
        name: 'usde-pair',
        owners: 6,
        isBystander: false,
        positions: [
          { instrument: 'BTC-PERP', lots: -8_158n, entryPpm: 1_000_000n },
          { instrument: 'ETH-PERP', lots: 22_936n, entryPpm: 1_000_000n },
        ],
        collateral: { asset: 'USDe', minor: 55_000n * USD },
        spreadPpm: 1_000_000n,
      },
      // Staked coins against a short of the coin, and a long of bitcoin beside.
      {
        name: 'wbeth-hedge',
        owners: 4,
        isBystander: false,
        positions: [
          { instrument: 'ETH-PERP', lots: -10_780n, entryPpm: 1_000_000n },
          { instrument: 'BTC-PERP', lots: 8_158n, entryPpm: 1_000_000n },
        ],
        collateral: { asset: 'wBETH', minor: 100n * COIN },
        spreadPpm: 200_000n,
      },
      {
        name: 'bnsol-hedge',
        owners: 4,
        isBystander: false,
        positions: [
          { instrument: 'SOL-PERP', lots: -10_909n, entryPpm: 1_000_000n },
          { instrument: 'BTC-PERP', lots: 6_527n, entryPpm: 1_000_000n },
        ],
        collateral: { asset: 'BNSOL', minor: 1_000n * COIN },
        spreadPpm: 200_000n,
      },
      // The other side, on dollars, with enough behind it for the day.
      {
        name: 'eth-short',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'ETH-PERP', lots: -23_624n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 200_000n * USD },
        spreadPpm: 400_000n,
      },
      {
        name: 'sol-long',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'SOL-PERP', lots: 10_909n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 150_000n * USD },
        spreadPpm: 400_000n,
      },
      {
        name: 'btc-short',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'BTC-PERP', lots: -2_448n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 100_000n * USD },
        spreadPpm: 400_000n,
      },
      // A coin that fell by far more, held by owners who can stand it.
      {
        name: 'sui-long',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'SUI-PERP', lots: 100_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 320_000n * USD },
        spreadPpm: 500_000n,
      },
      {
        name: 'sui-short',
        owners: 4,
        isBystander: true,
        positions: [{ instrument: 'SUI-PERP', lots: -100_000n, entryPpm: 1_000_000n }],
        collateral: { asset: 'USDT', minor: 150_000n * USD },
        spreadPpm: 500_000n,
      },
    ],
    wallets: [],
    fundMinor: 20_000n * USD,
  },
  policies: [
    {
      ...ALL_CROSS,
      id: 'of-the-day',
      title: 'Of the day: one pool, collateral at the price of the own book',
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'ownBook',
      frozenFeed: 'lastPrice',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools',
      title: 'Majors and the rest in pools of their own, collateral as before',
      pools: { kind: 'groups', groups: [{ pool: 'majors', instruments: MAJORS }], rest: 'rest' },
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'ownBook',
      frozenFeed: 'lastPrice',
    },
    {
      ...CROSS_IN_POOLS,
      id: 'pools-index',
      title: 'The same pools, collateral at the index of several venues',
      pools: { kind: 'groups', groups: [{ pool: 'majors', instruments: MAJORS }], rest: 'rest' },
      liquidation: STRESS_LIQUIDATION,
      collateralPrice: 'index',
      frozenFeed: 'guarded',
    },
    {
      ...ALL_ISOLATED,
      id: 'isolated',
      title: 'Each position on its own dollars: collateral is exchanged first, a hedge is two accounts',
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
    'neededLots',
    'deleveragedLots',
    'winnersPaid',
    'bystandersPaid',
    'openDeficit',
  ],
  page: {
    setting:
      "Owners hold hedges on collateral that yields: ether against bitcoin on USDe; staked coins against a short of the coin, with bitcoin beside. The fall of the market takes from them what they can stand. The other side, and the traders of a coin that falls by 70 percent, are on dollars and can stand the day: they are the bystanders. The run ends at the low of the venue's own prices.",
    mechanism:
      "The collateral is valued at the price of the venue's own book, far under the index. Hedges are liquidated for that price alone, all legs of a balance together, while nobody quotes within four percent of the price: what the book does not take is deleveraged, and closes the positions of winners. The pool keeps the coins at the price of the moment; their owners have lost what they are worth an hour later. What stays open at the end is owed in dollars while the coins lie with the pool.",
    switchedOff:
      'The own book stands where the index does. The fall of the market is the same, and nobody is liquidated.',
    stops:
      "A price from several venues: with it nobody is liquidated and nobody pays, in the same pools and with the same collateral. Where each position has dollars of its own nothing depends on the coins' price at all, whichever it is.",
    doesNotStop:
      'Pools alone: the accounts are inside, and the price is wrong there too. And apart from each other the two legs of a hedge have no balance in common: in isolated accounts the losing leg is liquidated while the other one gains, with a deficit that winners pay by deleveraging. That is what isolation costs; cross inside a pool with a guarded price has neither.',
  },
};
