/**
 * Interest of one asset of a pool up to a time, by index: every debt grows at once, nobody is visited but those it may
 * bring to maintenance margin. Whatever changes what is lent or owed accrues first (dueInterest.ts), so that neither a
 * late lender shares in interest of before nor a debtor gets away without it.
 */
import { min, mulDivFloor, PPM } from '../base/index.js';
import { isSharedLiquidatable } from './accountHealth.js';
import type { Situation } from './decision.js';
import type { EventOf } from './event.js';
import { lendingCash, poolDebt, rateModelOf } from './lending.js';
import { borrowRateCeil, grownIndex, INDEX_MAX, utilisationCeil } from './lendingRate.js';
import { debtFloor } from './lendingShares.js';
import { newPrices } from './priceChange.js';
import { poolLedgerRow } from './state.js';

/** Null where the asset is not lent, or the time is not after the last accrual. */
export function accrue(
  situation: Situation,
  poolAssetRow: number,
  accruedTimeMs: number,
): EventOf<'interestAccrued'> | null {
  const { state } = situation;
  const { poolAssets } = state;
  const intervalMs = accruedTimeMs - poolAssets.accruedTimeMs.get(poolAssetRow);
  if (poolAssets.isLending.get(poolAssetRow) === 0 || intervalMs <= 0) return null;
  const cash = lendingCash(state, poolAssetRow);
  const debt = poolDebt(state, poolAssetRow);
  const utilisationPpm = utilisationCeil({ cash, debt });
  const ratePpm = borrowRateCeil(rateModelOf(state, poolAssetRow), utilisationPpm);
  const indexBefore = poolAssets.borrowIndex.get(poolAssetRow);
  const shares = poolAssets.debtShares.get(poolAssetRow);
  const borrowIndex =
    shares === 0n ? indexBefore : min(INDEX_MAX, grownIndex(indexBefore, { ratePpm, intervalMs }));
  const interestMinor = debtFloor(shares, borrowIndex) - debt;
  const reserveMinor = mulDivFloor(interestMinor, poolAssets.reserveSharePpm.get(poolAssetRow), PPM);
  const owed = poolAssets.reserveOwed.get(poolAssetRow) + reserveMinor;
  // While a deficit is open that the lenders may have to bear, their cash is kept for it.
  const isKept = state.totals.lendersOutstanding.get(poolAssetRow) > 0n;
  const reservePaidMinor = isKept ? 0n : min(owed, cash);
  const from = poolLedgerRow(state, poolAssetRow, 'lending');
  const to = poolLedgerRow(state, poolAssetRow, 'insuranceFund');
  return {
    kind: 'interestAccrued',
    poolRow: poolAssets.pool.get(poolAssetRow),
    poolAssetRow,
    accruedTimeMs,
    utilisationPpm,
    ratePpm,
    borrowIndex,
    interestMinor,
    reserveMinor,
    reservePaidMinor,
    transfers:
      reservePaidMinor === 0n ? [] : [{ flow: 'lendingReserve', from, to, amount: reservePaidMinor }],
    woken: borrowIndex === indexBefore ? [] : wokenBy(situation, poolAssetRow, borrowIndex),
  };
}

/** Debtors that are liquidatable once they owe the interest, by row. */
function wokenBy({ state, derived }: Situation, poolAssetRow: number, borrowIndex: bigint): number[] {
  const change = newPrices();
  change.borrowIndexes.set(poolAssetRow, borrowIndex);
  const woken: number[] = [];
  derived.sharedTriggers().collect(change, (accountRow) => {
    if (isSharedLiquidatable(state, accountRow, change)) woken.push(accountRow);
  });
  return woken;
}
