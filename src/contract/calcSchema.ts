/**
 * The shape of a calculator document and of its answer, with the definition, unit and an example of each
 * field. Exact numbers are decimal strings: a JSON number has already been through a float.
 */
import Type from 'typebox';
import { PROFILE_NAMES } from './profiles/names.js';

const DECIMAL_PATTERN = '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$';
const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$';
const CLOSED = { additionalProperties: false };

interface Notes {
  readonly unit: string;
  readonly example: unknown;
  readonly default?: unknown;
}

function decimal(description: string, { unit, example, ...rest }: Notes) {
  return Type.String({
    description,
    unit,
    examples: [example],
    ...rest,
    pattern: DECIMAL_PATTERN,
    maxLength: 64,
  });
}

function id(description: string, example: string) {
  return Type.String({ description, unit: 'id', examples: [example], pattern: ID_PATTERN });
}

function oneOf<const Words extends string[]>(
  words: readonly [...Words],
  description: string,
  more: object = {},
) {
  return Type.Enum(words, { description, unit: 'word', examples: [words[0]], ...more });
}

const profitShare = decimal(
  'Share of unrealized profit that counts towards `removable`. The account overrides the instrument, the instrument the document.',
  {
    unit: 'fraction, 0 to 1',
    example: '0.5',
    default: '0',
  },
);
const floorRate = decimal(
  'Share of notional that must stay when margin is removed. The account overrides the instrument, the instrument the document.',
  {
    unit: 'fraction, 0 to 1',
    example: '0.1',
    default: '0.1',
  },
);
const rounding = oneOf(
  ['tick', 'none', 'nearest', 'inward'],
  '`tick`: prices are shown on the grid of marks, the first at which the condition holds. `nearest` and `inward`: on the same grid, the nearest to the exact price, or the next towards the side where the condition does not hold yet, as some venues show them. `none`: the exact price, to the nearest of 12 decimals. The account overrides the instrument, the instrument the document.',
  { default: 'tick' },
);
const settings = {
  unrealizedProfitShare: Type.Optional(profitShare),
  removalFloorRate: Type.Optional(floorRate),
  priceRounding: Type.Optional(rounding),
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
    price: Type.Optional(
      decimal('Price of one unit, in `valuationAsset`.', {
        unit: 'valuationAsset per asset',
        example: '43000',
      }),
    ),
    haircut: Type.Optional(
      decimal('Share of the value that does not count as collateral.', {
        unit: 'fraction, 0 to 1',
        example: '0.05',
        default: '0',
      }),
    ),
  },
  CLOSED,
);

const Tier = Type.Object(
  {
    notionalFloor: Type.Optional(
      decimal('Notional above which the tier begins; it joins the tier before.', {
        unit: 'settle asset, or contracts where tierBasis is contracts',
        example: '50000',
      }),
    ),
    notionalCap: Type.Optional(
      Type.Union([
        decimal('Largest notional of the tier, included. Null or left out in the last tier: no end.', {
          unit: 'settle asset, or contracts where tierBasis is contracts',
          example: '250000',
        }),
        Type.Null(),
      ]),
    ),
    initialMarginRate: Type.Optional(
      decimal('Least initial margin. Left out: 1 / leverage alone decides.', {
        unit: 'fraction of notional',
        example: '0.01',
      }),
    ),
    maintenanceMarginRate: Type.Optional(
      decimal(
        'Maintenance margin before the maintenance amount. May be left out only where `maintenanceRate` is `halfOfInitial`.',
        { unit: 'fraction of notional', example: '0.005' },
      ),
    ),
    initialMarginRateStep: Type.Optional(
      decimal(
        'Added to the initial rate for each unit of base held (inverse: of value at the mark), over the whole position. Only with `tierMethod` `flat`.',
        { unit: 'fraction per base unit', example: '0.00005', default: '0' },
      ),
    ),
    maintenanceMarginRateStep: Type.Optional(
      decimal('The same for the maintenance rate.', {
        unit: 'fraction per base unit',
        example: '0.00005',
        default: '0',
      }),
    ),
    maintenanceAmount: Type.Optional(
      decimal(
        'Taken off rate x notional, so that maintenance margin is continuous where tiers meet: the amount of the tier before + its cap x the rise of the rate. Derived when left out, refused when it differs, and when `tierMethod` is `flat`, where there is none.',
        { unit: 'settle asset', example: '50' },
      ),
    ),
    maxLeverage: Type.Optional(decimal('Largest leverage.', { unit: 'times', example: '100' })),
  },
  CLOSED,
);

