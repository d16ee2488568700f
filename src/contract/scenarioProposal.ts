/**
 * A scenario set for the portfolio accounts of a pool: the days that its underlyings have gone through together, at today's
 * volatilities, with what each of its instruments adds for size. `sentVectors` says what the set does to a lot at the marks of a moment.
 */

import { hashText, mixName } from '../base/hash.js';
import { err, formatDecimal, formatMinor, multiplyDecimals, ok, type Result } from '../base/index.js';
import {
  type AlignedMarket,
  concentrationLadder,
  type JointScenarios,
  jointScenarios,
  type LadderStep,
  liquidityLadder,
  quantizeMovePpm,
  type RiskFault,
  SCENARIO_RULES,
  type StressedLiquidity,
  TAIL_MODELS,
  tamedRate,
} from '../risk/index.js';
import { decimalOf } from './calcDecimal.js';
import { historyOf, knownReturns, NANO_DECIMALS, stressedLiquidityOf } from './proposalHistory.js';
import type { RiskProposalQuestion } from './riskProposal.js';
import type {
  ProposedScenarios,
  ScenarioInstrument,
  SkippedScenarios,
  VenueInstruments,
  VenuePool,
} from './riskProposalSchema.js';
import { formatLots, formatPpm } from './scale.js';

export type ScenarioSkip =
  | 'unknown_pool'
  | 'pool_isolated_only'
  | 'no_instruments'
  | 'has_options'
  | 'no_history'
  | 'no_mark'
  | RiskFault['code'];

type Shown = VenueInstruments['instruments'][number];

export function proposeScenarios(question: RiskProposalQuestion): {
  readonly scenarioSets: ProposedScenarios[];
  readonly skippedScenarios: SkippedScenarios[];
} {
  const scenarioSets: ProposedScenarios[] = [];
  const skippedScenarios: SkippedScenarios[] = [];
  for (const name of question.scenarioPools) {
    const pool = question.pools.find((one) => one.pool === name);
    const proposed = pool === undefined ? skip('unknown_pool') : proposeSet(question, pool);
    if (proposed.ok) scenarioSets.push(proposed.value);
    else skippedScenarios.push({ pool: name, ...proposed.error });
  }
  return { scenarioSets, skippedScenarios };
}

type Skip = Omit<SkippedScenarios, 'pool'>;

function skip(reason: ScenarioSkip, at = ''): Result<never, Skip> {
  return err({ reason, at });
}

function proposeSet(question: RiskProposalQuestion, pool: VenuePool): Result<ProposedScenarios, Skip> {
  if (pool.valuationAsset === null) return skip('pool_isolated_only');
  const shown = question.venue.instruments.filter(
    ({ definition, status }) => definition.pool === pool.pool && status !== 'settled',
  );
  if (shown.length === 0) return skip('no_instruments');
  const option = shown.find(({ definition }) => definition.instrumentKind === 'option');
  if (option !== undefined) return skip('has_options', option.instrument);
  const unmarked = shown.find(({ markPrice }) => markPrice === null);
  if (unmarked !== undefined) return skip('no_mark', unmarked.instrument);
  const moving = shown.filter(({ definition }) => definition.instrumentKind !== 'spot');
  const nameless = moving.find((one) => underlyingOf(question.market, one) === null);
  if (nameless !== undefined) return skip('no_history', nameless.instrument);
  const joint = jointOf(question, pool, moving);
  if (!joint.ok) return skip(joint.error.code, joint.error.field);
  const instruments: ScenarioInstrument[] = [];
  for (const one of shown) {
    const made = instrumentOf(question, one);
    if (!made.ok) return skip(made.error.code, one.instrument);
    instruments.push(made.value);
  }
  const named = new Set(joint.value.assets.map(({ asset }) => asset));
  const assets = pool.assets
    .filter(({ asset }) => asset !== pool.valuationAsset)
    .map(({ asset }) => ({ asset, underlying: named.has(asset) ? asset : null }));
  return ok(setOf(pool.pool, { joint: joint.value, instruments, assets }));
}

function underlyingOf(market: AlignedMarket, { instrument, definition }: Shown): string | null {
  return historyOf(market, [instrument, definition.base])?.asset ?? null;
}

/** Of what the pool trades and takes as collateral, as far as it has a history. */
function jointOf(
  { market }: RiskProposalQuestion,
  pool: VenuePool,
  moving: readonly Shown[],
): Result<JointScenarios, RiskFault> {
  const wanted = new Set([
    ...moving.map((one) => underlyingOf(market, one)),
    ...pool.assets.map(({ asset }) => asset).filter((asset) => asset !== pool.valuationAsset),
  ]);
  const assets = market.assets.filter(({ asset }) => wanted.has(asset));
  const { scenariosMax: residualsMax } = SCENARIO_RULES;
  return jointScenarios({ ...market, assets }, { residualsMax, residualsMin: Math.min(residualsMax, 250) });
}

