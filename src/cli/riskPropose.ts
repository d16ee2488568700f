/** `bulkhead risk propose`: margin rates and haircuts for a running venue, from price files; nothing is changed. */
import type { ImpactSummary, ProposedScenarios, RiskProposal } from '../contract/index.js';
import { TAIL_MODEL_NAMES } from '../risk/index.js';
import { oneOf, type ParsedArguments, parseArguments } from './arguments.js';
import { EXIT_DONE, UsageError } from './failures.js';
import type { Io } from './io.js';
import { marketOf } from './riskPrices.js';
import { nameOf, scenarioImpacts } from './riskScenarios.js';
import { collateralName, type Impacts, impactsOf, liquidityOf, proposalFor } from './riskVenue.js';
import { serviceAt } from './service.js';
import { table } from './table.js';

const OPTIONS = {
  url: { type: 'string' },
  prices: { type: 'string' },
  liquidity: { type: 'string' },
  model: { type: 'string' },
  'rise-max': { type: 'string' },
  'fall-max': { type: 'string' },
  scenarios: { type: 'string' },
  notice: { type: 'string' },
  grace: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function riskPropose(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMax: 0 });
  const [url, prices] = [parsed.text('url'), parsed.text('prices')];
  if (url === undefined) throw new UsageError('--url ADDRESS of a running `bulkhead serve` is needed');
  if (prices === undefined) throw new UsageError('--prices DIR is needed');
  const service = serviceAt(url, io.env);
  const proposal = await proposalFor(service, {
    ...settingsOf(parsed),
    market: await marketOf(prices, io),
    liquidity: await liquidityOf(parsed.text('liquidity'), io),
  });
  if (parsed.flag('json')) io.out(`${JSON.stringify(proposal)}\n`);
  else {
    const impacts = await impactsOf(service, proposal);
    io.out(proposalText(proposal, { impacts, liquidated: await scenarioImpacts(service, proposal) }));
  }
  return EXIT_DONE;
}

const HOUR_MS = 3_600_000;

function settingsOf(parsed: ParsedArguments) {
  return {
    scenarioPools: poolsOf(parsed),
    model: oneOf(parsed, 'model', { words: TAIL_MODEL_NAMES, fallback: 'filtered' }),
    limits: { riseMax: numberOf(parsed, 'rise-max'), fallMax: numberOf(parsed, 'fall-max') },
    noticeMs: Math.round((numberOf(parsed, 'notice') ?? 24) * HOUR_MS),
    graceMs: Math.round((numberOf(parsed, 'grace') ?? 24) * HOUR_MS),
  };
}

function poolsOf(parsed: ParsedArguments): readonly string[] {
  const names = parsed.text('scenarios')?.split(',') ?? [];
  if (names.includes('') || new Set(names).size < names.length)
    throw new UsageError('--scenarios takes pools, each once, as in main,second');
  return names;
}

function numberOf(
  parsed: ParsedArguments,
  name: 'rise-max' | 'fall-max' | 'notice' | 'grace',
): number | null {
  const text = parsed.text(name);
  if (text === undefined) return null;
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  const most = name === 'fall-max' ? 1 : name === 'rise-max' ? 100 : 8760;
  if (!(value <= most)) throw new UsageError(`--${name} is a number from 0 to ${most}`);
  return value;
}

const COLUMNS = [
  { title: 'instrument' },
  { title: 'up to', align: 'right' },
  { title: 'initial', align: 'right' },
  { title: 'proposed', align: 'right' },
  { title: 'maintenance', align: 'right' },
  { title: 'proposed', align: 'right' },
  { title: 'because' },
] as const;

const COLLATERAL_COLUMNS = [
  { title: 'collateral' },
  { title: 'haircut', align: 'right' },
  { title: 'proposed', align: 'right' },
  { title: 'counted cap', align: 'right' },
  { title: 'proposed', align: 'right' },
  { title: 'because' },
] as const;

/** Whom a proposal would hit: by change of rates or haircut, and by scenario set. */
export interface Hits {
  readonly impacts: Impacts;
  readonly liquidated: ReadonlyMap<string, number>;
}

