/**
 * Running totals that let the laws be checked in the time of what a step touched. They follow from the
 * state; `verify` adds them up anew.
 */
import type { Restorable, UndoLog } from '../base/undoLog.js';
import { LayerUse } from './layerUse.js';

/** Unbounded whole numbers by row. */
export class BigTotals implements Restorable {
  private readonly values: bigint[] = [];
  private readonly undo: UndoLog;

  constructor(undo: UndoLog) {
    this.undo = undo;
  }

  get(row: number): bigint {
    return this.values[row] ?? 0n;
  }

  add(row: number, change: bigint): void {
    if (change === 0n) return;
    const before = this.get(row);
    this.undo.write(this, row, before);
    this.values[row] = before + change;
  }

  restore(row: number, value: bigint | number): void {
    this.values[row] = value as bigint;
  }
}

export interface Totals {
  /** Per asset: all balances. Law 1: zero. */
  readonly assetBalance: BigTotals;
  /** Per instrument: signed lots of all positions. Law 2: zero. */
  readonly lots: BigTotals;
  /** Per instrument: long lots of all positions, the open interest. */
  readonly openInterest: BigTotals;
  /** Per pool and asset: signed cost of all positions. Law 2: minus the settlement balance. */
  readonly cost: BigTotals;
  /** Per pool and asset: lots x entry funding index of all positions. Law 2: with the dust, the scaled funding balance. */
  readonly fundingEntry: BigTotals;
  /** Per pool and asset: balances inside the pool. Law 8: never negative. */
  readonly cash: BigTotals;
  /** Per pool and asset: collateral of open takeovers. Law 2: the liquidation balance. */
  readonly takeoverCollateral: BigTotals;
  /** Per wallet, by its ledger row: what orders of its client's accounts hold of it. */
  readonly held: BigTotals;
  /** Per pool and asset: what is still owed of its deficits. Law 5: minus the receivable balance. */
  readonly outstanding: BigTotals;
  /** Per pool and asset: what is still owed of its deficits of cause `borrow`, which its lenders may have to bear. */
  readonly lendersOutstanding: BigTotals;
  /** Per pool and asset: debt shares of its accounts, and shares of its lenders. Equal to the pool's own columns. */
  readonly debtShares: BigTotals;
  readonly lenderShares: BigTotals;
  /** Per pool and asset: supplied less withdrawn, less borrowed plus repaid. With what was paid out, the lending balance. */
  readonly lendingNet: BigTotals;
  /** Per pool, instrument and layer: what losses have had of it. */
  readonly used: LayerUse;
}

export function createTotals(undo: UndoLog): Totals {
  return {
    assetBalance: new BigTotals(undo),
    lots: new BigTotals(undo),
    openInterest: new BigTotals(undo),
    cost: new BigTotals(undo),
    fundingEntry: new BigTotals(undo),
    cash: new BigTotals(undo),
    takeoverCollateral: new BigTotals(undo),
    held: new BigTotals(undo),
    outstanding: new BigTotals(undo),
    lendersOutstanding: new BigTotals(undo),
    debtShares: new BigTotals(undo),
    lenderShares: new BigTotals(undo),
    lendingNet: new BigTotals(undo),
    used: new LayerUse(undo),
  };
}
