/** Who paid what of each loss, and what came back to whom. Called by `evolve` alone. */
import type { Int64Column } from '../base/table.js';
import { reservedCapital, setReservedCapital } from './capitalReserve.js';
import { bookGivenBack } from './clawbackBooks.js';
import type { EventOf } from './event.js';
import { useLayer } from './layerUse.js';
import { closeClaims, openClaim, payClaim } from './lossClaims.js';
import type { State } from './state.js';

export function bookCover(state: State, { deficitRow, amount, toppedUpMinor }: EventOf<'covered'>): void {
  const { deficits } = state;
  add(deficits.toppedUp, deficitRow, toppedUpMinor);
  const poolAssetRow = deficits.poolAsset.get(deficitRow);
  if (toppedUpMinor > 0n)
    setReservedCapital(state, poolAssetRow, reservedCapital(state, poolAssetRow) - toppedUpMinor);
  useLayer(state, 'insuranceFund', deficitRow, amount - toppedUpMinor);
  useLayer(state, 'topUp', deficitRow, toppedUpMinor);
}

export function bookLenderLoss(
  { deficits }: State,
  { deficitRow, reserveForgoneMinor }: EventOf<'lenderLossBorne'>,
): void {
  add(deficits.reserveForgone, deficitRow, reserveForgoneMinor);
}

/** Each payer is remembered with its part, for what may come back. */
export function bookShares(state: State, { deficitRow, amount, payers }: EventOf<'shared'>): void {
  useLayer(state, 'lossSharing', deficitRow, amount);
  for (const { accountRow, paysMinor } of payers)
    openClaim(state, { of: 'deficits', row: deficitRow }, { accountRow, paidMinor: paysMinor });
}

/** So is each winner, with what it gave up against the mark. Who was torn up at it gave up nothing. */
export function bookForgone(state: State, { takeoverRow, fills }: EventOf<'deleveraged'>): void {
  for (const { accountRow, forgoneMinor } of fills) {
    if (forgoneMinor <= 0n) continue;
    openClaim(state, { of: 'takeovers', row: takeoverRow }, { accountRow, paidMinor: forgoneMinor });
    add(state.takeovers.forgone, takeoverRow, forgoneMinor);
  }
}

/** At this mark no winner may give more. */
export function bookSpent({ takeovers, instruments }: State, event: EventOf<'deleveraged'>): void {
  const { takeoverRow, instrumentRow, tearUpLots, markTicks } = event;
  if (tearUpLots === 0n) return;
  takeovers.spentTicks.set(takeoverRow, markTicks);
  takeovers.spentMarkMs.set(takeoverRow, instruments.markTimeMs.get(instrumentRow));
}

export function bookRecovery(state: State, event: EventOf<'lossRecovered'>): void {
  const { deficits, takeovers } = state;
  for (const loss of event.losses) bookReturned(state, event.poolAssetRow, loss);
  bookGivenBack(state, event);
  const shared = new Set<number>();
  for (const { claimRow, amount } of event.shares) {
    const deficitRow = state.lossClaims.deficit.get(claimRow);
    shared.add(deficitRow);
    payClaim(state, claimRow, amount);
    add(deficits.sharesReturned, deficitRow, amount);
    useLayer(state, 'lossSharing', deficitRow, -amount);
  }
  for (const { claimRow, amount } of event.forgone) {
    payClaim(state, claimRow, amount);
    add(takeovers.forgoneReturned, event.takeoverRow, amount);
  }
  for (const row of shared) closeClaims(state, { of: 'deficits', row }, 'paidBack');
  if (event.forgone.length > 0) closeClaims(state, { of: 'takeovers', row: event.takeoverRow }, 'paidBack');
}

/** What of a deficit went back to fund, venue and lenders. */
function bookReturned(
  state: State,
  poolAssetRow: number,
  loss: EventOf<'lossRecovered'>['losses'][number],
): void {
  const { deficits, poolAssets } = state;
  const { deficitRow, fundMinor, venueMinor, lendersMinor, reserveMinor } = loss;
  add(deficits.fundReturned, deficitRow, fundMinor);
  add(deficits.venueReturned, deficitRow, venueMinor);
  add(deficits.lentReturned, deficitRow, lendersMinor + reserveMinor);
  useLayer(state, 'insuranceFund', deficitRow, -fundMinor);
  useLayer(state, 'topUp', deficitRow, -venueMinor);
  add(poolAssets.lendingPaidOut, poolAssetRow, -(lendersMinor + reserveMinor));
  add(poolAssets.reserveOwed, poolAssetRow, reserveMinor);
}

export function bookWriteOff(state: State, { takeoverRow, deficitRows }: EventOf<'lossWrittenOff'>): void {
  const { deficits, takeovers } = state;
  for (const row of deficitRows) {
    deficits.isWrittenOff.set(row, 1);
    closeClaims(state, { of: 'deficits', row }, 'all');
  }
  if (takeoverRow < 0) return;
  takeovers.isWrittenOff.set(takeoverRow, 1);
  closeClaims(state, { of: 'takeovers', row: takeoverRow }, 'all');
}

function add(column: Int64Column, row: number, amount: bigint): void {
  if (row >= 0 && amount !== 0n) column.set(row, column.get(row) + amount);
}