const Instrument = Type.Object(
  {
    id: id('Name of the instrument.', 'BTC-PERP'),
    kind: oneOf(['perpetual', 'future'], 'What it is.'),
    payoff: oneOf(
      ['linear', 'inverse'],
      '`linear`: value = base x price, settled in the quote asset. `inverse`: value = quote / price, settled in the base asset.',
    ),
    base: id('The asset whose price it follows.', 'BTC'),
    quote: id('The asset prices are in.', 'USDT'),
    settle: id('The asset of margin and profit: `quote` when linear, `base` when inverse.', 'USDT'),
    contractSize: decimal('linear: base units per contract; inverse: quote units per contract.', {
      unit: 'base or quote per contract',
      example: '1',
    }),
    tickSize: decimal('Smallest step of an order price.', { unit: 'quote per base', example: '0.01' }),
    markTick: Type.Optional(
      decimal('Smallest step of a mark, on which prices are shown; `tickSize` when left out.', {
        unit: 'quote per base',
        example: '0.0001',
      }),
    ),
    lotSize: decimal('Smallest step of a size.', { unit: 'contracts', example: '0.001' }),
    makerFeeRate: Type.Optional(
      decimal('Accepted for completeness; no figure here depends on it.', {
        unit: 'fraction of notional',
        example: '0.0002',
      }),
    ),
    takerFeeRate: Type.Optional(
      decimal('Fee of taking liquidity, as in closing by force. Needed unless `closeFee` is `none`.', {
        unit: 'fraction of notional',
        example: '0.0004',
        default: '0',
      }),
    ),
    maintenanceBasis: Type.Optional(
      oneOf(
        ['mark', 'entry'],
        'Notional that maintenance margin is charged on. `mark`: the value at the price under test, so the liquidation price charges it on the value there. `entry`: the cost. Needed unless a profile gives it.',
      ),
    ),
    initialBasis: Type.Optional(
      oneOf(
        ['mark', 'entry'],
        'Notional that initial margin is charged on; `maintenanceBasis` when left out.',
      ),
    ),
    closeFee: Type.Optional(
      oneOf(
        ['none', 'inRate', 'inMargin', 'atBankruptcy'],
        '`inRate`: the taker rate is added to the maintenance rate. `inMargin`: a line of taker rate x value at the bankruptcy price in initial and in maintenance margin. `atBankruptcy`: the same at the price where equity just pays that fee.',
        { default: 'none' },
      ),
    ),
    maintenanceRate: Type.Optional(
      oneOf(
        ['given', 'halfOfInitial'],
        '`halfOfInitial`: a tier without maintenanceMarginRate has half of its initialMarginRate, or half of 1 / maxLeverage where it has none.',
        { default: 'given' },
      ),
    ),
    tierMethod: Type.Optional(
      oneOf(
        ['marginal', 'flat'],
        '`marginal`: each rate is charged on the notional within its tier, which is what maintenance amounts express. `flat`: the rate of one tier is charged on the whole notional, so that margin jumps from tier to tier; the tier is chosen once, at `tierBasis`, and kept for the liquidation price.',
        { default: 'marginal' },
      ),
    ),
    tierBasis: Type.Optional(
      oneOf(
        ['entry', 'mark', 'contracts'],
        'What a flat tier is chosen by: notional at entry, notional at the mark, or the number of contracts. `maintenanceBasis` when left out. Only with `tierMethod` `flat`.',
      ),
    ),
    expiryMs: Type.Optional(
      Type.Integer({
        description: 'Expiry of a future.',
        unit: 'ms since the epoch',
        examples: [1735286400000],
        minimum: 0,
      }),
    ),
    tiers: Type.Array(Tier, {
      description: 'Brackets by notional, in order, without holes; counted from 1 in answers.',
      minItems: 1,
      maxItems: 64,
    }),
    ...settings,
  },
  CLOSED,
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
    entryPrice: decimal('Average entry price; it may lie off the tick grid.', {
      unit: 'quote per base',
      example: '42000',
    }),
    leverage: decimal('Chosen leverage, at least 1 and at most what the tier of the entry notional allows.', {
      unit: 'times',
      example: '10',
    }),
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

const MarginAccount = Type.Object(
  {
    id: id('Name of the margin account.', 'a'),
    marginMode: oneOf(['isolated', 'cross', 'portfolio'], 'Only `isolated` is answered so far.'),
    collateral: Type.Record(
      Type.String(),
      decimal('Amount held.', { unit: 'the asset of its key', example: '1000' }),
      {
        description: 'Amounts by asset; an isolated account holds the settlement asset of its instrument.',
      },
    ),
    positions: Type.Array(Position, { description: 'None or one in an isolated account.' }),
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
    instruments: Type.Array(Instrument, { description: 'Instruments of the positions.' }),
    marks: Type.Optional(prices('Mark price by instrument.')),
    indexPrices: Type.Optional(prices('Index price by instrument; the mark where left out.')),
    valuationAsset: Type.Optional(
      id(
        'Asset of the account totals and of `price`; the settlement asset of each account when left out.',
        'USDT',
      ),
    ),
    marginAccounts: Type.Array(MarginAccount, { description: 'Accounts to answer for, in this order.' }),
    ...settings,
  },
  CLOSED,
);

const amountText = (description: string, unit: string, example: string) =>
  Type.String({ description, unit, examples: [example] });
const priceText = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], {
    description: `${description} Null: none; "unknown": an input is missing.`,
    unit: 'quote per base',
    examples: [example],
  });
