/** The shape of a question for an isolation plan: profit and loss of legs, or positions beside the history of their assets. */
import Type from 'typebox';
import { PLAN_LEGS_MAX } from '../risk/index.js';
import { CLOSED, decimal, id, oneOf } from './calcSchemaField.js';
import { count, float } from './contagionField.js';
import { ContainmentRefusal } from './containmentFault.js';
import { PlanAnswer } from './planAnswerSchema.js';

export const PLAN_PERIODS_MAX = 10_000;
export const PLAN_RESAMPLES_MAX = 200;

const MONEY = 'money, the same for all';
const source = <const Name extends 'pnl' | 'positions'>(name: Name) =>
  Type.Literal(name, { description: 'What the document holds.', unit: 'word', examples: [name] });

const addOn = Type.Optional(
  decimal('Margin that it needs besides, wherever it is held: liquidity, concentration. Not below 0.', {
    unit: MONEY,
    example: '120',
    default: '0',
  }),
);

const periods = Type.Optional(
  Type.Array(id('Name of a period: its date.', '2020-03-12'), {
    description:
      'One for each value, oldest first; dates out of order are refused. Left out: `1`, `2` and so on.',
    maxItems: PLAN_PERIODS_MAX,
  }),
);

const values = (description: string, unit: string, example: number) =>
  Type.Array(float('Of one period, oldest first.', { unit, example }), {
    description,
    maxItems: PLAN_PERIODS_MAX,
  });

const Leg = Type.Object(
  {
    id: id('Name of the leg.', 'btc-perp'),
    values: values('Its profit and loss in each period; as many for each leg.', MONEY, -310.5),
    addOn,
  },
  CLOSED,
);

const Position = Type.Object(
  {
    id: id('Name of the position, as accounts know it.', 'btc-perp'),
    asset: id('Whose history moves it: a name in `history`, or of a price file.', 'BTC'),
    quantity: decimal('Contracts or coins, below 0 for a short; not 0.', {
      unit: 'contracts',
      example: '-1.5',
    }),
    contractSize: Type.Optional(
      decimal('Of one contract: base units of a linear one, quote units of an inverse one. Above 0.', {
        unit: 'base or quote',
        example: '0.01',
        default: '1',
      }),
    ),
    payoff: Type.Optional(
      oneOf(['linear', 'inverse'], '`inverse`: settled in the base asset.', { default: 'linear' }),
    ),
    price: Type.Optional(
      decimal('Price now, above 0. Of a linear position, which needs it.', {
        unit: 'quote per base',
        example: '65000',
      }),
    ),
    addOn,
  },
  CLOSED,
);

export const PlanHistory = Type.Object(
  {
    periods,
    returns: Type.Record(
      Type.String(),
      values('Simple returns of its price, above -1; as many for each asset.', 'fraction', -0.031),
      { description: 'By asset.' },
    ),
  },
  { ...CLOSED, description: 'What the assets did. Left out where price files are given.' },
);

const accounts = Type.Optional(
  Type.Array(
    Type.Object(
      {
        id: id('Name of the account.', 'main'),
        legs: Type.Array(id('A leg or position that it holds.', 'btc-perp'), {
          description: 'None: collateral alone.',
        }),
        collateral: decimal('What it holds now, not below 0.', { unit: MONEY, example: '25000' }),
      },
      CLOSED,
    ),
    {
      description:
        'Accounts as they stand, each leg in one of them. Left out: the plan is told without transfers.',
    },
  ),
);

const price = (description: string, example: number) =>
  Type.Optional(float(description, { unit: 'money per money', example, default: example, minimum: 0 }));
const whole = (description: string, example: number, range: { minimum: number; maximum: number }) =>
  Type.Optional(count(description, example, { default: example, ...range }));
const fraction = (description: string, example: number, more: object = {}) =>
  Type.Optional(float(description, { unit: 'fraction, 0 to 1', example, minimum: 0, maximum: 1, ...more }));

const rules = Type.Optional(
  Type.Object(
    {
      kappa: price('Price of locked capital.', 1),
      lambda: price('Price of loss beyond the margin of an account, by the mean of a period.', 100),
      eta: price('Price of collateral of one leg that pays for another.', 100),
      tau: Type.Optional(
        float('Price of each account.', { unit: MONEY, example: 0, default: 0, minimum: 0 }),
      ),
      confidence: Type.Optional(
        decimal('Of the shortfall that is the margin; in (0, 1).', {
          unit: 'fraction',
          example: '0.975',
          default: '0.975',
        }),
      ),
      judgedShare: fraction(
        'Part of the newest periods that no choice looks at and the plan is judged on; in (0, 1). Left out: a third.',
        0.25,
      ),
      blocks: whole('Stretches of the older periods: a group gains in each.', 4, { minimum: 2, maximum: 20 }),
      tailDaysMin: Type.Optional(
        float('Fewer periods of the tail in a stretch are thin evidence.', {
          unit: 'periods',
          example: 2,
          default: 2,
          minimum: 0,
        }),
      ),
      resamples: whole('Samples of the older periods that are drawn.', 20, {
        minimum: 1,
        maximum: PLAN_RESAMPLES_MAX,
      }),
      resampledDays: whole('Periods in a row that are drawn together.', 20, { minimum: 1, maximum: 1000 }),
      resampleShareMin: fraction('Part of the samples in which a group gains.', 0.9, { default: 0.9 }),
      shrinkages: Type.Optional(
        Type.Array(
          float('One of them.', { unit: 'fraction, 0 to 1', example: 0.25, minimum: 0, maximum: 1 }),
          {
            description: 'Parts of the offset that may be distrusted, rising. Left out: 0, 0.25, 0.5, 0.75.',
            minItems: 1,
            maxItems: 10,
          },
        ),
      ),
      seed: Type.Optional(
        Type.String({
          description: 'Of the samples: the same seed gives the same ones.',
          unit: 'text',
          examples: ['plan'],
          default: 'plan',
          maxLength: 64,
        }),
      ),
    },
    { ...CLOSED, description: 'What is left out is the default, which the answer repeats.' },
  ),
);

const LEGS = { description: `From 1 to ${PLAN_LEGS_MAX}.`, maxItems: 1000 };

export const PLAN_DOCUMENTS = {
  pnl: Type.Object({ source: source('pnl'), legs: Type.Array(Leg, LEGS), periods, accounts, rules }, CLOSED),
  positions: Type.Object(
    {
      source: source('positions'),
      positions: Type.Array(Position, LEGS),
      history: Type.Optional(PlanHistory),
      accounts,
      rules,
    },
    CLOSED,
  ),
} as const;
export const PLAN_SOURCES = ['pnl', 'positions'] as const;

export type PlanHistory = Type.Static<typeof PlanHistory>;
export type PnlPlanDocument = Type.Static<typeof PLAN_DOCUMENTS.pnl>;
export type PositionsPlanDocument = Type.Static<typeof PLAN_DOCUMENTS.positions>;
export type PlanDocument = PnlPlanDocument | PositionsPlanDocument;

/** The published schema: of the document, with the possible answers under `$defs`. */
export function planJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'bulkhead plan',
    description:
      'One JSON document: `#/$defs/document`. It is answered by `#/$defs/answer`, or `#/$defs/refusal` with nothing computed. Unknown fields are refused.',
    $ref: '#/$defs/document',
    $defs: {
      document: { anyOf: [PLAN_DOCUMENTS.pnl, PLAN_DOCUMENTS.positions] },
      answer: PlanAnswer,
      refusal: ContainmentRefusal,
    },
  };
}
