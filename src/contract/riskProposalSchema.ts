/** A proposal of margin parameters as a document: made by `bulkhead risk propose`, looked at by people, read by `bulkhead risk apply`. */
import Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { err, ok, type Result } from '../base/index.js';
import { TAIL_MODEL_NAMES } from '../risk/index.js';
import type { Issue } from './errors.js';
import { schemaIssues } from './schemaIssues.js';
import { WireInstrument } from './wireInstrument.js';
import { SCENARIOS_MAX, WireScenarioSet } from './wireScenarios.js';

const OPEN = { additionalProperties: false } as const;
const share = (description: string) =>
  Type.Union([Type.Null(), Type.Number({ minimum: 0, maximum: 100 })], { description });

const Limits = Type.Object(
  {
    riseMax: share('Most that a rate may rise, as a share of what it is; null: no limit.'),
    fallMax: share('Most that it may fall.'),
  },
  OPEN,
);

const Rates = Type.Object(
  {
    initialMarginRate: Type.String(),
    maintenanceMarginRate: Type.String(),
    maxLeverage: Type.String(),
  },
  OPEN,
);

const Tier = Type.Object(
  {
    notionalCap: Type.Union([Type.Null(), Type.String()]),
    before: Rates,
    after: Rates,
    because: Type.Enum(['model', 'liquidity', 'largest', 'unknown', 'kept'], {
      description:
        'model: loss of one period; liquidity: more, for size; largest: as high as rates go; unknown: beyond the last cap; kept: the step above the first tier is as it was.',
    }),
    limited: Type.Boolean({ description: 'Whether a limit held a rate back.' }),
  },
  OPEN,
);

const ScheduleParameters = Type.Object(
  {
    kind: Type.Literal('scheduleParameters'),
    definition: WireInstrument,
    effectiveMs: Type.Integer({ minimum: 0 }),
    graceUntilMs: Type.Integer({ minimum: 0 }),
  },
  OPEN,
);

const Instrument = Type.Object(
  {
    instrument: Type.String(),
    history: Type.String({ description: 'Asset whose prices were used.' }),
    returns: Type.Integer(),
    initialRate: Type.Number({ description: 'Before liquidity, limits and rounding.' }),
    maintenanceRate: Type.Number(),
    neutral: Type.Array(Type.String(), { description: 'Inputs without data.' }),
    tiers: Type.Array(Tier),
    before: WireInstrument,
    command: Type.Union([Type.Null(), ScheduleParameters], { description: 'Null where nothing changes.' }),
  },
  OPEN,
);

const CountedTerms = {
  haircutRate: Type.String(),
  countedCap: Type.Union([Type.Null(), Type.String()], {
    description: 'In the valuation asset; null: none.',
  }),
};
const CountedOf = Type.Object(CountedTerms, OPEN);

const ScheduleCollateral = Type.Object(
  {
    kind: Type.Literal('scheduleCollateral'),
    pool: Type.String(),
    asset: Type.String(),
    ...CountedTerms,
    effectiveMs: Type.Integer({ minimum: 0 }),
    graceUntilMs: Type.Integer({ minimum: 0 }),
  },
  OPEN,
);

const Collateral = Type.Object(
  {
    pool: Type.String(),
    asset: Type.String(),
    history: Type.String({ description: 'Asset whose prices were used.' }),
    returns: Type.Integer(),
    rate: Type.Number({ description: 'Before limits and rounding.' }),
    because: Type.Enum(['model', 'liquidity', 'largest'], {
      description: 'model: the fall of one period; liquidity: more, for the sale; largest: nothing counts.',
    }),
    limited: Type.Boolean({ description: 'Whether a limit held the haircut or the cap back.' }),
    neutral: Type.Array(Type.String(), { description: 'Inputs without data.' }),
    before: CountedOf,
    after: CountedOf,
    command: Type.Union([Type.Null(), ScheduleCollateral], { description: 'Null where nothing changes.' }),
  },
  OPEN,
);

const Step = Type.Object({ from: Type.String(), rate: Type.String() }, OPEN);

const Scenarios = Type.Object(
  {
    pool: Type.String(),
    set: WireScenarioSet,
    underlyings: Type.Array(
      Type.Object(
        {
          underlying: Type.String(),
          moves: Type.Array(Type.String({ pattern: '^-?\\d{1,6}(\\.\\d{1,6})?$' }), {
            description: 'Relative moves of its price, scenario by scenario.',
            maxItems: SCENARIOS_MAX,
          }),
        },
        OPEN,
      ),
      { maxItems: 1_000 },
    ),
    instruments: Type.Array(
      Type.Object(
        {
          instrument: Type.String(),
          underlying: Type.Union([Type.Null(), Type.String()], {
            description: 'What it moves with; null: a spot pair, to which nothing happens.',
          }),
          halfSpreadRate: Type.String(),
          liquidity: Type.Array(Step, { maxItems: 64 }),
          concentration: Type.Array(Step, { maxItems: 64 }),
        },
        OPEN,
      ),
      { maxItems: 1_000 },
    ),
    assets: Type.Array(
      Type.Object({ asset: Type.String(), underlying: Type.Union([Type.Null(), Type.String()]) }, OPEN),
      { maxItems: 1_000 },
    ),
    neutral: Type.Array(Type.String(), {
      description: 'Instruments without liquidity data: size adds nothing.',
    }),
    still: Type.Array(Type.String(), { description: 'Assets without a history: their price stands still.' }),
  },
  OPEN,
);

