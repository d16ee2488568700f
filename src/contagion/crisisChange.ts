/**
 * A crisis with something left out, as data: a run without its key mechanism shows what that mechanism did, and a run in
 * which the book moves by itself is not told how far it moved.
 */
import type { Crisis, CrisisShock, CrisisStep, Mechanism } from './crisis.js';
import type { MechanismKind } from './crisisSchema.js';

export interface CrisisChange {
  /**
   * Mechanisms that do not happen. Without emptyBook the depth of its assets stays as it was before; without
   * ownBookCollateral the own book of its assets stands where the index does; the others are only left out.
   */
  readonly without: readonly MechanismKind[];
  /** Assets whose price does not move at all. */
  readonly still: readonly string[];
  /** Assets whose own book goes with the index: what parts them is left to the run. */
  readonly ownBookAsIndex: readonly string[];
  /** Mechanisms that end at another minute than the document says. */
  readonly ends: readonly { readonly kind: MechanismKind; readonly minute: number }[];
  /** Later steps are left out; null for none. */
  readonly lastMinute: number | null;
}

export const NO_CHANGE: CrisisChange = {
  without: [],
  still: [],
  ownBookAsIndex: [],
  ends: [],
  lastMinute: null,
};

export function changedCrisis(crisis: Crisis, change: CrisisChange): Crisis {
  const { lastMinute } = change;
  return {
    ...crisis,
    steps: crisis.steps
      .filter(({ minute }) => lastMinute === null || minute <= lastMinute)
      .map((step) => changedStep(step, crisis, change)),
    mechanisms: crisis.mechanisms
      .filter(({ kind }) => !change.without.includes(kind))
      .map((mechanism) => ({
        ...mechanism,
        untilMinute: change.ends.find(({ kind }) => kind === mechanism.kind)?.minute ?? mechanism.untilMinute,
      })),
  };
}

/** Whether the mechanism is at work. */
export function isAtWork({ fromMinute, untilMinute }: Mechanism, minute: number): boolean {
  return minute >= fromMinute && (untilMinute === null || minute < untilMinute);
}

function changedStep(step: CrisisStep, { mechanisms }: Crisis, change: CrisisChange): CrisisStep {
  const { without, still, ownBookAsIndex } = change;
  const leftOut = (of: MechanismKind, asset: string) =>
    without.includes(of) &&
    mechanisms.some(
      (mechanism) =>
        mechanism.kind === of && mechanism.assets.includes(asset) && isAtWork(mechanism, step.minute),
    );
  return {
    ...step,
    shocks: step.shocks
      .filter(({ asset }) => !still.includes(asset))
      .flatMap((shock) =>
        ownBookAsIndex.includes(shock.asset) || leftOut('ownBookCollateral', shock.asset)
          ? asIndex(shock)
          : [shock],
      ),
    depth: step.depth.filter(({ asset }) => !leftOut('emptyBook', asset)),
  };
}

function asIndex(shock: CrisisShock): CrisisShock[] {
  return shock.on === 'ownBook' ? [] : [{ ...shock, on: 'everywhere' }];
}
