/** What a margin account consists of: the assets it holds and its positions, each a short list in the state. */
import { LEGS, type Leg } from '../margin/index.js';
import { listedInstrument, pairKey, type State } from './state.js';

/** Rows of `accountAssets` that belong to the account, the latest opened first. */
export function assetsOf(state: State, accountRow: number): number[] {
  const rows: number[] = [];
  const { next } = state.accountAssets;
  for (let row = state.accounts.firstAsset.get(accountRow); row >= 0; row = next.get(row)) rows.push(row);
  return rows;
}

/** Rows of `positions` that belong to the account, flat ones too, the latest opened first. */
export function positionsOf(state: State, accountRow: number): number[] {
  const rows: number[] = [];
  const { next } = state.positions;
  for (let row = state.accounts.firstPosition.get(accountRow); row >= 0; row = next.get(row)) rows.push(row);
  return rows;
}

/** The account's row for an asset of its pool, or -1. */
export function accountAssetOf(state: State, accountRow: number, poolAssetRow: number): number {
  const { next, poolAsset } = state.accountAssets;
  for (let row = state.accounts.firstAsset.get(accountRow); row >= 0; row = next.get(row))
    if (poolAsset.get(row) === poolAssetRow) return row;
  return -1;
}

/** The account's position in a leg of an instrument, or -1. */
export function positionOf(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: Leg },
): number {
  const { next, instrument, leg } = state.positions;
  const wanted = LEGS.indexOf(at.leg);
  for (let row = state.accounts.firstPosition.get(at.accountRow); row >= 0; row = next.get(row))
    if (instrument.get(row) === at.instrumentRow && leg.get(row) === wanted) return row;
  return -1;
}

/** Balance of the account in an asset of its pool; 0 where it has never held it. */
export function balanceOf(state: State, accountRow: number, poolAssetRow: number): bigint {
  const row = accountAssetOf(state, accountRow, poolAssetRow);
  return row < 0 ? 0n : state.ledger.balance(state.accountAssets.ledgerRow.get(row));
}

/** Whether any position of the account is open. */
export function hasPosition(state: State, accountRow: number): boolean {
  const { lots, next } = state.positions;
  for (let row = state.accounts.firstPosition.get(accountRow); row >= 0; row = next.get(row))
    if (lots.get(row) !== 0n) return true;
  return false;
}

/** Whether the account owes anything. */
export function hasDebt(state: State, accountRow: number): boolean {
  const { debtShares, next } = state.accountAssets;
  for (let row = state.accounts.firstAsset.get(accountRow); row >= 0; row = next.get(row))
    if (debtShares.get(row) !== 0n) return true;
  return false;
}

/** Whether there is anything the account could be liquidated for. */
export function hasRisk(state: State, accountRow: number): boolean {
  return hasPosition(state, accountRow) || hasDebt(state, accountRow);
}

/**
 * Whether the account is isolated with one linear or inverse position in its settlement asset: then its margin has
 * closed forms and its trigger is one price.
 */
export function hasClosedForm(state: State, accountRow: number): boolean {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  return instrumentRow >= 0 && isClosedFormInstrument(state, instrumentRow);
}

export function isClosedFormInstrument(state: State, instrumentRow: number): boolean {
  const { instrumentKind } = listedInstrument(state, instrumentRow).definition;
  return instrumentKind === 'perpetual' || instrumentKind === 'future';
}

/** Whether the instrument is a pair that is exchanged, and never a position. */
export function isSpot(state: State, instrumentRow: number): boolean {
  return listedInstrument(state, instrumentRow).definition.instrumentKind === 'spot';
}

/** The pool's asset in which the account is valued: an isolated one in its settlement asset, the others in the pool's. */
export function valuedInPoolAsset(state: State, accountRow: number): number {
  const { accounts, instruments } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  return instrumentRow >= 0
    ? instruments.poolAsset.get(instrumentRow)
    : poolValuationAsset(state, accountRow);
}

/** The asset in which the account's pool values shared accounts. */
export function poolValuationAsset(state: State, accountRow: number): number {
  const poolRow = state.accounts.pool.get(accountRow);
  return state.poolAssetRows.get(pairKey(poolRow, state.pools.valuationAsset.get(poolRow))) as number;
}

/** Open orders of the account. */
export function openOrdersOf(state: State, accountRow: number): Set<number> {
  let open = state.openOrders.get(accountRow);
  if (open === undefined) {
    open = new Set();
    state.openOrders.set(accountRow, open);
  }
  return open;
}

/** The same, in the order in which they came. */
export function ordersOf(state: State, accountRow: number): readonly number[] {
  const open = state.openOrders.get(accountRow);
  return open === undefined || open.size === 0 ? [] : [...open].sort((a, b) => a - b);
}

/** Accounts that may hold the asset of a pool: every balance is looked at. */
export function holdersOfAsset({ accountAssets }: State, poolAssetRow: number): readonly number[] {
  const accountRows: number[] = [];
  for (let row = 0; row < accountAssets.table.size; row++)
    if (accountAssets.poolAsset.get(row) === poolAssetRow) accountRows.push(accountAssets.account.get(row));
  return accountRows;
}