const TOTAL = 'valuationAsset';

const PositionAnswer = Type.Object({
  instrument: amountText('Instrument held.', 'id', 'BTC-PERP'),
  side: oneOf(['long', 'short'], 'Direction.'),
  notional: amountText('Size of the value at the mark, rounded up.', 'settle asset', '21500'),
  unrealizedPnl: amountText(
    'Value at the mark less cost, rounded down; without funding.',
    'settle asset',
    '500',
  ),
  accruedFunding: amountText('As given, rounded down.', 'settle asset', '-1.25'),
  liquidationPrice: priceText(
    'First mark tick at which the account is liquidatable: a long downwards, a short upwards.',
    '40160.64',
  ),
  bankruptcyPrice: priceText('First mark tick at which equity is not positive.', '40000'),
  tier: Type.Integer({
    description: 'Tier of the notional at the maintenance basis, or of a flat tier at its own, from 1.',
    unit: 'count',
    examples: [1],
  }),
});

const AccountAnswer = Type.Object({
  id: amountText('Name of the margin account.', 'id', 'a'),
  valuationAsset: Type.Union([Type.String(), Type.Null()], {
    description: 'Asset of the totals; null for an account that holds nothing.',
    unit: 'id',
    examples: ['USDT'],
  }),
  equity: amountText('Collateral value + accrued funding + unrealized profit, rounded down.', TOTAL, '1500'),
  collateralValue: amountText('Value of the collateral after haircuts, rounded down.', TOTAL, '1000'),
  unrealizedPnl: amountText('Value at the mark less cost, rounded down.', TOTAL, '500'),
  initialMargin: amountText(
    'Notional at `initialBasis` x max(1 / leverage, initialMarginRate), plus the closing fee when `inMargin`, rounded up.',
    TOTAL,
    '2150',
  ),
  maintenanceMargin: amountText(
    'maintenanceMarginRate x notional at `maintenanceBasis` - maintenanceAmount, plus the closing fee unless `none`, rounded up.',
    TOTAL,
    '86',
  ),
  orderMargin: amountText('Margin of open orders: zero, as documents carry none.', TOTAL, '0'),
  marginRatio: Type.Union([Type.String(), Type.Null()], {
    description:
      'Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive and something is.',
    unit: 'ratio',
    examples: ['0.05733334'],
  }),
  removable: amountText(
    'max(0, collateral + min(0, uPnL) + max(0, uPnL) x unrealizedProfitShare - max(initial margin, removalFloorRate x notional)), with accrued funding in the collateral, at the mark or at the index, whichever leaves less; at most the collateral, and never so much that the account becomes liquidatable.',
    TOTAL,
    '0',
  ),
  liquidatable: Type.Boolean({
    description: 'Equity <= maintenance margin, unrounded, with a position that is not fully covered.',
    unit: 'boolean',
    examples: [false],
  }),
  lines: Type.Array(
    Type.Object({
      name: amountText('The total and the part of it.', 'name', 'maintenanceMargin.position'),
      amount: amountText('What the part adds.', TOTAL, '86'),
    }),
    { description: 'Lines named after a total sum to it exactly.' },
  ),
  positions: Type.Array(PositionAnswer),
});

