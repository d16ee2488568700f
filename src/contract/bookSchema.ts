/**
 * The flat form of a calculator document: one margin account as a book of positions, each with its instrument beside it
 * or in `instruments`. It says what `CalcDocument` says, in fewer lists.
 */
import Type from 'typebox';
import { COLLATERAL_TERMS, LEG, legRule, ORDER_FIELDS } from './calcDocumentSchema.js';
import { INSTRUMENT_FIELDS } from './calcInstrumentSchema.js';
import { CalcScenarios } from './calcScenarioSchema.js';
import { CLOSED, decimal, id, oneOf, settings } from './calcSchemaField.js';
import { PROFILE_NAMES } from './profiles/names.js';

const Collateral = Type.Object(
  {
    asset: id('What is held or owed.', 'USDT'),
    decimals: Type.Optional(
      Type.Integer({
        description: 'Decimals in which amounts are counted.',
        unit: 'count',
        examples: [6],
        default: 8,
        minimum: 0,
        maximum: 18,
      }),
    ),
    balance: Type.Optional(decimal('Amount held.', { unit: 'the asset', example: '1000', default: '0' })),
    debt: Type.Optional(
      decimal('Amount borrowed, with interest.', { unit: 'the asset', example: '250', default: '0' }),
    ),
    ...COLLATERAL_TERMS,
  },
  CLOSED,
);

const PRICES = {
  markPrice: Type.Optional(
    decimal('Mark price; of an option its premium per unit of base, by Black-76 where left out.', {
      unit: 'quote per base, or premium',
      example: '43000',
    }),
  ),
  indexPrice: Type.Optional(
    decimal('Index price; the mark where left out. Of an option the price of the underlying.', {
      unit: 'quote per base',
      example: '43000',
    }),
  ),
};

const { settle, leverage, id: _id, ...NEEDED } = INSTRUMENT_FIELDS;

/** As in a document, but that `settle` follows from the payoff. */
const INSTRUMENT = { ...NEEDED, settle: Type.Optional(settle) };

const Instrument = Type.Object(
  { id: id('Name of the instrument.', 'BTC-PERP'), ...INSTRUMENT, leverage, ...PRICES },
  CLOSED,
);

const {
  unrealizedProfitShare: _share,
  removalFloorRate: _floor,
  priceRounding: _rounding,
  ...INLINE
} = INSTRUMENT;

const Position = Type.Object(
  {
    instrument: id(
      'Its instrument, by name. One that is not in `instruments` is described here.',
      'BTC-PERP',
    ),
    side: oneOf(['long', 'short'], 'Direction.'),
    contracts: decimal('Contracts held.', { unit: 'contracts', example: '0.5' }),
    entryPrice: Type.Optional(
      decimal('Average entry price. Needed but for options, whose premium is paid.', {
        unit: 'quote per base, or premium',
        example: '42000',
      }),
    ),
    leverage,
    leg: Type.Optional(LEG),
    accruedFunding: Type.Optional(
      decimal('Funding since the last settlement: positive to receive, negative to pay.', {
        unit: 'settle asset',
        example: '-1.25',
        default: '0',
      }),
    ),
    ...PRICES,
    ...(Type.Partial(Type.Object(INLINE)).properties as PartialFields),
    ...settings,
  },
  CLOSED,
);

type PartialFields = { [K in keyof typeof INLINE]: ReturnType<typeof Type.Optional<(typeof INLINE)[K]>> };

const Order = Type.Object(ORDER_FIELDS, CLOSED);

export const BookDocument = Type.Object(
  {
    profile: Type.Optional(
      id(
        `Venue whose conventions fill the fields of instruments that are left out. One of ${PROFILE_NAMES.join(', ')}.`,
        'okx',
      ),
    ),
    id: Type.Optional(id('Name of the margin account; `book` when left out.', 'book')),
    marginMode: oneOf(
      ['cross', 'portfolio', 'isolated'],
      '`cross`: everything behind everything, each instrument by its tiers. `portfolio`: what the scenarios say of all positions at once. `isolated`: one instrument.',
    ),
    valuationAsset: Type.Optional(
      id('Asset of the totals and of `price`; when left out, the one asset of the account.', 'USDT'),
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
    legRule: Type.Optional(legRule),
    scenarios: Type.Optional(CalcScenarios),
    collateral: Type.Array(Collateral, { description: 'What the account holds and owes.' }),
    instruments: Type.Optional(
      Type.Array(Instrument, { description: 'Instruments that positions and orders name.' }),
    ),
    positions: Type.Array(Position, { description: 'Of an instrument one, or one on each side.' }),
    orders: Type.Optional(Type.Array(Order, { description: 'Open orders.' })),
    ...settings,
  },
  CLOSED,
);

export type BookDocument = Type.Static<typeof BookDocument>;
