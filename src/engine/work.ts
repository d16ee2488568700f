/**
 * What a pool has to do next by itself, as a function of its state alone: liquidate who is queued, unwind what
 * was taken over, and work its deficits off in the order of the waterfall. No step starts before the one
 * before it is exhausted.
 */
import type { InternalCommand } from './command.js';
import { autoMarginFor } from './commands/autoMargin.js';
import { lendersDeficit } from './commands/bearLenderLoss.js';
import { isUnwindingDue } from './commands/orderUnwinding.js';
import { payableOutside } from './commands/payOutside.js';
import type { Situation } from './decision.js';
import { openTakeoversOf } from './evolve.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { hasUsableMark, takeoverEquity } from './marginView.js';
import { fundBalance, isPoolSound, takeoverExposure } from './soundness.js';
import { INSTRUMENT_STATUS } from './state.js';

/** The pool's next internal command, or null when it is at rest. */
export function nextWork(situation: Situation, poolRow: number): InternalCommand | null {
  const { state, derived, timeMs } = situation;
  if (state.pools.isQuarantined.get(poolRow) === 1) return null;
  const accountRow = derived.nextQueued(poolRow, timeMs);
  if (accountRow >= 0) {
    // Before liquidation begins: what the client agreed its wallet may add.
    if (autoMarginFor(situation, accountRow) > 0n) return { kind: 'autoMargin', accountRow };
    const isStepped = liquidationPolicyOf(state, poolRow) !== null;
    return isStepped ? { kind: 'liquidate', accountRow } : { kind: 'takeOver', accountRow };
  }
  // That the pool is not sound is recorded before anybody realizes a gain it may have to share; that it is sound
  // again, when everything is done.
  return (
    assessment(situation, poolRow, { isSound: false }) ??
    unwinding(situation, poolRow) ??
    waterfall(situation, poolRow) ??
    marketOrder(situation, poolRow) ??
    settling(situation, poolRow) ??
    outside(situation, poolRow) ??
    assessment(situation, poolRow, { isSound: true })
  );
}

/** Takeovers that need no market to unwind: against each other, and in a desk's pool against the outside. */
function unwinding({ state, timeMs }: Situation, poolRow: number): InternalCommand | null {
  const { takeovers, positions, instruments } = state;
  const longs = new Map<number, number>();
  const shorts = new Map<number, number>();
  for (const takeoverRow of openTakeoversOf(state, poolRow)) {
    const instrumentRow = takeovers.instrument.get(takeoverRow);
    if (!hasUsableMark(state, instrumentRow, timeMs)) continue;
    if (instruments.counterpartyPosition.get(instrumentRow) >= 0)
      return { kind: 'unwindOutside', takeoverRow };
    const [own, opposite] =
      positions.lots.get(takeovers.position.get(takeoverRow)) > 0n ? [longs, shorts] : [shorts, longs];
    const other = opposite.get(instrumentRow);
    if (other === undefined) {
      if (!own.has(instrumentRow)) own.set(instrumentRow, takeoverRow);
      continue;
    }
    return own === longs
      ? { kind: 'netTakeovers', longRow: takeoverRow, shortRow: other }
      : { kind: 'netTakeovers', longRow: other, shortRow: takeoverRow };
  }
  return null;
}

/** What is left of takeovers goes to the market, where the pool has a policy for it: only what the waterfall has left. */
function marketOrder({ state, timeMs }: Situation, poolRow: number): InternalCommand | null {
  if (liquidationPolicyOf(state, poolRow) === null) return null;
  for (const takeoverRow of openTakeoversOf(state, poolRow))
    if (isUnwindingDue(state, takeoverRow, timeMs)) return { kind: 'orderUnwinding', takeoverRow };
  return null;
}

/** Fund, then the lenders for their own debtors, then deleveraging of what the fund cannot cover, then sharing. */
function waterfall({ state, derived, timeMs }: Situation, poolRow: number): InternalCommand | null {
  for (const poolAssetRow of derived.poolAssetsOf(poolRow)) {
    const outstanding = state.totals.outstanding.get(poolAssetRow);
    const fund = fundBalance(state, poolAssetRow);
    if (outstanding > 0n && fund > 0n) return { kind: 'cover', poolAssetRow };
    if (lendersDeficit(state, poolAssetRow) >= 0) return { kind: 'bearLenderLoss', poolAssetRow };
    if (takeoverExposure(state, poolAssetRow) > fund) {
      const takeoverRow = deepestTakeover({ state, derived, timeMs }, poolAssetRow);
      if (takeoverRow >= 0) return { kind: 'deleverage', takeoverRow };
    }
    if (outstanding > 0n && state.poolAssets.isShareExhausted.get(poolAssetRow) === 0) {
      return { kind: 'share', poolAssetRow };
    }
  }
  return null;
}

/** The open takeover with the largest deficit, of those whose mark may decide; -1 for none. */
function deepestTakeover({ state, timeMs }: Situation, poolAssetRow: number): number {
  let deepest = -1;
  let lowest = 0n;
  for (const takeoverRow of openTakeoversOf(state, state.poolAssets.pool.get(poolAssetRow))) {
    const instrumentRow = state.takeovers.instrument.get(takeoverRow);
    if (state.instruments.poolAsset.get(instrumentRow) !== poolAssetRow) continue;
    if (!hasUsableMark(state, instrumentRow, timeMs)) continue;
    const equity = takeoverEquity(state, takeoverRow);
    if (equity >= lowest) continue;
    lowest = equity;
    deepest = takeoverRow;
  }
  return deepest;
}

function settling({ state, derived }: Situation, poolRow: number): InternalCommand | null {
  if (state.pools.settlingCount.get(poolRow) === 0) return null;
  for (const instrumentRow of derived.instrumentsOf(poolRow)) {
    if (state.instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.settling)
      return { kind: 'settleExpiry', instrumentRow };
  }
  return null;
}

function outside({ state, derived }: Situation, poolRow: number): InternalCommand | null {
  if (state.pools.isDesk.get(poolRow) === 0) return null;
  for (const poolAssetRow of derived.poolAssetsOf(poolRow)) {
    if (payableOutside(state, poolAssetRow) > 0n) return { kind: 'payOutside', poolAssetRow };
  }
  return null;
}

/** Records a change of soundness in one direction. */
function assessment(
  situation: Situation,
  poolRow: number,
  found: { readonly isSound: boolean },
): InternalCommand | null {
  const isRecorded = (situation.state.pools.isSound.get(poolRow) === 1) === found.isSound;
  return isRecorded || isPoolSound(situation, poolRow) !== found.isSound ? null : { kind: 'assess', poolRow };
}
