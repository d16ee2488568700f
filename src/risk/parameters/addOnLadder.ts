/**
 * What size adds to the margin of a portfolio account, as marginal steps: a lot more costs the rate of its own step.
 *
 *   liquidity       C(Q) = c x sigma x sqrt(Q / V) x Q,                     marginal  1.5 c x sigma x sqrt(Q / V)
 *   concentration   C(Q) = r x (sqrt(x) - 1) x Q,  x = Q / (p V T) > 1,     marginal  r x (1.5 sqrt(x) - 1)
 *
 * The first is the square-root law of `liquidationCost`; the second the longer margin period of what a day cannot take. Each step
 * charges the marginal rate at its upper end, so that the sum never falls short of C up to the last end.
 */
import { quantizeRatePpmUp } from '../quantize.js';
import type { StressedLiquidity } from './liquidationCost.js';
import type { ParameterRules } from './parameterRules.js';

export interface LadderStep {
  /** Money of the liquidity beyond which the step charges; minor units. */
  readonly fromMinor: bigint;
  readonly ratePpm: bigint;
}

/** Upper ends of the liquidity steps, as shares of a day's volume; the last goes on. */
const VOLUME_SHARES = [0.01, 0.03, 0.1, 0.3, 1] as const;
/** Upper ends of the concentration steps, in what the margin period can take. */
const PERIOD_MULTIPLES = [2, 5, 10, 20] as const;

export function liquidityLadder(
  { dailyVolumeMinor, volatility }: StressedLiquidity,
  { impactCoefficient, stepPpm }: ParameterRules,
): readonly LadderStep[] {
  const marginal = (share: number) => 1.5 * impactCoefficient * volatility * Math.sqrt(share);
  return ladder(VOLUME_SHARES, { start: 0, marginal, unitMinor: Number(dailyVolumeMinor), stepPpm });
}

/** `rate`: loss of one margin period, as a fraction. */
export function concentrationLadder(
  rate: number,
  { dailyVolumeMinor }: StressedLiquidity,
  { participation, periodDaysMin, stepPpm }: ParameterRules,
): readonly LadderStep[] {
  const marginal = (multiple: number) => rate * (1.5 * Math.sqrt(multiple) - 1);
  const unitMinor = Number(dailyVolumeMinor) * participation * periodDaysMin;
  return ladder(PERIOD_MULTIPLES, { start: 1, marginal, unitMinor, stepPpm });
}

/** Steps of equal rates are one; nothing is charged more than the whole. */
function ladder(
  ends: readonly number[],
  of: {
    readonly start: number;
    readonly marginal: (end: number) => number;
    readonly unitMinor: number;
    readonly stepPpm: bigint;
  },
): LadderStep[] {
  const steps: LadderStep[] = [];
  for (const [at, end] of ends.entries()) {
    const from = at === 0 ? of.start : (ends[at - 1] as number);
    const fromMinor = BigInt(Math.floor(from * of.unitMinor));
    const ratePpm = quantizeRatePpmUp(Math.min(1, of.marginal(end)), of.stepPpm);
    const last = steps.at(-1);
    if (ratePpm > 0n && (last === undefined || (ratePpm > last.ratePpm && fromMinor > last.fromMinor)))
      steps.push({ fromMinor, ratePpm });
  }
  return steps;
}
