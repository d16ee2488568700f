/**
 * How a book is put into pools and accounts, as data: what the runs of a stress test differ in. The code that builds them
 * is one and the same.
 */
import type { LiquidationPolicy } from '../engine/liquidationPolicy.js';
import type { ProposedWaterfall } from '../engine/waterfallFields.js';

export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly pools: PoolRule;
  /** given: as the accounts came; portfolio accounts, which need scenarios, become cross. */
  readonly accounts: 'cross' | 'isolated' | 'given';
  /**
   * Of collateral in other assets than positions settle in. pledged: cross accounts hold it; exchanged: it is sold to a
   * dealer at its price before the run. Isolated accounts cannot hold it: what is pledged then stays in the wallet.
   */
  readonly otherCollateral: 'pledged' | 'exchanged';
  /** Of insurance money. given: where it came from; what came from nowhere is split by open interest. */
  readonly funds: 'byOpenInterest' | 'given';
  /** How every pool liquidates; null: by takeover at once. */
  readonly liquidation: LiquidationPolicy | null;
  /** Who bears the losses of every pool, in the valuation asset; default: the engine's own order. */
  readonly layers?: PolicyLayers;
  /** Pools that came with rules keep them: how they liquidate, who bears their losses, what is reserved for them. */
  readonly ownRules?: boolean;
  /** How long a price of collateral may decide without a new one; default: for ever. */
  readonly collateralMaxAgeMs?: number;
  /** Assets that only these pools take as collateral; default: every pool with cross accounts takes all. */
  readonly collateralOnlyIn?: readonly { readonly asset: string; readonly pools: readonly string[] }[];
}

export interface PolicyLayers {
  readonly waterfall: ProposedWaterfall;
  /** Venue capital for all pools together, minor units: kept for each by open interest. Spent by a layer `topUp` alone. */
  readonly venueCapitalMinor: bigint;
}

export function takesCollateral({ collateralOnlyIn = [] }: Policy, pool: string, asset: string): boolean {
  return collateralOnlyIn.every((only) => only.asset !== asset || only.pools.includes(pool));
}

export type PoolRule =
  | { readonly kind: 'one'; readonly pool: string }
  | { readonly kind: 'perInstrument' }
  /** Instruments of no group are in `rest`. */
  | {
      readonly kind: 'groups';
      readonly groups: readonly { readonly pool: string; readonly instruments: readonly string[] }[];
      readonly rest: string;
    }
  /** As they came; what came without a pool is in `rest`. */
  | { readonly kind: 'given'; readonly rest: string };

/** Everything in one pool with one fund, each owner on one balance: what isolation is measured against. */
export const ALL_CROSS: Policy = {
  id: 'all-cross',
  title: 'All cross, one fund',
  pools: { kind: 'one', pool: 'all' },
  accounts: 'cross',
  otherCollateral: 'pledged',
  funds: 'byOpenInterest',
  liquidation: null,
};

/** Each instrument in a pool of its own, each position on its own balance. */
export const ALL_ISOLATED: Policy = {
  id: 'all-isolated',
  title: 'Isolated accounts and pools',
  pools: { kind: 'perInstrument' },
  accounts: 'isolated',
  otherCollateral: 'exchanged',
  funds: 'byOpenInterest',
  liquidation: null,
};

/** One balance per owner and pool; give it `groups` to put several instruments into a pool. */
export const CROSS_IN_POOLS: Policy = {
  id: 'cross-in-pools',
  title: 'Cross inside pools',
  pools: { kind: 'perInstrument' },
  accounts: 'cross',
  otherCollateral: 'pledged',
  funds: 'byOpenInterest',
  liquidation: null,
};

/** Pools and accounts as the book came with them. */
export const AS_GIVEN: Policy = {
  id: 'as-given',
  title: 'As given',
  pools: { kind: 'given', rest: 'all' },
  accounts: 'given',
  otherCollateral: 'pledged',
  funds: 'given',
  ownRules: true,
  liquidation: null,
};

export const POLICIES: readonly Policy[] = [ALL_CROSS, ALL_ISOLATED, CROSS_IN_POOLS, AS_GIVEN];
