/**
 * Whether a pool can pay what it owes (law 8). Its surplus per settlement asset is its fund, less what its
 * takeovers are short of at the mark, less open deficits, less what queued accounts are short of. The pool is
 * sound while no surplus is negative and no instrument with open interest lacks a usable mark.
 */
import type { Situation } from './decision.js';
import { hasUsableMark } from './marginView.js';
import { poolLedgerRow, type State } from './state.js';

export function isPoolSound(situation: Situation, poolRow: number): boolean {
  const { state, derived, timeMs } = situation;
  for (const instrumentRow of derived.instrumentsOf(poolRow)) {
    if (state.totals.openInterest.get(instrumentRow) > 0n && !hasUsableMark(state, instrumentRow, timeMs))
      return false;
  }
  return derived.poolAssetsOf(poolRow).every((poolAssetRow) => poolSurplus(situation, poolAssetRow) >= 0n);
}

/** Minor units of the pool's settlement asset. */
export function poolSurplus({ state, derived }: Situation, poolAssetRow: number): bigint {
  return (
    fundBalance(state, poolAssetRow) -
    state.totals.outstanding.get(poolAssetRow) -
    derived.inventory.exposure(poolAssetRow) -
    derived.queuedShortage(poolAssetRow)
  );
}

export function fundBalance(state: State, poolAssetRow: number): bigint {
  return state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'insuranceFund'));
}
