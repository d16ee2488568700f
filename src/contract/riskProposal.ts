/**
 * What would the margin rates of a venue's instruments be, by the history of their prices and their liquidity? A proposal: for
 * each instrument its tiers before and after, why, and the command that would change them. Making it changes nothing.
 *
 * Rates come from `proposeParameters`. Where liquidity is not known the steps that the tiers have above the first one are kept.
 * Limits hold each rate near what it is now; they are applied rate by rate, so that tiers go on rising.
 */
import { err, min, ok, parseMinor, type Result } from '../base/index.js';
import {
  type AlignedMarket,
  type LiquiditySnapshot,
  type ParameterProposal,
  type ParameterRules,
  proposeParameters,
  type RiskFault,
  TAIL_MODELS,
  type TailModelName,
} from '../risk/index.js';
import { proposeCollateral } from './collateralProposal.js';
import { DAY_MS, historyOf, knownReturns, NANO_DECIMALS, stressedLiquidityOf } from './proposalHistory.js';
import { limitedRate } from './proposalLimits.js';
import type {
  ProposalLimits,
  ProposedInstrument,
  ProposedTier,
  RiskProposal,
  TierRates,
  VenueInstruments,
  VenuePool,
} from './riskProposalSchema.js';
import { formatPpm } from './scale.js';
import { proposeScenarios } from './scenarioProposal.js';
import type { WireInstrument } from './wireInstrument.js';

export interface RiskProposalQuestion {
  /** The venue as `GET /v1/instruments` shows it. */
  readonly venue: VenueInstruments;
  /** As `GET /v1/pools` shows them. */
  readonly pools: readonly VenuePool[];
  /** Histories are found by the instrument's id, else by the name of its base asset. */
  readonly market: AlignedMarket;
  /** By the instrument's id; volumes in its quote asset. */
  readonly liquidity: readonly LiquiditySnapshot[];
  /** Pools for whose portfolio accounts a scenario set is proposed. */
  readonly scenarioPools: readonly string[];
  readonly model: TailModelName;
  readonly rules: ParameterRules;
  readonly limits: ProposalLimits;
  readonly effectiveMs: number;
  readonly graceUntilMs: number;
}

/** Why an instrument has no proposal. */
export type SkipReason = 'not_trading' | 'no_tiers' | 'no_history' | 'no_mark' | RiskFault['code'];

export function proposeRisk(question: RiskProposalQuestion): RiskProposal {
  const { venue, market, model, limits, effectiveMs, graceUntilMs } = question;
  const instruments: ProposedInstrument[] = [];
  const skipped: { instrument: string; reason: SkipReason }[] = [];
  for (const shown of venue.instruments) {
    const proposed = proposeInstrument(question, shown);
    if (proposed.ok) instruments.push(proposed.value);
    else skipped.push({ instrument: shown.instrument, reason: proposed.error });
  }
  return {
    format: 'bulkhead-risk-proposal',
    version: 1,
    madeAt: { sequence: venue.sequence, timeMs: venue.timeMs },
    history: {
      from: market.dates[0] ?? '',
      to: market.dates.at(-1) ?? '',
      intervalMs: market.intervalMs,
    },
    model,
    limits,
    effectiveMs,
    graceUntilMs,
    instruments,
    skipped,
    ...proposeCollateral(question),
    ...proposeScenarios(question),
  };
}

type Shown = RiskProposalQuestion['venue']['instruments'][number];

