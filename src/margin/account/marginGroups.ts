/**
 * Which legs of an account are margined together, found once for each list of legs: whoever searches for a price, or for
 * the width of a box, asks again and again. Lists are never changed in place, and positions alone decide.
 */
import { byInstrument, byUnderlying } from './groups.js';
import { type OptionCover, optionCover } from './optionCover.js';
import type { LegView } from './view.js';

export interface MarginGroup {
  readonly legs: readonly LegView[];
  /** Where these stand in the list. */
  readonly places: readonly number[];
  /** Of options of one underlying; null for the legs of one linear or inverse instrument. */
  readonly cover: OptionCover | null;
}

/** Instruments first, then underlyings, each in the order in which it first appears. */
export function marginGroups(legs: readonly LegView[]): readonly MarginGroup[] {
  const known = found.get(legs);
  if (known !== undefined) return known;
  const places = new Map(legs.map((leg, at) => [leg, at]));
  const group = (of: readonly LegView[], cover: OptionCover | null): MarginGroup => ({
    legs: of,
    places: of.map((leg) => places.get(leg) as number),
    cover,
  });
  const isOption = ({ option }: LegView) => option !== null;
  const groups = [
    ...byInstrument(legs.filter((leg) => !isOption(leg))).map((of) => group(of, null)),
    ...byUnderlying(legs.filter(isOption)).map((of) => group(of, optionCover(of))),
  ];
  found.set(legs, groups);
  return groups;
}

const found = new WeakMap<readonly LegView[], readonly MarginGroup[]>();
