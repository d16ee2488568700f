/** The shape of the scenarios of portfolio margin: a preset, a grid of shocks, or the numbers of each scenario themselves. */
import Type from 'typebox';
import { CLOSED, decimal, id, oneOf } from './calcSchemaField.js';

export const SCENARIO_PRESETS = ['okx-like', 'deribit-like', 'span-like'] as const;
export type ScenarioPreset = (typeof SCENARIO_PRESETS)[number];

const preset = oneOf(
  [...SCENARIO_PRESETS],
  'A grid that restates a public model, for every underlying alike; see docs/models/scenario-grids.md.',
);

const Shock = Type.Object(
  {
    priceMove: decimal('Relative move of each underlying; above -1.', { unit: 'fraction', example: '-0.12' }),
    volatilityMove: Type.Optional(
      decimal('Change of implied volatilities.', {
        unit: 'by `volatilityKind`',
        example: '0.3',
        default: '0',
      }),
    ),
    volatilityKind: Type.Optional(
      oneOf(['relative', 'points'], '`relative`: a share of itself. `points`: 0.3 is from 50% to 80%.', {
        default: 'relative',
      }),
    ),
    damping: Type.Optional(
      decimal('Part of the change in value that counts, less than one for far tails.', {
        unit: 'fraction, 0 to 1',
        example: '0.5',
        default: '1',
      }),
    ),
    horizonMs: Type.Optional(
      Type.Integer({
        description: 'Time that passes before options are priced again.',
        unit: 'ms',
        examples: [86_400_000],
        default: 0,
        minimum: 0,
        maximum: 31_536_000_000,
      }),
    ),
  },
  CLOSED,
);

const numbers = (description: string, unit: string, example: string) =>
  Type.Record(
    Type.String(),
    Type.Array(decimal('One number for each scenario.', { unit, example }), { maxItems: 512 }),
    { description },
  );

const Step = Type.Object(
  {
    fromContracts: decimal('Size above which the rate is charged, up to the next step.', {
      unit: 'contracts',
      example: '100',
    }),
    rate: decimal('Charged on the notional of the step; rates do not fall.', {
      unit: 'fraction of notional',
      example: '0.002',
    }),
  },
  CLOSED,
);

const steps = (description: string) => Type.Optional(Type.Array(Step, { description, maxItems: 64 }));

const AddOns = Type.Object(
  {
    halfSpread: Type.Optional(
      decimal('Half of the usual spread, charged on the notional.', {
        unit: 'fraction of notional',
        example: '0.0001',
        default: '0',
      }),
    ),
    shortMinimum: Type.Optional(
      decimal('The risk is at least this for each contract sold.', {
        unit: 'settle asset per contract',
        example: '150',
        default: '0',
      }),
    ),
    liquidity: steps('Cost of unwinding large sizes beyond the half spread.'),
    concentration: steps('On large shares of the market.'),
  },
  CLOSED,
);

const Vectors = Type.Object(
  {
    ids: Type.Array(id('Name of a scenario, as lines show it.', 'crash'), {
      description: 'The scenarios, in order.',
      minItems: 1,
      maxItems: 512,
    }),
    tiers: Type.Optional(
      Type.Array(
        oneOf(
          ['core', 'tail', 'sample'],
          '`core` and `tail`: the worst of them counts. `sample`: what happened or was drawn, of which the expected shortfall counts.',
        ),
        { description: 'One for each scenario; all `core` when left out.', maxItems: 512 },
      ),
    ),
    instruments: numbers(
      'By instrument: what one contract held long gains in each scenario. Every instrument of a position is among them.',
      'settle asset per contract',
      '-5160',
    ),
    assets: Type.Optional(
      numbers(
        'By asset: the change of its price in each scenario. Assets left out keep their price.',
        'fraction',
        '-0.12',
      ),
    ),
  },
  { ...CLOSED, description: 'The scenarios as numbers, made elsewhere.' },
);

const factor = (description: string) =>
  Type.Optional(decimal(description, { unit: 'times', example: '1.3' }));

const share = (description: string, example: string, fallback: string = example) =>
  Type.Optional(decimal(description, { unit: 'fraction, 0 to 1', example, default: fallback }));

const ScenarioSet = Type.Object(
  {
    preset: Type.Optional(preset),
    grid: Type.Optional(
      Type.Array(Shock, {
        description: 'Shocks of all underlyings at once, in order.',
        minItems: 1,
        maxItems: 512,
      }),
    ),
    vectors: Type.Optional(Vectors),
    initialFactor: factor(
      'Initial margin = this x the loss; at least the other. That of the preset, else 1.3.',
    ),
    maintenanceFactor: factor('Maintenance margin = this x the loss. That of the preset, else 1.'),
    confidence: share(
      'Confidence of the expected shortfall of `sample` scenarios; below 1.',
      '0.975',
      '0.975',
    ),
    offsetCap: share(
      'Positions and collateral may take at most this share off the sum of their risks alone.',
      '0.5',
      '0.8',
    ),
    minimumChargeRate: share('The risk is at least this share of the gross notional.', '0.01', '0'),
    basisRate: share(
      'Charged on the notional that is matched between expiries of one underlying.',
      '0.005',
      '0',
    ),
    addOns: Type.Optional(
      Type.Record(Type.String(), AddOns, {
        description: 'What single instruments are charged besides, by instrument.',
      }),
    ),
  },
  { ...CLOSED, description: 'One of `preset`, `grid` and `vectors`, with factors.' },
);

export const CalcScenarios = Type.Union([ScenarioSet, preset], {
  description: 'The scenarios of portfolio margin: the name of a preset, or more about it.',
});
export type CalcScenarios = Type.Static<typeof CalcScenarios>;
export type CalcShock = Type.Static<typeof Shock>;
