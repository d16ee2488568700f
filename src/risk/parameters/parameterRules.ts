/** How margin parameters are made from forecasts and liquidity, as data. */
import { readConfidence } from '../measures/tailCount.js';
import { ANTI_PROCYCLICAL_POLICIES, type AntiProcyclicalPolicy } from '../procyclicality/policy.js';
import { type RiskFault, riskFault } from '../riskFault.js';

export interface ParameterRules {
  /** Decimal texts: expected shortfall at these, the worse of both sides. */
  readonly initialConfidence: string;
  readonly maintenanceConfidence: string;
  readonly policy: AntiProcyclicalPolicy;
  /** Margin period of a position that the market takes in no time, in days. */
  readonly periodDaysMin: number;
  /** Share of a day's volume that a liquidation may take. */
  readonly participation: number;
  /** Loss grows with (period / period of the returns)^exponent where the period is the longer; it is never scaled down. */
  readonly horizonExponent: number;
  /** c of c x sigma x sqrt(size / volume). */
  readonly impactCoefficient: number;
  /** Rates are whole multiples of it, rounded up. */
  readonly stepPpm: bigint;
  readonly initialMaxPpm: bigint;
  readonly maintenanceMaxPpm: bigint;
}

export const PARAMETER_RULES: ParameterRules = {
  initialConfidence: '0.99',
  maintenanceConfidence: '0.975',
  policy: ANTI_PROCYCLICAL_POLICIES.default,
  periodDaysMin: 1,
  participation: 0.1,
  horizonExponent: 0.5,
  impactCoefficient: 1,
  stepPpm: 2_500n,
  initialMaxPpm: 1_000_000n,
  maintenanceMaxPpm: 900_000n,
};

/** The first rule that is broken; null where all hold. */
export function parameterRulesFault(rules: ParameterRules): RiskFault | null {
  const initial = readConfidence(rules.initialConfidence);
  if (!initial.ok) return initial.error;
  const maintenance = readConfidence(rules.maintenanceConfidence);
  if (!maintenance.ok) return maintenance.error;
  const conditions = {
    maintenanceConfidence: Number(rules.maintenanceConfidence) <= Number(rules.initialConfidence),
    periodDaysMin: rules.periodDaysMin > 0 && Number.isFinite(rules.periodDaysMin),
    participation: rules.participation > 0 && rules.participation <= 1,
    horizonExponent: rules.horizonExponent > 0 && rules.horizonExponent <= 1,
    impactCoefficient: rules.impactCoefficient >= 0 && Number.isFinite(rules.impactCoefficient),
    stepPpm: rules.stepPpm > 0n,
    initialMaxPpm:
      rules.initialMaxPpm > 0n &&
      rules.initialMaxPpm <= 1_000_000n &&
      rules.initialMaxPpm % rules.stepPpm === 0n,
    maintenanceMaxPpm:
      rules.maintenanceMaxPpm > 0n &&
      rules.maintenanceMaxPpm <= rules.initialMaxPpm &&
      rules.maintenanceMaxPpm < 1_000_000n &&
      rules.maintenanceMaxPpm % rules.stepPpm === 0n,
  };
  const broken = Object.entries(conditions).find(([, holds]) => !holds);
  return broken === undefined ? null : riskFault('bad_parameter', broken[0]);
}
