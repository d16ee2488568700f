/** Commands: one, a batch, or only tried. An answer is given when what it says is durable. */
import type { Result } from '../base/index.js';
import {
  type Issues,
  type JsonObject,
  outcomeJson,
  problem,
  readBatchItem,
  readBatchRequest,
  readCommand,
  readCommandId,
  readCommandRequest,
  recordJson,
  rejectionProblem,
} from '../contract/index.js';
import type { EngineRecord, ExternalCommand, State } from '../engine/index.js';
import { affectedAccounts } from './affectedAccounts.js';
import { type GuardedHost, HostFailed } from './guardedHost.js';
import { okReply, problemReply, Refused, type Reply, refuse, refuseIssues, under } from './reply.js';
import type { RouteRequest } from './routes.js';

export async function postCommand(host: GuardedHost, request: RouteRequest): Promise<Reply> {
  const body = readOrRefuse(readCommandRequest(request.body));
  if (body.dryRun === true) return tryCommand(host, body.command);
  return submit(host, commandId(body.id, request.headers['idempotency-key']), body.command);
}

/**
 * Every command in order, each seeing what those before it did; one that is refused stops nobody. A batch is not
 * atomic: each command is done or refused for itself.
 */
export async function postBatch(host: GuardedHost, request: RouteRequest): Promise<Reply> {
  const { commands } = readOrRefuse(readBatchRequest(request.body));
  // Each call has applied its command before the next one starts; they wait for the disk together.
  const answers = await Promise.all(commands.map((item, at) => batchAnswer(host, item, at)));
  return okReply({ answers });
}

async function batchAnswer(host: GuardedHost, item: unknown, at: number): Promise<JsonObject> {
  const reply = await answerItem(host, item, `/commands/${at}`);
  return {
    status: reply.status,
    replayed: reply.headers?.[REPLAY_HEADER] !== undefined,
    answer: reply.body,
  };
}

async function answerItem(host: GuardedHost, item: unknown, path: string): Promise<Reply> {
  try {
    const { id, command } = readOrRefuse(readBatchItem(item), path);
    return await submit(host, id, command, `${path}/command`);
  } catch (error) {
    if (error instanceof Refused) return problemReply(error.problem);
    throw error;
  }
}

const REPLAY_HEADER = 'idempotent-replay';

async function submit(host: GuardedHost, id: string, value: unknown, path = '/command'): Promise<Reply> {
  const answer = await readAndHandOn(host, { value, path }, (command) => host.submit(id, command));
  if (answer.kind === 'conflict') throw refuse('idempotency_conflict', { id, sequence: answer.sequence });
  const { record } = answer;
  const isReplay = answer.kind === 'duplicate';
  const work = isReplay ? workAfter(host, record.sequence) : workOf(answer.work);
  return recordReply(host.state, record, { work, headers: isReplay ? { [REPLAY_HEADER]: 'true' } : {} });
}

/**
 * Reads the command and hands it on in the same turn, so that commands are applied in the order in which they
 * came. A refusal that depends on the state is given when that state is durable.
 */
async function readAndHandOn<T>(
  host: GuardedHost,
  { value, path }: { readonly value: unknown; readonly path: string },
  handOn: (command: ExternalCommand) => Promise<T>,
): Promise<T> {
  if (host.failure !== null) throw new HostFailed(host.failure.message);
  const read = readCommand(host.state, value);
  if (read.ok) return handOn(read.value);
  const refusal = refuseIssues(under(path, read.error));
  await host.read(() => undefined);
  throw refusal;
}

/** What the command would do now: its events, the work it would set off, and the accounts it would touch. */
async function tryCommand(host: GuardedHost, value: unknown): Promise<Reply> {
  return readAndHandOn(host, { value, path: '/command' }, (command) =>
    host.dryRun(command, ({ record, work }, sight) => {
      const { state } = sight;
      const { outcome } = record;
      if (outcome.kind === 'rejected') {
        return problemReply(rejectionProblem(state, command, outcome.rejection), { dryRun: true });
      }
      return okReply({
        dryRun: true,
        outcome: outcomeJson(state, record),
        work: work.map((step) => tryStep(state, step)),
        ...affectedAccounts(sight, [record, ...work]),
      });
    }),
  );
}

/** A step of work without a place in the journal: it has none. */
function tryStep(state: State, step: EngineRecord): JsonObject {
  const { sequence: _sequence, timeMs: _timeMs, id: _id, ...rest } = recordJson(state, step);
  return rest;
}

interface Work {
  readonly records: number;
  readonly fromSequence: number;
  readonly toSequence: number;
}

function recordReply(
  state: State,
  record: EngineRecord,
  { work, headers }: { readonly work: Work | null; readonly headers: Readonly<Record<string, string>> },
): Reply {
  const { sequence, timeMs, commandId: id, command, outcome } = record;
  const place = { id, sequence, timeMs };
  if (outcome.kind === 'rejected') {
    return problemReply(rejectionProblem(state, command, outcome.rejection), place, headers);
  }
  return okReply({ ...place, outcome: outcomeJson(state, record), work }, headers);
}

/** The engine's own steps that followed: to be read in the journal. */
function workOf(work: readonly EngineRecord[]): Work | null {
  const [first, last] = [work[0], work.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { records: work.length, fromSequence: first.sequence, toSequence: last.sequence };
}

/** The same, from the journal: steps of the engine's own have no command id. */
function workAfter(host: GuardedHost, sequence: number): Work | null {
  const work: EngineRecord[] = [];
  for (const record of host.records(sequence + 1)) {
    if (record.commandId !== '') break;
    work.push(record);
  }
  return workOf(work);
}

/** From the body or the header, which may quote it as a structured field does. */
function commandId(fromBody: string | undefined, header: string | string[] | undefined): string {
  if (header === undefined) {
    if (fromBody === undefined) throw refuse('missing_command_id');
    return fromBody;
  }
  const text = String(header);
  const id = readCommandId(/^".*"$/.test(text) ? text.slice(1, -1) : text);
  if (!id.ok) throw refuseIssues(under('/headers/idempotency-key', id.error));
  if (fromBody !== undefined && fromBody !== id.value) {
    throw new Refused(
      problem('command_id_mismatch', { context: { id: fromBody, idempotencyKey: id.value } }),
    );
  }
  return id.value;
}

function readOrRefuse<T>(read: Result<T, Issues>, path = ''): T {
  if (!read.ok) throw refuseIssues(under(path, read.error));
  return read.value;
}