function proposeInstrument(
  question: RiskProposalQuestion,
  { instrument, status, markPrice, definition }: Shown,
): Result<ProposedInstrument, SkipReason> {
  const tiers = definition.tiers ?? [];
  if (status !== 'trading') return err('not_trading');
  if (tiers.length === 0) return err('no_tiers');
  const history = historyOf(question.market, [instrument, definition.base]);
  if (history === undefined) return err('no_history');
  const inverse = definition.payoff === 'inverse';
  if (inverse && markPrice === null) return err('no_mark');
  const returns = knownReturns(history);
  const liquidity = stressedLiquidityOf(question.liquidity, {
    name: instrument,
    returns,
    price: inverse ? Number(markPrice) : 1,
  });
  const caps = tiers.flatMap(({ notionalCap }) =>
    notionalCap == null ? [] : [exact(notionalCap, NANO_DECIMALS)],
  );
  const asked = proposeParameters({
    instrument,
    returns,
    returnDays: question.market.intervalMs / DAY_MS,
    model: TAIL_MODELS[question.model](),
    // A size must be known for a cost: an instrument of one tier has none.
    liquidity: caps.length === 0 ? null : liquidity,
    capsMinor: caps,
    rules: question.rules,
  });
  if (!asked.ok) return err(asked.error.code);
  const after = tiersOf(asked.value, { tiers, question });
  const isChanged = after.some(({ before, after }) => !isSame(before, after));
  const { initial, maintenance, returns: count } = asked.value.basis;
  return ok({
    instrument,
    history: history.asset,
    returns: count,
    initialRate: initial.rate,
    maintenanceRate: maintenance.rate,
    neutral: [...asked.value.neutral],
    tiers: after,
    before: definition,
    command: isChanged ? commandOf(question, definition, after) : null,
  });
}

const PPM_DECIMALS = 6;

type Tiers = NonNullable<WireInstrument['tiers']>;

function tiersOf(
  { brackets, reasons, neutral }: ParameterProposal,
  { tiers, question }: { readonly tiers: Tiers; readonly question: RiskProposalQuestion },
): ProposedTier[] {
  const { rules, limits } = question;
  const first = ratesOf(tiers[0] as Tiers[number]);
  return tiers.map((tier, at) => {
    const before = ratesOf(tier);
    const isKept = neutral.length > 0;
    const bracket = (isKept ? brackets[0] : brackets[at]) as ParameterProposal['brackets'][number];
    const wanted = {
      initial: bracket.initialMarginRatePpm + (isKept ? before.initial - first.initial : 0n),
      maintenance: bracket.maintenanceMarginRatePpm + (isKept ? before.maintenance - first.maintenance : 0n),
    };
    const within = (side: keyof Rates, mostPpm: bigint) =>
      min(limitedRate(wanted[side], before[side], { limits, stepPpm: rules.stepPpm }), mostPpm);
    const rates = {
      initial: within('initial', rules.initialMaxPpm),
      maintenance: within('maintenance', rules.maintenanceMaxPpm),
    };
    return {
      notionalCap: tier.notionalCap ?? null,
      before: textOf(before, tier.maxLeverage),
      after: textOf(rates, formatPpm(1_000_000_000_000n / rates.initial)),
      because: isKept && at > 0 ? 'kept' : (reasons[isKept ? 0 : at]?.because ?? 'model'),
      limited:
        rates.initial !== min(wanted.initial, rules.initialMaxPpm) ||
        rates.maintenance !== min(wanted.maintenance, rules.maintenanceMaxPpm),
    };
  });
}

interface Rates {
  readonly initial: bigint;
  readonly maintenance: bigint;
}

function ratesOf(tier: Tiers[number]): Rates {
  return {
    initial: exact(tier.initialMarginRate, PPM_DECIMALS),
    maintenance: exact(tier.maintenanceMarginRate, PPM_DECIMALS),
  };
}

function isSame(a: TierRates, b: TierRates): boolean {
  return (
    a.initialMarginRate === b.initialMarginRate &&
    a.maintenanceMarginRate === b.maintenanceMarginRate &&
    a.maxLeverage === b.maxLeverage
  );
}

function textOf({ initial, maintenance }: Rates, maxLeverage: string): TierRates {
  return {
    initialMarginRate: formatPpm(initial),
    maintenanceMarginRate: formatPpm(maintenance),
    maxLeverage,
  };
}

function commandOf(
  { effectiveMs, graceUntilMs }: RiskProposalQuestion,
  definition: WireInstrument,
  tiers: readonly ProposedTier[],
): ProposedInstrument['command'] {
  return {
    kind: 'scheduleParameters',
    definition: { ...definition, tiers: tiers.map(({ notionalCap, after }) => ({ notionalCap, ...after })) },
    effectiveMs,
    graceUntilMs,
  };
}

/** A definition is checked before it comes here. */
function exact(text: string, decimals: number): bigint {
  const read = parseMinor(text, decimals);
  if (!read.ok) throw new Error(`a definition holds ${text}`);
  return read.value;
}
