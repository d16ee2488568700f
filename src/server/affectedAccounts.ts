/** Which margin accounts a command and its work touched, as they are afterwards. */
import { append } from '../base/append.js';
import { type AccountView, accountView } from '../contract/index.js';
import type { EngineRecord, Event, Situation, State } from '../engine/index.js';
import { isOwnAccount } from './access/ownRows.js';
import type { Principal } from './access/principal.js';

export const TOUCHED_SHOWN_MAX = 100;

export interface AffectedAccounts {
  readonly accounts: readonly AccountView[];
  /** How many more there are than are shown. */
  readonly accountsOmitted: number;
}

/** Those of the caller. */
export function affectedAccounts(
  situation: Situation,
  records: readonly EngineRecord[],
  caller: Principal,
): AffectedAccounts {
  const { state } = situation;
  const all = touchedRows(state, records).filter((row) => isOwnAccount(state, caller, row));
  return {
    accounts: all.slice(0, TOUCHED_SHOWN_MAX).map((row) => accountView(situation, row)),
    accountsOmitted: Math.max(0, all.length - TOUCHED_SHOWN_MAX),
  };
}

/** Rows of the accounts that the events name, each once, in the order in which they were touched. */
export function touchedRows(state: State, records: readonly EngineRecord[]): readonly number[] {
  const rows = new Set<number>();
  for (const { outcome } of records) {
    if (outcome.kind === 'rejected') continue;
    for (const event of outcome.events) for (const row of accountsOf(state, event)) rows.add(row);
  }
  return [...rows].filter((row) => row >= 0 && row < state.accounts.table.size);
}

function accountsOf(state: State, event: Event): readonly number[] {
  const rows: number[] = [];
  if (event.kind === 'accountOpened') rows.push(state.accounts.names.rowOf(event.account));
  if ('accountRow' in event) rows.push(event.accountRow);
  if ('woken' in event) append(rows, event.woken);
  if ('transfers' in event) {
    for (const { from, to } of event.transfers)
      rows.push(state.ledger.accountOf(from), state.ledger.accountOf(to));
  }
  if ('positions' in event) {
    for (const { position } of event.positions) rows.push(state.positions.account.get(position));
  }
  return rows;
}
