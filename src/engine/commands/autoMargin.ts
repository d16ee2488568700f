/**
 * Auto-margin: by its client's stored consent the wallet tops an isolated account up to its initial margin when a mark
 * would have it liquidated, once, before liquidation begins: within what is left of the cap and free in the wallet, and
 * only if that takes it out of danger whole. It stops for good at its expiry.
 */
import { max, min } from '../../base/index.js';
import { AMOUNT_MAX } from '../../market/index.js';
import { missingNow } from '../accountHealth.js';
import { marginModeOf } from '../accountMargin.js';
import { hasClosedForm } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { newDraft } from '../draft.js';
import { isReducing } from '../reduction.js';
import { reject } from '../rejection.js';
import { missingAsIsolated } from '../standing.js';
import { type State, settleAssetRow } from '../state.js';
import { freeInWallet, walletOfHold } from '../walletHold.js';
import { accountFault } from './checks.js';

const FOREVER_MS = Number.MAX_SAFE_INTEGER;

export function decideSetAutoMargin(
  { state, timeMs }: Situation,
  { account, capMinor, expiresMs }: CommandOf<'setAutoMargin'>,
): Decision {
  const accountRow = state.accounts.names.rowOf(account);
  const fault = accountFault(state, accountRow, account);
  if (fault !== null) return fault;
  if (marginModeOf(state, accountRow) !== 'isolated' || !hasClosedForm(state, accountRow))
    return reject('wrong_mode', { account });
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(accountRow));
  if (capMinor < 0n || capMinor > AMOUNT_MAX) {
    return reject('invalid_amount', {
      amount: { minor: capMinor, assetRow },
      largest: { minor: AMOUNT_MAX, assetRow },
    });
  }
  if (expiresMs !== null && expiresMs <= timeMs) return reject('time_backwards', { expiresMs, timeMs });
  return [{ kind: 'autoMarginSet', accountRow, capMinor, expiresMs: expiresMs ?? FOREVER_MS }];
}

export function decideAutoMargin(situation: Situation, { accountRow }: CommandOf<'autoMargin'>): Decision {
  const { state } = situation;
  const amount = autoMarginFor(situation, accountRow);
  if (amount === 0n) return reject('nothing_to_do');
  const { accounts, accountAssets } = state;
  const accountAssetRow = accounts.firstAsset.get(accountRow);
  const from = walletOfHold(state, accountRow);
  const to = accountAssets.ledgerRow.get(accountAssetRow);
  const transfers = [{ flow: 'allocate', from, to, amount } as const];
  return [{ kind: 'autoMarginAdded', accountRow, accountAssetRow, amount, transfers }];
}

/** What the wallet adds now to a queued account: up to initial margin, at least what cures it; 0 for nothing. */
export function autoMarginFor({ state, timeMs }: Situation, accountRow: number): bigint {
  const { accounts } = state;
  if (accounts.isQueued.get(accountRow) !== 1 || timeMs >= accounts.autoMarginUntilMs.get(accountRow))
    return 0n;
  if (isReducing(state, accountRow)) return 0n;
  const left = accounts.autoMarginLeft.get(accountRow);
  if (left === 0n || !hasClosedForm(state, accountRow)) return 0n;
  const walletRow = walletOfHold(state, accountRow);
  const most = min(left, walletRow < 0 ? 0n : freeInWallet(state, walletRow));
  const cure = missingNow(state, accountRow, judgedAsset(state, accountRow));
  if (cure === null || cure === 0n || cure > most) return 0n;
  return min(most, max(cure, missingAsIsolated(state, accountRow, newDraft(), [])));
}

function judgedAsset(state: State, accountRow: number): number {
  return settleAssetRow(state, state.accounts.instrument.get(accountRow));
}
