/** The kinds of fields that only back-tests have. */
import Type from 'typebox';
import { TAIL_MODEL_NAMES } from '../risk/models/index.js';
import { ANTI_PROCYCLICAL_POLICIES } from '../risk/procyclicality/policy.js';
import { CLOSED, decimal, oneOf } from './calcSchemaField.js';
import { count, float } from './contagionField.js';

export const LOSS = 'that of the losses';
export const RETURN = 'fraction of the value of the position';

/** Periods at most. */
export const BACKTEST_PERIODS_MAX = 20_000;
export const BACKTEST_DRAWS_MAX = 20_000;

const ANTI_PROCYCLICAL_NAMES = Object.keys(
  ANTI_PROCYCLICAL_POLICIES,
) as (keyof typeof ANTI_PROCYCLICAL_POLICIES)[];

export const confidence = decimal('Of the forecasts, between 0 and 1.', {
  unit: 'fraction, 0 to 1',
  example: '0.99',
});
export const numbers = (description: string, unit: string, example: number) =>
  Type.Array(float('A value of one period.', { unit, example }), {
    description,
    maxItems: BACKTEST_PERIODS_MAX,
  });
export const dates = Type.Optional(
  Type.Array(
    Type.String({
      description: 'A name of the period.',
      unit: 'text',
      examples: ['2022-11-09'],
      maxLength: 32,
    }),
    { description: 'One for each period, for the answer and the picture.', maxItems: BACKTEST_PERIODS_MAX },
  ),
);
export const model = oneOf(
  TAIL_MODEL_NAMES as [(typeof TAIL_MODEL_NAMES)[number]],
  'Who forecasts: each day from the days before it.',
  { default: 'filtered', examples: ['filtered'] },
);
export const side = oneOf(['long', 'short'], 'Which position loses: `long` when the price falls.', {
  default: 'long',
});
export const antiProcyclical = oneOf(
  ANTI_PROCYCLICAL_NAMES as [(typeof ANTI_PROCYCLICAL_NAMES)[number]],
  'What the margin is tamed by before procyclicality and capital are measured; hits are those of the forecasts.',
  { default: 'none', examples: ['default'] },
);

/** How p-values are simulated; the same for both kinds of documents. */
export const simulationFields = {
  draws: Type.Optional(
    count('Draws of each simulated p-value.', 1999, {
      default: 1999,
      minimum: 99,
      maximum: BACKTEST_DRAWS_MAX,
    }),
  ),
  seed: Type.Optional(
    Type.String({
      description: 'The same seed gives the same p-values.',
      unit: 'text',
      examples: ['backtest'],
      default: 'backtest',
      maxLength: 64,
    }),
  ),
  tailLaw: Type.Optional(
    Type.Object(
      {
        kind: oneOf(
          ['pareto', 'normal'],
          'The law of losses beyond value at risk under which Z1 and Z2 are simulated.',
          {
            default: 'pareto',
          },
        ),
        shape: Type.Optional(
          float('Of `pareto`: 0 is exponential; Student t of v degrees is about 1/v. Under 1.', {
            unit: 'number',
            example: 0.25,
            default: 0.25,
            minimum: 0,
            maximum: 0.9,
          }),
        ),
      },
      CLOSED,
    ),
  ),
};
