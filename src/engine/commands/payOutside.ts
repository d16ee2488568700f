/** Pays the outside what it has gained, as far as the pool has the cash. */
import { max, min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { poolLedgerRow, type State, venueLedgerRow } from '../state.js';

export function decidePayOutside({ state }: Situation, { poolAssetRow }: CommandOf<'payOutside'>): Decision {
  const amount = payableOutside(state, poolAssetRow);
  if (amount === 0n) return reject('nothing_to_do');
  const from = poolLedgerRow(state, poolAssetRow, 'counterparty');
  const to = venueLedgerRow(state, state.poolAssets.asset.get(poolAssetRow), 'external');
  return [
    { kind: 'outsidePaid', poolAssetRow, transfers: [{ flow: 'counterpartyReceive', from, to, amount }] },
  ];
}

/** What waits for the outside and can be paid now. */
export function payableOutside(state: State, poolAssetRow: number): bigint {
  const waiting = state.ledger.balance(poolLedgerRow(state, poolAssetRow, 'counterparty'));
  return max(0n, min(waiting, state.totals.cash.get(poolAssetRow)));
}
