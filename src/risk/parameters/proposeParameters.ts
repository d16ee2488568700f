/**
 * Margin rates and brackets of an instrument from its returns and its liquidity, each with its reason. A proposal only: whole
 * numbers, rounded up, for a person or a limit to accept; a replay never computes it again.
 */
import { err, ok, type Result } from '../../base/index.js';
import type { BracketDefinition } from '../../market/index.js';
import { quantizeRatePpmUp } from '../quantize.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import {
  type LiquidationCost,
  liquidationCost,
  liquidityFault,
  type StressedLiquidity,
} from './liquidationCost.js';
import { type ParameterRules, parameterRulesFault } from './parameterRules.js';
import { type TamedRate, tamedRate } from './tamedRate.js';

export interface ParameterQuestion {
  readonly instrument: string;
  /** Simple returns, oldest first, up to now. */
  readonly returns: Float64Array;
  /** Days of one of them: 1 for daily bars. */
  readonly returnDays: number;
  readonly model: TailModel;
  /** Null where nothing is known of it: one bracket, for which the liquidity part is neutral. */
  readonly liquidity: StressedLiquidity | null;
  /** Upper ends of the brackets, rising; beyond the last one the largest rates hold. */
  readonly capsMinor: readonly bigint[];
  readonly rules: ParameterRules;
}

export interface ParameterProposal {
  readonly instrument: string;
  readonly brackets: readonly BracketDefinition[];
  /** One for each bracket. */
  readonly reasons: readonly BracketReason[];
  readonly basis: {
    readonly model: string;
    readonly returns: number;
    readonly returnDays: number;
    readonly policy: string;
    readonly horizonExponent: number;
    readonly initial: TamedRate & { readonly confidence: string };
    readonly maintenance: TamedRate & { readonly confidence: string };
  };
  /** Inputs without data, which count as neutral. */
  readonly neutral: readonly 'liquidity'[];
}

export interface BracketReason {
  /** At the upper end of the bracket; null where liquidity is not known there. */
  readonly liquidation: LiquidationCost | null;
  /** Before rounding; null in the bracket beyond the last cap. */
  readonly initialRate: number | null;
  readonly maintenanceRate: number | null;
  /** model: the loss of one period; liquidity: more, for size; largest: as high as rates go; unknown: beyond the last cap. */
  readonly because: 'model' | 'liquidity' | 'largest' | 'unknown';
}

/** Refused: what the model refuses, rules out of range, caps that do not rise, liquidity that is no number. */
export function proposeParameters(question: ParameterQuestion): Result<ParameterProposal, RiskFault> {
  const { instrument, returns, returnDays, model, liquidity, rules } = question;
  const fault = parameterRulesFault(rules) ?? questionFault(question);
  if (fault !== null) return err(fault);
  const ask = (confidence: string) => tamedRate({ returns, model, confidence, policy: rules.policy });
  const [initial, maintenance] = [ask(rules.initialConfidence), ask(rules.maintenanceConfidence)];
  if (!initial.ok) return initial;
  if (!maintenance.ok) return maintenance;
  const rates = {
    initial: initial.value.rate,
    maintenance: Math.min(initial.value.rate, maintenance.value.rate),
  };
  const rows = bracketRows(question, rates);
  return ok({
    instrument,
    brackets: rows.map(({ bracket }) => bracket),
    reasons: rows.map(({ reason }) => reason),
    basis: {
      model: model.id,
      returns: returns.length,
      returnDays,
      policy: rules.policy.id,
      horizonExponent: rules.horizonExponent,
      initial: { ...initial.value, confidence: rules.initialConfidence },
      maintenance: { ...maintenance.value, confidence: rules.maintenanceConfidence },
    },
    neutral: liquidity === null ? ['liquidity'] : [],
  });
}

interface Rates {
  readonly initial: number;
  readonly maintenance: number;
}

interface BracketRow {
  readonly bracket: BracketDefinition;
  readonly reason: BracketReason;
}

function bracketRows(
  { liquidity, capsMinor, returnDays, rules }: ParameterQuestion,
  rates: Rates,
): BracketRow[] {
  if (liquidity === null) return [bracketRow({ capMinor: null, rates, liquidation: null }, rules)];
  const rows = capsMinor.map((capMinor) => {
    const liquidation = liquidationCost(capMinor, liquidity, { rules, returnDays });
    return bracketRow({ capMinor, rates, liquidation }, rules);
  });
  const { initialMaxPpm, maintenanceMaxPpm } = rules;
  const beyond = bracketOf(null, initialMaxPpm, maintenanceMaxPpm);
  const unknown = {
    liquidation: null,
    initialRate: null,
    maintenanceRate: null,
    because: 'unknown' as const,
  };
  return [...rows, { bracket: beyond, reason: unknown }];
}

function bracketRow(
  input: {
    readonly capMinor: bigint | null;
    readonly rates: Rates;
    readonly liquidation: LiquidationCost | null;
  },
  { stepPpm, initialMaxPpm, maintenanceMaxPpm }: ParameterRules,
): BracketRow {
  const { capMinor, rates, liquidation } = input;
  const factor = liquidation?.horizonFactor ?? 1;
  const cost = liquidation?.costRate ?? 0;
  const [initialRate, maintenanceRate] = [rates.initial * factor + cost, rates.maintenance * factor + cost];
  const initialPpm = proposedRatePpm(initialRate, initialMaxPpm, { stepPpm });
  const maintenancePpm = proposedRatePpm(maintenanceRate, maintenanceMaxPpm, { stepPpm });
  const isLargest = initialPpm === initialMaxPpm;
  const because = isLargest ? 'largest' : factor > 1 || cost > 0 ? 'liquidity' : 'model';
  return {
    bracket: bracketOf(capMinor, initialPpm, maintenancePpm),
    reason: { liquidation, initialRate, maintenanceRate, because },
  };
}

/** Up to a whole step, and one at least: a rate of 0 would be leverage without end. */
export function proposedRatePpm(
  rate: number,
  maxPpm: bigint,
  { stepPpm }: Pick<ParameterRules, 'stepPpm'>,
): bigint {
  return least(quantizeRatePpmUp(Math.max(rate, 1e-6), stepPpm), maxPpm);
}

/** Leverage is what the initial rate allows, rounded down. */
function bracketOf(
  notionalCapMinor: bigint | null,
  initialMarginRatePpm: bigint,
  maintenanceMarginRatePpm: bigint,
): BracketDefinition {
  const leverageMaxPpm = 1_000_000_000_000n / initialMarginRatePpm;
  return { notionalCapMinor, initialMarginRatePpm, maintenanceMarginRatePpm, leverageMaxPpm };
}

function questionFault({ returnDays, liquidity, capsMinor }: ParameterQuestion): RiskFault | null {
  if (!(returnDays > 0 && Number.isFinite(returnDays))) return riskFault('bad_parameter', 'returnDays');
  const falls = capsMinor.findIndex((cap, at) => cap <= (capsMinor[at - 1] ?? 0n));
  if (falls >= 0) return riskFault('bad_range', 'capsMinor', { at: [falls] });
  if (liquidity === null) return null;
  if (capsMinor.length === 0) return riskFault('too_few', 'capsMinor');
  return liquidityFault(liquidity);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
