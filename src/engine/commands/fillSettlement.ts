/** How one side of a fill is settled: its trade, its fee, and the margin that must come with it. */
import { abs, max, smallestAmount } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import {
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isLeverageAllowed,
  isLiquidatable,
  missingToCure,
} from '../../margin/index.js';
import { valueAtMark } from '../../market/index.js';
import type { Situation } from '../decision.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { clientLedgerRow, listedInstrument, type State, settleAssetRow } from '../state.js';
import {
  type Draft,
  markDraft,
  rewindDraft,
  settleTrade,
  type Trade,
  type TradeOutcome,
  tradingFee,
} from '../trade.js';
import { balanceFault } from './checks.js';
import type { Party } from './fillParty.js';

/** Most lots in one fill or position, and most value: what the ledger's columns carry with room to spare. */
export const LOTS_MAX = 2n ** 53n;
export const VALUE_MAX = 2n ** 60n;

/** The fill while its sides are settled one after the other. */
export interface Settlement {
  readonly draft: Draft;
  readonly allocations: { accountRow: number; amount: bigint }[];
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
    return { positionRow, lots, value, fee, cause: 'close', allocated, feeCap, rebateCap };
  };
  if (accountRow < 0) return settleTrade(state, settlement.draft, withAllocated(0n));

  // Settled on trial first: what the account needs is known only once the trade is applied.
  const { draft } = settlement;
  const before = markDraft(draft);
  const { allocateMinor, allocateInitial } = party.side;
  const preview = settleTrade(state, draft, withAllocated(allocateMinor));
  if (abs(preview.lots) > LOTS_MAX || abs(preview.cost) > VALUE_MAX) {
    return reject('position_too_large', { lots: preview.lots, largestLots: LOTS_MAX });
  }
  const needed = neededToOpen(situation, party, preview);
  if (typeof needed === 'object') return needed;
  const allocated = allocateMinor + (allocateInitial ? needed : 0n);
  const short = allocateInitial ? null : openingShortage(state, party, needed);
  const refused = short ?? allocationFault(state, settlement, party, allocated);
  if (refused !== null) return refused;

  let outcome = preview;
  if (allocated !== allocateMinor) {
    rewindDraft(draft, before);
    outcome = settleTrade(state, draft, withAllocated(allocated));
  }
  if (allocated > 0n) {
    const uncured = topUpFault(state, accountRow, { allocated, outcome });
    if (uncured !== null) return uncured;
    // The money arrives before the trade spends it.
    draft.transfers.splice(before.lengths[0], 0, allocation(state, accountRow, allocated));
    settlement.allocations.push({ accountRow, amount: allocated });
  }
  settlement.cash += allocated - outcome.feePaid;
  wakeIfShort(situation, settlement, accountRow, outcome);
  return outcome;
}

/** Money that comes with a fill into an account in liquidation must cure it in full, like any other (MAR-02). */
function topUpFault(
  state: State,
  accountRow: number,
  { allocated, outcome }: { readonly allocated: bigint; readonly outcome: TradeOutcome },
): Rejection | null {
  if (state.accounts.isQueued.get(accountRow) === 0 || outcome.lots === 0n) return null;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const missing = missingToCure(marginTerms, viewAfter(state, accountRow, outcome), markTicks);
  if (missing === 0n) return null;
  const assetRow = settleAssetRow(state, instrumentRow);
  return reject('top_up_must_cure', {
    account: state.accounts.names.nameOf(accountRow),
    offered: { minor: allocated, assetRow },
    missing: { minor: missing, assetRow },
  });
}

/** Queues the account for liquidation if the fill left it at or under maintenance margin. */
function wakeIfShort(
  { state, timeMs }: Situation,
  settlement: Settlement,
  accountRow: number,
  outcome: TradeOutcome,
): void {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  // An opening was tested just now; only what reduces can leave an account under maintenance.
  const mayBeShort =
    outcome.openedLots === 0n && outcome.lots !== 0n && state.accounts.isQueued.get(accountRow) === 0;
  if (!mayBeShort || !hasUsableMark(state, instrumentRow, timeMs)) return;
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  if (isLiquidatable(marginTerms, viewAfter(state, accountRow, outcome), markTicks))
    settlement.woken.push(accountRow);
}

