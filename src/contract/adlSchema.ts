/** The shape of a deleveraging question and of its answer, with the definition, unit and an example of each field. */
import Type from 'typebox';
import { DELEVERAGE_SCORES } from '../liquidation/index.js';
import { amountText, CLOSED, decimal, id, oneOf } from './calcSchemaField.js';
import { ContainmentRefusal } from './containmentFault.js';

const CONTRACTS = 'contracts';
const SETTLE = 'settlement asset';

const limits = {
  maxShare: Type.Optional(
    decimal('Most of one position that is taken, in whole lots rounded down. 1: all of it.', {
      unit: 'fraction of the position, at most 6 decimals',
      example: '0.5',
      default: '1',
    }),
  ),
  maxContracts: Type.Optional(
    decimal('Most that is taken of one position. Left out: no limit but the share.', {
      unit: CONTRACTS,
      example: '10',
    }),
  ),
};

/** How a pool chooses who gives lots. */
export const DeleveragePolicyDocument = Type.Object(
  {
    kind: oneOf(
      ['queue', 'proRata', 'cappedProRata', 'riskAware'],
      '`queue`: whole positions down the ranking of `score`. `proRata`: the same share of every winner. `cappedProRata`: the same share up to `maxShare`, which it needs. `riskAware`: shares in proportion to effective leverage, up to `maxShare`.',
    ),
    score: Type.Optional(
      oneOf(
        [...DELEVERAGE_SCORES],
        'Of a queue: whose published formula ranks the winners. u unrealized PnL, K cost, N notional at the mark, C balance, E = C + u, L leverage, P mark, Q entry. `bitmex`: (u / K) x (N / E). `binance`: u / E. `bybit`: price change x L. `okx`: (u / C) / (C / N). `hyperliquid`: (P / Q) x (N / E).',
        { default: 'bitmex' },
      ),
    ),
    ...limits,
  },
  { ...CLOSED, description: 'How the pool chooses. Left out: a queue by `bitmex`.' },
);

const side = oneOf(['long', 'short'], 'Direction.');

const Deficit = Type.Object(
  {
    side,
    contracts: decimal('Size of the position that was taken over and is short.', {
      unit: CONTRACTS,
      example: '0.1',
    }),
    entryPrice: decimal('Its average entry price.', { unit: 'quote per base', example: '40000' }),
    collateral: decimal('What was taken over with it. Below zero: it was short before.', {
      unit: SETTLE,
      example: '400',
    }),
  },
  { ...CLOSED, description: 'The position that must be closed.' },
);

const Position = Type.Object(
  {
    id: id('Name of the account.', 'bob-1'),
    side,
    contracts: decimal('Size.', { unit: CONTRACTS, example: '0.1' }),
    entryPrice: decimal('Average entry price.', { unit: 'quote per base', example: '40000' }),
    balance: decimal(
      "What stands behind the position without its unrealized PnL: an isolated account's balance, of a shared account its equity less the PnL of this position.",
      { unit: SETTLE, example: '600' },
    ),
    leverage: Type.Optional(
      decimal('The leverage that was chosen; read by the score `bybit`. Left out: effective leverage.', {
        unit: 'times, at most 6 decimals',
        example: '10',
      }),
    ),
    netContracts: Type.Optional(
      decimal(
        'What the account holds in all with its hedges taken off, above zero on the side of the position. What is hedged is taken last.',
        { unit: CONTRACTS, example: '0.04' },
      ),
    ),
  },
  CLOSED,
);

