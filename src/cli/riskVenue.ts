/** Margin rates and haircuts of a venue by its service: proposed, weighed by whom they would hit, and sent. Shared by the commands and the schedule. */
import { append } from '../base/append.js';
import {
  type ImpactSummary,
  type ProposalLimits,
  proposeRisk,
  type RiskProposal,
  readVenueInstruments,
  readVenuePools,
  type VenueInstruments,
  type VenuePool,
} from '../contract/index.js';
import {
  type AlignedMarket,
  fileFaultText,
  type LiquiditySnapshot,
  PARAMETER_RULES,
  readLiquidityFile,
  type TailModelName,
} from '../risk/index.js';
import { Refusal } from './failures.js';
import { type Io, readText } from './io.js';
import type { Service } from './service.js';

export interface ProposalSettings {
  readonly market: AlignedMarket;
  readonly liquidity: readonly LiquiditySnapshot[];
  /** Pools for whose portfolio accounts a scenario set is proposed. */
  readonly scenarioPools: readonly string[];
  readonly model: TailModelName;
  readonly limits: ProposalLimits;
  /** Until the rates count for opening, and from then until they count for liquidation. */
  readonly noticeMs: number;
  readonly graceMs: number;
}

export async function proposalFor(service: Service, settings: ProposalSettings): Promise<RiskProposal> {
  const venue = await venueAt(service);
  const pools = await poolsAt(service);
  const { noticeMs, graceMs, ...inputs } = settings;
  const effectiveMs = venue.timeMs + noticeMs;
  return proposeRisk({
    ...inputs,
    venue,
    pools,
    rules: PARAMETER_RULES,
    effectiveMs,
    graceUntilMs: effectiveMs + graceMs,
  });
}

export async function venueAt(service: Service): Promise<VenueInstruments> {
  const read = readVenueInstruments(await service.list('/v1/instruments', 'instruments'));
  if (read.ok) return read.value;
  throw new Refusal('bad_answer', `/v1/instruments: ${read.error[0].path} ${read.error[0].message}`);
}

export async function poolsAt(service: Service): Promise<readonly VenuePool[]> {
  const read = readVenuePools(await service.list('/v1/pools', 'pools'));
  if (read.ok) return read.value;
  throw new Refusal('bad_answer', `/v1/pools: ${read.error[0].path} ${read.error[0].message}`);
}

export async function liquidityOf(path: string | undefined, io: Io): Promise<readonly LiquiditySnapshot[]> {
  if (path === undefined) return [];
  const read = readLiquidityFile(await readText(path, io));
  if (!read.ok) throw new Refusal(read.error.code, `${path}: ${fileFaultText(read.error)}`);
  return read.value;
}

/** Whom a proposal would leave short of margin, by what it changes; null where nothing changes. */
export type Impacts = ReadonlyMap<string, ImpactSummary | null>;

/** How a change of collateral is named beside those of instruments. */
export function collateralName({ pool, asset }: { readonly pool: string; readonly asset: string }): string {
  return `${asset} in ${pool}`;
}

/** As the venue reckons it now, before anything is changed. */
export async function impactsOf(service: Service, proposal: RiskProposal): Promise<Impacts> {
  const impacts = new Map<string, ImpactSummary | null>();
  for (const { instrument, command } of proposal.instruments) {
    const path = `/v1/instruments/${encodeURIComponent(instrument)}/impact`;
    const impact =
      command === null ? null : ((await service.post(path, command.definition)) as ImpactSummary);
    impacts.set(instrument, impact);
  }
  for (const { pool, asset, after, command } of proposal.collateral) {
    const path = `/v1/pools/${encodeURIComponent(pool)}/collateral/${encodeURIComponent(asset)}/impact`;
    const impact = command === null ? null : ((await service.post(path, after)) as ImpactSummary);
    impacts.set(collateralName({ pool, asset }), impact);
  }
  return impacts;
}

/** More accounts than allowed would become liquidatable: nothing is sent. */
export function refuseLargeImpact(
  { impacts, liquidated }: { readonly impacts: Impacts; readonly liquidated: ReadonlyMap<string, number> },
  most: number,
): void {
  const ofSets = [...liquidated.values()].reduce((sum, hit) => sum + hit, 0);
  const hit = [...impacts.values()].reduce((sum, impact) => sum + (impact?.newlyLiquidatable ?? 0), ofSets);
  if (hit > most)
    throw new Refusal('impact_too_large', `${hit} accounts would be newly liquidatable, ${most} are allowed`);
}

export interface SentChange {
  /** The instrument, or the asset and its pool. */
  readonly subject: string;
  /** Null where the venue refused it. */
  readonly sequence: number | null;
  readonly refusal: string | null;
}

/** Definitions are long, and a body has a limit. */
const BATCH = 100;

interface BatchAnswer {
  readonly answers: readonly {
    readonly status: number;
    readonly answer: { readonly sequence?: number; readonly detail?: string };
  }[];
}

/** Ids follow from the proposal: sent twice it is applied once. */
export async function sendProposal(
  service: Service,
  { instruments, collateral, madeAt, effectiveMs }: RiskProposal,
): Promise<readonly SentChange[]> {
  const changing = [
    ...instruments.map(({ instrument, command }) => ({ subject: instrument, command })),
    ...collateral.map(({ command, ...of }) => ({ subject: collateralName(of), command })),
  ].filter(({ command }) => command !== null);
  const commands = changing.map(({ command }, at) => ({
    id: `risk-${madeAt.sequence}-${effectiveMs}-${at}`,
    command,
  }));
  const answers: BatchAnswer['answers'][number][] = [];
  for (let from = 0; from < commands.length; from += BATCH) {
    const body = { commands: commands.slice(from, from + BATCH) };
    append(answers, ((await service.post('/v1/commands/batch', body)) as BatchAnswer).answers);
  }
  return answers.map(({ status, answer }, at) => ({
    subject: changing[at]?.subject ?? '',
    sequence: status === 200 ? (answer.sequence ?? null) : null,
    refusal: status === 200 ? null : (answer.detail ?? String(status)),
  }));
}
