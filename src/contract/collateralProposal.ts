/**
 * How much of each asset of collateral would count, by the history of its price against the valuation asset and by its liquidity: for
 * each pool and asset the haircut and the counted cap before and after, why, and the command that would change them.
 */
import { err, formatMinor, ok, parseMinor, type Result } from '../base/index.js';
import { type HaircutProposal, proposeHaircut, type RiskFault, TAIL_MODELS } from '../risk/index.js';
import {
  DAY_MS,
  historyOf,
  knownReturns,
  NANO_DECIMALS,
  relativeReturns,
  stressedLiquidityOf,
} from './proposalHistory.js';
import { limitedCap, limitedRate } from './proposalLimits.js';
import type { RiskProposalQuestion } from './riskProposal.js';
import type { Counted, ProposedCollateral, SkippedCollateral, VenuePool } from './riskProposalSchema.js';
import { formatPpm } from './scale.js';

export type CollateralSkip = 'no_history' | RiskFault['code'];

export function proposeCollateral(question: RiskProposalQuestion): {
  readonly collateral: ProposedCollateral[];
  readonly skippedCollateral: SkippedCollateral[];
} {
  const collateral: ProposedCollateral[] = [];
  const skippedCollateral: SkippedCollateral[] = [];
  for (const pool of question.pools) {
    for (const { asset, collateral: before } of pool.assets) {
      if (before === null || pool.valuationAsset === null || asset === pool.valuationAsset) continue;
      const proposed = proposeOne(question, { pool, asset, before });
      if (proposed.ok) collateral.push(proposed.value);
      else skippedCollateral.push({ pool: pool.pool, asset, reason: proposed.error });
    }
  }
  return { collateral, skippedCollateral };
}

interface Listed {
  readonly pool: VenuePool;
  readonly asset: string;
  readonly before: Counted;
}

function proposeOne(
  question: RiskProposalQuestion,
  { pool, asset, before }: Listed,
): Result<ProposedCollateral, CollateralSkip> {
  const { market, model, rules } = question;
  const history = historyOf(market, [asset]);
  if (history === undefined) return err('no_history');
  const valuation = historyOf(market, [pool.valuationAsset as string]);
  const returns = valuation === undefined ? knownReturns(history) : relativeReturns(history, valuation);
  const asked = proposeHaircut({
    returns,
    returnDays: market.intervalMs / DAY_MS,
    model: TAIL_MODELS[model](),
    liquidity: stressedLiquidityOf(question.liquidity, { name: asset, returns, price: 1 }),
    rules,
  });
  if (!asked.ok) return err(asked.error.code);
  const after = afterOf(asked.value, before, question);
  const wanted = {
    haircutRate: formatPpm(asked.value.haircutPpm),
    countedCap: capText(asked.value.countedCapMinor) ?? before.countedCap,
  };
  const shown = { haircutRate: before.haircutRate, countedCap: before.countedCap };
  return ok({
    pool: pool.pool,
    asset,
    history: history.asset,
    returns: returns.length,
    rate: asked.value.rate,
    because: asked.value.because,
    limited: !isSame(wanted, after),
    neutral: [...asked.value.neutral],
    before: shown,
    after,
    command: isSame(shown, after) ? null : commandOf(question, { pool: pool.pool, asset, after }),
  });
}

function afterOf(
  { haircutPpm, countedCapMinor }: HaircutProposal,
  before: Counted,
  { limits, rules }: RiskProposalQuestion,
): Counted {
  const { stepPpm } = rules;
  // From nothing at all a share leads nowhere: one step stands in.
  const beforePpm = exact(before.haircutRate, PPM_DECIMALS) || stepPpm;
  const cap = before.countedCap === null ? null : exact(before.countedCap, NANO_DECIMALS);
  const isKept = countedCapMinor === null || cap === null || cap === 0n;
  return {
    haircutRate: formatPpm(limitedRate(haircutPpm, beforePpm, { limits, stepPpm })),
    countedCap: isKept
      ? (before.countedCap ?? capText(countedCapMinor))
      : capText(limitedCap(countedCapMinor, cap, limits)),
  };
}

const PPM_DECIMALS = 6;

function commandOf(
  { effectiveMs, graceUntilMs }: RiskProposalQuestion,
  { pool, asset, after }: { readonly pool: string; readonly asset: string; readonly after: Counted },
): ProposedCollateral['command'] {
  return { kind: 'scheduleCollateral', pool, asset, ...after, effectiveMs, graceUntilMs };
}

function isSame(a: Counted, b: Counted): boolean {
  return a.haircutRate === b.haircutRate && a.countedCap === b.countedCap;
}

/** Whole units from one on: finer than that a cap says nothing. */
function capText(minor: bigint | null): string | null {
  if (minor === null) return null;
  const unit = 10n ** BigInt(NANO_DECIMALS);
  return minor < unit ? formatMinor(minor, NANO_DECIMALS) : formatMinor((minor / unit) * unit, NANO_DECIMALS);
}

/** What a venue shows is checked before it comes here. */
function exact(text: string, decimals: number): bigint {
  const read = parseMinor(text, decimals);
  if (!read.ok) throw new Error(`a pool shows ${text}`);
  return read.value;
}
