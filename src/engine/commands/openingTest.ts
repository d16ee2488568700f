/**
 * What an account still needs so that what a fill opens may stand: initial margin, with any loss to the mark charged and
 * any profit to the mark of this very fill not counted (ISO-05), and health at the mark.
 */
import { abs, divFloor, max, smallestAmount } from '../../base/index.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isLeverageAllowed,
  withBalanceChanged,
} from '../../margin/index.js';
import { AMOUNT_MAX, valueAtMark } from '../../market/index.js';
import { hasInitialMargin, isHealthyAs } from '../accountHealth.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { hasClosedForm } from '../accountParts.js';
import { capFault } from '../caps.js';
import type { Situation } from '../decision.js';
import type { Draft } from '../draft.js';
import { mayHedgeOthers } from '../hedges.js';
import { openingLevelFault } from '../levelRules.js';
import { hasUsableMark } from '../marginView.js';
import { type Rejection, reject } from '../rejection.js';
import { listedInstrument, type State, settleAssetRow } from '../state.js';
import type { TradeOutcome } from '../trade.js';
import { tradingFee } from '../tradingFee.js';
import { scenarioFault, unsettledFault } from './checks.js';
import type { Party } from './fillParty.js';

/** Minor units of the instrument's settlement asset; zero for a fill that only reduces what is required. */
export function neededToOpen(
  situation: Situation,
  draft: Draft,
  party: Party,
  preview: TradeOutcome,
  /** What is on its way into the account; the draft does not hold it yet. */
  allocated: bigint = party.side.allocateMinor,
): bigint | Rejection {
  const { state, timeMs } = situation;
  const { accountRow, instrumentRow } = party;
  if (preview.openedLots === 0n && !laysBare(situation, draft, party)) return 0n;
  if (!hasUsableMark(state, instrumentRow, timeMs)) {
    return reject('mark_unusable', { instrument: state.instruments.names.nameOf(instrumentRow) });
  }
  const unsettled = unsettledFault(situation, accountRow);
  if (unsettled !== null) return unsettled;
  const capped = capFault(state, {
    clientRow: state.accounts.client.get(accountRow),
    instrumentRow,
    opensLots: party.lots > 0n ? preview.openedLots : -preview.openedLots,
    countedAccountRow: -1,
  });
  const refused = capped ?? (preview.openedLots === 0n ? null : openingLevelFault(state, party));
  if (refused !== null) return refused;
  const unpaidFee = max(0n, tradingFee(abs(party.value), party.feePpm) - max(0n, preview.feePaid));
  const isOption = listedInstrument(state, instrumentRow).option !== null;
  const opening: Opening = {
    notCounted: max(0n, instantProfit(state, party, preview)),
    // What comes in pays the shortage and the rest of the fee first.
    spoken: preview.shortage + unpaidFee,
    least: preview.shortage + (isOption ? preview.carried : 0n),
  };
  return hasClosedForm(state, accountRow)
    ? neededByIsolated(state, party, preview, opening)
    : neededByShared(situation, draft, party, { ...opening, allocated });
}

/** Whether more is required after the fill than before, though it only closes. */
function laysBare(
  { state, timeMs }: Situation,
  draft: Draft,
  { accountRow, instrumentRow, side }: Party,
): boolean {
  if (!mayHedgeOthers(state, { accountRow, instrumentRow, leg: side.leg })) return false;
  if (!hasAllPrices(state, accountRow)) return true;
  const prices = { kind: 'adverse', timeMs } as const;
  const initialOf = (view: AccountView) => accountRequirement(view).initial;
  const before = initialOf(wholeAccountView(state, accountRow, { prices }));
  return initialOf(wholeAccountView(state, accountRow, { prices, draft })) > before;
}

interface Opening {
  readonly notCounted: bigint;
  readonly spoken: bigint;
  /** What opens is never paid by the pool, nor a premium on credit: this much has to come in whatever the margin. */
  readonly least: bigint;
}

/** What the opened lots are worth at the mark more than was paid for them, towards zero. */
function instantProfit(state: State, { lots, instrumentRow }: Party, preview: TradeOutcome): bigint {
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const openedLots = lots > 0n ? preview.openedLots : -preview.openedLots;
  const atMark = valueAtMark(marginTerms, openedLots, state.instruments.markTicks.get(instrumentRow));
  return atMark.numerator / atMark.denominator - preview.openedValue;
}

