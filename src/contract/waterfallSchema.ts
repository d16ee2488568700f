/** The shape of a waterfall question and of its answer, with the definition, unit and an example of each field. */
import Type from 'typebox';
import {
  FUND_SOURCES,
  FUND_USES,
  LAYER_ALLOCATIONS,
  LAYER_KINDS,
  LAYER_PAYERS,
  LAYER_SCOPES,
  LOSS_CAUSES,
} from '../liquidation/index.js';
import { DeleveragePolicyDocument } from './adlSchema.js';
import { CLOSED, decimal, id, oneOf } from './calcSchemaField.js';
import { ContainmentRefusal } from './containmentFault.js';
import { WaterfallAnswer } from './waterfallAnswerSchema.js';

export { WaterfallAnswer } from './waterfallAnswerSchema.js';

const ASSET = 'the asset';

const Holder = Type.Object(
  {
    id: id('Who can pay: an account, a lender.', 'bob-1'),
    holds: decimal('What it can pay now. At or below zero: nothing.', { unit: ASSET, example: '500' }),
    weight: Type.Optional(
      decimal(
        'Its part among the holders: a claim, a score, and of `lossSharing` its gain, which it never pays more than. Left out: what it holds.',
        { unit: 'any, the same for all', example: '350' },
      ),
    ),
  },
  CLOSED,
);

const LayerDocument = Type.Object(
  {
    name: id('Name of the layer, unique; it begins with a letter.', 'fund'),
    kind: oneOf(
      [...LAYER_KINDS],
      "`account`: own money of who lost. `insuranceFund`: the pool's fund. `topUp`: venue capital, into the fund before it pays. `lenders`: of the asset in the pool. `deleveraging`: profit that winners forgo. `lossSharing`: gains in the pool. `clawback`: what accounts of the same client or group gained by fills with who lost.",
    ),
    scope: Type.Optional(
      Type.String({
        description: `Whose it is: ${LAYER_SCOPES.join(', ')}. Left out: that of its kind; any other is refused.`,
        unit: 'word',
        examples: ['pool'],
        maxLength: 64,
      }),
    ),
    payers: Type.Optional(
      Type.String({
        description: `Who pays: ${LAYER_PAYERS.join(', ')}. Left out: those of its kind; any other is refused, and wallets and other pools can never be a layer.`,
        unit: 'word',
        examples: ['poolFund'],
        maxLength: 64,
      }),
    ),
    share: Type.Optional(
      decimal('The part of what it holds that one loss may use, rounded down.', {
        unit: 'fraction, above 0, at most 6 decimals',
        example: '0.5',
        default: '1',
      }),
    ),
    cap: Type.Optional(
      decimal('Most that one loss may use. A `topUp` needs it. Left out: no cap.', {
        unit: ASSET,
        example: '50',
      }),
    ),
    instrumentCap: Type.Optional(
      decimal('Most that all losses of one instrument may use. Left out: no cap.', {
        unit: ASSET,
        example: '1000',
      }),
    ),
    instrumentUsed: Type.Optional(
      decimal("What losses of this loss's instrument have used already.", {
        unit: ASSET,
        example: '200',
        default: '0',
      }),
    ),
    allocation: Type.Optional(
      oneOf(
        [...LAYER_ALLOCATIONS],
        '`single`: one payer. `proRata`: by weight within what each holds, by largest remainder. `queue`: highest weight first. Equal ones by id. Left out: the first its kind allows; only `deleveraging` has a choice.',
        { examples: ['proRata'] },
      ),
    ),
    causes: Type.Optional(
      Type.Array(oneOf([...LOSS_CAUSES], 'Where a loss came from.'), {
        description: 'Trigger: only losses of these causes. Left out: of any.',
        maxItems: 20,
      }),
    ),
    lossAbove: Type.Optional(
      decimal('Trigger: only where more than this is left when its turn comes.', {
        unit: ASSET,
        example: '10',
        default: '0',
      }),
    ),
    holds: Type.Optional(
      decimal('What its only payer can pay now. Either this or `holders`.', { unit: ASSET, example: '100' }),
    ),
    holders: Type.Optional(
      Type.Array(Holder, { description: 'Its payers, in any order.', maxItems: 100_000 }),
    ),
    pool: Type.Optional(
      id('The pool it belongs to. Left out: that of the loss; any other is refused.', 'main'),
    ),
  },
  CLOSED,
);

const FundDocument = Type.Object(
  {
    opening: decimal('What the fund held before the first line.', { unit: ASSET, example: '100' }),
    lines: Type.Array(
      Type.Object(
        {
          kind: oneOf(
            [...FUND_SOURCES, ...FUND_USES],
            'What came in, or went out: `draw` covered a loss, `drawDown` went back to the venue.',
          ),
          amount: decimal('How much; the kind says whether it came or went.', { unit: ASSET, example: '20' }),
          poolSound: Type.Optional(
            Type.Boolean({
              description: 'Whether the pool was sound then: a draw-down needs it.',
              unit: 'boolean',
              examples: [true],
              default: true,
            }),
          ),
        },
        CLOSED,
      ),
      { description: 'In the order in which they were posted.', maxItems: 100_000 },
    ),
    closing: decimal('What it held after the last line: it must follow from the lines.', {
      unit: ASSET,
      example: '120',
    }),
  },
  { ...CLOSED, description: 'The roll-forward of the insurance fund up to this loss, checked line by line.' },
);

export const WaterfallDocument = Type.Object(
  {
    asset: Type.Optional(id('In what the loss is counted; shown only.', 'USDT')),
    decimals: Type.Optional(
      Type.Integer({
        description: 'Decimals in which amounts are counted.',
        unit: 'count',
        examples: [6],
        default: 6,
        minimum: 0,
        maximum: 18,
      }),
    ),
    revision: Type.Optional(
      Type.Integer({
        description: "Number of the policy among the pool's, from 1. It is part of the hash.",
        unit: 'count',
        examples: [1],
        default: 1,
        minimum: 1,
        maximum: 4_294_967_295,
      }),
    ),
    loss: Type.Object(
      {
        amount: decimal('What must be paid.', { unit: ASSET, example: '400' }),
        cause: Type.Optional(
          oneOf([...LOSS_CAUSES], 'Where it came from.', {
            default: 'liquidation',
            examples: ['liquidation'],
          }),
        ),
        account: Type.Optional(id('Who lost it. A holder of the layer `account` must be this one.', 'ada-1')),
        pool: Type.Optional(id('The pool of that account.', 'main')),
      },
      CLOSED,
    ),
    layers: Type.Array(LayerDocument, {
      description: 'In order: own account, fund and top-up, lenders and deleveraging, loss sharing.',
      maxItems: 50,
    }),
    deleveraging: Type.Optional(DeleveragePolicyDocument),
    fund: Type.Optional(FundDocument),
  },
  CLOSED,
);

export type WaterfallDocument = Type.Static<typeof WaterfallDocument>;
export type WaterfallLayerDocument = WaterfallDocument['layers'][number];

/** The published schema: of the document, with its two possible answers under `$defs`. */
export function waterfallJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead waterfall',
    description:
      'One JSON document: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: { document: WaterfallDocument, answer: WaterfallAnswer, refusal: ContainmentRefusal },
  };
}
