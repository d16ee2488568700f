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
  if (random.unit() < 0.2) return splitOff(player, market.pool, fundSharePpm);
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

/** Some of a pool's instruments go to a pool that may be new. */
function splitOff(player: Player, pool: string, fundSharePpm: bigint | null): void {
  const { random, markets, pools } = player;
  const from = pools.find((each) => each.pool === pool);
  const leaving = markets.filter((market) => market.pool === pool && random.unit() < 0.6);
  if (from === undefined || leaving.length === 0) return;
  const toPool = random.pick(['epsilon', 'zeta']);
  const instruments = leaving.map(({ id }) => id);
  const { record } = send(player, { kind: 'splitPool', pool, toPool, instruments, fundSharePpm });
  if (record.outcome.kind === 'rejected') return;
  if (!pools.some((each) => each.pool === toPool)) pools.push({ ...from, pool: toPool });
  for (const market of leaving) {
    market.pool = toPool;
    market.definition = { ...market.definition, pool: toPool };
  }
}
