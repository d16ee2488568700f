/** The shapes of questions on contagion, one for each method, with definition, unit and an example of each field. */
import Type from 'typebox';
import { DEBT_RANK_RULES, EXACT_NODES_MAX, FLOAT_NODES_MAX } from '../contagion/network/index.js';
import { CLOSED, decimal, id, oneOf } from './calcSchemaField.js';
import { ContagionAnswer } from './contagionAnswerSchema.js';
import {
  count,
  DebtNode,
  DepthAsset,
  decimalLiabilities,
  EquityNode,
  FlooredAsset,
  float,
  floatLiabilities,
  HoldingNode,
  SHARE,
  ShockedAsset,
  TargetNode,
  ThresholdNode,
} from './contagionField.js';
import { ContainmentRefusal } from './containmentFault.js';

export { ContagionAnswer } from './contagionAnswerSchema.js';

export const CONTAGION_METHODS = [
  'eisenbergNoe',
  'rogersVeraart',
  'furfine',
  'debtRank',
  'greenwoodLandierThesmar',
  'thresholdDeleveraging',
  'overlap',
] as const;
export type ContagionMethod = (typeof CONTAGION_METHODS)[number];

/** Decimals of an exact answer at most. */
export const DIGITS_MAX = 100;

const EXACT_NODES = { description: `In any order, at most ${EXACT_NODES_MAX}.` };
const FLOAT_NODES = { description: `In any order, at most ${FLOAT_NODES_MAX}.` };
const ASSETS = { description: `What nodes hold, at most ${FLOAT_NODES_MAX}.` };

const method = <const Name extends ContagionMethod>(name: Name) =>
  Type.Literal(name, { description: 'Which question is asked.', unit: 'word', examples: [name] });
const digits = Type.Optional(
  count('Decimals of the answer: more are cut off, and the exact fraction is given beside.', 12, {
    default: 12,
    maximum: DIGITS_MAX,
  }),
);
const share = (description: string, example: string) => decimal(description, { unit: SHARE, example });
const recoveryRate = Type.Optional(
  float('The part of a claim that is left when its debtor has no equity. Not of `original`.', {
    unit: SHARE,
    example: 0.4,
    default: 0,
  }),
);

export const EisenbergNoeDocument = Type.Object(
  {
    method: method('eisenbergNoe'),
    nodes: Type.Array(DebtNode(), EXACT_NODES),
    liabilities: decimalLiabilities(),
    digits,
  },
  CLOSED,
);

export const RogersVeraartDocument = Type.Object(
  {
    method: method('rogersVeraart'),
    nodes: Type.Array(DebtNode(), EXACT_NODES),
    liabilities: decimalLiabilities(),
    alpha: share('The part of its own assets that a failed node still pays out.', '0.9'),
    beta: share('The part of what it receives that a failed node still pays out.', '0.8'),
    digits,
  },
  CLOSED,
);

export const FurfineDocument = Type.Object(
  {
    method: method('furfine'),
    nodes: Type.Array(DebtNode(), EXACT_NODES),
    liabilities: decimalLiabilities(),
    recovery: share('The part of its debts to nodes that a failed node pays.', '0.4'),
    failed: Type.Optional(
      Type.Array(id('A node.', 'pool-1'), { description: 'Nodes that fail first, whatever they have.' }),
    ),
    digits,
  },
  CLOSED,
);

export const DebtRankDocument = Type.Object(
  {
    method: method('debtRank'),
    nodes: Type.Array(EquityNode(), FLOAT_NODES),
    liabilities: floatLiabilities(),
    valuation: oneOf(
      [...DEBT_RANK_RULES],
      '`original`: each node passes its distress on once. `linear`: a claim loses as its debtor loses equity. `nonlinear`: less than that far from failure.',
      { examples: ['linear'] },
    ),
    recovery: recoveryRate,
    alpha: Type.Optional(
      float('Of `nonlinear`, which needs it: 0 is linear, a large one counts failures only.', {
        unit: 'number, not below 0',
        example: 2,
      }),
    ),
  },
  CLOSED,
);

export const TargetLeverageDocument = Type.Object(
  {
    method: method('greenwoodLandierThesmar'),
    assets: Type.Array(ShockedAsset(), ASSETS),
    nodes: Type.Array(TargetNode(), FLOAT_NODES),
  },
  CLOSED,
);

export const ThresholdDocument = Type.Object(
  {
    method: method('thresholdDeleveraging'),
    assets: Type.Array(FlooredAsset(), ASSETS),
    nodes: Type.Array(ThresholdNode(), FLOAT_NODES),
    maxLeverage: float('Assets over equity above which a node sells.', { unit: 'ratio', example: 20 }),
    bufferLeverage: float('Assets over equity down to which it sells; from 1 to `maxLeverage`.', {
      unit: 'ratio',
      example: 18,
    }),
    sellerShare: Type.Optional(
      float('The part of the fall of a price that who sells bears on what it sells.', {
        unit: SHARE,
        example: 0.5,
        default: 0.5,
      }),
    ),
    failedNodes: Type.Optional(
      oneOf(
        ['sell', 'stop'],
        'What a node without equity does with its assets: sell them all, or keep them.',
        {
          default: 'sell',
        },
      ),
    ),
    rounds: Type.Optional(count('Rounds at most.', 100, { default: 100, minimum: 1, maximum: 1000 })),
  },
  CLOSED,
);

export const OverlapDocument = Type.Object(
  {
    method: method('overlap'),
    assets: Type.Array(DepthAsset(), ASSETS),
    nodes: Type.Array(HoldingNode(), FLOAT_NODES),
  },
  CLOSED,
);

export const CONTAGION_DOCUMENTS = {
  eisenbergNoe: EisenbergNoeDocument,
  rogersVeraart: RogersVeraartDocument,
  furfine: FurfineDocument,
  debtRank: DebtRankDocument,
  greenwoodLandierThesmar: TargetLeverageDocument,
  thresholdDeleveraging: ThresholdDocument,
  overlap: OverlapDocument,
} as const;

export type EisenbergNoeDocument = Type.Static<typeof EisenbergNoeDocument>;
export type RogersVeraartDocument = Type.Static<typeof RogersVeraartDocument>;
export type FurfineDocument = Type.Static<typeof FurfineDocument>;
export type ClearingDocument = EisenbergNoeDocument | RogersVeraartDocument | FurfineDocument;
export type DebtRankDocument = Type.Static<typeof DebtRankDocument>;
export type TargetLeverageDocument = Type.Static<typeof TargetLeverageDocument>;
export type ThresholdDocument = Type.Static<typeof ThresholdDocument>;
export type OverlapDocument = Type.Static<typeof OverlapDocument>;
export type FireSaleDocument = TargetLeverageDocument | ThresholdDocument | OverlapDocument;
export type ContagionDocument = ClearingDocument | DebtRankDocument | FireSaleDocument;

/** The published schema: of the documents, with the possible answers under `$defs`. */
export function contagionJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead contagion',
    description:
      'One JSON document, its shape by `method`: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: {
      document: { description: 'By `method`.', anyOf: Object.values(CONTAGION_DOCUMENTS) },
      answer: ContagionAnswer,
      refusal: ContainmentRefusal,
    },
  };
}
