/** Who paid what of each loss, and what came back to whom. Called by `evolve` alone. */
import { assert, mixIdentity } from '../base/index.js';
import type { Int64Column } from '../base/table.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

export function bookCover(state: State, { deficitRow, amount, toppedUpMinor }: EventOf<'covered'>): void {
  const { deficits, instruments } = state;
  add(deficits.toppedUp, deficitRow, toppedUpMinor);
  add(instruments.fundUsed, deficits.instrument.get(deficitRow), amount - toppedUpMinor);
  add(instruments.venueUsed, deficits.instrument.get(deficitRow), toppedUpMinor);
}

export function bookLenderLoss(
  { deficits }: State,
  { deficitRow, reserveForgoneMinor }: EventOf<'lenderLossBorne'>,
): void {
  add(deficits.reserveForgone, deficitRow, reserveForgoneMinor);
}

/** Each payer is remembered with its part, for what may come back. */
export function bookShares(state: State, { deficitRow, amount, payers }: EventOf<'shared'>): void {
  const { accounts, deficits, instruments, lossShares } = state;
  add(instruments.gainsUsed, deficits.instrument.get(deficitRow), amount);
  const identity = deficits.table.identities.get(deficitRow);
  for (const { accountRow, paysMinor } of payers) {
    const count = deficits.shareCount.get(deficitRow);
    const payer = accounts.table.identities.get(accountRow);
    const row = lossShares.table.append(mixIdentity(identity, payer, count));
    lossShares.deficit.set(row, deficitRow);
    lossShares.account.set(row, accountRow);
    lossShares.paid.set(row, paysMinor);
    lossShares.next.set(row, deficits.firstShare.get(deficitRow));
    deficits.firstShare.set(deficitRow, row);
    deficits.shareCount.set(deficitRow, count + 1);
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
  const { deficits, instruments, lossShares, poolAssets } = state;
  const { deficitRow, poolAssetRow, fundMinor, venueMinor, lendersMinor, reserveMinor } = event;
  const instrumentRow = deficits.instrument.get(deficitRow);
  for (const { lossShareRow, amount } of event.shares) {
    add(lossShares.returned, lossShareRow, amount);
    add(instruments.gainsUsed, instrumentRow, -amount);
    const isWithin = lossShares.returned.get(lossShareRow) <= lossShares.paid.get(lossShareRow);
    assert(isWithin, 'law 5: nobody gets back more than it paid');
  }
  add(deficits.fundReturned, deficitRow, fundMinor);
  add(deficits.venueReturned, deficitRow, venueMinor);
  add(deficits.lentReturned, deficitRow, lendersMinor + reserveMinor);
  add(instruments.fundUsed, instrumentRow, -fundMinor);
  add(instruments.venueUsed, instrumentRow, -venueMinor);
  add(poolAssets.lendingPaidOut, poolAssetRow, -(lendersMinor + reserveMinor));
  add(poolAssets.reserveOwed, poolAssetRow, reserveMinor);
}

function add(column: Int64Column, row: number, amount: bigint): void {
  if (row >= 0 && amount !== 0n) column.set(row, column.get(row) + amount);
}
