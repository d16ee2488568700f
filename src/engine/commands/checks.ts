/** Tests that several commands share, each with the refusal it leads to. */

import type { Names } from '../../base/names.js';
import { AMOUNT_MAX, isId } from '../../market/index.js';
import { marginModeOf } from '../accountMargin.js';
import { assetsOf, isSpot, positionsOf } from '../accountParts.js';
import type { Situation } from '../decision.js';
import { type Rejection, type RejectionCode, reject } from '../rejection.js';
import { mayUseScenarios } from '../scenarioViews.js';
import { spotPair } from '../spotPair.js';
import { ACCOUNT_STATUS, INSTRUMENT_STATUS, listedInstrument, pairKey, type State } from '../state.js';
import { freeInWallet } from '../walletHold.js';

/** A new id: well formed and never used before. */
export function newIdFault(names: Names, id: string, nameInTable = id): Rejection | null {
  if (!isId(id)) return reject('invalid_id', { id: id.slice(0, 80) });
  if (names.rowOf(nameInTable) >= 0) return reject('already_exists', { id });
  return null;
}

/** A positive amount that one command may move. */
export function amountFault(amountMinor: bigint, assetRow: number): Rejection | null {
  if (amountMinor > 0n && amountMinor <= AMOUNT_MAX) return null;
  return reject('invalid_amount', {
    amount: { minor: amountMinor, assetRow },
    largest: { minor: AMOUNT_MAX, assetRow },
  });
}

export function unknown(code: RejectionCode, id: string): Rejection {
  return reject(code, { id: id.slice(0, 80) });
}

/** An open margin account in a pool that works. */
export function accountFault(state: State, accountRow: number, id: string): Rejection | null {
  if (accountRow < 0) return unknown('unknown_account', id);
  const quarantined = poolFault(state, state.accounts.pool.get(accountRow));
  if (quarantined !== null) return quarantined;
  if (state.accounts.status.get(accountRow) === ACCOUNT_STATUS.closed)
    return reject('account_closed', { account: id });
  return null;
}

/** The account's asset, by name: null is the settlement asset of an isolated account's instrument. One in a spot pair holds both. */
export function findAccountAsset(state: State, accountRow: number, asset: string | null): number | Rejection {
  const { accounts, instruments, poolAssets } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  const poolRow = accounts.pool.get(accountRow);
  if (asset === null) {
    return instrumentRow >= 0
      ? instruments.poolAsset.get(instrumentRow)
      : reject('invalid_definition', {
          field: 'asset',
          rule: 'a cross or portfolio account names the asset',
        });
  }
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const row = state.poolAssetRows.get(pairKey(poolRow, assetRow)) ?? -1;
  const isTaken =
    row >= 0 &&
    (instrumentRow >= 0
      ? instruments.poolAsset.get(instrumentRow) === row ||
        (isSpot(state, instrumentRow) && spotPair(state, instrumentRow).base === row)
      : poolAssets.isCollateral.get(row) === 1 || state.pools.valuationAsset.get(poolRow) === assetRow);
  return isTaken ? row : unknown('unknown_collateral', asset);
}

/** An instrument that is neither settling nor settled, in a pool that works. */
export function findTrading(state: State, instrument: string): number | Rejection {
  const { instruments } = state;
  const instrumentRow = instruments.names.rowOf(instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', instrument);
  const quarantined = poolFault(state, instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  return instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading
    ? instrumentRow
    : reject('instrument_not_trading', { instrument });
}

export function poolFault(state: State, poolRow: number): Rejection | null {
  if (state.pools.isQuarantined.get(poolRow) === 0) return null;
  return reject('pool_quarantined', { pool: state.pools.names.nameOf(poolRow) });
}

/** Enough in a ledger account that belongs to the venue or to a client, free of what orders hold. */
export function balanceFault(
  state: State,
  at: { readonly ledgerRow: number; readonly amountMinor: bigint; readonly assetRow: number },
  code: 'insufficient_wallet_balance' | 'insufficient_venue_funds',
): Rejection | null {
  const available = at.ledgerRow < 0 ? 0n : freeInWallet(state, at.ledgerRow);
  if (available >= at.amountMinor) return null;
  const { assetRow } = at;
  return reject(code, {
    required: { minor: at.amountMinor, assetRow },
    available: { minor: available, assetRow },
    missing: { minor: at.amountMinor - available, assetRow },
  });
}

/**
 * Whether a position of the account has expired and is not settled yet: until it is, at its settlement price, nothing
 * leaves the account, goes to another or opens on what it was last marked at (FND-05).
 */
export function unsettledFault(
  { state, timeMs }: Pick<Situation, 'state' | 'timeMs'>,
  accountRow: number,
): Rejection | null {
  const { accounts, instruments, positions } = state;
  const isUnsettled = (instrumentRow: number) => {
    const { expiryMs } = listedInstrument(state, instrumentRow).definition;
    const isExpired = expiryMs !== null && timeMs >= expiryMs;
    return isExpired || instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading;
  };
  const row = positionsOf(state, accountRow).find(
    (position) => positions.lots.get(position) !== 0n && isUnsettled(positions.instrument.get(position)),
  );
  if (row === undefined) return null;
  return reject('expiry_unsettled', {
    account: accounts.names.nameOf(accountRow),
    instrument: instruments.names.nameOf(positions.instrument.get(row)),
  });
}

/** Instruments and pool assets that the account is about to have, besides those it has. */
export interface NewHoldings {
  readonly instruments?: readonly number[];
  readonly poolAssets?: readonly number[];
}

/** A portfolio account opens and releases only on scenarios that are fresh and near the marks, of all that it holds. */
export function scenarioFault(
  { state, timeMs }: Pick<Situation, 'state' | 'timeMs'>,
  accountRow: number,
  more: NewHoldings = {},
): Rejection | null {
  return marginModeOf(state, accountRow) === 'portfolio'
    ? vectorFault({ state, timeMs }, accountRow, more)
    : null;
}

/** The same for an account that is to become one. */
export function vectorFault(
  { state, timeMs }: Pick<Situation, 'state' | 'timeMs'>,
  accountRow: number,
  more: NewHoldings = {},
): Rejection | null {
  const { positions, accounts, accountAssets, ledger } = state;
  const held = positionsOf(state, accountRow)
    .filter((row) => positions.lots.get(row) !== 0n)
    .map((row) => positions.instrument.get(row));
  const instruments = [...held, ...(more.instruments ?? [])];
  const owned = assetsOf(state, accountRow).filter(
    (row) =>
      ledger.balance(accountAssets.ledgerRow.get(row)) !== 0n || accountAssets.debtShares.get(row) !== 0n,
  );
  const poolAssets = [
    ...owned.map((row) => accountAssets.poolAsset.get(row)),
    ...instruments.map((row) => state.instruments.poolAsset.get(row)),
    ...(more.poolAssets ?? []),
  ];
  const poolRow = accounts.pool.get(accountRow);
  return mayUseScenarios(state, { poolRow, instruments, poolAssets, timeMs })
    ? null
    : reject('scenarios_stale', { account: accounts.names.nameOf(accountRow) });
}
