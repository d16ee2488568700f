/** The JSON form of an instrument's definition, as it is listed and as it is shown. */
import Type from 'typebox';
import { BASES, CLOSE_FEES, INSTRUMENT_KINDS, OPTION_TYPES, PAYOFFS } from '../market/index.js';
import {
  amount,
  closed,
  count,
  decimal,
  id,
  leverage,
  orNull,
  quantity,
  rate,
  signedRate,
  TIME_MAX_MS,
  timeMs,
  word,
} from './wireField.js';

const TIERS_MAX = 64;
export const FEE_TIERS_MAX = 32;

const Tier = Type.Object(
  {
    notionalCap: orNull(
      amount('Upper end of the tier in the settlement asset, included; null for the last one.', {
        example: '50000',
        core: 'notionalCapMinor',
      }),
      { isInExample: true },
    ),
    initialMarginRate: rate('Least initial margin as a share of notional.', {
      example: '0.01',
      core: 'initialMarginRatePpm',
    }),
    maintenanceMarginRate: rate('Maintenance margin as a share of notional, before the maintenance amount.', {
      example: '0.005',
      core: 'maintenanceMarginRatePpm',
    }),
    maxLeverage: leverage('Largest leverage allowed in the tier.', {
      example: '100',
      core: 'leverageMaxPpm',
    }),
  },
  closed('A bracket of margin rates by notional.'),
);

const FeeTier = Type.Object(
  {
    makerFeeRate: signedRate("Instead of the instrument's; negative is a rebate.", {
      example: '0.0001',
      core: 'makerFeePpm',
    }),
    takerFeeRate: rate("Instead of the instrument's, at most as much.", {
      example: '0.0004',
      core: 'takerFeePpm',
    }),
  },
  closed('Fees of the clients in one tier.'),
);

const Option = Type.Object(
  {
    optionType: word(OPTION_TYPES, 'European, cash settled at expiry.'),
    underlying: id('What its payoff follows: options on the same underlying form spreads.', 'BTC'),
    underlyingTickSize: decimal(
      'Smallest step of the underlying, whose price comes as the index price of the marks; in quote.',
      { example: '0.1' },
    ),
    strike: decimal('Strike in quote, whole steps of the underlying.', { example: '50000' }),
    initialRate: rate(
      'Short, initial margin: max(this x underlying - out of the money, floor x underlying) + mark.',
      { example: '0.15', core: 'initialRatePpm' },
    ),
    initialFloorRate: rate('The floor in it, as a share of the underlying.', {
      example: '0.1',
      core: 'initialFloorRatePpm',
    }),
    maintenanceRate: rate('Short, maintenance margin: this x underlying + mark; at most the floor.', {
      example: '0.075',
      core: 'maintenanceRatePpm',
    }),
  },
  closed('What makes an instrument an option; its price is a premium per contract, in the settlement asset.'),
);

