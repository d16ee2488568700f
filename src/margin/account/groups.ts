/** Lists split by a key, in the order in which the keys first appear; and the groups legs are margined in. */
import type { LegView } from './view.js';

export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): readonly (readonly T[])[] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Legs of the same instrument. */
export function byInstrument(legs: readonly LegView[]): readonly (readonly LegView[])[] {
  return grouped(legs, ({ instrument }) => instrument);
}

/** Option legs with the same underlying and settlement asset: spreads among them are margined as such. */
export function byUnderlying(legs: readonly LegView[]): readonly (readonly LegView[])[] {
  return grouped(legs, underlyingOf);
}

export function underlyingOf({ settleAsset, option }: LegView): string {
  return `${settleAsset} ${option?.underlying}`;
}

/** Option legs that also expire together: one price of the underlying settles all of them. */
export function byExpiry(legs: readonly LegView[]): readonly (readonly LegView[])[] {
  return grouped(
    legs,
    ({ settleAsset, option }) => `${settleAsset} ${option?.payoff} ${option?.expiryMs} ${option?.underlying}`,
  );
}
