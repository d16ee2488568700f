/**
 * The laws, checked after every event on the rows it touched, against running totals. A law that concerns one
 * pool halts that pool; one that concerns the venue stops the engine.
 */
import { BrokenAssertion } from '../base/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import type { Event } from './event.js';
import { fundClosing } from './fundBooks.js';
import { lenderBook, lendingCash } from './lending.js';
import { pairKey, poolLedgerRow, type State, venueLedgerRow } from './state.js';

/** A law broken inside one pool. */
export class BrokenPoolLaw extends BrokenAssertion {
  override readonly name = 'BrokenPoolLaw';
  readonly poolRow: number;

  constructor(poolRow: number, message: string) {
    super(message);
    this.poolRow = poolRow;
  }
}

/** Laws 1, 2, 5 and 8 on what the event touched; law 3 is kept by the ledger at each posting. */
export function checkLaws(state: State, event: Event): void {
  const touched = touchedBy(state, event);
  for (const assetRow of touched.assets) checkAsset(state, assetRow);
  for (const instrumentRow of touched.instruments) checkInstrument(state, instrumentRow);
  for (const poolAssetRow of touched.poolAssets) checkPoolAsset(state, poolAssetRow);
}

export function checkAsset(state: State, assetRow: number): void {
  const sum = state.totals.assetBalance.get(assetRow);
  if (sum !== 0n)
    throw new BrokenAssertion(
      `law 1: balances of asset ${state.assets.names.nameOf(assetRow)} sum to ${sum}`,
    );
  const capital = venueLedgerRow(state, assetRow, 'capital');
  if (state.ledger.balance(capital) < state.totals.held.get(capital))
    throw new BrokenAssertion('law 5: venue capital that is reserved for pools is there');
}

export function checkInstrument(state: State, instrumentRow: number): void {
  const sum = state.totals.lots.get(instrumentRow);
  if (sum === 0n) return;
  const instrument = state.instruments.names.nameOf(instrumentRow);
  throw new BrokenPoolLaw(
    state.instruments.pool.get(instrumentRow),
    `law 2: signed lots of ${instrument} sum to ${sum}`,
  );
}

export function checkPoolAsset(state: State, row: number): void {
  const { totals, ledger } = state;
  const balance = (kind: Parameters<typeof poolLedgerRow>[2]) =>
    ledger.balance(poolLedgerRow(state, row, kind));
  const hold = (isKept: boolean, sentence: string) => {
    if (!isKept) throw new BrokenPoolLaw(state.poolAssets.pool.get(row), sentence);
  };
  hold(balance('settlement') === -totals.cost.get(row), 'law 2: settlement is minus the sum of signed cost');
  const accruals = totals.fundingEntry.get(row) + state.poolAssets.fundingDust.get(row);
  hold(
    balance('funding') * FUNDING_SCALE === accruals,
    'law 2: funding is minus the sum of uncollected accruals',
  );
  hold(
    balance('liquidation') === totals.takeoverCollateral.get(row),
    'law 2: liquidation is the collateral of its takeovers',
  );
  hold(balance('counterparty') >= 0n, 'law 2: the outside pays its loss at once');
  hold(
    -balance('receivable') === totals.outstanding.get(row),
    'law 5: the receivable is what is open of its deficits',
  );
  hold(
    balance('insuranceFund') === fundClosing(state, row),
    'law 5: the insurance fund is what came in less what went out',
  );
  checkLending(state, row, hold);
  hold(totals.cash.get(row) >= 0n, "law 8: a pool never spends another's cash");
}

function checkLending(state: State, row: number, hold: (isKept: boolean, sentence: string) => void): void {
  const { poolAssets, totals } = state;
  if (poolAssets.isLending.get(row) === 0) return;
  hold(
    poolAssets.debtShares.get(row) === totals.debtShares.get(row),
    'law 2: the debts of a lending pool are those of its accounts',
  );
  hold(
    poolAssets.lenderShares.get(row) === totals.lenderShares.get(row),
    'law 2: the shares of a lending pool are those of its lenders',
  );
  hold(
    lendingCash(state, row) === totals.lendingNet.get(row) - poolAssets.lendingPaidOut.get(row),
    'law 2: lending is supplied less withdrawn, less borrowed plus repaid, less what was paid out',
  );
  hold(
    lenderBook(state, row).assets >= 0n && poolAssets.reserveOwed.get(row) >= 0n,
    'law 3: what a lending pool owes its lenders is there',
  );
  hold(
    lendingCash(state, row) >= totals.lendersOutstanding.get(row),
    'law 5: what lenders may have to bear is kept',
  );
}

/** Rows the event moved money or lots in, each once. */
function touchedBy(state: State, event: Event) {
  const assets: number[] = [];
  const poolAssets: number[] = [];
  const instruments: number[] = [];
  if ('poolAssetRow' in event) addOnce(poolAssets, event.poolAssetRow);
  if ('fromPoolAssetRow' in event) addOnce(poolAssets, event.fromPoolAssetRow);
  if ('transfers' in event) {
    for (const { from, to } of event.transfers) {
      const assetRow = state.ledger.assetOf(from);
      addOnce(assets, assetRow);
      addPoolAsset(state, poolAssets, from, assetRow);
      addPoolAsset(state, poolAssets, to, assetRow);
    }
  }
  if ('positions' in event) {
    for (const { position } of event.positions) {
      const instrumentRow = state.positions.instrument.get(position);
      addOnce(instruments, instrumentRow);
      addOnce(poolAssets, state.instruments.poolAsset.get(instrumentRow));
    }
  }
  return { assets, poolAssets, instruments };
}

function addPoolAsset(state: State, rows: number[], ledgerRow: number, assetRow: number): void {
  const poolRow = state.ledger.poolOf(ledgerRow);
  if (poolRow >= 0) addOnce(rows, state.poolAssetRows.get(pairKey(poolRow, assetRow)) as number);
}

/** An event touches a handful of rows: a list is faster than a set. */
function addOnce(rows: number[], row: number): void {
  if (!rows.includes(row)) rows.push(row);
}
