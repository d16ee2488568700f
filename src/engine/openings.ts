/** What opens with an entity: its row, its name, its ledger accounts and its positions. Called by `evolve` alone. */

import { ByteWriter } from '../base/canonicalBytes.js';
import { assert, mixBytes, mixIdentity, mixName } from '../base/index.js';
import { CLIENT_KINDS, type LedgerKind, POOL_KINDS, VENUE_KINDS } from '../ledger/index.js';
import { LEG_RULES, LEGS, type Leg, MARGIN_MODES } from '../margin/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import { isSpot, openOrdersOf } from './accountParts.js';
import { instrumentDefinition } from './command.js';
import type { EventOf } from './event.js';
import { listingTerms } from './listing.js';
import { spotPair } from './spotPair.js';
import { CASH_STATUS, ledgerIdentity, pairKey, type State } from './state.js';

export function listAsset(state: State, event: EventOf<'assetListed'>): void {
  const { assets, ledger } = state;
  const identity = mixName(event.asset);
  const row = assets.table.append(identity);
  assets.names.add(event.asset);
  assets.decimals.set(row, event.decimals);
  assets.ledgerBase.set(row, ledger.table.size);
  const owner = mixName('venue');
  for (const kind of VENUE_KINDS) {
    ledger.open(
      { kind, assetRow: row, clientRow: -1, accountRow: -1, poolRow: -1 },
      ledgerIdentity(owner, identity, kind),
    );
  }
}

export function openPool(state: State, event: EventOf<'poolOpened'>): void {
  const { pools } = state;
  const row = pools.table.append(mixName(event.pool));
  pools.names.add(event.pool);
  pools.isDesk.set(row, event.isDesk ? 1 : 0);
  pools.workBudget.set(row, event.workBudget);
  pools.isSound.set(row, 1);
  pools.needsOrders.set(row, event.needsOrders ? 1 : 0);
  pools.valuationAsset.set(row, event.valuationAssetRow);
  pools.legRule.set(row, LEG_RULES.indexOf(event.legRule));
  pools.firstFreeClaim.set(row, -1);
  if (event.valuationAssetRow >= 0) openPoolAsset(state, row, event.valuationAssetRow);
}

export function listInstrument(state: State, definition: InstrumentDefinition): void {
  const { assets, instruments, pools } = state;
  const settleRow = assets.names.rowOf(definition.settle);
  const poolRow = pools.names.rowOf(definition.pool);
  const listed = listingTerms(definition, assets.decimals.get(settleRow));
  assert(listed.ok, 'a listed instrument has terms');

  const writer = new ByteWriter();
  instrumentDefinition.write(writer, definition);
  const row = instruments.table.append(mixIdentity(mixName(definition.id), mixBytes(writer.copy())));
  instruments.names.add(definition.id);
  instruments.listed.push(listed.value);
  state.undo.push(() => instruments.listed.pop());
  instruments.pool.set(row, poolRow);
  instruments.poolAsset.set(row, openPoolAsset(state, poolRow, settleRow));
  instruments.counterpartyPosition.set(row, -1);
  if (pools.isDesk.get(poolRow) === 0) return;
  const position = openPosition(
    state,
    { poolRow, instrumentRow: row, accountRow: -1, takeoverRow: -1 },
    pools.table.identities.get(poolRow),
  );
  instruments.counterpartyPosition.set(row, position);
}

/** The pool's ledger accounts in an asset, opened with the first instrument that settles in it or when it becomes collateral. */
export function openPoolAsset(state: State, poolRow: number, assetRow: number): number {
  const known = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  if (known !== undefined) return known;
  const { assets, ledger, poolAssets, pools } = state;
  const owner = pools.table.identities.get(poolRow);
  const asset = assets.table.identities.get(assetRow);
  const row = poolAssets.table.append(mixIdentity(owner, asset));
  poolAssets.pool.set(row, poolRow);
  poolAssets.asset.set(row, assetRow);
  poolAssets.ledgerBase.set(row, ledger.table.size);
  poolAssets.firstOpenDeficit.set(row, -1);
  poolAssets.lastDeficit.set(row, -1);
  for (const column of ['countedCap', 'liquidationCountedCap'] as const) poolAssets[column].set(row, -1n);
  for (const kind of POOL_KINDS)
    openLedger(state, kind, { assetRow, clientRow: -1, accountRow: -1, poolRow }, owner);
  remember(state, state.poolAssetRows, pairKey(poolRow, assetRow), row);
  return row;
}

