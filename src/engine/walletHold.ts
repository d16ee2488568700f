/**
 * What orders hold of a wallet. An isolated account may let its orders be backed by its client's wallet: nothing moves
 * until a fill, but what they need is spoken for, and neither leaves the wallet nor backs anything else meanwhile.
 */
import { max } from '../base/index.js';
import { clientLedgerRow, type State, settleAssetRow } from './state.js';

/** The wallet that the account's orders hold. */
export function walletOfHold(state: State, accountRow: number): number {
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(accountRow));
  return clientLedgerRow(state, { clientRow: state.accounts.client.get(accountRow), assetRow }, 'wallet');
}

/** What of a wallet is free of holds; of venue capital what is reserved for no pool. */
export function freeInWallet(state: State, walletRow: number): bigint {
  return max(0n, state.ledger.balance(walletRow) - state.totals.held.get(walletRow));
}
