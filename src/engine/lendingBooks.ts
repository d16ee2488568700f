/** What lending does to the state. Called by `evolve` alone. */
import { assert, mixIdentity } from '../base/index.js';
import type { DebtFact, EventOf } from './event.js';
import { INDEX_SCALE } from './lendingRate.js';
import { openPoolAsset } from './openings.js';
import { pairKey, type State } from './state.js';

export function openLending(state: State, event: EventOf<'lendingOpened'>, timeMs: number): void {
  const { poolAssets } = state;
  const row = openPoolAsset(state, event.poolRow, event.assetRow);
  poolAssets.isLending.set(row, 1);
  for (const column of [
    'baseRatePpm',
    'kinkPpm',
    'slopeBelowPpm',
    'slopeAbovePpm',
    'reserveSharePpm',
    'debtInitialPpm',
    'debtMaintenancePpm',
    'accountDebtCap',
    'poolDebtCap',
  ] as const)
    poolAssets[column].set(row, event[column]);
  poolAssets.borrowIndex.set(row, INDEX_SCALE);
  poolAssets.accruedTimeMs.set(row, timeMs);
}

export function applyDebt(
  state: State,
  { accountAssetRow, sharesChange, amountChange }: DebtFact,
  timeMs: number,
): void {
  const { accountAssets, poolAssets, totals } = state;
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  assert(
    poolAssets.accruedTimeMs.get(poolAssetRow) === timeMs,
    'law 2: a debt changes on the index of its time',
  );
  const shares = accountAssets.debtShares.get(accountAssetRow) + sharesChange;
  assert(shares >= 0n, 'law 3: nobody repays more than is owed');
  accountAssets.debtShares.set(accountAssetRow, shares);
  accountAssets.netBorrowed.set(
    accountAssetRow,
    accountAssets.netBorrowed.get(accountAssetRow) + amountChange,
  );
  poolAssets.debtShares.set(poolAssetRow, poolAssets.debtShares.get(poolAssetRow) + sharesChange);
  totals.debtShares.add(poolAssetRow, sharesChange);
  totals.lendingNet.add(poolAssetRow, -amountChange);
}

export function applyInterest(state: State, event: EventOf<'interestAccrued'>): void {
  const { poolAssets } = state;
  const { poolAssetRow: row, reserveMinor, reservePaidMinor } = event;
  poolAssets.accruedTimeMs.set(row, event.accruedTimeMs);
  poolAssets.borrowIndex.set(row, event.borrowIndex);
  poolAssets.reserveOwed.set(row, poolAssets.reserveOwed.get(row) + reserveMinor - reservePaidMinor);
  poolAssets.lendingPaidOut.set(row, poolAssets.lendingPaidOut.get(row) + reservePaidMinor);
}

/** Nobody lends and nobody owes: what was left over has gone to the fund, whatever part of it was its share of interest. */
export function emptyLending({ poolAssets }: State, row: number, amount: bigint): void {
  poolAssets.reserveOwed.set(row, 0n);
  poolAssets.lendingPaidOut.set(row, poolAssets.lendingPaidOut.get(row) + amount);
}

export function applyLenderLoss(state: State, event: EventOf<'lenderLossBorne'>): void {
  const { poolAssets } = state;
  const { poolAssetRow: row, amount, reserveForgoneMinor } = event;
  poolAssets.reserveOwed.set(row, poolAssets.reserveOwed.get(row) - reserveForgoneMinor);
  poolAssets.lendingPaidOut.set(row, poolAssets.lendingPaidOut.get(row) + amount);
}

interface SupplyChange {
  readonly clientRow: number;
  readonly poolAssetRow: number;
  readonly shares: bigint;
  readonly amount: bigint;
}

/** Of a lender, opened with its first supply. */
export function applySupply(state: State, { clientRow, poolAssetRow, shares, amount }: SupplyChange): void {
  const { lenders, poolAssets, totals } = state;
  const row = lenderRow(state, clientRow, poolAssetRow);
  const held = lenders.shares.get(row) + shares;
  assert(held >= 0n, 'law 3: nobody takes back more than was lent');
  lenders.shares.set(row, held);
  lenders.netSupplied.set(row, lenders.netSupplied.get(row) + amount);
  poolAssets.lenderShares.set(poolAssetRow, poolAssets.lenderShares.get(poolAssetRow) + shares);
  totals.lenderShares.add(poolAssetRow, shares);
  totals.lendingNet.add(poolAssetRow, amount);
}

function lenderRow(state: State, clientRow: number, poolAssetRow: number): number {
  const key = pairKey(clientRow, poolAssetRow);
  const known = state.lenderRows.get(key);
  if (known !== undefined) return known;
  const { clients, lenders, poolAssets } = state;
  const client = clients.table.identities.get(clientRow);
  const row = lenders.table.append(mixIdentity(client, poolAssets.table.identities.get(poolAssetRow)));
  lenders.client.set(row, clientRow);
  lenders.poolAsset.set(row, poolAssetRow);
  state.lenderRows.set(key, row);
  state.undo.push(() => state.lenderRows.delete(key));
  return row;
}
