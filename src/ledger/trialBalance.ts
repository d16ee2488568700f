/** The trial balance: every balance of the ledger by asset and kind. Each asset's column sums to zero. */
import type { Minor } from '../base/units.js';
import { LEDGER_KINDS, type LedgerKind } from './chart.js';
import type { Ledger } from './ledger.js';

export interface TrialBalanceColumn {
  readonly assetRow: number;
  /** Sum of the balances of each kind, in the order of the chart. */
  readonly byKind: Readonly<Record<LedgerKind, Minor>>;
  /** Zero, or the books are broken. */
  readonly total: Minor;
}

/** Adds up the whole ledger, a column per asset that has an account. */
export function trialBalance(ledger: Ledger): readonly TrialBalanceColumn[] {
  const columns = new Map<number, { byKind: Record<LedgerKind, Minor>; total: Minor }>();
  for (let row = 0; row < ledger.table.size; row++) {
    const assetRow = ledger.assetOf(row);
    let column = columns.get(assetRow);
    if (column === undefined) {
      const byKind = Object.fromEntries(LEDGER_KINDS.map((kind) => [kind, 0n])) as Record<LedgerKind, Minor>;
      column = { byKind, total: 0n };
      columns.set(assetRow, column);
    }
    const kind = ledger.kindOf(row);
    column.byKind[kind] += ledger.balance(row);
    column.total += ledger.balance(row);
  }
  return [...columns.entries()]
    .sort(([a], [b]) => a - b)
    .map(([assetRow, { byKind, total }]) => ({ assetRow, byKind, total }));
}
