/** Where the pools of a stress run stand: insurance money, and what they hold of accounts they took over. */
import { abs, min } from '../base/index.js';
import type { State } from '../engine/index.js';
import { takeoverEquity } from '../engine/marginView.js';
import { fundBalance } from '../engine/soundness.js';
import { TAKEOVER_STATUS } from '../engine/state.js';

export interface PoolStanding {
  readonly pool: string;
  readonly asset: string;
  readonly fundMinor: bigint;
  /** Lots taken over and not unwound, and what those takeovers are short of at their marks. */
  readonly heldLots: bigint;
  readonly heldShortMinor: bigint;
}

/** By pool and asset, in the order in which they were opened; minor units of the asset. */
export function standingOfPools(state: State): readonly PoolStanding[] {
  const { poolAssets, pools, assets, takeovers, positions, instruments } = state;
  const standing: PoolStanding[] = [];
  for (let row = 0; row < poolAssets.table.size; row++) {
    let [heldLots, heldShortMinor] = [0n, 0n];
    for (let takeover = 0; takeover < takeovers.table.size; takeover++) {
      if (takeovers.status.get(takeover) !== TAKEOVER_STATUS.open) continue;
      if (instruments.poolAsset.get(takeovers.instrument.get(takeover)) !== row) continue;
      heldLots += abs(positions.lots.get(takeovers.position.get(takeover)));
      heldShortMinor -= min(0n, takeoverEquity(state, takeover));
    }
    standing.push({
      pool: pools.names.nameOf(poolAssets.pool.get(row)),
      asset: assets.names.nameOf(poolAssets.asset.get(row)),
      fundMinor: fundBalance(state, row),
      heldLots,
      heldShortMinor,
    });
  }
  return standing;
}
