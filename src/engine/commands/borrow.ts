/**
 * A margin account borrows from the lenders of its pool. What it borrows is in its balance and owed at once, so its
 * equity stays what it was; what the debt requires must be there (initial margin, at the conservative of prices), and
 * neither the account's nor the pool's debts may pass their caps.
 */
import { judgedAssetRow } from '../accountHealth.js';
import { hasAllPrices } from '../accountMargin.js';
import { accountAssetOf } from '../accountParts.js';
import { hasUsablePrice } from '../assetPrice.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, newDraft } from '../draft.js';
import { borrowLimits, mayHaveDebts, pushBorrow } from '../lending.js';
import { orderViews } from '../orderFacts.js';
import { poolOpenFault } from '../poolStatus.js';
import { type Rejection, reject } from '../rejection.js';
import { missingToStand } from '../standing.js';
import type { State } from '../state.js';
import { accountFault, amountFault } from './checks.js';
import { findLentAsset, openDeficitFault } from './lentAsset.js';

export function decideBorrow(situation: Situation, command: CommandOf<'borrow'>): Decision {
  const { state } = situation;
  const { account, asset, amountMinor: amount } = command;
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const pool = state.pools.names.nameOf(state.accounts.pool.get(accountRow));
  const lent = findLentAsset(state, { pool, asset });
  if ('code' in lent) return lent;
  const accountAssetRow = accountAssetOf(state, accountRow, lent.poolAssetRow);
  if (!mayHaveDebts(state, accountRow) || accountAssetRow < 0) return reject('wrong_mode', { account });
  const refused =
    amountFault(amount, lent.assetRow) ??
    borrowerFault(situation, accountRow) ??
    openDeficitFault(state, lent) ??
    limitFault(state, newDraft(), { accountAssetRow, amount });
  if (refused !== null) return refused;
  if (!hasUsablePrice(state, lent.poolAssetRow, situation.timeMs))
    return reject('asset_price_unusable', { asset });
  const draft = newDraft();
  pushBorrow(state, draft, accountAssetRow, amount);
  const short = initialFault(situation, draft, accountRow);
  if (short !== null) return short;
  const { debts, transfers } = draft;
  return [{ kind: 'borrowed', accountRow, accountAssetRow, amount, debts, transfers }];
}

/** Nobody borrows in liquidation, nor without prices to be judged at. */
export function borrowerFault({ state }: Situation, accountRow: number): Rejection | null {
  const account = state.accounts.names.nameOf(accountRow);
  if (state.accounts.isQueued.get(accountRow) === 1) return reject('account_in_liquidation', { account });
  return hasAllPrices(state, accountRow) ? null : reject('asset_price_unusable', { account });
}

/** The cash of the lending pool, and the caps. */
export function limitFault(
  state: State,
  draft: Draft,
  { accountAssetRow, amount }: { readonly accountAssetRow: number; readonly amount: bigint },
): Rejection | null {
  const { accountAssets, poolAssets } = state;
  const ending = poolOpenFault(state, poolAssets.pool.get(accountAssets.poolAsset.get(accountAssetRow)));
  if (ending !== null) return ending;
  const assetRow = poolAssets.asset.get(accountAssets.poolAsset.get(accountAssetRow));
  const { cash, accountCap, poolCap } = borrowLimits(state, accountAssetRow, draft);
  const minor = (value: bigint) => ({ minor: value, assetRow });
  const requested = minor(amount);
  const cap = accountCap < poolCap ? accountCap : poolCap;
  if (amount > cap) return reject('debt_cap', { requested, most: minor(cap) });
  return amount > cash ? reject('insufficient_lending_cash', { requested, most: minor(cash) }) : null;
}

/** Initial margin of the account as the draft would leave it, whatever may not decide moved against it and as it was. */
export function initialFault(
  { state, timeMs }: Situation,
  draft: Draft,
  accountRow: number,
): Rejection | null {
  const assetRow = judgedAssetRow(state, accountRow);
  const orders = orderViews(state, accountRow, draft);
  const missing = missingToStand(state, { accountRow, assetRow }, { draft, orders, timeMs });
  if (missing === 0n) return null;
  return reject('insufficient_initial_margin', {
    account: state.accounts.names.nameOf(accountRow),
    ...(missing === null ? {} : { missing: { minor: missing, assetRow } }),
  });
}
