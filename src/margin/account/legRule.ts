/**
 * What the long and short legs of one instrument in one account require together. Their profits are in the equity
 * either way; the rule says on which of them margin is asked, and never asks more than for both.
 *
 *   both    each leg by itself
 *   larger  the leg that requires more
 *   net     one leg of the net lots, taken from the larger leg with its share of that leg's cost (rounded up in size,
 *           so never more than the whole leg's) and with its leverage; nothing where the legs are equal
 *
 * A requirement never falls as a leg grows, so `net` <= the larger leg <= `both`.
 */
import { assert } from '../../base/assert.js';
import { abs, divCeil } from '../../base/integers.js';
import { isLess } from './fractions.js';
import { legRequirement, type RequirementKind } from './legRequirement.js';
import type { LegRule, LegView } from './view.js';

/** The legs of one instrument on which margin is asked, as it is asked; none is an option. */
export function chargedLegs(
  kind: RequirementKind,
  rule: LegRule,
  legs: readonly LegView[],
): readonly LegView[] {
  if (rule === 'both' || legs.length < 2) return legs;
  const long = legs.find(({ lots }) => lots > 0n);
  const short = legs.find(({ lots }) => lots < 0n);
  assert(legs.length === 2 && long !== undefined && short !== undefined, 'an instrument has one leg a side');
  if (rule === 'net') return netLeg(long, short);
  return [isLess(legRequirement(kind, long), legRequirement(kind, short)) ? short : long];
}

function netLeg(long: LegView, short: LegView): readonly LegView[] {
  const lots = long.lots + short.lots;
  if (lots === 0n) return [];
  const leg = lots > 0n ? long : short;
  const size = divCeil(abs(leg.cost) * abs(lots), abs(leg.lots));
  return [{ ...leg, leg: 'net', lots, cost: leg.cost < 0n ? -size : size }];
}
