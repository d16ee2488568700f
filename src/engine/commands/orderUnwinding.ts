/**
 * Sends the next order to unwind a takeover on the market, in a pool with a liquidation policy: one step of its lots, at
 * the policy's pace. What the market does not take stays the pool's until the next one, or until the waterfall needs it.
 */
import { abs, max, min, mulDivCeil, PPM } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { liquidationPolicyOf } from '../liquidationPolicy.js';
import { limitFromMark } from '../reduction.js';
import { reject } from '../rejection.js';
import { TAKEOVER_STATUS } from '../state.js';
import { unwindingDueMs, unwindingOrderId } from '../unwinding.js';

export function decideOrderUnwinding(
  { state, timeMs }: Situation,
  { takeoverRow }: CommandOf<'orderUnwinding'>,
): Decision {
  const { takeovers, positions } = state;
  const policy = liquidationPolicyOf(state, takeovers.pool.get(takeoverRow));
  const isOpen = takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.open;
  if (policy === null || !isOpen || unwindingDueMs(state, takeoverRow, timeMs) > timeMs)
    return reject('nothing_to_do');
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