/** A spot pair holds no positions: nothing happens to it. */
function instrumentOf(question: RiskProposalQuestion, shown: Shown): Result<ScenarioInstrument, RiskFault> {
  const { instrument, definition } = shown;
  const nothing = { instrument, underlying: null, halfSpreadRate: '0', liquidity: [], concentration: [] };
  if (definition.instrumentKind === 'spot') return ok(nothing);
  const { market, model, rules } = question;
  const history = historyOf(market, [instrument, definition.base]);
  if (history === undefined) return ok(nothing);
  const returns = knownReturns(history);
  const isInverse = definition.payoff === 'inverse';
  const price = isInverse ? Number(shown.markPrice) : 1;
  const liquidity = stressedLiquidityOf(question.liquidity, { name: instrument, returns, price });
  const base = { ...nothing, underlying: history.asset };
  if (liquidity === null) return ok(base);
  const { maintenanceConfidence: confidence, policy } = rules;
  const tail = tamedRate({ returns, model: TAIL_MODELS[model](), confidence, policy });
  if (!tail.ok) return tail;
  const lots = (steps: readonly LadderStep[]) => laddered(steps, shown);
  return ok({
    ...base,
    halfSpreadRate: formatPpm(halfSpreadPpm(liquidity)),
    liquidity: lots(liquidityLadder(liquidity, rules)),
    concentration: lots(concentrationLadder(tail.value.rate, liquidity, rules)),
  });
}

function halfSpreadPpm({ halfSpread }: StressedLiquidity): bigint {
  return BigInt(Math.ceil(Math.min(1, halfSpread) * 1e6));
}

/** Money of the settlement asset becomes contracts at the mark, whole lots, rounded down. */
function laddered(
  steps: readonly LadderStep[],
  { definition, markPrice }: Shown,
): ScenarioInstrument['liquidity'] {
  const ofLot = Number(
    formatDecimal(multiplyDecimals(decimalOf(definition.contractSize), decimalOf(definition.lotSize))),
  );
  const perLot = definition.payoff === 'inverse' ? ofLot / Number(markPrice) : ofLot * Number(markPrice);
  const kept: { from: string; rate: string }[] = [];
  let before = -1n;
  for (const { fromMinor, ratePpm } of steps) {
    const lots = BigInt(Math.floor(Number(formatMinor(fromMinor, NANO_DECIMALS)) / perLot));
    if (lots <= before) continue;
    kept.push({ from: formatLots(lots, definition.lotSize), rate: formatPpm(ratePpm) });
    before = lots;
  }
  return kept;
}

function setOf(
  pool: string,
  of: {
    readonly joint: JointScenarios;
    readonly instruments: ScenarioInstrument[];
    readonly assets: ProposedScenarios['assets'];
  },
): ProposedScenarios {
  const { joint, instruments, assets } = of;
  const underlyings = joint.assets.map(({ asset, closes }) => ({
    underlying: asset,
    moves: [...closes].map((move) => formatPpm(quantizeMovePpm(move))),
  }));
  const content = JSON.stringify({ dates: joint.dates, underlyings });
  const digest = hashText(mixName(content)).slice(0, 8);
  const rules = SCENARIO_RULES;
  const set = {
    id: `history-${joint.dates.at(-1)?.slice(0, 10)}-${digest}`,
    scenarios: joint.dates.map((id) => ({ id, tier: 'sample' as const })),
    parameters: {
      initialFactor: formatPpm(rules.initialFactorPpm),
      maintenanceFactor: formatPpm(rules.maintenanceFactorPpm),
      tailNumerator: rules.tailNumerator,
      tailDenominator: rules.tailDenominator,
      offsetCap: formatPpm(rules.offsetCapPpm),
      minimumCharge: formatPpm(rules.minimumChargePpm),
      basisRate: formatPpm(rules.basisRatePpm),
    },
    maxAgeMs: rules.maxAgeMs,
    maxDrift: formatPpm(rules.maxDriftPpm),
  };
  return {
    pool,
    set,
    underlyings,
    instruments,
    assets,
    neutral: instruments
      .filter(({ underlying, liquidity }) => underlying !== null && liquidity.length === 0)
      .map(({ instrument }) => instrument),
    still: assets.filter(({ underlying }) => underlying === null).map(({ asset }) => asset),
  };
}
