/** The isolated account that a position is carved into when its instrument is raised: named after where it came from. */
import { isId } from '../market/index.js';
import type { Event } from './event.js';
import { clientLedgerRow, type State, settleAssetRow } from './state.js';

/** What has to be there before the position can move. */
export function openingsOfCarving(state: State, positionRow: number): readonly Event[] {
  const { accounts, positions } = state;
  const fromRow = positions.account.get(positionRow);
  const instrumentRow = positions.instrument.get(positionRow);
  const clientRow = accounts.client.get(fromRow);
  const assetRow = settleAssetRow(state, instrumentRow);
  const hasWallet = clientLedgerRow(state, { clientRow, assetRow }, 'wallet') >= 0;
  const wallet: Event = { kind: 'walletOpened', clientRow, assetRow };
  const account: Event = {
    kind: 'accountOpened',
    account: carvedAccountId(state, { fromRow, instrumentRow }),
    clientRow,
    poolRow: accounts.pool.get(fromRow),
    instrumentRow,
    marginMode: 'isolated',
    hasLegs: false,
    leveragePpm: accounts.carveLeveragePpm.get(fromRow),
  };
  return hasWallet ? [account] : [wallet, account];
}

/** `ada/BTC-PERP`, then `ada/BTC-PERP/2` and so on; with the first letters of both where that is too long for an id. */
export function carvedAccountId(
  { accounts, instruments }: State,
  of: { readonly fromRow: number; readonly instrumentRow: number },
): string {
  const from = accounts.names.nameOf(of.fromRow);
  const instrument = instruments.names.nameOf(of.instrumentRow);
  for (let number = 1; ; number++) {
    const end = number === 1 ? '' : `/${number}`;
    const whole = `${from}/${instrument}${end}`;
    const id = isId(whole) ? whole : `${from.slice(0, 26)}/${instrument.slice(0, 26)}${end}`;
    if (accounts.names.rowOf(id) < 0) return id;
  }
}
