/**
 * The way of a command from whoever sends it to the engine, over whatever it came: may it be sent, must it be kept in the audit, must
 * somebody else approve it; then it is handed on, in the order in which it came. An answer is given when what it says is durable.
 */
import {
  COMMAND_ACCESS,
  type Json,
  type JsonObject,
  outcomeJson,
  type Problem,
  parseCommand,
  problem,
  recordJson,
  rejectionProblem,
  type Scope,
  translateCommand,
  type WireCommand,
} from '../contract/index.js';
import type { EngineRecord, ExternalCommand, State } from '../engine/index.js';
import type { Access } from './access/access.js';
import { isWaiting } from './access/approvals.js';
import { commandDigest } from './access/audit.js';
import { forbids, leavesPools } from './access/permit.js';
import { isBound, type Principal } from './access/principal.js';
import { affectedAccounts } from './affectedAccounts.js';
import { type GuardedHost, HostFailed } from './guardedHost.js';
import { okReply, problemReply, Refused, type Reply, refuse, refuseIssues, under } from './reply.js';

/** Who sends, and who keeps the books of it; no books where nobody is asked who they are. */
export interface Sender {
  readonly caller: Principal;
  readonly access: Access | null;
}

export interface SentCommand {
  readonly id: string;
  /** As it was sent. */
  readonly command: unknown;
  /** Where in the request it stands. */
  readonly path: string;
  /** Who had asked for it, where it is sent because it was approved. */
  readonly askedBy?: string;
}

export const REPLAY_HEADER = 'idempotent-replay';
/** Scopes whose commands are kept in the audit. */
const AUDITED: ReadonlySet<Scope> = new Set(['treasury', 'risk', 'admin']);
/** With the prefix of its sender, an id must still fit the journal. */
const ID_LENGTH_MAX = 64;

/** Commands in order, each with its own answer; one that is refused stops nobody. */
export async function answerCommands(
  host: GuardedHost,
  sender: Sender,
  sent: readonly SentCommand[],
): Promise<readonly Reply[]> {
  return Promise.all((await handOnCommands(host, sender, sent)).answers);
}

/** The same, resolved when all are handed on, so that a sender may hand on more in order before these are answered. */
export async function handOnCommands(
  host: GuardedHost,
  sender: Sender,
  sent: readonly SentCommand[],
): Promise<{ readonly answers: readonly Promise<Reply>[] }> {
  // What is kept in the audit is kept before any command is handed on, so that they are handed on in one turn and in order.
  const kept = sent.some((one) => isAudited(sender, one))
    ? await Promise.all(sent.map((one) => keep(host, sender, one)))
    : [];
  const answers = sent.map(async (one, at) => {
    const before = kept[at] ?? null;
    if (before?.held !== undefined) return before.held;
    const reply = await orProblem(submit(host, sender.caller, one));
    if (before !== null && sender.access !== null)
      await sender.access.audit.add({ what: 'answered', of: before.number, ...told(reply) });
    return reply;
  });
  return { answers };
}

/** What the command would do now: its events, the work it would set off, and the accounts it would touch. */
export async function tryCommand(host: GuardedHost, caller: Principal, value: unknown): Promise<Reply> {
  return readAndHandOn(host, caller, { value, path: '/command' }, (command) =>
    host.dryRun(command, ({ record, work }, sight) => {
      const { state } = sight;
      const { outcome } = record;
      if (outcome.kind === 'rejected') {
        return problemReply(rejectionProblem(state, command, outcome.rejection), { dryRun: true });
      }
      // What else the engine would do is not told to those who must not know of others.
      const steps = isBound(caller) ? [] : work;
      return okReply({
        dryRun: true,
        outcome: outcomeJson(state, record),
        work: steps.map((step) => tryStep(state, step)),
        ...affectedAccounts(sight, [record, ...steps], caller),
      });
    }),
  );
}

/** All in order and put back, each with the answer it would have had. */
export async function tryCommands(
  host: GuardedHost,
  caller: Principal,
  values: readonly { readonly value: unknown; readonly path: string }[],
): Promise<readonly Reply[]> {
  return host.trial(
    (run, { state }) =>
      values.map(({ value, path }) => {
        const read = readFor(state, caller, { value, path });
        if (read instanceof Refused) return problemReply(read.problem, {}, read.headers);
        const { record } = run(read);
        return record.outcome.kind === 'rejected'
          ? problemReply(rejectionProblem(state, read, record.outcome.rejection), { dryRun: true })
          : okReply({ dryRun: true, outcome: outcomeJson(state, record) });
      }),
    (replies) => replies,
  );
}

/** Sends what was approved, in the name of whoever approves it. */
export async function sendApproved(host: GuardedHost, sender: Sender, sent: SentCommand): Promise<Reply> {
  const before = await keep(host, sender, sent);
  const reply = await orProblem(submit(host, { ...sender.caller, idPrefix: '' }, sent));
  if (before !== null && sender.access !== null)
    await sender.access.audit.add({ what: 'answered', of: before.number, ...told(reply) });
  return reply;
}

