/** What would be: commands played and put back, and other parameters tried on those they concern. Nothing is kept. */
import { collateralImpactView, impactView } from '../contract/impactView.js';
import {
  accountView,
  ERRORS,
  type Issue,
  type Issues,
  issue,
  issuesProblem,
  readCommand,
  rejectionProblem,
  translateCommand,
  type WireCommand,
} from '../contract/index.js';
import { levelImpactView, readLevelImpact } from '../contract/levelImpactView.js';
import { readWhatIf, type WhatIfResult, whatIfResult } from '../contract/whatIf.js';
import {
  type EngineRecord,
  type ExternalCommand,
  pairKey,
  playLevel,
  REJECTION_CODES,
  type State,
} from '../engine/index.js';
import { isOwnAccount } from './access/ownRows.js';
import { forbids, leavesPools } from './access/permit.js';
import { isBound, type Principal } from './access/principal.js';
import { TOUCHED_SHOWN_MAX, touchedRows } from './affectedAccounts.js';
import type { GuardedHost, Run, Sight } from './guardedHost.js';
import { okReply, problemReply, type Reply, refuse, refuseIssues, under } from './reply.js';
import type { RouteRequest } from './routes.js';

/**
 * Each command sees what those before it did, with all they set off. One that is refused stops nobody, as in a batch;
 * one that cannot be a command stops the request.
 */
export async function postWhatIf(host: GuardedHost, { body, caller }: RouteRequest): Promise<Reply> {
  const read = readWhatIf(body);
  if (!read.ok) throw refuseIssues(read.error);
  const { commands, accounts } = read.value;
  return host.trial(
    (run, sight) => {
      const played = commands.map((command, at) => playOne(run, sight.state, { command, at, caller }));
      const named = namedRows(sight.state, accounts, caller);
      const touched = touchedRows(
        sight.state,
        played.flatMap(({ records }) => records),
      ).filter((row) => !named.includes(row) && isOwnAccount(sight.state, caller, row));
      const shown = [...named, ...touched.slice(0, TOUCHED_SHOWN_MAX)];
      return {
        results: played.map(({ result }) => result),
        after: shown.map((row) => ({
          row,
          account: sight.state.accounts.names.nameOf(row),
          view: accountView(sight, row),
        })),
        accountsOmitted: Math.max(0, touched.length - TOUCHED_SHOWN_MAX),
      };
    },
    ({ results, after, accountsOmitted }, sight) => {
      const isThere = (row: number) => row < sight.state.accounts.table.size;
      return okReply({
        sequence: sight.state.clock.sequence,
        timeMs: sight.timeMs,
        results,
        accounts: after.map(({ row, account, view }) => ({
          account,
          before: isThere(row) ? accountView(sight, row) : null,
          after: view,
        })),
        accountsOmitted,
      });
    },
  );
}

interface Played {
  readonly result: WhatIfResult;
  readonly records: readonly EngineRecord[];
}

function playOne(
  run: Run,
  state: State,
  { command, at, caller }: { readonly command: WireCommand; readonly at: number; readonly caller: Principal },
): Played {
  const path = `/commands/${at}`;
  const forbidden = forbids(state, caller, command);
  if (forbidden !== null) return { result: { kind: 'rejected', problem: forbidden }, records: [] };
  const read = translateCommand(state, command);
  if (read.ok) {
    const outside = leavesPools(state, caller, read.value);
    if (outside !== null) return { result: { kind: 'rejected', problem: outside }, records: [] };
    const recorded = run(read.value);
    // What else the engine would do is not told to those who must not know of others.
    const told = isBound(caller) ? { ...recorded, work: [] } : recorded;
    return { result: whatIfResult(state, told), records: [recorded.record, ...recorded.work] };
  }
  const issues = under(path, read.error);
  const [first, ...rest] = issues.filter(isMalformed);
  if (first !== undefined) throw refuseIssues([first, ...rest]);
  // What it names is not there, perhaps because an earlier command was refused: so it is refused too.
  return { result: { kind: 'rejected', problem: issuesProblem(issues) }, records: [] };
}

/** Whether it is wrong whatever the state; what is merely not there is the engine's own refusal. */
function isMalformed({ code }: Issue): boolean {
  return ERRORS[code].status === 400 || !ENGINE_CODES.has(code);
}

const ENGINE_CODES: ReadonlySet<string> = new Set(REJECTION_CODES);

function namedRows(state: State, ids: readonly string[], caller: Principal): readonly number[] {
  const rows = ids.map((id, at) => {
    const row = state.accounts.names.rowOf(id);
    if (row < 0 || !isOwnAccount(state, caller, row))
      throw refuseIssues([issue('unknown_account', `/accounts/${at}`, 'is not there', { id })]);
    return row;
  });
  return [...new Set(rows)];
}

