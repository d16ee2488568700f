/** The shape of a calculator document: assets, instruments, prices and the margin accounts to answer for. */
import Type from 'typebox';
import { CalcInstrument } from './calcInstrumentSchema.js';
import { CalcScenarios } from './calcScenarioSchema.js';
import { CLOSED, decimal, id, oneOf, settings } from './calcSchemaField.js';
import { PROFILE_NAMES } from './profiles/names.js';

/** How an asset counts as collateral. Only accounts that are judged as a whole have more than a haircut. */
export const COLLATERAL_TERMS = {
  price: Type.Optional(
    decimal('Price of one unit, in `valuationAsset`.', {
      unit: 'valuationAsset per asset',
      example: '43000',
    }),
  ),
  haircut: Type.Optional(
    decimal('Share of the value that does not count as collateral. What is owed counts in full.', {
      unit: 'fraction, 0 to 1',
      example: '0.05',
      default: '0',
    }),
  ),
  countedCap: Type.Optional(
    decimal('No more than this value counts, before the haircut. Not in isolated accounts of one position.', {
      unit: 'valuationAsset',
      example: '1000000',
    }),
  ),
  peg: Type.Optional(
    Type.Object(
      {
        price: decimal('What one unit should be worth.', { unit: 'valuationAsset per asset', example: '1' }),
        tolerance: Type.Optional(
          decimal('Distance below the peg that does nothing.', {
            unit: 'fraction of the peg',
            example: '0.005',
            default: '0',
          }),
        ),
        slope: decimal('Added to the haircut for each unit of further distance, up to everything.', {
          unit: 'fraction per fraction',
          example: '5',
        }),
      },
      {
        ...CLOSED,
        description: 'A stable asset: its haircut grows as its price falls below the peg, step by step.',
      },
    ),
  ),
  debtInitialRate: Type.Optional(
    decimal('Initial margin of a debt in the asset, as a share of its value.', {
      unit: 'fraction of value',
      example: '0.2',
      default: '0',
    }),
  ),
  debtMaintenanceRate: Type.Optional(
    decimal('Maintenance margin of a debt; at most the initial rate.', {
      unit: 'fraction of value',
      example: '0.1',
      default: '0',
    }),
  ),
};

const Asset = Type.Object(
  {
    id: id('Name of the asset.', 'USDT'),
    decimals: Type.Integer({
      description:
        'Decimals in which amounts are counted. The ledger takes 0 to 9; more is answered with a warning.',
      unit: 'count',
      examples: [6],
      minimum: 0,
      maximum: 18,
    }),
    ...COLLATERAL_TERMS,
  },
  CLOSED,
);

export const LEG = oneOf(
  ['net', 'long', 'short'],
  'Whether long and short are positions of their own. Left out: `net`, or the side where the account holds both sides of the instrument. An order that names none, where there are both: that of its side, or if it is reduce-only of the other.',
);

const Position = Type.Object(
  {
    instrument: id('Instrument held.', 'BTC-PERP'),
    side: oneOf(['long', 'short'], 'Direction.'),
    quantity: decimal(
      'Contracts held: linear exposure is quantity x contractSize in base, inverse in quote.',
      {
        unit: 'contracts',
        example: '0.5',
      },
    ),
    leg: Type.Optional(LEG),
    entryPrice: Type.Optional(
      decimal(
        'Average entry price; it may lie off the tick grid. Needed but for options, whose premium is paid.',
        {
          unit: 'quote per base',
          example: '42000',
        },
      ),
    ),
    leverage: Type.Optional(
      decimal(
        'Chosen leverage, at least 1 and at most what the tier of the entry notional allows. Needed in isolated accounts of one position; else that of the instrument.',
        { unit: 'times', example: '10' },
      ),
    ),
    accruedFunding: Type.Optional(
      decimal(
        'Funding since the last settlement: positive to receive, negative to pay. Counts in equity at once.',
        {
          unit: 'settle asset',
          example: '-1.25',
          default: '0',
        },
      ),
    ),
  },
  CLOSED,
);

export const ORDER_FIELDS = {
  instrument: id('Instrument ordered.', 'BTC-PERP'),
  side: oneOf(['buy', 'sell'], 'Direction.'),
  quantity: decimal('What is left of the order.', { unit: 'contracts', example: '0.1' }),
  price: decimal('Limit price; of a market order the worst price it may trade at.', {
    unit: 'quote per base, or premium',
    example: '41000',
  }),
  reduceOnly: Type.Optional(
    Type.Boolean({
      description: 'Whether it may only reduce a position.',
      unit: 'boolean',
      examples: [false],
      default: false,
    }),
  ),
  leg: Type.Optional(LEG),
};

const Order = Type.Object(ORDER_FIELDS, CLOSED);

export const legRule = oneOf(
  ['larger', 'both', 'net'],
  'What long and short legs of one instrument require: the larger, both, or their net. The account overrides the document.',
  { default: 'larger' },
);

const MarginAccount = Type.Object(
  {
    id: id('Name of the margin account.', 'a'),
    marginMode: oneOf(
      ['isolated', 'cross', 'portfolio'],
      '`isolated`: one instrument by its tiers. `cross`: everything behind everything, each instrument by its tiers. `portfolio`: what the scenarios say of all positions at once.',
    ),
    collateral: Type.Record(
      Type.String(),
      decimal('Amount held.', { unit: 'the asset of its key', example: '1000' }),
      {
        description:
          'Amounts by asset; an isolated account of one position holds the settlement asset of its instrument.',
      },
    ),
    debts: Type.Optional(
      Type.Record(
        Type.String(),
        decimal('Amount owed, with interest.', { unit: 'the asset of its key', example: '250' }),
        { description: 'Amounts borrowed, by asset.' },
      ),
    ),
    positions: Type.Array(Position, {
      description: 'None or one in an isolated account; of an instrument one, or one on each side.',
    }),
    orders: Type.Optional(Type.Array(Order, { description: 'Open orders.' })),
    legRule: Type.Optional(legRule),
    ...settings,
  },
  CLOSED,
);

const prices = (description: string) =>
  Type.Record(Type.String(), decimal('Price.', { unit: 'quote per base', example: '43000' }), {
    description,
  });

export const CalcDocument = Type.Object(
  {
    profile: Type.Optional(
      id(
        `Venue whose conventions fill the fields of instruments that are left out; a field that is there stays. One of ${PROFILE_NAMES.join(', ')}.`,
        'okx',
      ),
    ),
    assets: Type.Array(Asset, { description: 'Assets that the instruments settle in and accounts hold.' }),
    instruments: Type.Array(CalcInstrument, { description: 'Instruments of the positions.' }),
    marks: Type.Optional(prices('Mark price by instrument; of an option its premium per unit of base.')),
    indexPrices: Type.Optional(prices('Index price by instrument; the mark where left out.')),
    valuationAsset: Type.Optional(
      id('Asset of the account totals and of `price`; when left out, the one asset of each account.', 'USDT'),
    ),
    timestamp: Type.Optional(
      Type.Integer({
        description: 'The moment of the prices. Needed where there are options.',
        unit: 'ms since the epoch',
        examples: [1735200000000],
        minimum: 0,
        maximum: 8_640_000_000_000_000,
      }),
    ),
    scenarios: Type.Optional(CalcScenarios),
    legRule: Type.Optional(legRule),
    marginAccounts: Type.Array(MarginAccount, { description: 'Accounts to answer for, in this order.' }),
    ...settings,
  },
  CLOSED,
);

export type CalcDocument = Type.Static<typeof CalcDocument>;
