/** The shape of a question on the risk of positions, with definition, unit and an example of each field. */
import Type from 'typebox';
import { TAIL_MODEL_NAMES } from '../risk/index.js';
import { CLOSED, decimal, id, oneOf } from './calcSchemaField.js';
import { count, float } from './contagionField.js';
import { ContainmentRefusal } from './containmentFault.js';
import { RiskAnswer } from './riskAnswerSchema.js';

export const RISK_WINDOW_MAX = 10_000;
export const RISK_DRAWS_MAX = 2000;

const MONEY_OR_SHARE = 'money, or a fraction of the value';

const Position = Type.Object(
  {
    id: id('Name of the position.', 'BTC'),
    values: Type.Array(
      float('One for each period, oldest first: of `unit`.', { unit: MONEY_OR_SHARE, example: -0.031 }),
      { description: 'As many for each position.' },
    ),
    size: Type.Optional(
      float('Value of the position, below 0 for a short one; only of `return`.', {
        unit: 'money',
        example: 10_000,
        default: 1,
      }),
    ),
  },
  CLOSED,
);

const horizon = Type.Optional(
  Type.Object(
    {
      periods: float('How many periods of the history it lasts; whole but for `scaled`.', {
        unit: 'periods',
        example: 2,
      }),
      by: oneOf(
        ['overlapping', 'scaled'],
        '`overlapping`: sums over so many periods in a row, of `historical` and `ageWeighted`. `scaled`: one period times periods^exponent.',
      ),
      exponent: Type.Optional(
        float('Of `scaled`, which needs it; from 0 to 2.', { unit: 'number', example: 0.5 }),
      ),
    },
    { ...CLOSED, description: 'How long the loss may last. Left out: one period.' },
  ),
);

const parameters = Type.Optional(
  Type.Object(
    {
      window: Type.Optional(
        count('Newest periods that count, after the warm-up.', 1000, {
          minimum: 1,
          maximum: RISK_WINDOW_MAX,
        }),
      ),
      decay: Type.Optional(
        float('Weight of a period over that of the one after it, of `ageWeighted`; in (0, 1].', {
          unit: 'ratio',
          example: 0.99,
        }),
      ),
      lambda: Type.Optional(
        float('Weight of the variance before, of the methods with EWMA volatility; in (0, 1).', {
          unit: 'ratio',
          example: 0.97,
        }),
      ),
      warmup: Type.Optional(
        count('Periods whose mean square is the first variance.', 50, {
          minimum: 1,
          maximum: RISK_WINDOW_MAX,
        }),
      ),
      favourableCap: Type.Optional(
        Type.Union([Type.Number(), Type.Null()], {
          description:
            'Volatilities at which a profit counts no further for the volatility of losses, of the filtered methods; null: profits count like losses.',
          unit: 'volatilities',
          examples: [2],
        }),
      ),
      sampleMin: Type.Optional(
        count('Fewer periods after the warm-up are refused.', 500, { minimum: 1, maximum: RISK_WINDOW_MAX }),
      ),
    },
    { ...CLOSED, description: 'What is left out is the default of the method, which the answer repeats.' },
  ),
);

const bootstrap = Type.Optional(
  Type.Object(
    {
      draws: count('Samples drawn.', 500, { minimum: 20, maximum: RISK_DRAWS_MAX }),
      blockLength: count('Periods in a row that are drawn together.', 10, { minimum: 1 }),
      seed: Type.String({
        description: 'The same seed gives the same draws.',
        unit: 'text',
        examples: ['1'],
        maxLength: 64,
      }),
    },
    { ...CLOSED, description: 'Standard errors by circular blocks, of methods with scenarios and no fit.' },
  ),
);

export const RiskDocument = Type.Object(
  {
    method: oneOf(
      [...TAIL_MODEL_NAMES],
      'How the tail is found: see the page of each model. `filtered` is the default elsewhere.',
    ),
    confidence: decimal('Part of the outcomes that lose no more than the value at risk; in (0, 1).', {
      unit: 'fraction',
      example: '0.99',
    }),
    unit: oneOf(['return', 'pnl'], 'What `values` are: simple returns of the price, or profit and loss.'),
    side: Type.Optional(
      oneOf(['long', 'short'], '`short`: every position the other way round.', { default: 'long' }),
    ),
    positions: Type.Array(Position, { description: 'At least one.' }),
    periods: Type.Optional(
      Type.Array(id('Name of a period: its date.', '2020-03-12'), {
        description: 'Names of the periods, oldest first. Left out: `1`, `2` and so on.',
      }),
    ),
    horizon,
    parameters,
    bootstrap,
  },
  CLOSED,
);

export type RiskDocument = Type.Static<typeof RiskDocument>;

/** The published schema: of the document, with the possible answers under `$defs`. */
export function riskJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead risk',
    description:
      'One JSON document: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: { document: RiskDocument, answer: RiskAnswer, refusal: ContainmentRefusal },
  };
}
