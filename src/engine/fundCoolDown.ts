/**
 * How long an insurance fund is let rest before the venue takes of it. The time runs from when it was asked for, and
 * anew from each draw-down and each use of the fund, so that the first draw-down waits as every other does.
 */
import type { FlowName, Transfer } from '../isolation/index.js';
import type { EventOf } from './event.js';
import type { State } from './state.js';

/** Flows after which a fund rests anew; what is moved to another pool's fund takes its time along. */
const USES: ReadonlySet<FlowName> = new Set<FlowName>(['cover', 'compensateFund', 'fundDrawDown']);

/** A shorter time takes effect when the former has passed. */
export function setFundCoolDown(
  state: State,
  { poolRow, coolDownMs }: EventOf<'fundCoolDownSet'>,
  timeMs: number,
): void {
  state.pools.fundCoolDownMs.set(poolRow, coolDownMs);
  restFor(state, poolRow, timeMs);
}

export function restFund(state: State, { flow, from, to }: Transfer, timeMs: number): void {
  const { ledger, pools } = state;
  const poolRow = ledger.poolOf(from);
  if (flow === 'moveFund') restUntil(state, ledger.poolOf(to), pools.fundRestsUntilMs.get(poolRow));
  else if (USES.has(flow)) restFor(state, poolRow, timeMs);
}

function restFor(state: State, poolRow: number, timeMs: number): void {
  const coolDownMs = state.pools.fundCoolDownMs.get(poolRow);
  if (coolDownMs > 0) restUntil(state, poolRow, timeMs + coolDownMs);
}

function restUntil({ pools }: State, poolRow: number, untilMs: number): void {
  pools.fundRestsUntilMs.set(poolRow, Math.max(untilMs, pools.fundRestsUntilMs.get(poolRow)));
}
