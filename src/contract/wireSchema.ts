/**
 * The JSON form of every command of the outside: kinds and ids of the engine, exact numbers as decimal strings
 * in human units, times as whole milliseconds. Each field states its unit; parsing, translation, views and the
 * reference page all follow from this table.
 */
import Type from 'typebox';
import type { ExternalCommand } from '../engine/index.js';
import { BASES, CLOSE_FEES, INSTRUMENT_KINDS, PAYOFFS } from '../market/index.js';

/** What a field means, and with it how it is translated. */
export type Unit =
  /** The name of something that is there, or of something new. */
  | 'id'
  /** Decimals of the scale's asset. */
  | 'amount'
  /** On the price grid of the scale's instrument, or on its finer grid of marks. */
  | 'price'
  | 'markPrice'
  /** Contracts, in whole lots. */
  | 'quantity'
  /** Six decimals. */
  | 'rate'
  | 'leverage'
  /** Any plain decimal, kept as text. */
  | 'decimal'
  | 'timeMs'
  | 'count'
  /** A count that the core keeps as a bigint. */
  | 'bigCount'
  | 'flag'
  | 'word';

/** Which field of an object names the asset, account or instrument in whose units its numbers are. */
export type ScaleField = 'asset' | 'settle' | 'account' | 'instrument';

