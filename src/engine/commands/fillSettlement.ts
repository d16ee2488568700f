/** How one side of a fill is settled: its trade, its fee, and the margin that must come with it. */
import { abs, max, smallestPassing } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import {
  isAccountLiquidatable,
  isLiquidatable,
  missingToCure,
  missingToCureAccount,
} from '../../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { accountAssetOf, hasClosedForm } from '../accountParts.js';
import type { Situation } from '../decision.js';
import { type Draft, type DraftMark, markDraft, rewindDraft } from '../draft.js';
import type { HoldFact } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { clientLedgerRow, listedInstrument, type State, settleAssetRow } from '../state.js';
import { settleTrade, type Trade, type TradeOutcome } from '../trade.js';
import { tradingFee } from '../tradingFee.js';
import { balanceFault } from './checks.js';
import { neededFromHold, settleOrder } from './fillOrder.js';
import type { Party } from './fillParty.js';
import { neededToOpen, viewAfter } from './openingTest.js';

/** Most lots in one fill or position, and most value: what the ledger's columns carry with room to spare. */
export const LOTS_MAX = 2n ** 53n;
export const VALUE_MAX = 2n ** 60n;

/** The fill while its sides are settled one after the other. */
export interface Settlement {
  readonly draft: Draft;
  readonly allocations: { accountAssetRow: number; amount: bigint }[];
  readonly holds: HoldFact[];
  readonly woken: number[];
  /** What the pool holds in cash so far: fees leave it, allocations come in. */
  cash: bigint;
}

/**
 * Settles one side into the event, with the money that comes along, or says why it may not be: an account must have
 * the initial margin of what it opens.
 */
export function settleParty(
  situation: Situation,
  settlement: Settlement,
  party: Party,
  rebateCap: bigint,
): TradeOutcome | Rejection {
  const { state } = situation;
  const { positionRow, accountRow, lots, value } = party;
  const fee = tradingFee(abs(value), party.feePpm);
  // A fee is cut to what the pool holds in cash: gains it cannot pay yet do not leave it as fees either (ISO-06).
  const withAllocated = (allocated: bigint): Trade => {
    const feeCap = max(0n, settlement.cash + allocated);
    const { feeFlow } = party;
    return { positionRow, lots, value, fee, feeFlow, cause: 'close', allocated, feeCap, rebateCap };
  };
  if (accountRow < 0) return settleTrade(situation, settlement.draft, withAllocated(0n));

  // Settled on trial first: what the account needs is known only once the trade is applied.
  const { draft } = settlement;
  const before = markDraft(draft);
  const { allocateMinor } = party.side;
  const preview = settleTrade(situation, draft, withAllocated(allocateMinor));
  if (abs(preview.lots) > LOTS_MAX || abs(preview.cost) > VALUE_MAX) {
    return reject('position_too_large', { lots: preview.lots, largestLots: LOTS_MAX });
  }
  const overdrawn = legFault(party, preview.lots);
  if (overdrawn !== null) return overdrawn;
  const comesAlong =
    party.orderRow >= 0
      ? { allocated: allocateMinor + neededFromHold(state, party, preview), refused: null }
      : neededFromWallet(situation, draft, party, preview);
  if ('code' in comesAlong) return comesAlong;
  const { allocated } = comesAlong;
  const refused = comesAlong.refused ?? allocationFault(state, settlement, party, allocateMinor);
  if (refused !== null) return refused;

  let outcome = preview;
  let comesIn = allocated;
  if (allocated !== allocateMinor) {
    const hadOtherMeans = hasTurnedToOtherMeans(draft, before);
    const stillNeededWith = (amount: bigint) => {
      rewindDraft(draft, before);
      outcome = settleTrade(situation, draft, withAllocated(amount));
      return stillNeeded(situation, draft, party, { allocated: amount, outcome });
    };
    // Where a unit of collateral is worth many of the asset, each step may lack one unit more: steps double.
    let failing = allocateMinor;
    for (let step = 0n; ; comesIn += step) {
      const more = stillNeededWith(comesIn);
      if (typeof more === 'object') return more;
      if (more === 0n) break;
      failing = comesIn;
      step = max(more, 2n * step);
    }
    const isOvershot = failing !== allocateMinor;
    if ((hadOtherMeans || isOvershot) && party.orderRow < 0) {
      // With money there is less to convert or borrow than on trial, so less may do.
      const isEnough = (amount: bigint) => stillNeededWith(amount) === 0n;
      comesIn = smallestPassing(
        { failing: hadOtherMeans ? allocateMinor : failing, passing: comesIn },
        isEnough,
      );
      stillNeededWith(comesIn);
    }
    const short = allocationFault(state, settlement, party, comesIn);
    if (short !== null) return short;
  }
  if (comesIn > 0n) {
    // The money arrives before the trade spends it.
    draft.transfers.splice(before.lengths[0], 0, allocation(state, party, comesIn));
    const uncured = topUpFault(state, draft, party, { allocated: comesIn, outcome });
    if (uncured !== null) return uncured;
    settlement.allocations.push({ accountAssetRow: settleAssetOf(state, party), amount: comesIn });
  }
  settlement.cash += comesIn - venueFee(party, outcome);
  if (party.orderRow >= 0) settleOrder(situation, settlement, party, { allocated: comesIn, outcome });
  wakeIfShort(situation, settlement, party, outcome);
  return outcome;
}

