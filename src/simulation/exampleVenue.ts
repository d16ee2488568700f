/** The venue of the example market: two pools, three perpetuals, traders of mixed leverage, market makers. */
import type { VenueDocument } from './venueSchema.js';

type InstrumentDocument = VenueDocument['instruments'][number];

/** The document of `venue.json`, for generated prices. */
export function exampleVenue(seed: string): VenueDocument {
  return {
    name: `Example venue on generated prices (seed ${seed}): invented assets, no real market`,
    seed,
    moves: 'stepped',
    jumpDays: ['2002-03-07', '2002-08-24'],
    assets: [{ id: 'USDT', decimals: 6 }],
    pools: [
      { id: 'major', insuranceFund: { USDT: '250000' }, insuranceFundCap: { USDT: '500000' } },
      { id: 'minor', insuranceFund: { USDT: '50000' }, insuranceFundCap: { USDT: '100000' } },
    ],
    instruments: [
      perpetual({ base: 'AAA', pool: 'major', tickSize: '0.1', lotSize: '0.001', maxLeverage: '100' }),
      perpetual({ base: 'BBB', pool: 'major', tickSize: '0.01', lotSize: '0.01', maxLeverage: '50' }),
      perpetual({ base: 'CCC', pool: 'minor', tickSize: '0.0001', lotSize: '1', maxLeverage: '20' }),
    ],
    clients: [
      {
        name: 'retail',
        count: 240,
        asset: 'USDT',
        deposit: { min: '200', max: '20000' },
        depositAgainDays: 30,
        takeProfitAt: '3',
        accountsPerClient: { min: 1, max: 3 },
        leverages: ['3', '5', '10', '20', '50'],
        strategies: { momentum: 4, contrarian: 2, hold: 3, hedger: 1 },
        marginShare: '0.4',
        defenders: '0.3',
      },
      {
        name: 'fund',
        count: 12,
        asset: 'USDT',
        deposit: { min: '200000', max: '1500000' },
        depositAgainDays: 90,
        takeProfitAt: '2',
        accountsPerClient: { min: 2, max: 3 },
        leverages: ['2', '3', '5'],
        strategies: { momentum: 3, contrarian: 2, hedger: 2 },
        marginShare: '0.3',
        defenders: '0.8',
      },
    ],
    marketMakers: [
      { name: 'maker', count: 3, asset: 'USDT', deposit: '60000000', leverage: '2', halfSpread: '0.0002' },
    ],
  };
}

function perpetual(of: {
  readonly base: string;
  readonly pool: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly maxLeverage: '100' | '50' | '20';
}): InstrumentDocument {
  return {
    id: `${of.base}-PERP`,
    pool: of.pool,
    prices: `${of.base.toLowerCase()}-usd-daily.csv`,
    kind: 'perpetual',
    payoff: 'linear',
    base: of.base,
    quote: 'USDT',
    settle: 'USDT',
    contractSize: '1',
    tickSize: of.tickSize,
    lotSize: of.lotSize,
    makerFeeRate: '0.0002',
    takerFeeRate: '0.0005',
    maintenanceBasis: 'mark',
    closeFee: 'none',
    markMaxJumpRate: '0.02',
    markConfirmations: 3,
    fundingRatePerDay: '0.0003',
    tiers: TIERS.filter(({ maxLeverage }) => Number(maxLeverage) <= Number(of.maxLeverage)),
  };
}

/** Each instrument takes the part of this ladder that its largest leverage allows. */
const TIERS: InstrumentDocument['tiers'] = [
  { notionalCap: '100000', initialMarginRate: '0.01', maintenanceMarginRate: '0.005', maxLeverage: '100' },
  { notionalCap: '500000', initialMarginRate: '0.02', maintenanceMarginRate: '0.01', maxLeverage: '50' },
  { notionalCap: '2000000', initialMarginRate: '0.05', maintenanceMarginRate: '0.025', maxLeverage: '20' },
  { notionalCap: '10000000', initialMarginRate: '0.1', maintenanceMarginRate: '0.05', maxLeverage: '10' },
  { initialMarginRate: '0.25', maintenanceMarginRate: '0.125', maxLeverage: '4' },
];
