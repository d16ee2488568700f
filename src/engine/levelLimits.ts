/**
 * What the level of an instrument leaves of the waterfall to its losses: a part of the insurance fund, and deleveraging
 * before all of that is spent. By the level that liquidates, and only for losses that arose under it: who pays for a loss
 * that is there stays as it was.
 */
import { max, mulDivFloor, PPM } from '../base/index.js';
import { LEVEL_EFFECTS } from '../isolation/index.js';
import { keptLevelOf } from './levelStore.js';
import type { State } from './state.js';

export interface ArisenLoss {
  /** -1 where it is of none. */
  readonly instrumentRow: number;
  readonly timeMs: number;
}

/** Whether a level limits what losses of an instrument that settles in the asset may have. */
export function hasLevelLimits({ levels, instruments }: State, poolAssetRow: number): boolean {
  for (const [instrumentRow, { liquidationLevel }] of levels) {
    const { fundCapPpm, deleveragingAbovePpm } = LEVEL_EFFECTS[liquidationLevel];
    const isLimited = fundCapPpm < PPM || deleveragingAbovePpm < PPM;
    if (isLimited && instruments.poolAsset.get(instrumentRow) === poolAssetRow) return true;
  }
  return false;
}

/**
 * What is left of the fund to losses of the instrument; null without a limit.
 *
 *   left = floor((holds + used) x cap) - used
 *
 * `used` is what its losses have had of the fund so far, less what came back.
 */
export function fundLeftByLevel(state: State, loss: ArisenLoss, holds: bigint): bigint | null {
  const { fundCapPpm } = effectsOn(state, loss);
  if (fundCapPpm >= PPM) return null;
  const { instrumentRow } = loss;
  const poolRow = state.instruments.pool.get(instrumentRow);
  const used = state.totals.used.get('insuranceFund', { poolRow, instrumentRow });
  return max(0n, mulDivFloor(holds + used, fundCapPpm, PPM) - used);
}

/** What of that much is spent on a takeover before its lots are deleveraged. */
export function budgetByLevel(state: State, loss: ArisenLoss, budget: bigint): bigint {
  return mulDivFloor(budget, effectsOn(state, loss).deleveragingAbovePpm, PPM);
}

function effectsOn(state: State, { instrumentRow, timeMs }: ArisenLoss) {
  if (instrumentRow < 0) return LEVEL_EFFECTS.portfolio;
  const { inForce, isGraceOver, liquidationLevel } = keptLevelOf(state, instrumentRow);
  const isOlder = isGraceOver && timeMs < inForce.graceUntilMs;
  return LEVEL_EFFECTS[isOlder ? 'portfolio' : liquidationLevel];
}
