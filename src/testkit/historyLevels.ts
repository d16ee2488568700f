/** Isolation levels of instruments that rise and come down in a random history. */
import { ISOLATION_LEVELS } from '../isolation/index.js';
import { markAll } from './historyMarket.js';
import { anyMarket, type Player, send } from './historyPlayer.js';

const DAY_MS = 24 * 3_600_000;

/** Now and then a level changes, mostly to one that still lets somebody trade; a day may pass, so that levels come down. */
export function levelSometimes(player: Player): void {
  const { random } = player;
  if (random.unit() >= 0.08) return;
  const { state, timeMs } = player;
  const market = anyMarket(player);
  const row = state.instruments.names.rowOf(market.id);
  const revision = (state.levels.get(row)?.revision ?? 0) + (random.unit() < 0.03 ? 2 : 1);
  const level = random.unit() < 0.08 ? 'reduceOnly' : random.pick(ISOLATION_LEVELS.slice(0, 4));
  const effectiveMs = random.pick([null, null, null, timeMs, timeMs + random.between(1, 600_000)]);
  const graceUntilMs = timeMs + random.pick([0, 0, 300_000, 1_800_000, 2 * DAY_MS]);
  send(player, {
    kind: 'setIsolationLevel',
    instrument: market.id,
    level,
    revision,
    reasons: [
      { driver: 'score', readingPpm: null, stressPpm: BigInt(random.between(0, 4_000_000)) },
      { driver: 'volatilityRatio', readingPpm: BigInt(random.between(0, 5_000_000)), stressPpm: 0n },
    ],
    effectiveMs,
    graceUntilMs,
  });
  if (random.unit() >= 0.15) return;
  player.timeMs += DAY_MS;
  markAll(player);
}
