/** Queries: each answers as of one sequence, which it names, once that is durable. */
import type { Names } from '../base/names.js';
import {
  accountView,
  clientView,
  type ErrorCode,
  explainAccountNow,
  instrumentView,
  JOURNAL_LIMIT,
  type JsonObject,
  poolView,
  readJournalQuery,
  recordJson,
  trialBalanceJson,
  venueHealth,
} from '../contract/index.js';
import { isOwnAccount } from './access/ownRows.js';
import { reaches } from './access/principal.js';
import type { GuardedHost, Sight } from './guardedHost.js';
import { firstOrRefuse, okReply, type Refused, type Reply, refuse, refuseIssues, under } from './reply.js';
import type { Handler, RouteRequest } from './routes.js';

export const getInstrument = answer((sight, { params }) =>
  instrumentView(
    sight,
    rowOrRefuse(sight.state.instruments.names, params['instrument'], 'unknown_instrument'),
  ),
);
export const getPool = answer((sight, { params }) =>
  poolView(sight, rowOrRefuse(sight.state.pools.names, params['pool'], 'unknown_pool')),
);
export const getTrialBalance = answer((sight) => ({ trialBalance: trialBalanceJson(sight.state) }));
export const getState = answer((sight) => ({ ...venueHealth(sight), stateHash: sight.stateHash() }));

export const getClient = answer((sight, { params, caller }) => {
  const id = params['id'] ?? '';
  if (!reaches(caller.clients, id)) throw unknown('unknown_client', id);
  return clientView(sight, rowOrRefuse(sight.state.clients.names, id, 'unknown_client'));
});
export const getAccount = answer((sight, request) => accountView(sight, accountRow(sight, request)));
export const getExplanation = answer((sight, request) =>
  explainAccountNow(sight, accountRow(sight, request)),
);

/** Durable records in order; `next` is where to go on, null at the end. */
export async function getJournal(host: GuardedHost, { query }: RouteRequest): Promise<Reply> {
  const read = readJournalQuery(query);
  if (!read.ok) throw refuseIssues(under('/query', read.error));
  const from = firstOrRefuse(read.value.from === undefined ? null : Number(read.value.from), host);
  const limit = Number(read.value.limit ?? JOURNAL_LIMIT);
  const sequence = await host.read(({ state }) => state.clock.sequence);
  const records: JsonObject[] = [];
  let next: number | null = null;
  for (const record of from > sequence ? [] : host.records(from)) {
    if (record.sequence > sequence) break;
    if (records.length === limit) {
      next = record.sequence;
      break;
    }
    records.push(recordJson(host.state, record));
  }
  return okReply({ sequence, records, next });
}

/** The process answers. */
export async function getLive(): Promise<Reply> {
  return okReply({ status: 'live' });
}

export async function getMetrics(_host: GuardedHost, { metrics }: RouteRequest): Promise<Reply> {
  const { text, type } = await metrics();
  return { status: 200, body: {}, page: text, headers: { 'content-type': type } };
}

/** Commands can be taken: the journal writes. */
export async function getReady(host: GuardedHost): Promise<Reply> {
  const sequence = await host.read(({ state }) => state.clock.sequence);
  return okReply({ status: 'ready', sequence });
}

/** A view with the sequence and time it is of. */
function answer(view: (sight: Sight, request: RouteRequest) => object): Handler {
  return (host, request) =>
    host.read((sight) => {
      return okReply({ sequence: sight.state.clock.sequence, timeMs: sight.timeMs, ...view(sight, request) });
    });
}

/** Somebody else's is not there, for who must not know of it. */
function accountRow({ state }: Sight, { params, caller }: RouteRequest): number {
  const id = params['id'] ?? '';
  const row = state.accounts.names.rowOf(id);
  if (row < 0 || !isOwnAccount(state, caller, row)) throw unknown('unknown_account', id);
  return row;
}

function rowOrRefuse(names: Names, id: string | undefined, code: ErrorCode): number {
  const row = names.rowOf(id ?? '');
  if (row < 0) throw unknown(code, id ?? '');
  return row;
}

function unknown(code: ErrorCode, id: string): Refused {
  return refuse(code, { id: id.slice(0, 80) });
}