export const RiskProposalDocument = Type.Object(
  {
    format: Type.Literal('bulkhead-risk-proposal'),
    version: Type.Literal(1),
    madeAt: Type.Object({ sequence: Type.Integer({ minimum: 0 }), timeMs: Type.Integer() }, OPEN),
    history: Type.Object({ from: Type.String(), to: Type.String(), intervalMs: Type.Integer() }, OPEN),
    model: Type.Enum([...TAIL_MODEL_NAMES]),
    limits: Limits,
    effectiveMs: Type.Integer({ minimum: 0 }),
    graceUntilMs: Type.Integer({ minimum: 0 }),
    instruments: Type.Array(Instrument, { maxItems: 10_000 }),
    skipped: Type.Array(Type.Object({ instrument: Type.String(), reason: Type.String() }, OPEN)),
    collateral: Type.Array(Collateral, { maxItems: 10_000 }),
    skippedCollateral: Type.Array(
      Type.Object({ pool: Type.String(), asset: Type.String(), reason: Type.String() }, OPEN),
    ),
    scenarioSets: Type.Array(Scenarios, { maxItems: 100 }),
    skippedScenarios: Type.Array(
      Type.Object(
        { pool: Type.String(), reason: Type.String(), at: Type.String({ description: 'What it is about.' }) },
        OPEN,
      ),
    ),
  },
  OPEN,
);

export type RiskProposal = Type.Static<typeof RiskProposalDocument>;
export type ProposedInstrument = RiskProposal['instruments'][number];
export type ProposedTier = ProposedInstrument['tiers'][number];
export type TierRates = ProposedTier['before'];
export type ProposedCollateral = RiskProposal['collateral'][number];
export type SkippedCollateral = RiskProposal['skippedCollateral'][number];
export type Counted = ProposedCollateral['after'];
export type ProposedScenarios = RiskProposal['scenarioSets'][number];
export type ScenarioInstrument = ProposedScenarios['instruments'][number];
export type SkippedScenarios = RiskProposal['skippedScenarios'][number];
export type ProposalLimits = RiskProposal['limits'];

/** What is used here of the answer of `GET /v1/instruments`. */
const Venue = Type.Object({
  sequence: Type.Integer({ minimum: 0 }),
  timeMs: Type.Integer(),
  instruments: Type.Array(
    Type.Object({
      instrument: Type.String(),
      status: Type.String(),
      markPrice: Type.Union([Type.Null(), Type.String()]),
      definition: WireInstrument,
    }),
  ),
});

export type VenueInstruments = Type.Static<typeof Venue>;

/** What is used here of the answer of `GET /v1/pools`. */
const Pools = Type.Object({
  pools: Type.Array(
    Type.Object({
      pool: Type.String(),
      valuationAsset: Type.Union([Type.Null(), Type.String()]),
      scenarios: Type.Union([
        Type.Null(),
        Type.Object({ inForce: Type.Union([Type.Null(), Type.String()]), defined: Type.String() }),
      ]),
      assets: Type.Array(
        Type.Object({
          asset: Type.String(),
          collateral: Type.Union([Type.Null(), Type.Object(CountedTerms)]),
        }),
      ),
    }),
  ),
});

export type VenuePool = Type.Static<typeof Pools>['pools'][number];

let compiled: Validator | undefined;
let compiledVenue: Validator | undefined;
let compiledPools: Validator | undefined;

/** The instruments of a venue, from the answer of `GET /v1/instruments`. */
export function readVenueInstruments(value: unknown): Result<VenueInstruments, readonly [Issue, ...Issue[]]> {
  compiledVenue ??= Compile(Venue);
  return compiledVenue.Check(value)
    ? ok(value as VenueInstruments)
    : err(schemaIssues(compiledVenue.Errors(value), value));
}

/** The pools of a venue, from the answer of `GET /v1/pools`. */
export function readVenuePools(value: unknown): Result<readonly VenuePool[], readonly [Issue, ...Issue[]]> {
  compiledPools ??= Compile(Pools);
  return compiledPools.Check(value)
    ? ok((value as { pools: VenuePool[] }).pools)
    : err(schemaIssues(compiledPools.Errors(value), value));
}

/** A proposal, or what in it is none. Whether its commands still fit the venue is for the venue to say. */
export function readRiskProposal(value: unknown): Result<RiskProposal, readonly [Issue, ...Issue[]]> {
  compiled ??= Compile(RiskProposalDocument);
  return compiled.Check(value) ? ok(value as RiskProposal) : err(schemaIssues(compiled.Errors(value), value));
}
