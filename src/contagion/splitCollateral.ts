/**
 * One balance split over several accounts so that they are equally safe: the largest health lambda for which each gets
 * max(floor, lambda x maintenance - credit), where the credit is what it has already, its unrealized profit among it.
 * Money can be split, profit cannot: an account rich in profit gets its floor, and the others share the rest.
 */
import { divCeil, type Minor, max, PPM } from '../base/index.js';

export interface SplitTarget {
  /** Maintenance margin. */
  readonly weightMinor: Minor;
  /** Equity without this money; below 0 for a loss. */
  readonly creditMinor: Minor;
  /** The least it can do with; not negative. */
  readonly floorMinor: Minor;
}

export interface Split {
  /** One for each target; they sum to the amount, where there is a target. */
  readonly amountsMinor: readonly Minor[];
  /** Equity over maintenance of the accounts above their floor, ppm, at least. */
  readonly healthPpm: bigint;
}

/** Null where the floors alone are more than the amount. */
export function splitCollateral(amountMinor: Minor, targets: readonly SplitTarget[]): Split | null {
  if (targets.length === 0) return { amountsMinor: [], healthPpm: 0n };
  const at = (health: bigint) => targets.map((target) => shareAt(target, health));
  const fits = (health: bigint) => at(health).reduce((sum, share) => sum + share, 0n) <= amountMinor;
  if (!fits(0n)) return null;
  const healthPpm = largest(fits, healthBeyond(amountMinor, targets));
  const amounts = at(healthPpm);
  const heaviest = targets.reduce(
    (best, { weightMinor }, index) => (weightMinor > targets[best]!.weightMinor ? index : best),
    0,
  );
  const left = amountMinor - amounts.reduce((sum, share) => sum + share, 0n);
  return {
    amountsMinor: amounts.map((share, index) => (index === heaviest ? share + left : share)),
    healthPpm,
  };
}

function shareAt({ weightMinor, creditMinor, floorMinor }: SplitTarget, healthPpm: bigint): Minor {
  return max(floorMinor, divCeil(healthPpm * weightMinor, PPM) - creditMinor);
}

/** A health that costs more than the amount. */
function healthBeyond(amountMinor: Minor, targets: readonly SplitTarget[]): bigint {
  const heaviest = targets.reduce((best, target) => (target.weightMinor > best.weightMinor ? target : best));
  const cost = amountMinor + max(0n, heaviest.creditMinor) + 1n;
  return heaviest.weightMinor === 0n ? 1n : divCeil(cost * PPM, heaviest.weightMinor) + 1n;
}

/** The largest number below `beyond` that holds; 0 does. */
function largest(holds: (value: bigint) => boolean, beyond: bigint): bigint {
  let [low, high] = [0n, beyond];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
