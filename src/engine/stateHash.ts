/**
 * The state hash: the sum over all tables of the hashes of their rows, kept up by re-hashing only rows that
 * changed. Two engines that agree on it agree on the state; where they do not, `tableHashes` says where.
 */
import { addHash, emptyHash, type Hash128, mixIdentity, mixName, subtractHash } from '../base/index.js';
import type { ChangedRows, Table } from '../base/table.js';
import { assetsOf, positionsOf } from './accountParts.js';
import { poolOfClaim } from './lossClaims.js';
import { type State, tablesOf } from './state.js';

export interface StateHash {
  /** The hash of the state as it is now. */
  current(): Hash128;
}

interface HashedTable {
  readonly table: Table;
  readonly changed: ChangedRows;
  readonly tag: Hash128;
  sum: Hash128;
  /** Hash of each row as it is in the sum; rows beyond `counted` are not in it. */
  rows: Uint32Array;
  counted: number;
}

export function createStateHash(state: State): StateHash {
  const tables = tablesOf(state).map(
    (table): HashedTable => ({
      table,
      changed: table.follow(),
      tag: mixName(table.name),
      sum: emptyHash(),
      rows: new Uint32Array(256),
      counted: 0,
    }),
  );
  return {
    current() {
      const total = emptyHash();
      for (const hashed of tables) {
        update(hashed);
        addHash(total, mixIdentity(hashed.tag, hashed.sum));
      }
      return total;
    },
  };
}

/** The hash computed whole, from every row: what the running one must equal. */
export function wholeStateHash(state: State): Hash128 {
  const total = emptyHash();
  for (const [name, sum] of tableHashes(state)) addHash(total, mixIdentity(mixName(name), sum));
  return total;
}

/** Sum of row hashes by table, of all rows or of those chosen. */
export function tableHashes(
  state: State,
  isChosen?: (table: Table, row: number) => boolean,
): Map<string, Hash128> {
  const sums = new Map<string, Hash128>();
  const row128 = emptyHash();
  for (const table of tablesOf(state)) {
    const sum = emptyHash();
    for (let row = 0; row < table.size; row++) {
      if (isChosen !== undefined && !isChosen(table, row)) continue;
      table.hashRow(row, row128);
      addHash(sum, row128);
    }
    sums.set(table.name, sum);
  }
  return sums;
}

/** The hash of everything inside one pool: equal in two histories that differ only elsewhere (law 4). */
export function poolHash(state: State, poolRow: number): Hash128 {
  const inPool = new Map<string, (row: number) => boolean>([
    ['pools', (row) => row === poolRow],
    ['ledgerAccounts', (row) => state.ledger.poolOf(row) === poolRow],
    ['poolAssets', (row) => state.poolAssets.pool.get(row) === poolRow],
    ['instruments', (row) => state.instruments.pool.get(row) === poolRow],
    ['accounts', (row) => state.accounts.pool.get(row) === poolRow],
    ['accountAssets', (row) => state.accounts.pool.get(state.accountAssets.account.get(row)) === poolRow],
    ['positions', (row) => state.positions.pool.get(row) === poolRow],
    ['orders', (row) => state.accounts.pool.get(state.orders.account.get(row)) === poolRow],
    ['takeovers', (row) => state.takeovers.pool.get(row) === poolRow],
    ['deficits', (row) => state.deficits.pool.get(row) === poolRow],
    ['lenders', (row) => state.poolAssets.pool.get(state.lenders.poolAsset.get(row)) === poolRow],
    ['proposals', (row) => state.proposals.pool.get(row) === poolRow],
    ['clawbacks', (row) => state.deficits.pool.get(state.clawbacks.deficit.get(row)) === poolRow],
    ['relatedGains', (row) => state.positions.pool.get(state.relatedGains.position.get(row)) === poolRow],
    ['lossClaims', (row) => !state.lossClaims.table.isFree(row) && poolOfClaim(state, row) === poolRow],
  ]);
  const total = emptyHash();
  for (const [name, sum] of tableHashes(state, (table, row) => inPool.get(table.name)?.(row) ?? false)) {
    addHash(total, mixIdentity(mixName(name), sum));
  }
  return total;
}

/** The hash of one margin account: its row, what it holds and its positions. */
export function accountHash(state: State, accountRow: number): Hash128 {
  const total = emptyHash();
  const row128 = emptyHash();
  const add = (table: Table, row: number) => {
    table.hashRow(row, row128);
    addHash(total, mixIdentity(mixName(table.name), row128));
  };
  add(state.accounts.table, accountRow);
  for (const row of assetsOf(state, accountRow)) {
    add(state.accountAssets.table, row);
    add(state.ledger.table, state.accountAssets.ledgerRow.get(row));
  }
  for (const row of positionsOf(state, accountRow)) add(state.positions.table, row);
  return total;
}

function update(hashed: HashedTable): void {
  const { table, changed, sum } = hashed;
  if (changed.isEmpty) return;
  if (table.size * 4 > hashed.rows.length) {
    const grown = new Uint32Array(Math.max(hashed.rows.length * 2, table.size * 4));
    grown.set(hashed.rows);
    hashed.rows = grown;
  }
  while (hashed.counted > table.size) subtractHash(sum, hashed.rows, --hashed.counted * 4);
  for (const row of changed.take()) {
    if (row >= table.size) continue;
    if (row < hashed.counted) {
      subtractHash(sum, hashed.rows, row * 4);
      table.hashRow(row, hashed.rows, row * 4);
      addHash(sum, hashed.rows, row * 4);
    }
  }
  for (; hashed.counted < table.size; hashed.counted++) {
    table.hashRow(hashed.counted, hashed.rows, hashed.counted * 4);
    addHash(sum, hashed.rows, hashed.counted * 4);
  }
}
