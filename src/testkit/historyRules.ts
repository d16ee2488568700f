/** The rules of a venue in a random history: fee tiers, reduce-only, delisting, auto-margin, parameters that change. */
import { max, min } from '../base/index.js';
import type { Random } from '../base/random.js';
import { listedInstrument } from '../engine/state.js';
import type { InstrumentDefinition } from '../market/index.js';
import { sendMarks } from './historyMarket.js';
import { anyAccount, anyMarket, isAccepted, type Player, send, wealthOf } from './historyPlayer.js';

export function setFeeTier(player: Player): void {
  const { random } = player;
  send(player, { kind: 'setFeeTier', client: random.pick(player.clients), tier: random.between(0, 4) });
}

/** Mostly for a while only: what may only be reduced ends a history early. */
export function setReduceOnly(player: Player): void {
  const { random, state } = player;
  const { isReduceOnly, names } = state.instruments;
  const marked = player.markets.find(({ id }) => isReduceOnly.get(names.rowOf(id)) === 1);
  const market = marked !== undefined && random.unit() < 0.8 ? marked : anyMarket(player);
  const isNow = isReduceOnly.get(names.rowOf(market.id)) === 1;
  send(player, {
    kind: 'setReduceOnly',
    instrument: market.id,
    isReduceOnly: isNow === random.unit() < 0.1,
  });
}

/** Never the last market that trades without an end. */
export function delist(player: Player): void {
  const { random } = player;
  const market = anyMarket(player);
  const lasting = player.markets.filter(
    ({ id, definition }) => definition.expiryMs === null && id !== market.id,
  );
  if (lasting.length < 2 || random.unit() < 0.5) return setReduceOnly(player);
  if (random.unit() < 0.7) sendMarks(player, [market]);
  const delisted = send(player, { kind: 'delist', instrument: market.id });
  if (isAccepted(delisted)) send(player, { kind: 'resume', pool: market.pool });
}

export function setAutoMargin(player: Player): void {
  const { random, timeMs } = player;
  const { account, row } = anyAccount(player);
  const { instruments, accounts } = player.state;
  const instrument = accounts.instrument.get(row);
  const settle = instrument < 0 ? 'USD' : listedInstrument(player.state, instrument).definition.settle;
  const capMinor = (wealthOf(player, settle) * BigInt(random.pick([0, 1, 10, 50, 200]))) / 100n;
  const expiresMs = random.pick([null, timeMs + random.between(-1, 120) * 60_000]);
  if (instruments.listed.length > 0) send(player, { kind: 'setAutoMargin', account, capMinor, expiresMs });
}

/** Softer or harsher: fees, margins, caps, sizes of steps. Now and then something that never changes. */
export function scheduleParameters(player: Player): void {
  const { random, state, timeMs, options } = player;
  const held = player.markets.filter(
    ({ id }) => state.totals.openInterest.get(state.instruments.names.rowOf(id)) > 0n,
  );
  const market = held.length > 0 && random.unit() < 0.7 ? random.pick(held) : anyMarket(player);
  const row = state.instruments.names.rowOf(market.id);
  const { definition } = listedInstrument(state, row);
  const effectiveMs = timeMs + random.pick([-1, 0, 1, 20, 40]) * random.between(1, 60_000);
  const graceUntilMs = effectiveMs + random.pick([0, 0, 1, 10, 60]) * random.between(1, 60_000);
  send(player, {
    kind: 'scheduleParameters',
    definition: random.unit() < 0.04 ? { ...definition, contractSize: '3' } : changed(player, definition),
    effectiveMs: Math.max(0, effectiveMs),
    graceUntilMs: Math.max(0, graceUntilMs),
    // When it comes into force is the next command's time, of whatever pool: what is done at once then is not a pool's own.
    liquidateAtOnce: options.isSeparable !== true && random.unit() < 0.5,
  });
}

export function cancelParameters(player: Player): void {
  const { state } = player;
  const waiting = [...state.instruments.scheduled.keys()];
  const instrument =
    waiting.length > 0 ? state.instruments.names.nameOf(player.random.pick(waiting)) : anyMarket(player).id;
  send(player, { kind: 'cancelParameters', instrument });
}

function changed(player: Player, definition: InstrumentDefinition): InstrumentDefinition {
  const { random } = player;
  const factor = BigInt(random.pick([250, 500, 1_000, 2_000, 8_000, 30_000]));
  const scaled = (ppm: bigint) => min(1_000_000n, (ppm * factor) / 1_000n);
  const brackets = definition.brackets.map((bracket) => {
    const maintenanceMarginRatePpm = scaled(bracket.maintenanceMarginRatePpm);
    return {
      ...bracket,
      maintenanceMarginRatePpm,
      initialMarginRatePpm: max(maintenanceMarginRatePpm, scaled(bracket.initialMarginRatePpm)),
    };
  });
  const { option } = definition;
  return {
    ...definition,
    brackets,
    option:
      option === null
        ? null
        : {
            ...option,
            initialRatePpm: scaled(option.initialRatePpm),
            initialFloorRatePpm: scaled(option.initialFloorRatePpm),
            maintenanceRatePpm: scaled(option.maintenanceRatePpm),
          },
    takerFeePpm: random.pick([definition.takerFeePpm, definition.takerFeePpm * 2n]),
    maintenanceBasis: random.pick(['entry', 'mark'] as const),
    initialBasis: random.pick(['entry', 'mark'] as const),
    closeFee: random.pick(['none', 'inRate', 'inMargin'] as const),
    removalFloorPpm: random.pick([0n, 100_000n]),
    fillBandPpm: random.pick([definition.fillBandPpm, 1_000_000n]),
    ...capsOf(random),
  };
}

/** Caps that are met now and then, in lots: what a lot is worth differs widely. */
export function capsOf(
  random: Random,
): Pick<InstrumentDefinition, 'positionCapLots' | 'openInterestCapLots' | 'concentration'> {
  const cap = () =>
    random.unit() < 0.8 ? null : BigInt(random.between(1, 100)) * 10n ** BigInt(random.between(0, 5));
  const freeLots = cap();
  const concentration =
    freeLots === null ? null : { sharePpm: BigInt(random.between(1, 10)) * 100_000n, freeLots };
  return { positionCapLots: cap(), openInterestCapLots: cap(), concentration };
}

/** Never dearer than the instrument's own. */
export function feeTiersOf(
  random: Random,
  { makerFeePpm, takerFeePpm }: Pick<InstrumentDefinition, 'makerFeePpm' | 'takerFeePpm'>,
): InstrumentDefinition['feeTiers'] {
  return Array.from({ length: random.between(0, 3) }, () => ({
    makerFeePpm: makerFeePpm - BigInt(random.pick([0, 100, 3_000])),
    takerFeePpm: (takerFeePpm * BigInt(random.between(0, 4))) / 4n,
  }));
}
