/** The order by which a takeover is unwound on the market, in a pool with a liquidation policy: what is left of it, and when the next is due. */
import { abs, max } from '../base/index.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { markUsableMs } from './marginView.js';
import { INSTRUMENT_STATUS, type State } from './state.js';

/** When the takeover has an order to send: the time given where that is now, Infinity where only a change can say. */
export function unwindingDueMs(state: State, takeoverRow: number, timeMs: number): number {
  const { takeovers, instruments } = state;
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  const mayTrade =
    liquidationPolicyOf(state, takeovers.pool.get(takeoverRow)) !== null &&
    instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading;
  if (!mayTrade) return Number.POSITIVE_INFINITY;
  const usableMs = markUsableMs(state, instrumentRow, timeMs);
  if (usableMs > timeMs) return usableMs;
  const isOut = unwindingLeft(state, takeoverRow) > 0n;
  const expiresMs = isOut ? takeovers.orderExpiresMs.get(takeoverRow) : 0;
  const dueMs = Math.max(expiresMs, takeovers.nextOrderMs.get(takeoverRow));
  return dueMs <= timeMs ? timeMs : dueMs;
}

/** What the takeover's order still has to trade: whatever else took lots of it counts as traded. */
export function unwindingLeft({ takeovers, positions }: State, takeoverRow: number): bigint {
  const held = positions.lots.get(takeovers.position.get(takeoverRow));
  const gone = abs(takeovers.orderFromLots.get(takeoverRow)) - abs(held);
  return max(0n, takeovers.orderLots.get(takeoverRow) - gone);
}

export function unwindingOrderId({ takeovers }: State, takeoverRow: number, number: number): string {
  return `${takeovers.names.nameOf(takeoverRow)}/${number}`;
}
