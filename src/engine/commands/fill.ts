/**
 * A trade that happened: both sides settle in one event at one value, or neither does. Margin arrives with
 * the fill (MAR-01); a flip closes, then opens (ORD-01); reducing is allowed also under margin (ORD-03).
 */
import { abs, max, PPM, smallestAmount } from '../../base/index.js';
import {
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isLeverageAllowed,
  isLiquidatable,
  missingToCure,
} from '../../margin/index.js';
import { fillValueTowardsZero, valueAtMark } from '../../market/index.js';
import type { CommandOf, FillSide } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import {
  clientLedgerRow,
  INSTRUMENT_STATUS,
  listedInstrument,
  type State,
  settleAssetRow,
  TAKEOVER_STATUS,
} from '../state.js';
import {
  appendDraft,
  type Draft,
  finishDraft,
  newDraft,
  settleTrade,
  type Trade,
  type TradeOutcome,
  tradingFee,
} from '../trade.js';
import { accountFault, balanceFault, poolFault, unknown } from './checks.js';

/** Most lots in one fill or position, and most value: what the ledger's columns carry with room to spare. */
const LOTS_MAX = 2n ** 53n;
const VALUE_MAX = 2n ** 60n;

type Fill = CommandOf<'fill'>;

/** One side of the fill, found in the state. */
interface Party {
  readonly side: FillSide;
  readonly positionRow: number;
  /** -1 for the outside and for a takeover. */
  readonly accountRow: number;
  /** Signed lots and value of its trade. */
  readonly lots: bigint;
  readonly value: bigint;
  readonly feePpm: bigint;
}

export function decideFill(situation: Situation, command: Fill): Decision {
  const { state } = situation;
  const instrumentRow = state.instruments.names.rowOf(command.instrument);
  if (instrumentRow < 0) return unknown('unknown_instrument', command.instrument);
  const fault = fillFault(situation, instrumentRow, command);
  if (fault !== null) return fault;
  const { definition, marginTerms } = listedInstrument(state, instrumentRow);
  const value = fillValueTowardsZero(marginTerms, command);
  if (value === 0n || abs(value) > VALUE_MAX) {
    return reject('invalid_size', { value: abs(value), smallest: 1n, largest: VALUE_MAX });
  }

  const feeOf = (role: Fill['taker']) =>
    command.taker === role ? definition.takerFeePpm : definition.makerFeePpm;
  const buyer = findParty(state, instrumentRow, {
    side: command.buyer,
    lots: command.lots,
    value,
    feePpm: feeOf('buyer'),
  });
  if ('code' in buyer) return buyer;
  const seller = findParty(state, instrumentRow, {
    side: command.seller,
    lots: -command.lots,
    value: -value,
    feePpm: feeOf('seller'),
  });
  if ('code' in seller) return seller;
  if (buyer.positionRow === seller.positionRow) return reject('same_account', { id: command.buyer.id });
  if (buyer.accountRow < 0 && seller.accountRow < 0) return reject('no_account_side');

  // The taker settles first: a maker's rebate is paid out of what the taker really paid.
  const [first, second] = command.taker === 'buyer' ? [buyer, seller] : [seller, buyer];
  const cash = state.totals.cash.get(state.instruments.poolAsset.get(instrumentRow));
  const settlement: Settlement = { draft: newDraft(), allocations: [], woken: [], cash };
  const taken = settleParty(situation, settlement, first, 0n);
  if ('code' in taken) return taken;
  const made = settleParty(situation, settlement, second, max(0n, taken.feePaid));
  if ('code' in made) return made;
  const selfDeficit = selfDeficitFault(state, [buyer, seller], settlement.draft);
  if (selfDeficit !== null) return selfDeficit;
  const { draft, allocations, woken } = settlement;
  finishDraft(state, draft, state.instruments.poolAsset.get(instrumentRow));
  const { priceTicks, lots } = command;
  woken.sort((a, b) => a - b);
  return [
    { kind: 'filled', instrumentRow, priceTicks, lots, value, allocations, ...draft, woken } satisfies Event,
  ];
}

/** Between two accounts of one client no fill may leave a deficit for the pool to pay (ISO-05). */
function selfDeficitFault(state: State, [a, b]: readonly [Party, Party], draft: Draft): Rejection | null {
  if (draft.deficits.length === 0 || a.accountRow < 0 || b.accountRow < 0) return null;
  const clientRow = state.accounts.client.get(a.accountRow);
  if (clientRow !== state.accounts.client.get(b.accountRow)) return null;
  const deficit = draft.deficits.reduce((sum, { amount }) => sum + amount, 0n);
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(a.accountRow));
  return reject('self_trade_deficit', {
    client: state.clients.names.nameOf(clientRow),
    deficit: { minor: deficit, assetRow },
  });
}

