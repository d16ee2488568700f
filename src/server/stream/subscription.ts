/** What a subscription is to tell of: who may hear the channel, and which rows of it are meant. */
import { type Channel, issue, type StateChannel, type Subscribe, WATCHED_MAX } from '../../contract/index.js';
import type { State } from '../../engine/index.js';
import { isOwnAccount, ownAccounts } from '../access/ownRows.js';
import { isBound, type Principal } from '../access/principal.js';
import { type Refused, refuse, refuseIssues } from '../reply.js';
import type { Reach } from '../routes.js';
import type { Whose } from './eventChannels.js';
import type { Rows } from './stateChannels.js';

/** Who may hear a channel at all; what it then tells of whom is its own matter. */
export const REACH: Readonly<Record<Channel, Reach>> = {
  journal: 'venue',
  marginCalls: 'accounts',
  liquidations: 'accounts',
  accounts: 'accounts',
  positions: 'accounts',
  marks: 'public',
  levels: 'public',
  pools: 'venue',
};

/** Accounts by name, each one's own; null: no names were given. */
function accountsNamed(state: State, caller: Principal, names: readonly string[] | undefined) {
  if (names === undefined) return null;
  return names.map((name) => {
    const row = state.accounts.names.rowOf(name);
    if (row < 0 || !isOwnAccount(state, caller, row)) throw refuse('unknown_account', { id: name });
    return row;
  });
}

export function whoseOf(state: State, caller: Principal, names: readonly string[] | undefined): Whose {
  const named = accountsNamed(state, caller, names);
  if (named !== null) {
    const rows = new Set(named);
    return (row) => rows.has(row);
  }
  return isBound(caller) ? (row) => isOwnAccount(state, caller, row) : null;
}

export function rowsOf(
  state: State,
  asked: { readonly channel: StateChannel; readonly caller: Principal; readonly names: Subscribe['names'] },
): Rows {
  const { channel, caller, names } = asked;
  if (channel === 'accounts' || channel === 'positions') {
    const named = accountsNamed(state, caller, names);
    if (named !== null) return () => named;
    if (!isBound(caller)) throw notFor('/names', 'is needed by a caller who may see all accounts');
    if (ownAccounts(state, caller).length > WATCHED_MAX)
      throw notFor('/names', `is needed by who has more than ${WATCHED_MAX} accounts`);
    return (sight) => ownAccounts(sight.state, caller).slice(0, WATCHED_MAX);
  }
  const isPool = channel === 'pools';
  const table = (of: State) => (isPool ? of.pools : of.instruments);
  if (names === undefined) return ({ state: now }) => [...Array(table(now).table.size).keys()];
  const rows = names.map((name) => {
    const row = table(state).names.rowOf(name);
    if (row < 0) throw refuse(isPool ? 'unknown_pool' : 'unknown_instrument', { id: name });
    return row;
  });
  return () => rows;
}

/** A field that does not belong in the request, or is missing in it. */
export function notFor(path: string, message: string): Refused {
  return refuseIssues([issue('schema_violation', path, message)]);
}
