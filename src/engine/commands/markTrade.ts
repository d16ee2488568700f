/** Trades at the guarded mark, which nobody charges a fee for: unwinding, deleveraging and expiry. */

import type { Situation } from '../decision.js';
import { type Draft, finishDraft, newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { markValue } from '../marginView.js';
import { settleTrade, type Trade, type TradeOutcome } from '../trade.js';

/** One holder's side. */
export function tradeAtMark(
  situation: Situation,
  draft: Draft,
  trade: {
    readonly positionRow: number;
    readonly lots: bigint;
    readonly value: bigint;
    readonly cause?: 'expiry';
    readonly netted?: Trade['netted'];
  },
): TradeOutcome {
  return settleTrade(situation, draft, {
    cause: 'close',
    ...trade,
    fee: 0n,
    allocated: 0n,
    feeCap: 0n,
    rebateCap: 0n,
  });
}

/** `from` hands signed lots to `to` at the mark; either may be a takeover, `to` also the outside. */
export function unwindAtMark(
  situation: Situation,
  instrumentRow: number,
  { from, to, lots }: { readonly from: number; readonly to: number; readonly lots: bigint },
): EventOf<'unwound'> {
  const { state } = situation;
  const value = markValue(state, instrumentRow, lots);
  const draft = newDraft();
  tradeAtMark(situation, draft, { positionRow: from, lots: -lots, value: -value });
  tradeAtMark(situation, draft, { positionRow: to, lots, value });
  finishDraft(state, draft, state.instruments.poolAsset.get(instrumentRow));
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const { transfers, positions, fundingDust, deficits, takeovers, orders, debts } = draft;
  return {
    kind: 'unwound',
    instrumentRow,
    markTicks,
    lots,
    value,
    transfers,
    positions,
    fundingDust,
    deficits,
    takeovers,
    orders,
    debts,
  };
}