function neededByIsolated(
  state: State,
  { accountRow, instrumentRow }: Party,
  preview: TradeOutcome,
  { notCounted, spoken }: Opening,
): bigint | Rejection {
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = viewAfter(state, accountRow, preview);
  if (!isLeverageAllowed(marginTerms.brackets, abs(view.cost), view.leverage)) {
    return reject('leverage_out_of_range', { leveragePpm: view.leverage, notional: abs(view.cost) });
  }
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  // The requirement itself may move with collateral.
  const viewWith = (amount: bigint): IsolatedView => ({
    ...view,
    collateral: view.collateral + amount - spoken,
  });
  const mayStand = (amount: bigint): boolean => {
    const funded = viewWith(amount);
    const backing = equityFloor(marginTerms, funded, markTicks) - notCounted;
    return (
      backing >= initialMarginCeil(marginTerms, funded, markTicks) &&
      isHealthyAs(state, instrumentRow, funded)
    );
  };
  const unfunded = viewWith(0n);
  const missing =
    initialMarginCeil(marginTerms, unfunded, markTicks) +
    notCounted -
    equityFloor(marginTerms, unfunded, markTicks);
  return smallestAmount(missing, mayStand);
}

/** A shared account is judged whole, with whatever price may not decide moved against it. */
function neededByShared(
  { state, timeMs }: Situation,
  draft: Draft,
  { accountRow, instrumentRow, positionRow }: Party,
  { notCounted, spoken, least, allocated }: Opening & { readonly allocated: bigint },
): bigint | Rejection {
  if (!hasAllPrices(state, accountRow))
    return reject('asset_price_unusable', { account: state.accounts.names.nameOf(accountRow) });
  const stale = scenarioFault({ state, timeMs }, accountRow, { instruments: [instrumentRow] });
  if (stale !== null) return stale;
  const view = wholeAccountView(state, accountRow, { prices: { kind: 'adverse', timeMs }, draft });
  const { brackets } = listedInstrument(state, instrumentRow).marginTerms;
  const cost = draft.positions.findLast(({ position }) => position === positionRow)?.cost ?? 0n;
  // Its leverage bounds what its positions ask for; only the size of the last bracket is a limit.
  if (!isLeverageAllowed(brackets, abs(cost), 0n)) {
    return reject('position_too_large', { notional: abs(cost) });
  }
  const assetRow = settleAssetRow(state, instrumentRow);
  const price = view.assets.find(({ asset }) => asset === assetRow)?.price ?? ASSET_PRICE_SCALE;
  // Moved against the account by all it may jump, a price that does not decide may be nothing.
  if (price === 0n)
    return reject('asset_price_unusable', { account: state.accounts.names.nameOf(accountRow) });
  const notCountedValue = divFloor(notCounted * price, ASSET_PRICE_SCALE) + 1n;
  const viewWith = (amount: bigint) => withBalanceChanged(view, assetRow, allocated + amount - spoken);
  const notCountedHere = notCounted === 0n ? 0n : notCountedValue;
  // What is adverse to most may favour an account that is short of the very asset: the last good prices must hold too.
  const lastGood = wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft });
  const mayStand = (amount: bigint) =>
    hasInitialMargin(viewWith(amount), notCountedHere) &&
    hasInitialMargin(withBalanceChanged(lastGood, assetRow, allocated + amount - spoken), notCountedHere);
  if (!mayStand(AMOUNT_MAX)) {
    return reject('insufficient_initial_margin', { account: state.accounts.names.nameOf(accountRow) });
  }
  const unfunded = viewWith(0n);
  const { initial, order } = accountRequirement(unfunded);
  const missing = initial + order + notCountedValue - accountEquityFloor(unfunded);
  return max(least, smallestAmount(divFloor(missing * ASSET_PRICE_SCALE, price), mayStand));
}

/** An isolated account as the margin model sees it once the trade is settled. */
export function viewAfter(state: State, accountRow: number, outcome: TradeOutcome): IsolatedView {
  return {
    collateral: outcome.balance,
    lots: outcome.lots,
    cost: outcome.cost,
    fundingPerLot: 0n,
    leverage: state.accounts.leveragePpm.get(accountRow),
  };
}
