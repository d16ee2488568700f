/**
 * How much of an asset of collateral should not count, from its fall against the asset accounts are valued in, and how much of it one
 * account may count, from what can be sold in the margin period:
 *
 *   cap     = participation x V x periodDaysMin            (rounded down to two digits)
 *   haircut = r x max(1, T / h)^a + half spread + c x sigma x sqrt(Q / V),   at Q = cap, so that T = periodDaysMin
 *
 * r the expected shortfall of a holder, after the policy; the other symbols as in `proposeParameters`. Without liquidity there is no
 * cap, and the cost of a sale is left out: neutral.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { TailModel } from '../tailModel.js';
import {
  type LiquidationCost,
  liquidationCost,
  liquidityFault,
  type StressedLiquidity,
} from './liquidationCost.js';
import { type ParameterRules, parameterRulesFault } from './parameterRules.js';
import { proposedRatePpm } from './proposeParameters.js';
import { type TamedRate, tamedRate } from './tamedRate.js';

export interface HaircutQuestion {
  /** Simple returns against the valuation asset, oldest first, up to now. */
  readonly returns: Float64Array;
  readonly returnDays: number;
  readonly model: TailModel;
  readonly liquidity: StressedLiquidity | null;
  readonly rules: ParameterRules;
}

export interface HaircutProposal {
  readonly haircutPpm: bigint;
  /** In the minor units of the liquidity; null where it is not known. */
  readonly countedCapMinor: bigint | null;
  /** Before rounding. */
  readonly rate: number;
  /** model: the fall of one period; liquidity: more, for the sale; largest: nothing counts. */
  readonly because: 'model' | 'liquidity' | 'largest';
  readonly liquidation: LiquidationCost | null;
  readonly tail: TamedRate;
  readonly neutral: readonly 'liquidity'[];
}

/** Refused: what the model refuses, rules out of range, liquidity that is no number. */
export function proposeHaircut(question: HaircutQuestion): Result<HaircutProposal, RiskFault> {
  const { returns, returnDays, model, liquidity, rules } = question;
  const fault = parameterRulesFault(rules) ?? questionFault(question);
  if (fault !== null) return err(fault);
  const { initialConfidence: confidence, policy } = rules;
  const tail = tamedRate({ returns, model, confidence, policy, sides: ['long'] });
  if (!tail.ok) return tail;
  const countedCapMinor = liquidity === null ? null : capOf(liquidity, rules);
  const liquidation =
    liquidity === null || countedCapMinor === null
      ? null
      : liquidationCost(countedCapMinor, liquidity, { rules, returnDays });
  const rate = tail.value.rate * (liquidation?.horizonFactor ?? 1) + (liquidation?.costRate ?? 0);
  const haircutPpm = proposedRatePpm(rate, WHOLE_PPM, rules);
  return ok({
    haircutPpm,
    countedCapMinor,
    rate,
    because: haircutPpm === WHOLE_PPM ? 'largest' : liquidation === null ? 'model' : 'liquidity',
    liquidation,
    tail: tail.value,
    neutral: liquidity === null ? ['liquidity'] : [],
  });
}

const WHOLE_PPM = 1_000_000n;

/** At least one: a cap of nothing would be a haircut of everything. */
function capOf(
  { dailyVolumeMinor }: StressedLiquidity,
  { participation, periodDaysMin }: ParameterRules,
): bigint {
  const sold = BigInt(Math.floor(Number(dailyVolumeMinor) * participation * periodDaysMin));
  const step = 10n ** BigInt(Math.max(0, sold.toString().length - 2));
  const rounded = (sold / step) * step;
  return rounded > 0n ? rounded : 1n;
}

function questionFault({ returnDays, liquidity }: HaircutQuestion): RiskFault | null {
  if (!(returnDays > 0 && Number.isFinite(returnDays))) return riskFault('bad_parameter', 'returnDays');
  return liquidity === null ? null : liquidityFault(liquidity);
}
