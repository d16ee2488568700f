/**
 * Where an account in liquidation stands with its reduction, under a pool that has a liquidation policy: whether its
 * next step is due, and at which price its orders may trade.
 */
import { divCeil, divFloor, max, min, mulDivFloor, PPM } from '../base/index.js';
import {
  type AccountView,
  accountEquityScaled,
  grossValueScaled,
  isAtOrUnderHealth,
  missingForHealth,
  reachesHealth,
} from '../margin/index.js';
import { missingNow } from './accountHealth.js';
import { LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { type LiquidationPolicy, liquidationPolicyOf } from './liquidationPolicy.js';
import { listedInstrument, type State } from './state.js';

/** Whether an order of the pool has begun to reduce the account. */
export function isReducing({ accounts }: State, accountRow: number): boolean {
  return accounts.reductionOrder.get(accountRow) >= 0;
}

/** The pool's open order on the account, or -1. */
export function openReduction(state: State, accountRow: number): number {
  const orderRow = state.accounts.reductionOrder.get(accountRow);
  return orderRow >= 0 && state.orders.lots.get(orderRow) > 0n ? orderRow : -1;
}

/** Whether its latest order has run out without a single lot filled. */
export function isReductionUnfilled(state: State, accountRow: number, timeMs: number): boolean {
  const orderRow = openReduction(state, accountRow);
  return (
    orderRow >= 0 &&
    timeMs >= state.orders.expiresMs.get(orderRow) &&
    state.orders.lots.get(orderRow) === state.accounts.reductionLots.get(accountRow)
  );
}

/** When something is to be done about a queued account: not while an order of the pool is out, nor while the pace holds. */
export function liquidationDueMs(state: State, accountRow: number, timeMs: number): number {
  const policy = liquidationPolicyOf(state, state.accounts.pool.get(accountRow));
  if (policy === null || !isReducing(state, accountRow)) return timeMs;
  const orderRow = openReduction(state, accountRow);
  const untilMs =
    orderRow >= 0 ? state.orders.expiresMs.get(orderRow) : state.accounts.nextReductionMs.get(accountRow);
  if (timeMs >= untilMs) return timeMs;
  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  const isDecided =
    isAtOrUnderHealth(view, policy.closeOutHealthPpm) || reachesHealth(view, policy.targetHealthPpm);
  return isDecided ? timeMs : untilMs;
}

/** What a top-up must bring once liquidation has begun: out of it, and where it is being reduced up to the target (MAR-02). */
export function missingToLeave(state: State, accountRow: number, assetRow: number): bigint | null {
  const policy = liquidationPolicyOf(state, state.accounts.pool.get(accountRow));
  if (policy === null || !isReducing(state, accountRow)) return missingNow(state, accountRow, assetRow);
  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  return missingForHealth(view, { asset: assetRow, healthPpm: policy.targetHealthPpm });
}

/**
 * The limit of an order that closes lots of the account: the mark moved by the policy's slippage, but no further than its
 * equity is of all it holds, so that no fill takes more than the account has. Rounded in the account's favour.
 */
export function reductionLimit(
  state: State,
  at: { readonly instrumentRow: number; readonly isBuy: boolean },
  { slippagePpm }: Pick<LiquidationPolicy, 'slippagePpm'>,
  view: AccountView,
): bigint {
  const gross = grossValueScaled(view);
  const bearable = gross === 0n ? 0n : max(0n, mulDivFloor(accountEquityScaled(view), PPM, gross));
  return limitFromMark(state, at, min(slippagePpm, bearable));
}

export function limitFromMark(
  state: State,
  { instrumentRow, isBuy }: { readonly instrumentRow: number; readonly isBuy: boolean },
  slippagePpm: bigint,
): bigint {
  const { definition, terms } = listedInstrument(state, instrumentRow);
  const distance = min(slippagePpm, definition.fillBandPpm);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const scale = PPM * definition.markTicksPerTick;
  const ticks = isBuy
    ? divFloor(markTicks * (PPM + distance), scale)
    : divCeil(markTicks * max(0n, PPM - distance), scale);
  return max(1n, min(terms.priceTicksMax, ticks));
}
