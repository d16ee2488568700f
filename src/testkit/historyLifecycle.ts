/** Pools that are wound down, closed and opened again in a random history. */
import { type Player, send } from './historyPlayer.js';

/** Now and then a pool is wound down; then it is mostly tried to close it, and opened again before long. */
export function endPoolSometimes(player: Player): void {
  const { random, pools, engine } = player;
  if (random.unit() >= 0.06) return;
  const { state } = engine;
  const isFlat = ({ pool }: { readonly pool: string }) =>
    Array.from({ length: state.instruments.table.size }, (_, row) => row).every(
      (row) =>
        state.pools.names.nameOf(state.instruments.pool.get(row)) !== pool ||
        state.totals.openInterest.get(row) === 0n,
    );
  const flat = pools.filter(isFlat);
  const { pool } = random.pick(flat.length > 0 && random.unit() < 0.7 ? flat : pools);
  if (random.unit() < 0.4) return void send(player, { kind: 'reopenPool', pool });
  send(player, { kind: 'windDownPool', pool });
  if (random.unit() < 0.6) send(player, { kind: 'closePool', pool });
}
