/**
 * `bulkhead serve --risk FILE`: margin rates proposed and applied by the service itself, every so often and within limits. It does what
 * `risk propose` and `risk apply` do; what it cannot do it says, and the rates stay as they are.
 */
import { join } from 'node:path';
import { type RiskSchedule, readRiskSchedule } from '../contract/index.js';
import { Refusal } from './failures.js';
import { type Io, readText } from './io.js';
import { marketOf } from './riskPrices.js';
import {
  impactsOf,
  liquidityOf,
  proposalFor,
  refuseLargeImpact,
  type SentChange,
  sendProposal,
} from './riskVenue.js';
import { serviceAt } from './service.js';

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
  readonly url: string;
  /** Of the journal. */
  readonly directory: string;
  readonly tell: (run: RiskRun) => void;
}): { readonly stop: () => Promise<void> } {
  const { schedule, tell } = options;
  let running: Promise<void> | null = null;
  const begin = () => {
    running ??= runOnce(options)
      .then(tell)
      .finally(() => {
        running = null;
      });
  };
  begin();
  const timer = setInterval(begin, schedule.everyHours * HOUR_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function runOnce(options: Parameters<typeof keepRates>[0]): Promise<RiskRun> {
  const { schedule, url, directory } = options;
  try {
    const service = serviceAt(url);
    const proposal = await proposalFor(service, {
      market: await marketOf(schedule.prices ?? join(directory, 'candles'), SILENT),
      liquidity: await liquidityOf(schedule.liquidity, SILENT),
      model: schedule.model ?? 'filtered',
      limits: { riseMax: schedule.riseMax, fallMax: schedule.fallMax },
      noticeMs: Math.round(schedule.noticeHours * HOUR_MS),
      graceMs: Math.round(schedule.graceHours * HOUR_MS),
    });
    refuseLargeImpact(await impactsOf(service, proposal), schedule.liquidatableMax);
    return { event: 'riskApplied', changes: await sendProposal(service, proposal) };
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
