/** How many lots of a takeover must be deleveraged, and at what value they are closed: before anyone is chosen. */
import { assert } from '../base/assert.js';
import { abs, max, mulDivCeil, mulDivFloor } from '../base/integers.js';

/** A takeover that leaves less than nothing. Amounts in minor units of the settlement asset. */
export interface TakeoverInDeficit {
  /** Signed: long positive. */
  readonly lots: bigint;
  /** Signed cost of all lots. */
  readonly cost: bigint;
  /** What was taken over with them, accrued funding included. */
  readonly collateral: bigint;
}

/**
 * The lots that the fund cannot cover: all of them less the part of the shortfall, in whole lots rounded down,
 * that the budget pays. So the fund is never asked for more than it has, and nobody gives a lot that it could
 * have covered. Nothing is needed where there is no shortfall.
 */
export function neededLots(deficit: {
  readonly lots: bigint;
  /** What the lots are short of at the mark: collateral and unrealized PnL together, below zero, as a size. */
  readonly shortMinor: bigint;
  /** What the fund may spend on them after all that it owes already; below zero: nothing. */
  readonly budgetMinor: bigint;
}): bigint {
  const lots = abs(deficit.lots);
  if (deficit.shortMinor <= 0n) return 0n;
  const covered = mulDivFloor(max(0n, deficit.budgetMinor), lots, deficit.shortMinor);
  return max(0n, lots - covered);
}

/**
 * The value at which part of the lots is closed: the bankruptcy value, where the collateral behind them is used
 * up exactly. Signed as the takeover sells it, value = collateral part - cost part, rounded in its favour by
 * less than two units, so that a part never pays more than its share.
 */
export function deleveragingValue(takeover: TakeoverInDeficit, lots: bigint): bigint {
  const all = abs(takeover.lots);
  assert(lots >= 0n && lots <= all && all > 0n, 'a part of the lots, whatever their side');
  const cost = lots === all ? takeover.cost : mulDivCeil(takeover.cost, lots, all);
  return mulDivFloor(takeover.collateral, lots, all) - cost;
}
