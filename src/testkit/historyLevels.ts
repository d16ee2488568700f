/** Isolation levels of instruments that rise and come down in a random history. */
import { ISOLATION_LEVELS } from '../isolation/index.js';
import { markAll } from './historyMarket.js';
import { anyMarket, type Player, send } from './historyPlayer.js';

const DAY_MS = 24 * 3_600_000;

/** Now and then a level changes, mostly to one that still lets somebody trade; a day may pass, so that levels come down. */
export function levelSometimes(player: Player): void {
  const { random } = player;
  if (random.unit() >= 0.08) return;
  consentSometimes(player);
  const { state, timeMs } = player;
  const shared = player.markets.filter(({ id }) => isHeldShared(player, id));
  const market = shared.length > 0 && random.unit() < 0.7 ? random.pick(shared) : anyMarket(player);
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

/** Most clients consent, at leverages that fit and at some that do not; some take it back. */
function consentSometimes(player: Player): void {
  const { random, state } = player;
  for (let row = 0; row < state.accounts.table.size; row++) {
    if (state.accounts.instrument.get(row) >= 0 || random.unit() < 0.7) continue;
    const account = state.accounts.names.nameOf(row);
    const leveragePpm = random.pick([null, 1_000_000n, 2_000_000n, 5_000_000n, 20_000_000n]);
    send(player, { kind: 'setCarveConsent', account, leveragePpm });
  }
}

function isHeldShared({ state }: Player, instrument: string): boolean {
  const { accounts, instruments, positions } = state;
  const instrumentRow = instruments.names.rowOf(instrument);
  for (let row = 0; row < positions.table.size; row++) {
    const accountRow = positions.account.get(row);
    if (accountRow < 0 || positions.lots.get(row) === 0n) continue;
    if (positions.instrument.get(row) === instrumentRow && accounts.instrument.get(accountRow) < 0)
      return true;
  }
  return false;
}
