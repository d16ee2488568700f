/** Rows of the engine's tables by the names people know. A row that stands for none is null. */
import { CASH_KIND, type State } from '../engine/index.js';
import { LEGS, type Leg } from '../margin/index.js';
import type { Json, JsonObject } from './json.js';

export function accountName(state: State, row: number): string | null {
  return row < 0 ? null : state.accounts.names.nameOf(row);
}

export function takeoverName(state: State, row: number): string | null {
  return row < 0 ? null : state.takeovers.names.nameOf(row);
}

export function poolAssetJson(state: State, row: number): JsonObject {
  return {
    pool: state.pools.names.nameOf(state.poolAssets.pool.get(row)),
    asset: state.assets.names.nameOf(state.poolAssets.asset.get(row)),
  };
}

export function assetName(state: State, row: number): string | null {
  return row < 0 ? null : state.assets.names.nameOf(row);
}

export function instrumentName(state: State, row: number): string | null {
  return row < 0 ? null : state.instruments.names.nameOf(row);
}

/** What a margin account holds of an asset. */
export function accountAssetJson(state: State, row: number): JsonObject {
  const { account, poolAsset } = state.accountAssets;
  return {
    account: accountName(state, account.get(row)),
    asset: assetName(state, state.poolAssets.asset.get(poolAsset.get(row))),
  };
}

/** Deposits and withdrawals are named apart. */
export function cashJson(state: State, row: number): JsonObject {
  const kind = state.cash.cashKind.get(row);
  const id = state.cash.names.nameOf(row).slice(`${kind}:`.length);
  return kind === CASH_KIND.deposit ? { deposit: id } : { withdrawal: id };
}

/** A ledger account: its kind and whose it is. */
export function ledgerAccountJson(state: State, row: number): JsonObject {
  const { kind, assetRow, clientRow, accountRow, poolRow } = state.ledger.describe(row);
  const owner: Record<string, Json> = {};
  if (clientRow >= 0) owner['client'] = state.clients.names.nameOf(clientRow);
  if (accountRow >= 0) owner['account'] = state.accounts.names.nameOf(accountRow);
  if (poolRow >= 0) owner['pool'] = state.pools.names.nameOf(poolRow);
  return { kind, asset: state.assets.names.nameOf(assetRow), ...owner };
}

/** Who holds a position: a margin account, a takeover, or the outside. */
export function holderJson(state: State, positionRow: number): JsonObject {
  const { positions, instruments } = state;
  const instrument = instruments.names.nameOf(positions.instrument.get(positionRow));
  const accountRow = positions.account.get(positionRow);
  const takeoverRow = positions.takeover.get(positionRow);
  if (accountRow >= 0) {
    const leg = LEGS[positions.leg.get(positionRow)] as Leg;
    return { account: accountName(state, accountRow), instrument, ...(leg === 'net' ? {} : { leg }) };
  }
  if (takeoverRow >= 0) return { takeover: takeoverName(state, takeoverRow), instrument };
  return { counterparty: true, instrument };
}
