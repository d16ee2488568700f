/**
 * What the fill of an accepted order does besides the trade. It is a fact: margin that was held for it comes along as far
 * as it goes, and where the account can no longer carry the orders it has left, orders are cancelled, never positions
 * (MAR-06).
 */
import { abs, max, min } from '../../base/index.js';
import { equityFloor, type IsolatedView, initialMarginCeil, type OrderView } from '../../margin/index.js';
import { hasAllPrices } from '../accountMargin.js';
import { hasClosedForm, isSpot, ordersOf } from '../accountParts.js';
import type { Situation } from '../decision.js';
import { missingForOrders } from '../orderBacking.js';
import { orderViews } from '../orderFacts.js';
import { lotsLeft } from '../reduceOnly.js';
import { listedInstrument, type State } from '../state.js';
import type { TradeOutcome } from '../trade.js';
import { tradingFee } from '../tradingFee.js';
import type { Party } from './fillParty.js';
import type { Settlement } from './fillSettlement.js';
import { viewAfter } from './openingTest.js';

/** What of the account's hold on the wallet has to come in with the fill: its initial margin at the mark, else at the price. */
export function neededFromHold(state: State, party: Party, preview: TradeOutcome): bigint {
  const { accountRow, instrumentRow, priceTicks } = party;
  const held = state.accounts.walletHold.get(accountRow);
  if (held === 0n || preview.openedLots === 0n) return 0n;
  const { marginTerms, definition } = listedInstrument(state, instrumentRow);
  const marked = state.instruments.markTicks.get(instrumentRow);
  const markTicks = marked > 0n ? marked : priceTicks * definition.markTicksPerTick;
  const view = viewAfter(state, accountRow, preview);
  const missing = initialMarginCeil(marginTerms, view, markTicks) - equityFloor(marginTerms, view, markTicks);
  // A fee that the balance alone could not pay comes in with the margin (MAR-01).
  const unpaidFee = max(0n, tradingFee(abs(party.value), party.feePpm) - max(0n, preview.feePaid));
  return min(held, max(0n, missing + preview.shortage + unpaidFee));
}

/** What is left of the order, of the account's hold, and of the orders it can still carry. */
export function settleOrder(
  situation: Situation,
  settlement: Settlement,
  party: Party,
  { allocated, outcome }: { readonly allocated: bigint; readonly outcome: TradeOutcome },
): void {
  const { state } = situation;
  const { accountRow, orderRow } = party;
  const { draft } = settlement;
  const lots = lotsLeft(state, draft, orderRow) - (party.lots > 0n ? party.lots : -party.lots);
  draft.orders.push({ orderRow, lots });
  const held = state.accounts.walletHold.get(accountRow);
  const holdLeft = max(0n, held - max(0n, allocated - party.side.allocateMinor));
  const after = hasClosedForm(state, accountRow) ? viewAfter(state, accountRow, outcome) : undefined;
  const missing = cancelUncarried(situation, settlement, { accountRow, available: holdLeft, after });
  const holdMinor = min(holdLeft, missing);
  if (holdMinor !== held) settlement.holds.push({ accountRow, holdMinor });
}

/** Cancels the latest opening orders until the rest is carried; answers with what the rest still lacks. */
function cancelUncarried(
  { state, timeMs }: Situation,
  { draft }: Settlement,
  of: { readonly accountRow: number; readonly available: bigint; readonly after: IsolatedView | undefined },
): bigint {
  const { accountRow, available, after } = of;
  if (!hasClosedForm(state, accountRow) && !hasAllPrices(state, accountRow)) return 0n;
  const prices = { kind: 'adverse', timeMs } as const;
  const missingNow = () => {
    const orders: readonly OrderView[] = orderViews(state, accountRow, draft);
    if (orders.length === 0) return 0n;
    return missingForOrders(state, accountRow, {
      prices,
      orders,
      draft,
      ...(after === undefined ? {} : { after }),
    });
  };
  let missing = missingNow();
  for (const orderRow of [...ordersOf(state, accountRow)].reverse()) {
    if (missing <= available) break;
    const { isReduceOnly, instrument } = state.orders;
    const asksForNothing = isReduceOnly.get(orderRow) === 1 || isSpot(state, instrument.get(orderRow));
    if (asksForNothing || lotsLeft(state, draft, orderRow) === 0n) continue;
    draft.orders.push({ orderRow, lots: 0n });
    missing = missingNow();
  }
  return missing;
}