interface Kept {
  readonly number: number;
  /** The answer of a command that waits for somebody else. */
  readonly held?: Reply;
}

function isAudited({ access }: Sender, { command }: SentCommand): boolean {
  return access !== null && AUDITED.has(scopeOf(command) ?? 'read');
}

function scopeOf(command: unknown): Scope | null {
  const parsed = parseCommand(command);
  return parsed.ok ? COMMAND_ACCESS[parsed.value.kind].scope : null;
}

/** Null where it is of the day's business, or may not be sent at all. */
async function keep(
  { state }: GuardedHost,
  { caller, access }: Sender,
  { id, command, askedBy }: SentCommand,
): Promise<Kept | null> {
  const parsed = parseCommand(command);
  if (access === null || !parsed.ok || forbids(state, caller, parsed.value) !== null) return null;
  const { kind } = parsed.value;
  const { scope } = COMMAND_ACCESS[kind];
  if (!AUDITED.has(scope)) return null;
  const digest = commandDigest(command);
  const journalId = caller.idPrefix + id;
  if (askedBy === undefined && access.terms.fourEyes.includes(scope)) {
    const held = await hold(access, {
      by: caller.id,
      scope,
      id: journalId,
      command: command as Json,
      digest,
    });
    if (held !== null) return { number: 0, held };
  }
  const { number } = await access.audit.add({
    what: 'asked',
    by: caller.id,
    scope,
    id: journalId,
    kind,
    digest,
    askedBy: askedBy ?? null,
  });
  return { number };
}

/** Null where it was approved before, so that it is answered as it was then. */
async function hold(
  { approvals, audit, clock }: Access,
  asked: Parameters<Access['approvals']['ask']>[0],
): Promise<Reply | null> {
  const known = approvals.of(asked.id);
  if (known !== null && known.digest !== asked.digest)
    return problemReply(problem('idempotency_conflict', { context: { id: asked.id } }));
  if (known?.decision === 'approved') return null;
  if (known !== null && !isWaiting(known, clock()))
    return problemReply(problem('approval_decided', { context: { approval: known.approval } }));
  const approval = known ?? (await approvals.ask(asked));
  if (known === null)
    await audit.add({ what: 'approval', by: asked.by, change: 'asked', approval: approval.approval });
  return {
    status: 202,
    body: { awaitingApproval: true, approval: approval.approval, expiresMs: approval.expiresMs },
  };
}

function told({ status, body }: Reply) {
  return {
    status,
    code: (body['code'] ?? null) as string | null,
    sequence: (body['sequence'] ?? null) as number | null,
  };
}

async function submit(
  host: GuardedHost,
  caller: Principal,
  { id, command: value, path }: SentCommand,
): Promise<Reply> {
  const journalId = caller.idPrefix + id;
  if (journalId.length > ID_LENGTH_MAX)
    throw refuse('invalid_id', { id, lengthMax: ID_LENGTH_MAX - caller.idPrefix.length });
  const answer = await readAndHandOn(host, caller, { value, path }, (command) =>
    host.submit(journalId, command),
  );
  const isFree = !isBound(caller);
  if (answer.kind === 'conflict')
    throw refuse('idempotency_conflict', { id, ...(isFree ? { sequence: answer.sequence } : {}) });
  // It was done; what was answered cannot be read now.
  if (answer.kind === 'archived') throw refuse('records_archived', { id });
  const { record } = answer;
  const isReplay = answer.kind === 'duplicate';
  const work = isReplay ? workAfter(host, record.sequence) : workOf(answer.work);
  return recordReply(
    host.state,
    { ...record, commandId: id },
    { work: isFree ? work : null, headers: isReplay ? { [REPLAY_HEADER]: 'true' } : {} },
  );
}

/** The command of the engine, or why there is none. */
function readFor(
  state: State,
  caller: Principal,
  { value, path }: { readonly value: unknown; readonly path: string },
): ExternalCommand | Refused {
  const parsed = parseCommand(value);
  if (!parsed.ok) return refuseIssues(under(path, parsed.error));
  const forbidden = forbids(state, caller, parsed.value);
  if (forbidden !== null) return new Refused(forbidden);
  const read = translateCommand(state, parsed.value as WireCommand);
  if (!read.ok) return refuseIssues(under(path, read.error));
  const outside: Problem | null = leavesPools(state, caller, read.value);
  return outside === null ? read.value : new Refused(outside);
}

/**
 * Reads the command and hands it on in the same turn, so that commands are applied in the order in which they
 * came. A refusal that depends on the state is given when that state is durable.
 */
async function readAndHandOn<T>(
  host: GuardedHost,
  caller: Principal,
  sent: { readonly value: unknown; readonly path: string },
  handOn: (command: ExternalCommand) => Promise<T>,
): Promise<T> {
  if (host.failure !== null) throw new HostFailed(host.failure.message);
  const read = readFor(host.state, caller, sent);
  if (!(read instanceof Refused)) return handOn(read);
  await host.read(() => undefined);
  throw read;
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

async function orProblem(work: Promise<Reply>): Promise<Reply> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused) return problemReply(error.problem, {}, error.headers);
    throw error;
  }
}
