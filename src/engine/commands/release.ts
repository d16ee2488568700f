/**
 * Moves margin above the removal floor back to the wallet (MAR-03). Nothing leaves an account in
 * liquidation or without a usable mark; nothing leaves the pool that it does not hold in cash, and while it
 * is not sound no account takes out more than it brought (ISO-06).
 */
import { max, min } from '../../base/index.js';
import { removableFloor } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';
import { clientLedgerRow, listedInstrument, type State, settleAssetRow } from '../state.js';
import { accountFault, amountFault } from './checks.js';

export function decideRelease(
  situation: Situation,
  { account, amountMinor }: CommandOf<'release'>,
): Decision {
  const { state } = situation;
  const { accounts } = state;
  const accountRow = accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  const assetRow = settleAssetRow(state, accounts.instrument.get(accountRow));
  const refused =
    amountFault(amountMinor, assetRow) ??
    removalFault(situation, { accountRow, amountMinor, assetRow }) ??
    outflowFault(situation, { accountRow, amountMinor });
  if (refused !== null) return refused;

  const from = accounts.ledgerRow.get(accountRow);
  const to = clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet');
  const transfers = [{ flow: 'release', from, to, amount: amountMinor } as const];
  return [{ kind: 'released', accountRow, amount: amountMinor, transfers }];
}

/** What the account's own position asks to stay. */
function removalFault(
  { state, timeMs }: Situation,
  wanted: { readonly accountRow: number; readonly amountMinor: bigint; readonly assetRow: number },
): Rejection | null {
  const { accountRow, amountMinor, assetRow } = wanted;
  const account = state.accounts.names.nameOf(accountRow);
  if (state.accounts.isQueued.get(accountRow) === 1) return reject('account_in_liquidation', { account });
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const view = accountView(state, accountRow);
  if (view.lots !== 0n && !hasUsableMark(state, instrumentRow, timeMs)) {
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  }
  const removable = removableNow(state, accountRow);
  if (amountMinor <= removable) return null;
  return reject('removal_floor', {
    account,
    requested: { minor: amountMinor, assetRow },
    removable: { minor: removable, assetRow },
  });
}

/** What the margin model lets go, at the conservative of mark and index. */
export function removableNow(state: State, accountRow: number): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  return removableFloor(listedInstrument(state, instrumentRow).marginTerms, accountView(state, accountRow), {
    markTicks: state.instruments.markTicks.get(instrumentRow),
    indexTicks: state.instruments.indexTicks.get(instrumentRow),
  });
}

/** What the pool can let go. */
export function outflowFault(
  situation: Situation,
  wanted: { readonly accountRow: number; readonly amountMinor: bigint },
): Rejection | null {
  const { state } = situation;
  const { accountRow, amountMinor } = wanted;
  const poolAssetRow = state.instruments.poolAsset.get(state.accounts.instrument.get(accountRow));
  const assetRow = state.poolAssets.asset.get(poolAssetRow);
  const poolRow = state.accounts.pool.get(accountRow);
  const pool = state.pools.names.nameOf(poolRow);
  const requested = { minor: amountMinor, assetRow };
  const principal = max(0n, state.accounts.netPrincipal.get(accountRow));
  const cash = max(0n, state.totals.cash.get(poolAssetRow));
  if (amountMinor > principal && !isPoolSound(situation, poolRow)) {
    return reject('pool_not_sound', { pool, requested, most: { minor: min(principal, cash), assetRow } });
  }
  if (amountMinor > cash)
    return reject('insufficient_pool_cash', { pool, requested, most: { minor: cash, assetRow } });
  return null;
}