const ProfileAnswer = Type.Object(
  {
    name: amountText('The profile that was named.', 'name', 'okx'),
    ruleDate: amountText('The day of the rule it states.', 'ISO 8601 date', '2024-08-28'),
    filled: Type.Array(
      Type.Object({
        path: amountText('The field.', 'JSON pointer', '/instruments/0/maintenanceBasis'),
        value: amountText('What it was taken to be.', 'as the field', 'mark'),
      }),
      { description: 'The fields that the document left out and the profile gave, in order.' },
    ),
  },
  { description: 'There only when a profile was named.' },
);

export const CalcAnswer = Type.Object({
  profile: Type.Optional(ProfileAnswer),
  marginAccounts: Type.Array(AccountAnswer, { description: 'In the order of the document.' }),
  warnings: Type.Array(
    Type.Object({
      code: amountText('Stable name.', 'code', 'entry_price_off_tick'),
      message: amountText('What is unusual.', 'text', 'the entry price is not a multiple of tickSize'),
      path: amountText('Where.', 'JSON pointer', '/marginAccounts/0/positions/0/entryPrice'),
    }),
    { description: 'What a ledger would not list but the calculator takes.' },
  ),
});

export const CalcRefusal = Type.Object({
  error: Type.Object({
    code: amountText('Stable name.', 'code', 'missing_mark'),
    message: amountText('What is wrong and what would be right.', 'text', 'no mark for BTC-PERP'),
    path: amountText('Where.', 'JSON pointer', '/marks/BTC-PERP'),
    context: Type.Record(Type.String(), amountText('A value that decided.', 'text', 'BTC-PERP')),
  }),
});

export type CalcDocument = Type.Static<typeof CalcDocument>;
export type CalcAsset = CalcDocument['assets'][number];
export type CalcInstrument = CalcDocument['instruments'][number];
export type CalcTier = CalcInstrument['tiers'][number];
export type CalcMarginAccount = CalcDocument['marginAccounts'][number];
export type CalcPosition = CalcMarginAccount['positions'][number];
export type CalcAnswer = Type.Static<typeof CalcAnswer>;
export type CalcAccountAnswer = CalcAnswer['marginAccounts'][number];
export type CalcPositionAnswer = CalcAccountAnswer['positions'][number];
export type CalcProfileAnswer = Type.Static<typeof ProfileAnswer>;
export type CalcWarning = CalcAnswer['warnings'][number];
export type CalcRefusal = Type.Static<typeof CalcRefusal>;

/** The published schema: of a document, with those of the two possible answers under `$defs`. */
export function calcJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead calc',
    description:
      'One document of JSON, or one a line. Each is answered by one object: `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    ...CalcDocument,
    $defs: { answer: CalcAnswer, refusal: CalcRefusal },
  };
}
