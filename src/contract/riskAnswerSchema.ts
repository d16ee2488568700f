/** The shape of an answer on the risk of positions. Floating point: JSON numbers. */
import Type from 'typebox';
import { TAIL_MODEL_NAMES } from '../risk/index.js';
import { amountText, oneOf } from './calcSchemaField.js';
import { count, float, SHARE } from './contagionField.js';

const UNIT = 'that of the values times sizes';
const loss = (description: string, example = 310.5) => float(description, { unit: UNIT, example });
const orNull = <T extends Type.TSchema>(description: string, of: T) =>
  Type.Union([of, Type.Null()], { description });
const positionId = () => amountText('The position.', 'id', 'BTC');

const errors = {
  valueAtRisk: loss('Of the value at risk.', 20),
  expectedShortfall: loss('Of the shortfall.', 25),
};
const range = (description: string) =>
  Type.Tuple([loss('Low end.', 280), loss('High end.', 350)], { description });

export const RiskAnswer = Type.Object({
  method: oneOf([...TAIL_MODEL_NAMES], 'As asked.'),
  confidence: amountText('As asked.', 'fraction', '0.99'),
  side: oneOf(['long', 'short'], 'As asked.'),
  horizon: Type.Object({
    periods: float('As asked.', { unit: 'periods', example: 1 }),
    by: oneOf(['none', 'scaled', 'overlapping'], '`none`: one period.'),
    exponent: float('Of `scaled`.', { unit: 'number', example: 0.5 }),
  }),
  parameters: Type.Object(
    {
      window: count('Newest periods that count.', 1000),
      decay: float('Of `ageWeighted`.', { unit: 'ratio', example: 0.99 }),
      lambda: float('Of EWMA volatility.', { unit: 'ratio', example: 0.97 }),
      warmup: count('Of EWMA volatility.', 50),
      favourableCap: orNull(
        'Of the filtered methods; null where profits count like losses.',
        float('Volatilities.', { unit: 'volatilities', example: 2 }),
      ),
      sampleMin: count('Fewer are refused.', 500),
    },
    { description: 'All that the methods know; each uses its own.' },
  ),
  sampleSize: count('Scenarios, or periods of a fit, that the figures rest on.', 500),
  tailCount: orNull(
    'Scenarios in the tail, wholly or in part: ceil(sampleSize x (1 - confidence)) where all weigh alike. Null for a formula.',
    count('Scenarios.', 5),
  ),
  valueAtRisk: loss('The loss that is not exceeded with the confidence asked.'),
  expectedShortfall: loss('Mean loss in the tail.', 420),
  tail: Type.Array(
    Type.Object({
      period: amountText('The period that the scenario is made of.', 'id', '2020-03-12'),
      loss: loss('Of all positions in it.'),
      weight: float('Its part in the shortfall; they sum to 1.', { unit: SHARE, example: 0.2 }),
    }),
    { description: 'Worst first. Empty for a formula.' },
  ),
  contributions: orNull(
    'What each position adds: the derivative of the shortfall by its size. Null for `garchStudent`.',
    Type.Array(
      Type.Object({
        id: positionId(),
        shortfall: loss('Below 0 for a hedge. They sum to `expectedShortfall`.', 300),
      }),
    ),
  ),
  positions: orNull(
    'Each position on the scenarios; null where the figures are a formula or a fit.',
    Type.Array(
      Type.Object({
        id: positionId(),
        valueAtRiskContribution: loss('Its loss in the scenario that is the VaR. They sum to it.', 200),
        incrementalValueAtRisk: loss('How much lower the VaR is without it.', 150),
        incrementalShortfall: loss('How much lower the shortfall is without it.', 180),
        aloneValueAtRisk: loss('Of it alone.', 250),
        aloneShortfall: loss('Of it alone.', 320),
      }),
    ),
  ),
  standardErrors: orNull(
    'For independent periods; null for weights, a formula or a fit.',
    Type.Object(errors),
  ),
  bootstrap: orNull(
    'By blocks, where asked for.',
    Type.Object({
      ...errors,
      valueAtRiskRange: range('The middle 90% of the draws.'),
      expectedShortfallRange: range('The middle 90% of the draws.'),
    }),
  ),
  degrees: orNull(
    'Of the t distribution, where one is fitted.',
    float('Degrees.', { unit: 'number', example: 4 }),
  ),
  notes: Type.Array(
    oneOf(
      ['tailUnderOne', 'paretoTail', 'overlapping', 'scaled', 'notConverged'],
      '`tailUnderOne`: less than one scenario lies in the tail, the figures are the worst. `paretoTail`: a fit beyond the scenarios, whose contributions are scaled to it. `overlapping`: scenarios share periods, standard errors are too small. `scaled`: the horizon is a power law. `notConverged`: the fit ran out of steps.',
    ),
    { description: 'What weakens the figures.' },
  ),
});

export type RiskAnswer = Type.Static<typeof RiskAnswer>;
