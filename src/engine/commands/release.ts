/**
 * Moves margin above the removal floor back to the wallet (MAR-03). Nothing leaves an account in
 * liquidation or without a usable mark; nothing leaves the pool that it does not hold in cash, and while it
 * is not sound no account takes out more than it brought (ISO-06).
 */
import { max, min } from '../../base/index.js';
import {
  type AccountView,
  accountRemovableFloor,
  healthyRemovable,
  isolatedOrderMarginCeil,
  removableFloor,
} from '../../margin/index.js';
import { hasAllPrices, LAST_GOOD, type PriceBasis, wholeAccountView } from '../accountMargin.js';
import { accountAssetOf, hasClosedForm, hasRisk } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { lockingInstrument } from '../levelRules.js';
import { keptLevelOf } from '../levelStore.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { orderViews } from '../orderFacts.js';
import { reservedByOrders } from '../orderReserve.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';
import { hasUsableIndex } from '../sourcedIndex.js';
import { clientLedgerRow, listedInstrument, type State } from '../state.js';
import {
  accountFault,
  amountFault,
  findAccountAsset,
  scenarioFault,
  unknown,
  unsettledFault,
} from './checks.js';

export function decideRelease(situation: Situation, command: CommandOf<'release'>): Decision {
  const { state } = situation;
  const { accounts, accountAssets, poolAssets } = state;
  const { account, amountMinor } = command;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const poolAssetRow = findAccountAsset(state, accountRow, command.asset);
  if (typeof poolAssetRow === 'object') return poolAssetRow;
  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  if (accountAssetRow < 0) return unknown('unknown_collateral', command.asset as string);
  const assetRow = poolAssets.asset.get(poolAssetRow);
  const refused =
    amountFault(amountMinor, assetRow) ??
    removalFault(situation, { accountAssetRow, amountMinor, assetRow }) ??
    outflowFault(situation, { accountAssetRow, amountMinor });
  if (refused !== null) return refused;

  const from = accountAssets.ledgerRow.get(accountAssetRow);
  const to = clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet');
  const transfers = [{ flow: 'release', from, to, amount: amountMinor } as const];
  return [{ kind: 'released', accountRow, accountAssetRow, amount: amountMinor, transfers }];
}

interface Wanted {
  readonly accountAssetRow: number;
  readonly amountMinor: bigint;
}

/** What the account's own positions ask to stay. */
function removalFault(
  situation: Situation,
  wanted: Wanted & { readonly assetRow: number },
): Rejection | null {
  const { state, timeMs } = situation;
  const { accountAssetRow, amountMinor, assetRow } = wanted;
  const accountRow = state.accountAssets.account.get(accountAssetRow);
  const account = state.accounts.names.nameOf(accountRow);
  if (state.accounts.isQueued.get(accountRow) === 1) return reject('account_in_liquidation', { account });
  const unusable = unsettledFault(situation, accountRow) ?? markFault(situation, accountRow);
  if (unusable !== null) return unusable;
  const locking = lockingInstrument(state, accountRow);
  if (locking >= 0)
    return reject('margin_locked', {
      account,
      instrument: state.instruments.names.nameOf(locking),
      level: keptLevelOf(state, locking).inForce.level,
      requested: { minor: amountMinor, assetRow },
      removable: { minor: 0n, assetRow },
    });
  const removable = removableNow(state, accountAssetRow, timeMs);
  if (amountMinor <= removable) return null;
  return reject('removal_floor', {
    account,
    requested: { minor: amountMinor, assetRow },
    removable: { minor: removable, assetRow },
  });
}

