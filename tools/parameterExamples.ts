/** The table of the page on margin parameters, computed by src/risk/parameters. */
import {
  ANTI_PROCYCLICAL_POLICIES,
  concentrationLadder,
  ewmaNormalModel,
  liquidityLadder,
  PARAMETER_RULES,
  proposeHaircut,
  proposeParameters,
  steppedReturns,
  VOLATILITY_STEP,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const PARAMETER_EXAMPLES: Readonly<Record<string, () => string>> = {
  'margin-parameters': parametersExample,
  haircut: haircutExample,
  'add-on-ladder': ladderExample,
};

/** Normal returns of 2% a day; 1,000,000 of volume in a day of stress. */
function parametersExample(): string {
  const result = proposeParameters({
    instrument: 'EXAMPLE',
    returns: steppedReturns({ ...VOLATILITY_STEP, daysBefore: 1000, daysAfter: 0 }),
    returnDays: 1,
    model: ewmaNormalModel(),
    liquidity: { dailyVolumeMinor: 1_000_000n, halfSpread: 0.0005, volatility: 0.02 },
    capsMinor: [10_000n, 100_000n, 400_000n, 1_600_000n],
    rules: { ...PARAMETER_RULES, policy: ANTI_PROCYCLICAL_POLICIES.default },
  });
  if (!result.ok) throw new Error(result.error.code);
  const { brackets, reasons, basis } = result.value;
  const rows = brackets.map((bracket, at) => {
    const { liquidation, initialRate, because } = reasons[at] as (typeof reasons)[number];
    return [
      `${bracket.notionalCapMinor ?? 'beyond'}`,
      liquidation === null ? '' : significant(liquidation.periodDays),
      liquidation === null ? '' : significant(liquidation.horizonFactor),
      liquidation === null ? '' : significant(liquidation.costRate),
      initialRate === null ? '' : significant(initialRate),
      `${bracket.initialMarginRatePpm}`,
      `${bracket.maintenanceMarginRatePpm}`,
      `${bracket.leverageMaxPpm}`,
      because,
    ];
  });
  const head = [
    'up to',
    'days',
    'factor',
    'cost',
    'initial',
    'initial ppm',
    'maintenance ppm',
    'leverage ppm',
    'because',
  ];
  const { initial, maintenance } = basis;
  const line = (name: string, { modelRate, rate, side }: typeof initial) =>
    `${name}: model ${significant(modelRate)} (${side}), after the policy ${significant(rate)}.`;
  return `${line('Initial', initial)} ${line('Maintenance', maintenance)}\n\n${table(head, rows).trim()}\n`;
}

/** Of an asset with the same returns and liquidity, held as collateral. */
function haircutExample(): string {
  const result = proposeHaircut({
    returns: steppedReturns({ ...VOLATILITY_STEP, daysBefore: 1000, daysAfter: 0 }),
    returnDays: 1,
    model: ewmaNormalModel(),
    liquidity: { dailyVolumeMinor: 1_000_000n, halfSpread: 0.0005, volatility: 0.02 },
    rules: { ...PARAMETER_RULES, policy: ANTI_PROCYCLICAL_POLICIES.default },
  });
  if (!result.ok) throw new Error(result.error.code);
  const { tail, liquidation, rate, haircutPpm, countedCapMinor } = result.value;
  const row = [
    significant(tail.rate),
    significant(liquidation?.costRate ?? 0),
    significant(rate),
    `${haircutPpm}`,
    `${countedCapMinor}`,
  ];
  return `${table(['fall', 'cost', 'haircut', 'haircut ppm', 'counted cap'], [row]).trim()}\n`;
}

/** For the same liquidity, and a loss of 0.05852 in one margin period. */
function ladderExample(): string {
  const liquidity = { dailyVolumeMinor: 1_000_000n, halfSpread: 0.0005, volatility: 0.02 };
  const rows = [
    ...liquidityLadder(liquidity, PARAMETER_RULES).map((step) => ['liquidity', step] as const),
    ...concentrationLadder(0.05852, liquidity, PARAMETER_RULES).map(
      (step) => ['concentration', step] as const,
    ),
  ].map(([name, { fromMinor, ratePpm }]) => [name, `${fromMinor}`, `${ratePpm}`]);
  return `${table(['add-on', 'from', 'rate ppm'], rows).trim()}\n`;
}

function significant(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}
