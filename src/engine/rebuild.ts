/**
 * Everything beside the tables that follows from them: look-ups and running totals, computed by full scans.
 * A snapshot is completed by it, and `verify` compares it with what the engine kept up.
 */
import { BrokenAssertion } from '../base/index.js';
import { UndoLog } from '../base/undoLog.js';
import { openOrdersOf } from './accountParts.js';
import { capitalOf, reservedCapital } from './capitalReserve.js';
import { checkClawbacks } from './clawbackBooks.js';
import { rebuildScheduledCollateral } from './collateralSchedule.js';
import { isLendersDeficit, openTakeoversOf } from './evolve.js';
import { rebuildGroups } from './groups.js';
import { checkAsset, checkInstrument, checkPoolAsset } from './laws.js';
import { checkLayerUse, scanLayerUse } from './layerUse.js';
import { checkClaims } from './lossClaims.js';
import { rebuildCorrected } from './proposals.js';
import { outstandingOf, pairKey, type State, TAKEOVER_STATUS } from './state.js';
import { createTotals, type Totals } from './totals.js';
import { walletOfHold } from './walletHold.js';

export function rebuildLookups(state: State): void {
  const { ledger, poolAssets, takeovers } = state;
  for (let row = 0; row < ledger.table.size; row++) {
    const { kind, clientRow, assetRow } = ledger.describe(row);
    if (kind === 'wallet') state.wallets.set(pairKey(clientRow, assetRow), row);
  }
  for (let row = 0; row < poolAssets.table.size; row++) {
    state.poolAssetRows.set(pairKey(poolAssets.pool.get(row), poolAssets.asset.get(row)), row);
  }
  for (let row = 0; row < takeovers.table.size; row++) {
    if (takeovers.status.get(row) === TAKEOVER_STATUS.open)
      openTakeoversOf(state, takeovers.pool.get(row)).add(row);
  }
  for (let row = 0; row < state.orders.table.size; row++) {
    if (state.orders.lots.get(row) !== 0n) openOrdersOf(state, state.orders.account.get(row)).add(row);
  }
  rebuildScheduledCollateral(state);
  rebuildGroups(state);
  rebuildCorrected(state);
  for (let row = 0; row < state.lenders.table.size; row++) {
    const { client, poolAsset } = state.lenders;
    state.lenderRows.set(pairKey(client.get(row), poolAsset.get(row)), row);
  }
  state.totals = scanTotals(state, state.undo);
}

/** The running totals, added up from every row. */
export function scanTotals(state: State, undo = new UndoLog()): Totals {
  const { deficits, instruments, ledger, positions, takeovers } = state;
  const totals = createTotals(undo);
  for (let row = 0; row < ledger.table.size; row++) {
    const assetRow = ledger.assetOf(row);
    const poolRow = ledger.poolOf(row);
    totals.assetBalance.add(assetRow, ledger.balance(row));
    if (poolRow >= 0)
      totals.cash.add(state.poolAssetRows.get(pairKey(poolRow, assetRow)) as number, ledger.balance(row));
  }
  for (let row = 0; row < positions.table.size; row++) {
    const instrumentRow = positions.instrument.get(row);
    const poolAssetRow = instruments.poolAsset.get(instrumentRow);
    const lots = positions.lots.get(row);
    totals.lots.add(instrumentRow, lots);
    if (lots > 0n) totals.openInterest.add(instrumentRow, lots);
    totals.cost.add(poolAssetRow, positions.cost.get(row));
    totals.fundingEntry.add(poolAssetRow, lots * positions.fundingIndex.get(row));
  }
  for (let row = 0; row < takeovers.table.size; row++) {
    totals.takeoverCollateral.add(
      instruments.poolAsset.get(takeovers.instrument.get(row)),
      takeovers.collateral.get(row),
    );
  }
  for (let row = 0; row < state.accounts.table.size; row++) {
    const held = state.accounts.walletHold.get(row);
    if (held !== 0n) totals.held.add(walletOfHold(state, row), held);
  }
  for (let row = 0; row < state.poolAssets.table.size; row++) {
    const reserved = reservedCapital(state, row);
    if (reserved !== 0n) totals.held.add(capitalOf(state, row), reserved);
  }
  for (let row = 0; row < deficits.table.size; row++) {
    totals.outstanding.add(deficits.poolAsset.get(row), outstandingOf(state, row));
    if (isLendersDeficit(state, row))
      totals.lendersOutstanding.add(deficits.poolAsset.get(row), outstandingOf(state, row));
  }
  scanLending(state, totals);
  scanLayerUse(state, totals.used);
  return totals;
}

function scanLending({ accountAssets, lenders }: State, totals: Totals): void {
  for (let row = 0; row < accountAssets.table.size; row++) {
    const poolAssetRow = accountAssets.poolAsset.get(row);
    totals.debtShares.add(poolAssetRow, accountAssets.debtShares.get(row));
    totals.lendingNet.add(poolAssetRow, -accountAssets.netBorrowed.get(row));
  }
  for (let row = 0; row < lenders.table.size; row++) {
    const poolAssetRow = lenders.poolAsset.get(row);
    totals.lenderShares.add(poolAssetRow, lenders.shares.get(row));
    totals.lendingNet.add(poolAssetRow, lenders.netSupplied.get(row));
  }
}

/** Every law in full, and every running total against its scan. Throws what is broken. */
export function checkEverything(state: State): void {
  const scanned = scanTotals(state);
  const sizes = {
    assetBalance: state.assets.table.size,
    lots: state.instruments.table.size,
    openInterest: state.instruments.table.size,
    cost: state.poolAssets.table.size,
    fundingEntry: state.poolAssets.table.size,
    cash: state.poolAssets.table.size,
    takeoverCollateral: state.poolAssets.table.size,
    held: state.ledger.table.size,
    outstanding: state.poolAssets.table.size,
    lendersOutstanding: state.poolAssets.table.size,
    debtShares: state.poolAssets.table.size,
    lenderShares: state.poolAssets.table.size,
    lendingNet: state.poolAssets.table.size,
  } as const satisfies Record<Exclude<keyof Totals, 'used'>, number>;
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    for (let row = 0; row < sizes[name]; row++) {
      const [kept, scan] = [state.totals[name].get(row), scanned[name].get(row)];
      if (kept !== scan)
        throw new BrokenAssertion(`running total ${name} of row ${row} is ${kept}, a scan gives ${scan}`);
    }
  }
  checkLayerUse(state.totals.used, scanned.used);
  checkRelatedTakeovers(state);
  for (let row = 0; row < state.assets.table.size; row++) checkAsset(state, row);
  for (let row = 0; row < state.instruments.table.size; row++) checkInstrument(state, row);
  for (let row = 0; row < state.poolAssets.table.size; row++) checkPoolAsset(state, row);
  checkClaims(state);
  checkClawbacks(state);
}

function checkRelatedTakeovers({ openTakeovers, pools, positions, takeovers }: State): void {
  for (let row = 0; row < pools.table.size; row++) {
    const open = [...(openTakeovers.get(row) ?? [])];
    const found = open.filter(
      (takeover) => positions.firstRelated.get(takeovers.position.get(takeover)) >= 0,
    );
    if (found.length !== pools.relatedTakeovers.get(row))
      throw new BrokenAssertion(`pool ${row} counts other takeovers with related fills than it has`);
  }
}
