/**
 * Which shared accounts (cross, portfolio, isolated with options) a change of prices may bring to maintenance margin.
 * Whoever holds something whose price changed is visited; the true predicate decides.
 */
import { hasClosedForm } from './accountParts.js';
import type { PriceChange } from './priceChange.js';
import type { State } from './state.js';

export interface SharedTriggers {
  /** Visits every shared account that might be liquidatable at the changed prices, each once, in order of rows. */
  collect(change: PriceChange, visit: (accountRow: number) => void): void;
  /** Takes note that these accounts have changed. */
  refresh(accountRows: readonly number[]): void;
}

export function createSharedTriggers(state: State): SharedTriggers {
  /** Accounts with an open position in an instrument, and with a balance in a pool's asset. */
  const byInstrument = new Map<number, Set<number>>();
  const byPoolAsset = new Map<number, Set<number>>();
  const inputsOf = new Map<number, { readonly instruments: number[]; readonly poolAssets: number[] }>();

  function place(accountRow: number): void {
    const before = inputsOf.get(accountRow);
    if (before !== undefined) {
      for (const row of before.instruments) byInstrument.get(row)?.delete(accountRow);
      for (const row of before.poolAssets) byPoolAsset.get(row)?.delete(accountRow);
      inputsOf.delete(accountRow);
    }
    if (accountRow >= state.accounts.table.size) return;
    if (hasClosedForm(state, accountRow) || state.accounts.isQueued.get(accountRow) === 1) return;
    const instruments = openInstruments(accountRow);
    if (instruments.length === 0) return;
    const poolAssets = heldAssets(accountRow);
    inputsOf.set(accountRow, { instruments, poolAssets });
    for (const row of instruments) membersOf(byInstrument, row).add(accountRow);
    for (const row of poolAssets) membersOf(byPoolAsset, row).add(accountRow);
  }

  function openInstruments(accountRow: number): number[] {
    const { lots, instrument, next } = state.positions;
    const rows: number[] = [];
    for (let row = state.accounts.firstPosition.get(accountRow); row >= 0; row = next.get(row))
      if (lots.get(row) !== 0n) rows.push(instrument.get(row));
    return rows;
  }

  function heldAssets(accountRow: number): number[] {
    const { poolAsset, next } = state.accountAssets;
    const rows: number[] = [];
    for (let row = state.accounts.firstAsset.get(accountRow); row >= 0; row = next.get(row))
      rows.push(poolAsset.get(row));
    return rows;
  }

  return {
    collect(change, visit) {
      const found = new Set<number>();
      const addAll = (members: ReadonlySet<number> | undefined) => {
        for (const accountRow of members ?? []) found.add(accountRow);
      };
      for (const row of change.marks.keys()) addAll(byInstrument.get(row));
      for (const row of change.fundingIndexes.keys()) addAll(byInstrument.get(row));
      for (const row of change.assetPrices.keys()) addAll(byPoolAsset.get(row));
      for (const accountRow of [...found].sort((a, b) => a - b)) visit(accountRow);
    },
    refresh(accountRows) {
      for (const accountRow of accountRows) place(accountRow);
    },
  };
}

function membersOf(map: Map<number, Set<number>>, key: number): Set<number> {
  let members = map.get(key);
  if (members === undefined) {
    members = new Set();
    map.set(key, members);
  }
  return members;
}