/** What of the fee left the pool for the venue. */
export function venueFee({ feeFlow }: Party, { feePaid }: TradeOutcome): bigint {
  return feeFlow === 'fee' ? feePaid : 0n;
}

/** Whether what was drafted since the mark converts or borrows. */
function hasTurnedToOtherMeans({ transfers }: Draft, { lengths }: DraftMark): boolean {
  return transfers.slice(lengths[0]).some(({ flow }) => flow === 'convertOut' || flow === 'borrow');
}

/** A long leg never goes short, nor a short one long. */
function legFault({ side }: Party, lots: bigint): Rejection | null {
  const isTurned = side.leg === 'long' ? lots < 0n : side.leg === 'short' && lots > 0n;
  return isTurned ? reject('leg_overdrawn', { account: side.id, leg: side.leg, lots }) : null;
}

/** A fill that nobody let in before is tested: what it opens must have its initial margin. */
function neededFromWallet(situation: Situation, draft: Draft, party: Party, preview: TradeOutcome) {
  const { allocateMinor, allocateInitial } = party.side;
  const needed = neededToOpen(situation, draft, party, preview);
  if (typeof needed === 'object') return needed;
  const allocated = allocateMinor + (allocateInitial ? needed : 0n);
  return { allocated, refused: allocateInitial ? null : openingShortage(situation.state, party, needed) };
}

/**
 * What a shared account lacks once the money pays what on trial was paid by converting collateral: converted, it would
 * have counted without its haircut.
 */
function stillNeeded(
  situation: Situation,
  draft: Draft,
  party: Party,
  { allocated, outcome }: { readonly allocated: bigint; readonly outcome: TradeOutcome },
): bigint | Rejection {
  const isTested = party.orderRow < 0 && party.side.allocateInitial;
  if (!isTested || hasClosedForm(situation.state, party.accountRow)) return 0n;
  return neededToOpen(situation, draft, party, outcome, allocated);
}

/** Money that comes with a fill into an account in liquidation must cure it in full, like any other (MAR-02). */
function topUpFault(
  state: State,
  draft: Draft,
  party: Party,
  { allocated, outcome }: { readonly allocated: bigint; readonly outcome: TradeOutcome },
): Rejection | null {
  const { accountRow, instrumentRow } = party;
  if (state.accounts.isQueued.get(accountRow) === 0 || !isEndangered(state, draft, party, outcome))
    return null;
  const assetRow = settleAssetRow(state, instrumentRow);
  const missing = hasClosedForm(state, accountRow)
    ? missingToCure(
        listedInstrument(state, instrumentRow).liquidationTerms,
        viewAfter(state, accountRow, outcome),
        state.instruments.markTicks.get(instrumentRow),
      )
    : missingToCureAccount(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }), assetRow);
  return reject('top_up_must_cure', {
    account: state.accounts.names.nameOf(accountRow),
    offered: { minor: allocated, assetRow },
    ...(missing === null ? {} : { missing: { minor: missing, assetRow } }),
  });
}

