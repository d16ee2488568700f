/** What owners of a book are worth in a stress run: wallets and margin accounts, at index prices, in the valuation asset. */
import { divFloor } from '../base/index.js';
import { equityNow, judgedAssetRow } from '../engine/accountHealth.js';
import { hasAllPrices } from '../engine/accountMargin.js';
import { hasClosedForm } from '../engine/accountParts.js';
import { clientLedgerRow, type State } from '../engine/state.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import type { Book } from './book.js';
import type { BookPlan } from './bookCommands.js';
import type { StressMarket } from './stressMarket.js';

/** Valuation minor units by owner; `lockedMinor` is what their margin accounts hold, the rest is free. */
export interface OwnerWorth {
  readonly byOwner: ReadonlyMap<string, bigint>;
  readonly lockedMinor: bigint;
}

export function worthOfOwners(state: State, book: Book, market: StressMarket, plan: BookPlan): OwnerWorth {
  const { accounts, clients, assets } = state;
  const owners = new Set([...plan.accounts, ...plan.wallets].map(({ owner }) => owner));
  const worthOf = (asset: string, amount: bigint) =>
    asset === book.valuationAsset
      ? amount
      : divFloor(amount * market.assetPrice(asset, 'index'), ASSET_PRICE_SCALE);
  const byOwner = new Map<string, bigint>();
  let lockedMinor = 0n;
  for (const owner of owners) {
    const clientRow = clients.names.rowOf(owner);
    if (clientRow < 0) continue;
    let worth = 0n;
    for (const { id } of book.assets) {
      const ledgerRow = clientLedgerRow(state, { clientRow, assetRow: assets.names.rowOf(id) }, 'wallet');
      if (ledgerRow >= 0) worth += worthOf(id, state.ledger.balance(ledgerRow));
    }
    for (let row = clients.firstAccount.get(clientRow); row >= 0; row = accounts.nextOfClient.get(row)) {
      if (!hasClosedForm(state, row) && !hasAllPrices(state, row)) continue;
      const asset = assets.names.nameOf(judgedAssetRow(state, row));
      const equity = worthOf(asset, equityNow(state, row));
      worth += equity;
      if (equity > 0n) lockedMinor += equity;
    }
    byOwner.set(owner, worth);
  }
  return { byOwner, lockedMinor };
}