export function openWallet(state: State, { clientRow, assetRow }: EventOf<'walletOpened'>): void {
  remember(state, state.wallets, pairKey(clientRow, assetRow), state.ledger.table.size);
  const owner = state.clients.table.identities.get(clientRow);
  for (const kind of CLIENT_KINDS)
    openLedger(state, kind, { assetRow, clientRow, accountRow: -1, poolRow: -1 }, owner);
}

export function openAccount(state: State, event: EventOf<'accountOpened'>): void {
  const { accounts, instruments } = state;
  const row = accounts.table.append(mixName(event.account));
  accounts.names.add(event.account);
  accounts.client.set(row, event.clientRow);
  accounts.nextOfClient.set(row, state.clients.firstAccount.get(event.clientRow));
  state.clients.firstAccount.set(event.clientRow, row);
  accounts.pool.set(row, event.poolRow);
  accounts.mode.set(row, MARGIN_MODES.indexOf(event.marginMode));
  accounts.instrument.set(row, event.instrumentRow);
  accounts.hasLegs.set(row, event.hasLegs ? 1 : 0);
  accounts.leveragePpm.set(row, event.leveragePpm);
  accounts.reductionOrder.set(row, -1);
  accounts.firstAsset.set(row, -1);
  accounts.firstPosition.set(row, -1);
  if (event.instrumentRow < 0) return;
  // The settlement asset comes last, to be at the head of the list.
  if (isSpot(state, event.instrumentRow))
    openAccountAsset(state, row, spotPair(state, event.instrumentRow).base);
  openAccountAsset(state, row, instruments.poolAsset.get(event.instrumentRow));
  openAccountPosition(state, { accountRow: row, instrumentRow: event.instrumentRow, leg: 'net' });
}

/** The account's ledger account in an asset of its pool. */
export function openAccountAsset(state: State, accountRow: number, poolAssetRow: number): void {
  const { accounts, accountAssets, assets, ledger, poolAssets } = state;
  const assetRow = poolAssets.asset.get(poolAssetRow);
  const owner = accounts.table.identities.get(accountRow);
  const row = accountAssets.table.append(mixIdentity(owner, assets.table.identities.get(assetRow)));
  accountAssets.account.set(row, accountRow);
  accountAssets.poolAsset.set(row, poolAssetRow);
  accountAssets.ledgerRow.set(row, ledger.table.size);
  accountAssets.next.set(row, accounts.firstAsset.get(accountRow));
  accounts.firstAsset.set(accountRow, row);
  const clientRow = accounts.client.get(accountRow);
  const poolRow = accounts.pool.get(accountRow);
  openLedger(state, 'margin', { assetRow, clientRow, accountRow, poolRow }, owner);
}

export function openAccountPosition(
  state: State,
  at: { readonly accountRow: number; readonly instrumentRow: number; readonly leg: Leg },
): void {
  const { accounts, positions } = state;
  const { accountRow, instrumentRow, leg } = at;
  const owner = accounts.table.identities.get(accountRow);
  const poolRow = accounts.pool.get(accountRow);
  const row = openPosition(state, { poolRow, instrumentRow, accountRow, takeoverRow: -1 }, owner, leg);
  positions.next.set(row, accounts.firstPosition.get(accountRow));
  accounts.firstPosition.set(accountRow, row);
}