/** An isolated position needs a mark and an index that may decide; a shared account is judged with what may not decide moved against it. */
function markFault({ state, timeMs }: Situation, accountRow: number): Rejection | null {
  if (!hasRisk(state, accountRow))
    // Orders alone: what they ask for in a portfolio account is found on its scenarios.
    return orderViews(state, accountRow).length === 0 ? null : scenarioFault({ state, timeMs }, accountRow);
  if (!hasClosedForm(state, accountRow))
    return hasAllPrices(state, accountRow)
      ? scenarioFault({ state, timeMs }, accountRow)
      : reject('mark_unusable', { account: state.accounts.names.nameOf(accountRow) });
  const instrumentRow = state.accounts.instrument.get(accountRow);
  if (hasUsableMark(state, instrumentRow, timeMs) && hasUsableIndex(state, instrumentRow, timeMs))
    return null;
  return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
}

/**
 * What the margin model lets go of an asset. What is adverse to most may favour an account that is short of the very
 * asset, so it is the lesser of the adverse and the last good prices.
 */
export function removableNow(state: State, accountAssetRow: number, timeMs: number): bigint {
  const accountRow = state.accountAssets.account.get(accountAssetRow);
  if (unsettledFault({ state, timeMs }, accountRow) !== null) return 0n;
  if (lockingInstrument(state, accountRow) >= 0) return 0n;
  const removable = min(
    removableAt(state, accountAssetRow, { kind: 'adverse', timeMs }),
    removableAt(state, accountAssetRow, LAST_GOOD),
  );
  const reserved = reservedByOrders(state, accountAssetRow);
  if (reserved === 0n) return removable;
  const balance = state.ledger.balance(state.accountAssets.ledgerRow.get(accountAssetRow));
  return min(removable, max(0n, balance - reserved));
}

/** At the conservative of mark and index. */
function removableAt(state: State, accountAssetRow: number, prices: PriceBasis): bigint {
  const accountRow = state.accountAssets.account.get(accountAssetRow);
  if (!hasClosedForm(state, accountRow)) {
    const atMark = wholeAccountView(state, accountRow, { prices });
    const poolAssetRow = state.accountAssets.poolAsset.get(accountAssetRow);
    return accountRemovableFloor(
      { atMark, atIndex: atIndex(atMark) },
      state.poolAssets.asset.get(poolAssetRow),
    );
  }
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms, liquidationTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const indexTicks = state.instruments.indexTicks.get(instrumentRow);
  const amount = removableFloor(marginTerms, view, { markTicks, indexTicks });
  // While a grace lasts liquidation judges by the former terms.
  const removable = healthyRemovable(liquidationTerms, view, { markTicks, amount });
  const orders = orderViews(state, accountRow);
  if (orders.length === 0) return removable;
  const spoken = isolatedOrderMarginCeil(marginTerms, view, { markTicks, orders });
  return max(0n, removable - max(0n, spoken - state.accounts.walletHold.get(accountRow)));
}

/** Each position at the price of its index; an option's mark is its premium and stays. */
function atIndex(view: AccountView): AccountView {
  const legs = view.legs.map((leg) => (leg.option === null ? { ...leg, markTicks: leg.indexTicks } : leg));
  return { ...view, legs };
}

/** What the pool can let go. */
export function outflowFault(
  situation: Situation,
  { accountAssetRow, amountMinor }: Wanted,
): Rejection | null {
  const { state } = situation;
  const { accountAssets, poolAssets, pools } = state;
  const poolAssetRow = accountAssets.poolAsset.get(accountAssetRow);
  const assetRow = poolAssets.asset.get(poolAssetRow);
  const poolRow = poolAssets.pool.get(poolAssetRow);
  const pool = pools.names.nameOf(poolRow);
  const requested = { minor: amountMinor, assetRow };
  const principal = max(0n, accountAssets.netPrincipal.get(accountAssetRow));
  const cash = max(0n, state.totals.cash.get(poolAssetRow));
  if (amountMinor > principal && !isPoolSound(situation, poolRow)) {
    return reject('pool_not_sound', { pool, requested, most: { minor: min(principal, cash), assetRow } });
  }
  if (amountMinor > cash)
    return reject('insufficient_pool_cash', { pool, requested, most: { minor: cash, assetRow } });
  return null;
}