/** What is wrong with the fill itself, whoever the parties are. */
function fillFault({ state, timeMs }: Situation, instrumentRow: number, command: Fill): Rejection | null {
  const { instruments } = state;
  const { definition, terms } = listedInstrument(state, instrumentRow);
  const quarantined = poolFault(state, instruments.pool.get(instrumentRow));
  if (quarantined !== null) return quarantined;
  const isExpired = definition.expiryMs !== null && timeMs >= definition.expiryMs;
  if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading || isExpired) {
    return reject('instrument_not_trading', { instrument: command.instrument });
  }
  if (command.priceTicks <= 0n || command.priceTicks > terms.priceTicksMax) {
    return reject('invalid_price', { priceTicks: command.priceTicks, largestTicks: terms.priceTicksMax });
  }
  if (command.lots <= 0n || command.lots > LOTS_MAX) {
    return reject('invalid_size', { lots: command.lots, largestLots: LOTS_MAX });
  }
  const markTicks = instruments.markTicks.get(instrumentRow);
  const priceInMarkTicks = command.priceTicks * definition.markTicksPerTick;
  if (markTicks > 0n && abs(priceInMarkTicks - markTicks) * PPM > definition.fillBandPpm * markTicks) {
    return reject('fill_outside_band', {
      priceTicks: command.priceTicks,
      markTicks,
      markTicksPerTick: definition.markTicksPerTick,
      bandPpm: definition.fillBandPpm,
    });
  }
  return null;
}

type PartyTrade = Pick<Party, 'side' | 'lots' | 'value' | 'feePpm'>;

function partyOf(
  { side, lots, value }: PartyTrade,
  { positionRow, accountRow, feePpm }: Pick<Party, 'positionRow' | 'accountRow' | 'feePpm'>,
): Party {
  return { side, lots, value, positionRow, accountRow, feePpm };
}

function findParty(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  switch (trade.side.party) {
    case 'account':
      return findAccount(state, instrumentRow, trade);
    case 'liquidation':
      return findTakeover(state, instrumentRow, trade);
    case 'counterparty': {
      const positionRow = state.instruments.counterpartyPosition.get(instrumentRow);
      if (positionRow < 0) return reject('counterparty_needs_desk');
      return partyOf(trade, { positionRow, accountRow: -1, feePpm: 0n });
    }
  }
}

function findAccount(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  const { accounts } = state;
  const { id } = trade.side;
  const accountRow = accounts.names.rowOf(id);
  const fault = accountFault(state, accountRow, id);
  if (fault !== null) return fault;
  if (accounts.instrument.get(accountRow) !== instrumentRow) {
    return reject('wrong_instrument', {
      account: id,
      instrument: state.instruments.names.nameOf(accounts.instrument.get(accountRow)),
    });
  }
  return partyOf(trade, { positionRow: accounts.position.get(accountRow), accountRow, feePpm: trade.feePpm });
}

function findTakeover(state: State, instrumentRow: number, trade: PartyTrade): Party | Rejection {
  const { takeovers, positions } = state;
  const { id } = trade.side;
  const takeoverRow = takeovers.names.rowOf(id);
  if (takeoverRow < 0 || takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.closed) {
    return unknown('unknown_takeover', id);
  }
  if (takeovers.instrument.get(takeoverRow) !== instrumentRow)
    return reject('wrong_instrument', { takeover: id });
  const positionRow = takeovers.position.get(takeoverRow);
  const held = positions.lots.get(positionRow);
  if (held * trade.lots >= 0n || abs(trade.lots) > abs(held)) {
    return reject('liquidation_not_reducing', { takeover: id, lots: trade.lots, held });
  }
  return partyOf(trade, { positionRow, accountRow: -1, feePpm: 0n });
}

interface Settlement {
  readonly draft: Draft;
  readonly allocations: { accountRow: number; amount: bigint }[];
  readonly woken: number[];
  /** What the pool holds in cash so far: fees leave it, allocations come in. */
  cash: bigint;
}

function settleParty(
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

  // Settled on a draft of its own first: what the account needs is known only once the trade is applied.
  const draft = newDraft();
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

  const isPreviewFinal = allocated === allocateMinor;
  const final = isPreviewFinal ? draft : newDraft();
  const outcome = isPreviewFinal ? preview : settleTrade(state, final, withAllocated(allocated));
  const uncured = allocated > 0n ? topUpFault(state, accountRow, { allocated, outcome }) : null;
  if (uncured !== null) return uncured;

  if (allocated > 0n) allocate(state, settlement, accountRow, allocated);
  appendDraft(settlement.draft, final);
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

function viewAfter(state: State, accountRow: number, outcome: TradeOutcome): IsolatedView {
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

function allocate(state: State, settlement: Settlement, accountRow: number, amount: bigint): void {
  const assetRow = settleAssetRow(state, state.accounts.instrument.get(accountRow));
  const from = clientLedgerRow(
    state,
    { clientRow: state.accounts.client.get(accountRow), assetRow },
    'wallet',
  );
  settlement.allocations.push({ accountRow, amount });
  settlement.draft.transfers.push({
    flow: 'allocate',
    from,
    to: state.accounts.ledgerRow.get(accountRow),
    amount,
  });
}