export const INSTRUMENT_FIELDS = {
  id: id('Id of the instrument, for good.', 'BTC-PERP'),
  pool: id('The risk pool that carries it.', 'main'),
  instrumentKind: word(INSTRUMENT_KINDS, 'What it is.'),
  payoff: word(
    PAYOFFS,
    'linear: value = base x price, settled in the quote asset. inverse: value = quote / price, settled in the base asset.',
  ),
  base: id('The asset whose price it follows.', 'BTC'),
  quote: id('The asset its prices are in.', 'USDT'),
  settle: id('The asset of margin and profit: quote when linear, base when inverse.', 'USDT'),
  contractSize: decimal('linear: base units per contract; inverse: quote units per contract.', {
    example: '1',
  }),
  tickSize: decimal('Smallest step of a price.', { example: '0.1' }),
  lotSize: decimal('Smallest step of a size, in contracts.', { example: '0.001' }),
  markTicksPerTick: Type.Optional(
    count(
      'Marks are finer than prices: steps of a mark in one tick; a divisor of a power of ten.',
      { minimum: 1, maximum: 1_000_000, default: 1, example: 10 },
      'bigCount',
    ),
  ),
  makerFeeRate: signedRate('Fee of the resting side as a share of notional; negative is a rebate.', {
    example: '0.0002',
    core: 'makerFeePpm',
  }),
  takerFeeRate: rate('Fee of the taking side as a share of notional.', {
    example: '0.0005',
    core: 'takerFeePpm',
  }),
  maintenanceBasis: word(BASES, 'Notional that maintenance margin is charged on.'),
  initialBasis: Type.Optional(
    word(BASES, 'Notional that initial margin is charged on; maintenanceBasis when left out.', {
      defaultFrom: 'maintenanceBasis',
    }),
  ),
  closeFee: Type.Optional(
    word(
      CLOSE_FEES,
      'How the fee of a forced close is reserved: not, in the maintenance rate, or as a line.',
      {
        default: 'none',
      },
    ),
  ),
  unrealizedProfitShare: Type.Optional(
    rate('Share of unrealized profit that counts when margin is removed.', {
      example: '0',
      core: 'unrealizedProfitSharePpm',
      default: '0',
    }),
  ),
  removalFloorRate: Type.Optional(
    rate('Share of notional that stays behind a position when margin is removed.', {
      example: '0.1',
      core: 'removalFloorPpm',
      default: '0.1',
    }),
  ),
  markMaxAgeMs: count('A mark older than this is stale; milliseconds.', {
    minimum: 1,
    maximum: TIME_MAX_MS,
    example: 60_000,
  }),
  markMaxJumpRate: rate('A mark farther than this from the last good one waits for confirmation.', {
    example: '0.1',
    core: 'markMaxJumpPpm',
  }),
  markConfirmations: count('Marks in agreement that let a jump act, the first included.', {
    minimum: 1,
    maximum: 1000,
    example: 3,
  }),
  fillBandRate: rate('A fill farther than this from the mark is refused.', {
    example: '0.05',
    core: 'fillBandPpm',
  }),
  fundingRateMax: rate('Largest absolute funding rate of one event.', {
    example: '0.0075',
    core: 'fundingRateMaxPpm',
  }),
  expiryMs: orNull(timeMs('Last trading instant of a future or an option; null for what has none.')),
  option: orNull(Option),
  tiers: Type.Optional(
    Type.Array(Tier, {
      description:
        'Tiers by notional, in order; the last one has no cap. Needed but for options, which have rates of their own.',
      core: 'brackets',
      default: [],
      isInExample: true,
      maxItems: TIERS_MAX,
    }),
  ),
  positionCap: orNull(
    quantity(
      'Most contracts a client, or a group of clients, may hold on a side over all its accounts; null for no cap.',
      {
        example: '500',
        core: 'positionCapLots',
      },
    ),
  ),
  openInterestCap: orNull(
    quantity('Most open interest in contracts, one side; null for no cap.', {
      example: '20000',
      core: 'openInterestCapLots',
    }),
  ),
  concentration: orNull(
    Type.Object(
      {
        share: rate('Share of open interest, as it is when an order or fill comes.', {
          example: '0.2',
          core: 'sharePpm',
        }),
        free: quantity('Contracts that are free of it: in a young market everybody has a large share.', {
          example: '100',
          core: 'freeLots',
        }),
      },
      closed('Most of the open interest that a client, or a group of clients, may hold on a side.'),
    ),
  ),
  feeTiers: Type.Optional(
    Type.Array(FeeTier, {
      description: 'Fees of clients in tier 1, 2 and so on; who is in none pays the fees above.',
      default: [],
      maxItems: FEE_TIERS_MAX,
    }),
  ),
};

/** An instrument's definition, as it is listed and as it is shown. */
export const WireInstrument = Type.Object(INSTRUMENT_FIELDS, closed('An instrument.', 'settle'));
export type WireInstrument = Type.Static<typeof WireInstrument>;