/** What a pool counts as collateral, and how. */
export function listCollateral(state: State, event: EventOf<'collateralListed'>): void {
  const { poolAssets } = state;
  const row = openPoolAsset(state, event.poolRow, event.assetRow);
  poolAssets.isCollateral.set(row, 1);
  for (const column of ['haircutPpm', 'countedCap', 'pegPrice', 'pegTolerancePpm', 'pegSlopePpm'] as const)
    poolAssets[column].set(row, event[column]);
  poolAssets.liquidationHaircutPpm.set(row, event.haircutPpm);
  poolAssets.liquidationCountedCap.set(row, event.countedCap);
  poolAssets.conversionSpreadPpm.set(row, event.conversionSpreadPpm);
  poolAssets.priceMaxJumpPpm.set(row, event.priceMaxJumpPpm);
  for (const column of ['conversionRank', 'priceMaxAgeMs', 'priceConfirmations'] as const)
    poolAssets[column].set(row, event[column]);
}

export function openOrder(state: State, event: Omit<EventOf<'orderAccepted'>, 'kind' | 'holds'>): void {
  const { orders } = state;
  const row = orders.table.append(mixName(event.order));
  orders.names.add(event.order);
  orders.account.set(row, event.accountRow);
  orders.instrument.set(row, event.instrumentRow);
  orders.leg.set(row, LEGS.indexOf(event.leg));
  orders.isBuy.set(row, event.isBuy ? 1 : 0);
  orders.isReduceOnly.set(row, event.isReduceOnly ? 1 : 0);
  orders.priceTicks.set(row, event.priceTicks);
  orders.lots.set(row, event.lots);
  const open = openOrdersOf(state, event.accountRow);
  open.add(row);
  state.undo.push(() => open.delete(row));
}

interface Holder {
  readonly poolRow: number;
  readonly instrumentRow: number;
  readonly accountRow: number;
  readonly takeoverRow: number;
}

export function openPosition(state: State, holder: Holder, owner: Uint32Array, leg: Leg = 'net'): number {
  const { instruments, positions } = state;
  const kind = holder.accountRow >= 0 ? 'account' : holder.takeoverRow >= 0 ? 'takeover' : 'counterparty';
  const instrument = instruments.table.identities.get(holder.instrumentRow);
  const row = positions.table.append(mixIdentity(mixName(kind), owner, instrument, LEGS.indexOf(leg)));
  positions.pool.set(row, holder.poolRow);
  positions.instrument.set(row, holder.instrumentRow);
  positions.account.set(row, holder.accountRow);
  positions.takeover.set(row, holder.takeoverRow);
  positions.leg.set(row, LEGS.indexOf(leg));
  positions.next.set(row, -1);
  positions.firstRelated.set(row, -1);
  return row;
}

interface LedgerOwner {
  readonly assetRow: number;
  readonly clientRow: number;
  readonly accountRow: number;
  readonly poolRow: number;
}

function openLedger(state: State, kind: LedgerKind, at: LedgerOwner, owner: Uint32Array): void {
  state.ledger.open(
    { kind, ...at },
    ledgerIdentity(owner, state.assets.table.identities.get(at.assetRow), kind),
  );
}

interface NewCash {
  readonly name: string;
  readonly cashKind: number;
  readonly clientRow: number;
  readonly assetRow: number;
  readonly amount: bigint;
}

export function openCash(state: State, { name, cashKind, clientRow, assetRow, amount }: NewCash): void {
  const { cash } = state;
  const row = cash.table.append(mixIdentity(mixName(name), cashKind));
  cash.names.add(cashName(cashKind, name));
  cash.cashKind.set(row, cashKind);
  cash.client.set(row, clientRow);
  cash.asset.set(row, assetRow);
  cash.amount.set(row, amount);
  cash.status.set(row, CASH_STATUS.pending);
}

/** Deposits and withdrawals are named apart. */
export function cashName(cashKind: number, name: string): string {
  return `${cashKind}:${name}`;
}

function remember(state: State, map: Map<number, number>, key: number, value: number): void {
  map.set(key, value);
  state.undo.push(() => map.delete(key));
}
