/** The JSON form of scenarios: the set portfolio accounts are margined on, and what it does to instruments and assets. */
import Type from 'typebox';
import { SCENARIO_TIERS } from '../margin/index.js';
import {
  closed,
  count,
  id,
  indexPrice,
  label,
  perLot,
  quantity,
  rate,
  signedRate,
  TIME_MAX_MS,
  word,
} from './wireField.js';

export const SCENARIOS_MAX = 4096;
const SENT_MAX = 1000;
const STEPS_MAX = 64;

const Scenario = Type.Object(
  {
    id: label('Named in explanations.', 'price-16%/vol+50%'),
    tier: word(
      SCENARIO_TIERS,
      'core and tail: a grid, of which the worst counts. sample: expected shortfall counts.',
    ),
    damping: Type.Optional(
      rate('Share of the loss that counts.', { example: '1', core: 'dampingPpm', default: '1' }),
    ),
  },
  closed('One scenario.'),
);

const Parameters = Type.Object(
  {
    initialFactor: rate('Initial margin = this x the risk.', { example: '1.3', core: 'initialFactorPpm' }),
    maintenanceFactor: rate('Maintenance margin = this x the risk; at most the initial factor.', {
      example: '1',
      core: 'maintenanceFactorPpm',
    }),
    tailNumerator: count(
      'Share of the worst samples whose mean is the expected shortfall, as a fraction: numerator.',
      { minimum: 1, maximum: 1_000_000, example: 25 },
      'bigCount',
    ),
    tailDenominator: count('Its denominator.', { minimum: 1, maximum: 1_000_000, example: 1000 }, 'bigCount'),
    offsetCap: rate('Most that holding positions together takes off the sum of their risks alone.', {
      example: '0.8',
      core: 'offsetCapPpm',
    }),
    minimumCharge: rate('The risk is at least this share of the gross notional.', {
      example: '0.005',
      core: 'minimumChargePpm',
    }),
    basisRate: rate('On the notional matched between expiries of one underlying.', {
      example: '0.01',
      core: 'basisRatePpm',
    }),
  },
  closed('How the scenarios become a requirement.'),
);

/** A set as it is defined and as it is shown. */
export const WireScenarioSet = Type.Object(
  {
    id: id('Id of the set.', 'grid-1'),
    scenarios: Type.Array(Scenario, {
      description: 'In the order of the vectors that are sent.',
      minItems: 1,
      maxItems: SCENARIOS_MAX,
    }),
    parameters: Parameters,
    maxAgeMs: count('Vectors older than this may not open or release anything; milliseconds.', {
      minimum: 1,
      maximum: TIME_MAX_MS,
      example: 60_000,
    }),
    maxDrift: rate('Nor may vectors made at a price farther than this from the one now.', {
      example: '0.02',
      core: 'driftPpm',
    }),
  },
  closed('A scenario set.'),
);

const AddOnStep = Type.Object(
  {
    from: quantity('Contracts beyond this are charged.', { example: '100', core: 'fromLots' }),
    rate: rate('Of their notional.', { example: '0.002', core: 'ratePpm' }),
  },
  closed('A step of an add-on; steps and rates rise.'),
);

const addOn = (description: string) =>
  Type.Optional(Type.Array(AddOnStep, { description, default: [], maxItems: STEPS_MAX }));

export const InstrumentVectors = Type.Object(
  {
    instrument: id('The instrument.', 'BTC-PERP'),
    referencePrice: indexPrice('The mark they were made at; of an option the price of the underlying.', {
      example: '43000',
      core: 'referenceTicks',
    }),
    delta: signedRate('Of a long contract, as a share of its notional: 1 but for options.', {
      example: '1',
      core: 'deltaPpm',
    }),
    pnlPerLot: Type.Array(perLot('Profit of a long lot in the settlement asset.', { example: '-6.88' }), {
      description: 'Profit of a long lot in the settlement asset, scenario by scenario.',
      maxItems: SCENARIOS_MAX,
    }),
    shortMinimumPerLot: Type.Optional(
      perLot('The risk is at least this for each lot sold; for options.', { example: '0.5', default: '0' }),
    ),
    halfSpreadRate: Type.Optional(
      rate('Half the usual spread, as a share of notional.', {
        example: '0.0002',
        core: 'halfSpreadPpm',
        default: '0',
      }),
    ),
    liquidity: addOn('What unwinding costs beyond the half spread.'),
    concentration: addOn('On large shares of the market.'),
  },
  closed('What a set does to one instrument.', 'instrument'),
);

export const AssetShocks = Type.Object(
  {
    asset: id('The asset.', 'BTC'),
    shocks: Type.Array(signedRate('Relative change of its price.', { example: '-0.16' }), {
      description: 'Relative changes of its price, scenario by scenario; empty: it stands still.',
      core: 'shocksPpm',
      maxItems: SCENARIOS_MAX,
    }),
  },
  closed('What a set does to one asset.'),
);

export const sentInstruments = Type.Array(InstrumentVectors, {
  description: 'Each instrument once.',
  maxItems: SENT_MAX,
});

export const sentAssets = Type.Optional(
  Type.Array(AssetShocks, { description: 'Each asset once.', default: [], maxItems: SENT_MAX }),
);