export const DECIMAL_PATTERN = '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$';
export const UNSIGNED_PATTERN = '^(0|[1-9][0-9]*)(\\.[0-9]+)?$';
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$';
/** An account, or a takeover: the pool's id and a number. */
export const PARTY_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}(#[1-9][0-9]{0,14})?$';
export const DECIMAL_LENGTH_MAX = 64;
export const TIME_MAX_MS = 8_640_000_000_000_000;
export const MARKS_MAX = 10_000;
const TIERS_MAX = 64;

interface Notes {
  readonly example?: unknown;
  /** The field of the core command, where it has another name. */
  readonly core?: string;
  /** What an absent field means. */
  readonly default?: unknown;
  /** The field of the same object whose value an absent one takes. */
  readonly defaultFrom?: string;
}

function id(description: string, example: string, pattern = ID_PATTERN) {
  return Type.String({ description, unit: 'id', examples: [example], pattern });
}

function decimalField(unit: Unit, pattern: string) {
  return (description: string, { example, ...rest }: Notes) =>
    Type.String({
      description,
      unit,
      examples: [example],
      pattern,
      maxLength: DECIMAL_LENGTH_MAX,
      ...rest,
    });
}

const amount = decimalField('amount', UNSIGNED_PATTERN);
const price = decimalField('price', UNSIGNED_PATTERN);
/** A bad mark is a fact about its source: the guard of the instrument judges it, not the schema. */
const markPrice = decimalField('markPrice', DECIMAL_PATTERN);
const quantity = decimalField('quantity', UNSIGNED_PATTERN);
const rate = decimalField('rate', UNSIGNED_PATTERN);
const signedRate = decimalField('rate', DECIMAL_PATTERN);
const leverage = decimalField('leverage', UNSIGNED_PATTERN);
const decimal = decimalField('decimal', UNSIGNED_PATTERN);

function word<const Words extends readonly string[]>(words: Words, description: string, more: Notes = {}) {
  return Type.Enum([...words] as unknown as [...Words], {
    description,
    unit: 'word',
    examples: [words[0]],
    ...more,
  });
}

function flag(description: string, more: Notes = {}) {
  return Type.Boolean({ description, unit: 'flag', examples: [false], ...more });
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

function count(description: string, { example, ...rest }: Notes & Range, unit: Unit = 'count') {
  return Type.Integer({ description, unit, examples: [example], ...rest });
}

function timeMs(description: string) {
  return Type.Integer({
    description,
    unit: 'timeMs',
    examples: [1_700_000_000_000],
    minimum: 0,
    maximum: TIME_MAX_MS,
  });
}

function closed(description: string, scale?: ScaleField) {
  return { description, additionalProperties: false, ...(scale === undefined ? {} : { scale }) };
}

const kind = <K extends ExternalCommand['kind']>(name: K) =>
  Type.Literal(name, { description: 'Kind of the command.', unit: 'word', examples: [name] });

const asset = id('The asset.', 'USDT');
const amountOf = (what: string) => amount(what, { example: '250.5', core: 'amountMinor' });
const leverageField = leverage('Chosen leverage, from 1 to what the first tier allows.', {
  example: '10',
  core: 'leveragePpm',
});

const Tier = Type.Object(
  {
    notionalCap: Type.Optional(
      Type.Union(
        [
          amount('Upper end in the settlement asset.', { example: '50000', core: 'notionalCapMinor' }),
          Type.Null(),
        ],
        {
          description: 'Upper end of the tier in the settlement asset, included; null for the last one.',
          unit: 'amount',
          core: 'notionalCapMinor',
          default: null,
          examples: ['50000'],
        },
      ),
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

const INSTRUMENT_FIELDS = {
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
  expiryMs: Type.Optional(
    Type.Union([timeMs('Expiry of a future.'), Type.Null()], {
      description: 'Last trading instant of a future; null for a perpetual.',
      unit: 'timeMs',
      default: null,
      examples: [1_735_286_400_000],
    }),
  ),
  tiers: Type.Array(Tier, {
    description: 'Tiers by notional, in order; the last one has no cap.',
    core: 'brackets',
    minItems: 1,
    maxItems: TIERS_MAX,
  }),
};

/** An instrument's definition, as it is listed and as it is shown. */
export const WireInstrument = Type.Object(INSTRUMENT_FIELDS, closed('An instrument.', 'settle'));

export const FILL_PARTIES = ['account', 'liquidation', 'counterparty'] as const;

const FillSide = Type.Object(
  {
    party: word(
      FILL_PARTIES,
      "account: a margin account; liquidation: the pool's liquidation account, for one takeover; counterparty: the outside, in a desk's pool.",
    ),
    id: Type.Optional(
      id('The margin account or the takeover; left out for the counterparty.', 'ada-1', PARTY_PATTERN),
    ),
    allocate: Type.Optional(
      amount('Moved from the wallet to the account with the fill; settlement asset.', {
        example: '0',
        core: 'allocateMinor',
        default: '0',
      }),
    ),
    allocateInitial: Type.Optional(
      flag('Move besides what initial margin and the fee still need.', { default: false }),
    ),
  },
  closed('One side of a fill.'),
);

const Mark = Type.Object(
  {
    instrument: id('The instrument.', 'BTC-PERP'),
    price: markPrice('Mark price.', { example: '43000.05', core: 'markTicks' }),
    indexPrice: Type.Optional(
      markPrice('Index price; 0 or left out: the mark price stands for it.', {
        example: '43001',
        core: 'indexTicks',
        default: '0',
      }),
    ),
  },
  closed('The mark of one instrument.', 'instrument'),
);

const deposit = id('Id of the deposit.', 'dep-1');
const withdrawal = id('Id of the withdrawal.', 'wd-1');
const account = id('The margin account.', 'ada-1');

/** In the order of the reference: definitions, cash, margin accounts, trading, market, venue money, work. */
export const WIRE_COMMANDS = {
  listAsset: Type.Object(
    {
      kind: kind('listAsset'),
      asset: id('Id of the asset, for good.', 'USDT'),
      decimals: count('Scale of the ledger: one minor unit is 10^-decimals.', {
        minimum: 0,
        maximum: 9,
        example: 6,
      }),
    },
    closed('Lists an asset.'),
  ),
  openPool: Type.Object(
    {
      kind: kind('openPool'),
      pool: id('Id of the risk pool, for good.', 'main'),
      isDesk: Type.Optional(
        flag("A desk's pool trades against the outside; a venue's pool only among its accounts.", {
          default: false,
        }),
      ),
      workBudget: Type.Optional(
        count('Steps of its own work the pool may take after each command that touches it.', {
          minimum: 1,
          maximum: 1_000_000,
          default: 10_000,
          example: 10_000,
        }),
      ),
    },
    closed('Opens a risk pool: instruments with one insurance fund per settlement asset.'),
  ),
  listInstrument: Type.Object(
    { kind: kind('listInstrument'), ...INSTRUMENT_FIELDS },
    closed('Lists an instrument in a pool.', 'settle'),
  ),
  openClient: Type.Object(
    { kind: kind('openClient'), client: id('Id of the client, for good.', 'ada') },
    closed('Opens a client.'),
  ),

  announceDeposit: Type.Object(
    {
      kind: kind('announceDeposit'),
      deposit: id('Id of the deposit, for good.', 'dep-1'),
      client: id('The client.', 'ada'),
      asset,
      amount: amountOf('Amount on its way.'),
    },
    closed('Announces money on its way in: it counts as pending.', 'asset'),
  ),
  finalizeDeposit: Type.Object(
    { kind: kind('finalizeDeposit'), deposit },
    closed('The deposit is final: free in the wallet.'),
  ),
  returnDeposit: Type.Object(
    { kind: kind('returnDeposit'), deposit },
    closed('The deposit goes back where it came from.'),
  ),
  requestWithdrawal: Type.Object(
    {
      kind: kind('requestWithdrawal'),
      withdrawal: id('Id of the withdrawal, for good.', 'wd-1'),
      client: id('The client.', 'ada'),
      asset,
      amount: amountOf('Amount to take out of the wallet.'),
    },
    closed('Takes money out of the wallet, pending.', 'asset'),
  ),
  sendWithdrawal: Type.Object(
    { kind: kind('sendWithdrawal'), withdrawal },
    closed('The withdrawal has left and is not yet settled.'),
  ),
  settleWithdrawal: Type.Object(
    { kind: kind('settleWithdrawal'), withdrawal },
    closed('The withdrawal has arrived.'),
  ),
  returnWithdrawal: Type.Object(
    { kind: kind('returnWithdrawal'), withdrawal },
    closed('The withdrawal failed: back in the wallet.'),
  ),

  openAccount: Type.Object(
    {
      kind: kind('openAccount'),
      account: id('Id of the margin account, for good.', 'ada-1'),
      client: id('The client.', 'ada'),
      instrument: id('The one instrument it trades.', 'BTC-PERP'),
      leverage: leverageField,
    },
    closed('Opens an isolated margin account of a client for one instrument.'),
  ),
  allocate: Type.Object(
    { kind: kind('allocate'), account, amount: amountOf('Amount, in the settlement asset.') },
    closed('Moves money from the wallet into a margin account.', 'account'),
  ),
  release: Type.Object(
    { kind: kind('release'), account, amount: amountOf('Amount, in the settlement asset.') },
    closed('Moves money above the removal floor back to the wallet.', 'account'),
  ),
  setLeverage: Type.Object(
    { kind: kind('setLeverage'), account, leverage: leverageField },
    closed('Changes the leverage of a margin account; no money moves.'),
  ),
  closeAccount: Type.Object(
    { kind: kind('closeAccount'), account },
    closed('Closes a flat margin account for good; what it holds goes to the wallet.'),
  ),

  fill: Type.Object(
    {
      kind: kind('fill'),
      instrument: id('The instrument.', 'BTC-PERP'),
      price: price('Price of the trade.', { example: '43000.1', core: 'priceTicks' }),
      quantity: quantity('Contracts; linear base = quantity x contractSize.', {
        example: '0.5',
        core: 'lots',
      }),
      buyer: FillSide,
      seller: FillSide,
      taker: word(['buyer', 'seller'], 'Who took: pays the taker fee.'),
    },
    closed('A trade that happened: both sides settle, or neither.', 'instrument'),
  ),

  mark: Type.Object(
    {
      kind: kind('mark'),
      sourceTimeMs: timeMs('When the source made these marks.'),
      marks: Type.Array(Mark, {
        description: 'Marks that act together, each instrument once.',
        minItems: 1,
        maxItems: MARKS_MAX,
      }),
    },
    closed('A batch of marks; accounts at maintenance margin are liquidated.'),
  ),
  applyFunding: Type.Object(
    {
      kind: kind('applyFunding'),
      instrument: id('The instrument.', 'BTC-PERP'),
      fundingTimeMs: timeMs('The funding time, later than the last.'),
      rate: signedRate('Share of notional that longs pay to shorts; negative the other way.', {
        example: '0.0001',
        core: 'ratePpm',
      }),
    },
    closed('Applies the funding of one interval to every position.'),
  ),
  expire: Type.Object(
    { kind: kind('expire'), instrument: id('The future.', 'BTC-241227') },
    closed('Settles a future after its expiry at the last good mark.'),
  ),

  injectCapital: Type.Object(
    { kind: kind('injectCapital'), asset, amount: amountOf('Amount.') },
    closed("The venue's own money comes in.", 'asset'),
  ),
  topUpFund: Type.Object(
    { kind: kind('topUpFund'), pool: id('The risk pool.', 'main'), asset, amount: amountOf('Amount.') },
    closed("Moves venue capital into a pool's insurance fund.", 'asset'),
  ),
  drawDownFund: Type.Object(
    { kind: kind('drawDownFund'), pool: id('The risk pool.', 'main'), asset, amount: amountOf('Amount.') },
    closed('Moves money of an insurance fund back to venue capital, out of a sound pool at rest.', 'asset'),
  ),
  feesToCapital: Type.Object(
    { kind: kind('feesToCapital'), asset, amount: amountOf('Amount.') },
    closed('Moves earned fees to venue capital.', 'asset'),
  ),

  resume: Type.Object(
    { kind: kind('resume'), pool: id('The risk pool.', 'main') },
    closed('Gives a pool another budget for its work.'),
  ),
} as const satisfies { [K in ExternalCommand['kind']]: { readonly type: 'object' } };

export type WireKind = keyof typeof WIRE_COMMANDS;
export type WireCommand = { [K in WireKind]: Type.Static<(typeof WIRE_COMMANDS)[K]> }[WireKind];
export type WireCommandOf<K extends WireKind> = Type.Static<(typeof WIRE_COMMANDS)[K]>;
export type WireInstrument = Type.Static<typeof WireInstrument>;

export const WIRE_KINDS = Object.keys(WIRE_COMMANDS) as readonly WireKind[];

/** A schema as translation, views and the reference read it. */
export interface WireSchema {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: Unit;
  readonly core?: string;
  readonly default?: unknown;
  readonly defaultFrom?: string;
  readonly scale?: ScaleField;
  readonly examples?: readonly unknown[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, WireSchema>>;
  readonly required?: readonly string[];
  readonly items?: WireSchema;
  readonly anyOf?: readonly WireSchema[];
}

export function wireSchema(kind: WireKind): WireSchema {
  return WIRE_COMMANDS[kind] as WireSchema;
}