export function proposalText(proposal: RiskProposal, { impacts, liquidated }: Hits): string {
  const { instruments, skipped, collateral, skippedCollateral, history, model } = proposal;
  const { effectiveMs, graceUntilMs } = proposal;
  const rows = instruments.flatMap(({ instrument, tiers }) =>
    tiers.map(({ notionalCap, before, after, because, limited }, at) => [
      at === 0 ? instrument : '',
      notionalCap ?? 'beyond',
      before.initialMarginRate,
      after.initialMarginRate,
      before.maintenanceMarginRate,
      after.maintenanceMarginRate,
      limited ? `${because}, limited` : because,
    ]),
  );
  const counted = collateral.map(({ pool, asset, before, after, because, limited }) => [
    collateralName({ pool, asset }),
    before.haircutRate,
    after.haircutRate,
    before.countedCap ?? 'none',
    after.countedCap ?? 'none',
    limited ? `${because}, limited` : because,
  ]);
  const impactOn = (name: string, neutral: readonly string[]) =>
    impactText(name, neutral, impacts.get(name) ?? null);
  const time = (timeMs: number) => new Date(timeMs).toISOString();
  return [
    `${model} on prices from ${history.from} to ${history.to}; the venue at sequence ${proposal.madeAt.sequence}\n\n`,
    rows.length === 0 ? 'no instrument has a proposal\n' : table(COLUMNS, rows),
    counted.length === 0 ? '' : `\n${table(COLLATERAL_COLUMNS, counted)}`,
    '\n',
    ...instruments.map(({ instrument, neutral }) => impactOn(instrument, neutral)),
    ...collateral.map(({ neutral, ...of }) => impactOn(collateralName(of), neutral)),
    ...skipped.map(({ instrument, reason }) => `${instrument}: no proposal, ${reason}\n`),
    ...skippedCollateral.map(({ reason, ...of }) => `${collateralName(of)}: no proposal, ${reason}\n`),
    ...proposal.scenarioSets.map((one) => scenariosText(one, liquidated.get(nameOf(one)) ?? 0)),
    ...proposal.skippedScenarios.map(
      ({ pool, reason, at }) =>
        `scenarios of ${pool}: no proposal, ${reason}${at === '' ? '' : ` (${at})`}\n`,
    ),
    `\nin force ${time(effectiveMs)}, for liquidation ${time(graceUntilMs)}; nothing has been changed\n`,
  ].join('');
}

function scenariosText(proposed: ProposedScenarios, liquidated: number): string {
  const { set, underlyings, instruments, neutral, still } = proposed;
  const worst = underlyings.map(({ underlying, moves }) => {
    const sorted = Float64Array.from(moves, Number).sort();
    return `${underlying} ${sorted[0]} to ${sorted.at(-1)}`;
  });
  const unknown = neutral.length === 0 ? '' : `; no liquidity data, neutral: ${neutral.join(', ')}`;
  const unmoved = still.length === 0 ? '' : `; without a history, standing still: ${still.join(', ')}`;
  return `scenarios ${nameOf(proposed)}: ${set.scenarios.length} days of ${worst.join(', ')} for ${instruments.length} instruments, ${liquidated} accounts would be liquidated${unknown}${unmoved}\n`;
}

function impactText(name: string, neutral: readonly string[], impact: ImpactSummary | null): string {
  const unknown = neutral.length === 0 ? '' : `; no data, neutral: ${neutral.join(', ')}`;
  if (impact === null) return `${name}: nothing would change${unknown}\n`;
  const sums = impact.sums.map(
    ({ asset, missingInitial, missingMaintenance }) =>
      `, short of ${missingInitial} ${asset} initial and ${missingMaintenance} ${asset} maintenance margin`,
  );
  const unpriced = impact.unpriced.length === 0 ? '' : `; ${impact.unpriced.length} cannot be priced`;
  return `${name}: ${impact.count} accounts would lack margin, ${impact.newlyLiquidatable} of them be newly liquidatable${sums.join('')}${unpriced}${unknown}\n`;
}
