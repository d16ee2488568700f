/**
 * The layer after the account itself: what its deficit may take back from accounts of its client or group, of what they
 * gained by fills with it (ISO-05). An account gives out of its gains alone:
 *
 *   payable = min(claim - paid, balance - debt - net principal + open profit, what leaves it above maintenance margin)
 *
 * in the deficit's asset and pool. What has left for a wallet is out of reach.
 */
import { max, min } from '../base/index.js';
import { type AccountGain, capacityOf, openPositions } from './accountGains.js';
import { accountAssetOf, assetsOf, hasClosedForm, hasRisk } from './accountParts.js';
import { clawbacksOf } from './clawbackBooks.js';
import type { Situation } from './decision.js';
import { debtOf } from './lending.js';
import { type Layers, openDeficits, roomForDeficit } from './lossLayers.js';
import { hasUsableMark } from './marginView.js';
import { relatedGains } from './relatedGains.js';
import { outstandingOf, type State } from './state.js';
import { accruedFunding } from './trade.js';
import { layerOf } from './waterfallStore.js';

export interface ClawbackPayer {
  readonly clawbackRow: number;
  readonly accountRow: number;
  /** What of the claim is open. */
  readonly claimMinor: bigint;
  readonly gain: AccountGain;
  readonly payableMinor: bigint;
}

export interface Clawback {
  readonly deficitRow: number;
  readonly amount: bigint;
  readonly payers: readonly ClawbackPayer[];
}

/** Payers in one step: the rest follows in the next. */
const PAYERS_MAX = 1024;

/** What is clawed back next, for the oldest deficit that has somebody to ask; null where there is nothing. */
export function clawbackPart(layers: Layers): Clawback | null {
  const { situation, poolAssetRow, policy } = layers;
  const { state } = situation;
  const layer = layerOf(policy, 'clawback');
  if (layer === null) return null;
  for (const deficitRow of openDeficits(state, poolAssetRow)) {
    const payers = payersOf(situation, deficitRow);
    const holds = payers.reduce((sum, { payableMinor }) => sum + payableMinor, 0n);
    if (holds === 0n) continue;
    const amount = min(
      outstandingOf(state, deficitRow),
      roomForDeficit(layers, layer, { deficitRow, holds }),
    );
    if (amount > 0n) return { deficitRow, amount, payers };
  }
  return null;
}

function payersOf(situation: Situation, deficitRow: number): ClawbackPayer[] {
  const { deficits, clawbacks } = situation.state;
  const payers: ClawbackPayer[] = [];
  for (const row of clawbacksOf(situation.state, deficitRow)) {
    const claimMinor = clawbacks.claim.get(row) - clawbacks.paid.get(row);
    if (claimMinor <= 0n || payers.length === PAYERS_MAX) continue;
    const accountRow = clawbacks.account.get(row);
    const gain = ownGain(situation, accountRow, deficits.poolAsset.get(deficitRow));
    const payableMinor = gain === null ? 0n : payableOf(gain, claimMinor);
    if (gain !== null && payableMinor > 0n)
      payers.push({ clawbackRow: row, accountRow, claimMinor, gain, payableMinor });
  }
  return payers.sort((a, b) => a.clawbackRow - b.clawbackRow);
}

/** What an open takeover could claw back were it closed at its mark, with what others have been promised already. */
export function clawableOf(
  { situation, poolAssetRow }: Layers,
  takeoverRow: number,
  promised: Map<number, bigint>,
): { readonly accountRow: number; readonly payableMinor: bigint }[] {
  const { state } = situation;
  return relatedGains(state, state.takeovers.position.get(takeoverRow)).map(({ accountRow, gainMinor }) => {
    const gain = ownGain(situation, accountRow, poolAssetRow);
    const all = gain === null ? 0n : min(gain.gainMinor, gain.capacityMinor);
    const left = max(0n, all - (promised.get(accountRow) ?? 0n));
    return { accountRow, payableMinor: min(gainMinor, left) };
  });
}

function payableOf({ gainMinor, capacityMinor }: AccountGain, claimMinor: bigint): bigint {
  return max(0n, min(claimMinor, min(gainMinor, capacityMinor)));
}

/**
 * What the account has in the asset beyond what its client brought and what it owes, with the profit of its positions in
 * it. Null where it is in another pool, in liquidation, or where a mark of such a position may not decide.
 */
function ownGain({ state, timeMs }: Situation, accountRow: number, poolAssetRow: number): AccountGain | null {
  const row = accountAssetOf(state, accountRow, poolAssetRow);
  if (row < 0 || state.accounts.isQueued.get(accountRow) === 1) return null;
  const held = openPositions(state, accountRow, poolAssetRow);
  if (!held.every(({ instrumentRow }) => hasUsableMark(state, instrumentRow, timeMs))) return null;
  const profit = held.reduce(
    (sum, position) => sum + position.profit + min(0n, accruedFunding(state, position.positionRow)),
    0n,
  );
  const excess = excessOf(state, accountRow, row);
  const gainMinor = max(0n, excess + profit);
  const realizedMinor = min(gainMinor, max(0n, excess));
  const gain = { realized: realizedMinor, unrealized: gainMinor - realizedMinor };
  const capacityMinor = hasRisk(state, accountRow) ? capacityOf(state, accountRow, row, gain) : gainMinor;
  return { row, realizedMinor, gainMinor, capacityMinor };
}

/**
 * Balance beyond principal and debt. Of an account of several assets only where none of the others was spent: what it
 * converted is principal in another form.
 */
function excessOf(state: State, accountRow: number, accountAssetRow: number): bigint {
  const excess = (row: number) => {
    const { ledgerRow, netPrincipal } = state.accountAssets;
    const principal = max(0n, netPrincipal.get(row));
    return state.ledger.balance(ledgerRow.get(row)) - debtOf(state, row) - principal;
  };
  const own = excess(accountAssetRow);
  if (hasClosedForm(state, accountRow) || own <= 0n) return own;
  const isSpent = assetsOf(state, accountRow).some((row) => row !== accountAssetRow && excess(row) < 0n);
  return isSpent ? 0n : own;
}
