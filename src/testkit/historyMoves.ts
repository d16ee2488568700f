/** Instruments that go from pool to pool in a random history. */
import { markAll } from './historyMarket.js';
import { anyMarket, type Player, send } from './historyPlayer.js';

/** Now and then one goes to another pool, mostly to one like its own, and mostly after a mark of everything. */
export function moveSometimes(player: Player): void {
  const { random, pools } = player;
  if (random.unit() >= 0.08) return;
  if (random.unit() < 0.7) markAll(player);
  const market = anyMarket(player);
  const from = pools.find(({ pool }) => pool === market.pool);
  const alike = pools.filter(
    ({ pool, isDesk, needsOrders }) => pool !== market.pool && !isDesk && needsOrders === from?.needsOrders,
  );
  const { pool } = random.pick(alike.length > 0 && random.unit() < 0.9 ? alike : pools);
  const fundSharePpm = random.pick([null, null, 0n, 300_000n, 1_000_000n]);
  const { record } = send(player, {
    kind: 'moveInstrument',
    instrument: market.id,
    toPool: pool,
    fundSharePpm,
  });
  if (record.outcome.kind === 'rejected') return;
  market.pool = pool;
  market.definition = { ...market.definition, pool };
}
