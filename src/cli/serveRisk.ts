/**
 * `bulkhead serve --risk FILE`: margin rates proposed and applied by the service itself, every so often and within limits. It does what
 * `risk propose` and `risk apply` do; what it cannot do it says, and the rates stay as they are.
 */
import { join } from 'node:path';
import { type RiskProposal, type RiskSchedule, readRiskSchedule } from '../contract/index.js';
import { Refusal } from './failures.js';
import { type Io, readText } from './io.js';
import { marketOf } from './riskPrices.js';
import { scenarioImpacts, sendScenarioSets } from './riskScenarios.js';
import {
  impactsOf,
  liquidityOf,
  proposalFor,
  refuseLargeImpact,
  type SentChange,
  sendProposal,
} from './riskVenue.js';
import type { Service } from './service.js';

const HOUR_MS = 3_600_000;

/** What one run did. */
export type RiskRun =
  | { readonly event: 'riskApplied'; readonly changes: readonly SentChange[] }
  | { readonly event: 'riskRefused'; readonly code: string; readonly message: string };

export async function riskScheduleOf(file: string, io: Io): Promise<RiskSchedule> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(file, io));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('not_json', `${file} is not JSON`);
  }
  const read = readRiskSchedule(value);
  if (read.ok) return read.value;
  const [{ path, message }] = read.error;
  throw new Refusal('bad_schedule', `${file}: ${path || 'it'} ${message}`);
}

/** Runs at once and then every so often, one run at a time. */
export function keepRates(options: {
  readonly schedule: RiskSchedule;
  readonly service: Service;
  /** Of the journal. */
  readonly directory: string;
  readonly tell: (run: RiskRun) => void;
}): { readonly stop: () => Promise<void> } {
  const { schedule, service, tell } = options;
  let applied: RiskProposal | null = null;
  let running: Promise<void> | null = null;
  const begin = (run: () => Promise<RiskRun | null>) => {
    running ??= run()
      .then((told) => told !== null && tell(told))
      .then(() => undefined)
      .finally(() => {
        running = null;
      });
  };
  const propose = () =>
    begin(() =>
      runOnce(options, (proposal) => {
        applied = proposal;
      }),
    );
  propose();
  const timers = [setInterval(propose, schedule.everyHours * HOUR_MS)];
  if ((schedule.scenarioPools ?? []).length > 0)
    timers.push(
      setInterval(
        () => begin(() => sendVectors(service, applied)),
        (schedule.vectorSeconds ?? VECTOR_SECONDS) * 1_000,
      ),
    );
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await running;
    },
  };
}

const VECTOR_SECONDS = 60;

/** What the sets in force do at the marks of the moment; told only where the venue refuses it. */
async function sendVectors(service: Service, applied: RiskProposal | null): Promise<RiskRun | null> {
  if (applied === null) return null;
  try {
    const sent = await sendScenarioSets(service, applied);
    const refused = sent.filter(({ refusal }) => refusal !== null);
    return refused.length === 0 ? null : { event: 'riskApplied', changes: refused };
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'fault';
    return { event: 'riskRefused', code, message: (error as Error).message };
  }
}

/** `keep` is given what was applied. */
async function runOnce(
  options: Parameters<typeof keepRates>[0],
  keep: (applied: RiskProposal) => void,
): Promise<RiskRun> {
  const { schedule, service, directory } = options;
  try {
    const proposal = await proposalFor(service, {
      market: await marketOf(schedule.prices ?? join(directory, 'candles'), SILENT),
      liquidity: await liquidityOf(schedule.liquidity, SILENT),
      scenarioPools: schedule.scenarioPools ?? [],
      model: schedule.model ?? 'filtered',
      limits: { riseMax: schedule.riseMax, fallMax: schedule.fallMax },
      noticeMs: Math.round(schedule.noticeHours * HOUR_MS),
      graceMs: Math.round(schedule.graceHours * HOUR_MS),
    });
    const impacts = await impactsOf(service, proposal);
    const liquidated = await scenarioImpacts(service, proposal);
    refuseLargeImpact({ impacts, liquidated }, schedule.liquidatableMax);
    const changes = [
      ...(await sendProposal(service, proposal)),
      ...(await sendScenarioSets(service, proposal)),
    ];
    keep(proposal);
    return { event: 'riskApplied', changes };
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'fault';
    return { event: 'riskRefused', code, message: (error as Error).message };
  }
}

/** Gaps and outliers of a history are told to whoever proposes by hand. */
const SILENT: Io = {
  input: (async function* () {})(),
  out: () => undefined,
  err: () => undefined,
  isErrTerminal: false,
  hasColour: false,
  env: {},
};