/** The account as the margin model sees it once the trade is settled. */
export function viewAfter(state: State, accountRow: number, outcome: TradeOutcome): IsolatedView {
  return {
    collateral: outcome.balance,
    lots: outcome.lots,
    cost: outcome.cost,
    fundingPerLot: 0n,
    leverage: state.accounts.leveragePpm.get(accountRow),
  };
}

/**
 * What the account still needs so that the opened part may stand: initial margin, with any loss to the mark
 * charged and any profit to the mark of this very fill not counted (ISO-05), and health at the mark. Zero for
 * a fill that only reduces.
 */
function neededToOpen({ state, timeMs }: Situation, party: Party, preview: TradeOutcome): bigint | Rejection {
  if (preview.openedLots === 0n) return 0n;
  const { accountRow } = party;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  if (!hasUsableMark(state, instrumentRow, timeMs)) {
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  }
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = viewAfter(state, accountRow, preview);
  if (!isLeverageAllowed(marginTerms.brackets, abs(view.cost), view.leverage)) {
    return reject('leverage_out_of_range', { leveragePpm: view.leverage, notional: abs(view.cost) });
  }
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const openedLots = party.lots > 0n ? preview.openedLots : -preview.openedLots;
  const atMark = valueAtMark(marginTerms, openedLots, markTicks);
  const instantProfit = atMark.numerator / atMark.denominator - preview.openedValue;
  const unpaidFee = max(0n, tradingFee(abs(party.value), party.feePpm) - max(0n, preview.feePaid));
  const notCounted = max(0n, instantProfit);
  // What comes in pays the shortage and the rest of the fee first; the requirement itself may move with collateral.
  const viewWith = (amount: bigint): IsolatedView => {
    return { ...view, collateral: view.collateral + amount - preview.shortage - unpaidFee };
  };
  const mayStand = (amount: bigint): boolean => {
    const funded = viewWith(amount);
    const backing = equityFloor(marginTerms, funded, markTicks) - notCounted;
    return (
      backing >= initialMarginCeil(marginTerms, funded, markTicks) &&
      !isLiquidatable(marginTerms, funded, markTicks)
    );
  };
  const unfunded = viewWith(0n);
  const missing =
    initialMarginCeil(marginTerms, unfunded, markTicks) +
    notCounted -
    equityFloor(marginTerms, unfunded, markTicks);
  return smallestAmount(missing, mayStand);
}

function openingShortage(state: State, party: Party, needed: bigint): Rejection | null {
  if (needed === 0n) return null;
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(party.accountRow));
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
  const { accounts } = state;
  const instrumentRow = accounts.instrument.get(party.accountRow);
  const assetRow = settleAssetRow(state, instrumentRow);
  if (party.side.allocateMinor < 0n || amountMinor > VALUE_MAX) {
    const largest = { minor: VALUE_MAX, assetRow };
    return reject('invalid_amount', { amount: { minor: amountMinor, assetRow }, largest });
  }
  if (amountMinor === 0n) return null;
  const clientRow = accounts.client.get(party.accountRow);
  const ledgerRow = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  // Where one client stands on both sides, both draw on one wallet.
  const drawn = allocations
    .filter(({ accountRow }) => accounts.client.get(accountRow) === clientRow)
    .reduce((sum, { amount }) => sum + amount, 0n);
  const drawnInAll = amountMinor + drawn;
  return balanceFault(state, { ledgerRow, amountMinor: drawnInAll, assetRow }, 'insufficient_wallet_balance');
}

function allocation(state: State, accountRow: number, amount: bigint): Transfer {
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(accountRow));
  const from = clientLedgerRow(
    state,
    { clientRow: state.accounts.client.get(accountRow), assetRow },
    'wallet',
  );
  return { flow: 'allocate', from, to: state.accounts.ledgerRow.get(accountRow), amount };
}