export const AdlDocument = Type.Object(
  {
    payoff: Type.Optional(
      oneOf(['linear', 'inverse'], '`linear`: settled in quote. `inverse`: settled in base.', {
        default: 'linear',
      }),
    ),
    contractSize: Type.Optional(
      decimal('Of one contract: base of a linear, quote of an inverse one.', {
        unit: 'base or quote',
        example: '1',
        default: '1',
      }),
    ),
    lotSize: decimal('The step of sizes: lots are taken whole.', { unit: CONTRACTS, example: '0.001' }),
    decimals: Type.Optional(
      Type.Integer({
        description: 'Decimals in which amounts of the settlement asset are counted.',
        unit: 'count',
        examples: [6],
        default: 6,
        minimum: 0,
        maximum: 18,
      }),
    ),
    markPrice: decimal('The guarded mark.', { unit: 'quote per base', example: '32000' }),
    deficit: Deficit,
    fund: Type.Optional(
      decimal('What the insurance fund may spend on the deficit. Below zero counts as nothing.', {
        unit: SETTLE,
        example: '100',
        default: '0',
      }),
    ),
    needed: Type.Optional(
      decimal('Contracts to find. Left out: what the fund cannot cover, in whole lots.', {
        unit: CONTRACTS,
        example: '0.075',
      }),
    ),
    maintenanceRate: Type.Optional(
      decimal('Who is cut in part must keep more than this share of what is left: else it is passed over.', {
        unit: 'fraction of notional',
        example: '0.005',
        default: '0',
      }),
    ),
    policy: Type.Optional(DeleveragePolicyDocument),
    positions: Type.Array(Position, {
      description: 'Everybody, in any order; only winners on the other side are candidates.',
      maxItems: 100_000,
    }),
  },
  CLOSED,
);

const nullableText = (description: string, unit: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], { description, unit, examples: [example] });

export const ADL_REASONS = [
  'whole',
  'capped',
  'part',
  'notReached',
  'refused',
  'noPosition',
  'noProfit',
  'noEquity',
  'sameSide',
] as const;

const AdlAccount = Type.Object({
  id: amountText('Name of the account.', 'id', 'bob-1'),
  rank: Type.Union([Type.Integer(), Type.Null()], {
    description: '1 is first; where lots are shared, equal weights have one rank. Null: not a candidate.',
    unit: 'place',
    examples: [1],
  }),
  light: Type.Integer({
    description:
      '5: first, or in the first fifth of what could be taken, counted from the front; 1: in the last; 0: not a candidate.',
    unit: 'lights',
    examples: [5],
  }),
  ahead: nullableText(
    'Contracts that are taken before its turn comes. Null: not a candidate.',
    CONTRACTS,
    '0',
  ),
  score: nullableText(
    'What ranks it, to the nearest of 8 decimals. Null: not a candidate, or before all others.',
    'ratio',
    '0.75',
  ),
  scoreExact: nullableText('The same as a fraction; over 0: before all others.', 'fraction', '3/4'),
  contracts: amountText('What is taken of it.', CONTRACTS, '0.075'),
  price: nullableText(
    'At which it is taken, to the nearest of 8 decimals. Null: nothing is taken.',
    'quote per base',
    '36000',
  ),
  kept: amountText('Profit that it keeps on what is taken, rounded down.', SETTLE, '300'),
  forgone: amountText('What the mark would have given besides.', SETTLE, '300'),
  reason: oneOf([...ADL_REASONS], 'Why it gives this much.', { examples: ['part'] }),
  explanation: amountText('The same in words.', 'text', 'what was still needed when its turn came'),
});

export const AdlAnswer = Type.Object({
  bankruptcyPrice: amountText(
    'Where the deficit position leaves nothing, to the nearest of 8 decimals: the price of every account.',
    'quote per base',
    '36000',
  ),
  shortfall: amountText('What the position is short of at the mark, rounded up.', SETTLE, '400'),
  needed: amountText('Contracts to find.', CONTRACTS, '0.075'),
  taken: amountText('Contracts found.', CONTRACTS, '0.075'),
  missing: amountText('Contracts not found: they are torn up at the mark.', CONTRACTS, '0'),
  forgone: amountText('Sum of what the accounts forgo.', SETTLE, '300'),
  accounts: Type.Array(AdlAccount, {
    description: 'By rank, then those that are no candidates, by id.',
  }),
});

export type AdlDocument = Type.Static<typeof AdlDocument>;
export type AdlPositionDocument = AdlDocument['positions'][number];
export type DeleveragePolicyDocument = Type.Static<typeof DeleveragePolicyDocument>;
export type AdlAnswer = Type.Static<typeof AdlAnswer>;
export type AdlAccountAnswer = AdlAnswer['accounts'][number];

/** The published schema: of the document, with its two possible answers under `$defs`. */
export function adlJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead adl',
    description:
      'One JSON document: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: { document: AdlDocument, answer: AdlAnswer, refusal: ContainmentRefusal },
  };
}
