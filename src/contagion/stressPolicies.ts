/** The policies that a stress run compares by name: one venue under more and less isolation, all else the same. */
import { ALL_CROSS, ALL_ISOLATED, AS_GIVEN, CROSS_IN_POOLS } from './policy.js';
import { STRESS_LIQUIDATION, type StressPolicy } from './stressSettings.js';

/** How the venue prices in each of them: collateral by the index, and nothing decided on a feed that stands still. */
const GUARDED = {
  liquidation: STRESS_LIQUIDATION,
  collateralPrice: 'index',
  frozenFeed: 'guarded',
} as const;

/** The last is the first as venues of the crises ran it: collateral at their own book's price, frozen feeds believed. */
export const STRESS_POLICIES: readonly StressPolicy[] = [
  { ...ALL_CROSS, ...GUARDED },
  { ...ALL_ISOLATED, ...GUARDED },
  { ...CROSS_IN_POOLS, ...GUARDED },
  { ...AS_GIVEN, ...GUARDED },
  {
    ...ALL_CROSS,
    id: 'all-cross-own-book',
    title: "All cross, one fund, prices of the venue's own book",
    liquidation: STRESS_LIQUIDATION,
    collateralPrice: 'ownBook',
    frozenFeed: 'lastPrice',
  },
];

export function findStressPolicy(id: string): StressPolicy | null {
  return STRESS_POLICIES.find((policy) => policy.id === id) ?? null;
}
