/**
 * Sends the next order to unwind a takeover on the market, in a pool with a liquidation policy: one step of its lots, at
 * the policy's pace. What the market does not take stays the pool's until the next one, or until the waterfall needs it.
 */
import { abs, max, min, mulDivCeil, PPM } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { liquidationPolicyOf } from '../liquidationPolicy.js';
import { hasUsableMark } from '../marginView.js';
import { limitFromMark } from '../reduction.js';
import { reject } from '../rejection.js';
import { INSTRUMENT_STATUS, type State, TAKEOVER_STATUS } from '../state.js';

export function decideOrderUnwinding(
  { state, timeMs }: Situation,
  { takeoverRow }: CommandOf<'orderUnwinding'>,
): Decision {
  const { takeovers, positions } = state;
  const policy = liquidationPolicyOf(state, takeovers.pool.get(takeoverRow));
  if (policy === null || !isUnwindingDue(state, takeoverRow, timeMs)) return reject('nothing_to_do');
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  const held = positions.lots.get(takeovers.position.get(takeoverRow));
  const isBuy = held < 0n;
  return [
    {
      kind: 'unwindingOrdered',
      takeoverRow,
      order: unwindingOrderId(state, takeoverRow, takeovers.orderCount.get(takeoverRow) + 1),
      instrumentRow,
      isBuy,
      lots: min(abs(held), max(1n, mulDivCeil(abs(held), policy.stepPpm, PPM))),
      priceTicks: limitFromMark(state, { instrumentRow, isBuy }, policy.slippagePpm),
      expiresMs: timeMs + policy.orderLifeMs,
      pauseUntilMs: timeMs + policy.pauseMs,
    },
  ];
}

/** Whether the takeover, of a pool with a policy, has no order out and its pace lets the next one go. */
export function isUnwindingDue(state: State, takeoverRow: number, timeMs: number): boolean {
  const { takeovers, instruments } = state;
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  return (
    takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.open &&
    instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading &&
    hasUsableMark(state, instrumentRow, timeMs) &&
    timeMs >= takeovers.nextOrderMs.get(takeoverRow) &&
    (unwindingLeft(state, takeoverRow) === 0n || timeMs >= takeovers.orderExpiresMs.get(takeoverRow))
  );
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