/** Queues the account for liquidation if the fill left it at or under maintenance margin. */
function wakeIfShort(
  { state, timeMs }: Situation,
  settlement: Settlement,
  party: Party,
  outcome: TradeOutcome,
): void {
  // An opening without an order was tested just now; only what reduces can leave an account under maintenance.
  const isTested = outcome.openedLots !== 0n && party.orderRow < 0;
  const mayBeShort = !isTested && state.accounts.isQueued.get(party.accountRow) === 0;
  if (!mayBeShort || !hasUsableMark(state, party.instrumentRow, timeMs)) return;
  if (isEndangered(state, settlement.draft, party, outcome)) settlement.woken.push(party.accountRow);
}

/** Whether the trade, once settled, leaves the account at or under maintenance margin. */
export function isEndangered(
  state: State,
  draft: Draft,
  party: Pick<Party, 'accountRow' | 'instrumentRow'>,
  outcome: TradeOutcome,
): boolean {
  const { accountRow, instrumentRow } = party;
  if (!hasClosedForm(state, accountRow)) {
    return (
      hasAllPrices(state, accountRow) &&
      isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }))
    );
  }
  if (outcome.lots === 0n) return false;
  const { liquidationTerms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  return isLiquidatable(liquidationTerms, viewAfter(state, accountRow, outcome), markTicks);
}

function openingShortage(state: State, party: Party, needed: bigint): Rejection | null {
  if (needed === 0n) return null;
  const assetRow = settleAssetRow(state, party.instrumentRow);
  return reject('insufficient_initial_margin', {
    account: party.side.id,
    missing: { minor: needed, assetRow },
  });
}

function allocationFault(
  state: State,
  { allocations }: Settlement,
  party: Party,
  amountMinor: bigint,
): Rejection | null {
  const { accounts, accountAssets } = state;
  const assetRow = settleAssetRow(state, party.instrumentRow);
  if (party.side.allocateMinor < 0n || amountMinor > VALUE_MAX) {
    const largest = { minor: VALUE_MAX, assetRow };
    return reject('invalid_amount', { amount: { minor: amountMinor, assetRow }, largest });
  }
  if (amountMinor === 0n) return null;
  const clientRow = accounts.client.get(party.accountRow);
  const ledgerRow = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  // Where one client stands on both sides, both draw on one wallet.
  const drawn = allocations
    .filter(
      ({ accountAssetRow }) => accounts.client.get(accountAssets.account.get(accountAssetRow)) === clientRow,
    )
    .reduce((sum, { amount }) => sum + amount, 0n);
  // An order draws on what it held.
  const ownHold = party.orderRow >= 0 ? accounts.walletHold.get(party.accountRow) : 0n;
  const drawnInAll = max(0n, amountMinor - ownHold) + drawn;
  return balanceFault(state, { ledgerRow, amountMinor: drawnInAll, assetRow }, 'insufficient_wallet_balance');
}

function allocation(state: State, party: Party, amount: bigint): Transfer {
  const assetRow = settleAssetRow(state, party.instrumentRow);
  const clientRow = state.accounts.client.get(party.accountRow);
  const from = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  return {
    flow: 'allocate',
    from,
    to: state.accountAssets.ledgerRow.get(settleAssetOf(state, party)),
    amount,
  };
}

/** The account's row for the asset the instrument settles in. */
function settleAssetOf(state: State, { accountRow, instrumentRow }: Party): number {
  return accountAssetOf(state, accountRow, state.instruments.poolAsset.get(instrumentRow));
}