/** The impact preview of a definition that could be scheduled now; a change that is scheduled already is left out. */
export async function postImpact(host: GuardedHost, { params, body }: RouteRequest): Promise<Reply> {
  const id = params['instrument'] ?? '';
  return host.trial(
    (run, sight) => {
      const instrumentRow = sight.state.instruments.names.rowOf(id);
      if (instrumentRow < 0) throw refuse('unknown_instrument', { id: id.slice(0, 80) });
      const command = scheduling(sight, { id, body });
      run({ kind: 'cancelParameters', instrument: id });
      // The engine says whether it could be scheduled, and derives its terms.
      const { record } = run(command);
      if (record.outcome.kind === 'rejected') {
        // Named as the fields of the body are.
        const named = { ...command.definition, kind: 'listInstrument' } as const;
        return problemReply(rejectionProblem(sight.state, named, record.outcome.rejection));
      }
      const scheduled = sight.state.instruments.scheduled.get(instrumentRow);
      if (scheduled === undefined) throw new Error('a change of parameters was accepted and not scheduled');
      return okReply(impactView(sight, instrumentRow, scheduled.listed));
    },
    (reply, { state, timeMs }) =>
      reply.status === 200
        ? { ...reply, body: { sequence: state.clock.sequence, timeMs, ...reply.body } }
        : reply,
  );
}

/** The same of collateral that could be scheduled to count otherwise. */
export async function postCollateralImpact(
  host: GuardedHost,
  { params, body }: RouteRequest,
): Promise<Reply> {
  const named = { pool: params['pool'] ?? '', asset: params['asset'] ?? '' };
  return host.trial(
    (run, sight) => {
      const { state, timeMs } = sight;
      const effectiveMs = timeMs + DAY_MS;
      const times = { effectiveMs, graceUntilMs: effectiveMs };
      const counted = typeof body === 'object' && body !== null ? body : { haircutRate: body };
      const whole = { kind: 'scheduleCollateral', ...named, ...times };
      const given = Object.keys(counted).find((field) => Object.hasOwn(whole, field));
      if (given !== undefined)
        throw refuseIssues([issue('schema_violation', `/${given}`, 'is not known here')]);
      const read = readCommand(state, { ...counted, ...whole });
      if (!read.ok) throw refuseIssues(read.error);
      const command = read.value as ExternalCommand & { readonly kind: 'scheduleCollateral' };
      run({ kind: 'cancelCollateral', ...named });
      const { record } = run(command);
      if (record.outcome.kind === 'rejected' && record.outcome.rejection.code !== 'nothing_to_do')
        return problemReply(rejectionProblem(state, command, record.outcome.rejection));
      const row = state.poolAssetRows.get(
        pairKey(state.pools.names.rowOf(named.pool), state.assets.names.rowOf(named.asset)),
      );
      return okReply({ ...collateralImpactView(sight, row as number, command) });
    },
    (reply, { state, timeMs }) =>
      reply.status === 200
        ? { ...reply, body: { sequence: state.clock.sequence, timeMs, ...reply.body } }
        : reply,
  );
}

/** The impact preview of a level that could be set now: played with all its work, and put back. */
export async function postLevelImpact(host: GuardedHost, { params, body }: RouteRequest): Promise<Reply> {
  const instrument = params['instrument'] ?? '';
  const read = readLevelImpact(body ?? null);
  if (!read.ok) throw refuseIssues(read.error);
  const { level } = read.value;
  return host.trial(
    (run, sight) => {
      const { state } = sight;
      const instrumentRow = state.instruments.names.rowOf(instrument);
      if (instrumentRow < 0) throw refuse('unknown_instrument', { id: instrument.slice(0, 80) });
      const impact = playLevel(run, sight, { instrument, level });
      if (!('code' in impact))
        return okReply({ ...levelImpactView(state, { instrumentRow, level }, impact) });
      const command = { kind: 'setReduceOnly', instrument, isReduceOnly: true } as const;
      return problemReply(rejectionProblem(state, command, impact));
    },
    (reply, { state, timeMs }) =>
      reply.status === 200
        ? { ...reply, body: { sequence: state.clock.sequence, timeMs, ...reply.body } }
        : reply,
  );
}

/** Its time is of no matter, only that it is not yet. */
function scheduling(
  { state, timeMs }: Sight,
  { id, body }: { readonly id: string; readonly body: unknown },
): ExternalCommand & { readonly kind: 'scheduleParameters' } {
  const effectiveMs = timeMs + DAY_MS;
  const definition = body ?? null;
  const read = readCommand(state, {
    kind: 'scheduleParameters',
    definition,
    effectiveMs,
    graceUntilMs: effectiveMs,
  });
  if (!read.ok) throw refuseIssues(inDefinition(read.error));
  const command = read.value as ExternalCommand & { readonly kind: 'scheduleParameters' };
  if (command.definition.id === id) return command;
  throw refuseIssues([issue('schema_violation', '/id', 'must be the instrument of the address', { id })]);
}

const DAY_MS = 86_400_000;

/** The body is the definition: paths begin there. */
function inDefinition([first, ...rest]: Issues): Issues {
  const move = (found: Issue): Issue => ({ ...found, path: found.path.replace(/^\/definition/, '') });
  return [move(first), ...rest.map(move)];
}
