/**
 * What guards a pool in a random history: liquidation by orders and their fills, halts, breakers, groups of clients,
 * waterfalls, recoveries.
 */
import { PPM } from '../base/index.js';
import type { EventOf } from '../engine/event.js';
import type { Recorded } from '../engine/index.js';
import type { LiquidationPolicy } from '../engine/liquidationPolicy.js';
import { settleAssetRow } from '../engine/state.js';
import { withOrder } from './historyAdmission.js';
import {
  accountsOf,
  anyMarket,
  atLeastOne,
  type Market,
  type Player,
  portion,
  send,
  wealthOf,
} from './historyPlayer.js';
import { accountSide, bareSide } from './historyTrading.js';
import { drawWaterfall } from './waterfallProposals.js';

type Act = (player: Player) => void;

/** What is done besides, and how often. */
export const CONTAINMENT_ACTS: readonly (readonly [number, Act])[] = [
  [2, (player) => setLiquidation(player)],
  [4, fillPoolOrder],
  [1, halt],
  [1, setBreaker],
  [1.5, setGroup],
  [1, changeWaterfall],
  [1, recover],
  [1, reserveCapital],
];

export function setLiquidation(player: Player, pool = player.random.pick(player.pools).pool): void {
  const { random } = player;
  const policy = random.unit() < 0.15 ? null : drawLiquidation(player);
  send(player, { kind: 'setLiquidation', pool, policy });
}

function drawLiquidation({ random }: Player): LiquidationPolicy {
  const callHealthPpm = random.pick([0n, 1_100_000n, 1_500_000n]);
  return {
    callHealthPpm,
    warningHealthPpm: random.pick([0n, 2_000_000n, 4_000_000n]),
    targetHealthPpm: random.pick([1_000_001n, 1_200_000n, 2_000_000n]),
    closeOutHealthPpm: random.pick([0n, 0n, 300_000n, 700_000n, PPM]),
    stepPpm: random.pick([100_000n, 400_000n, PPM]),
    minStepLots: BigInt(random.pick([0, 1, 5, 1_000])),
    slippagePpm: random.pick([0n, 5_000n, 100_000n]),
    feePpm: random.pick([0n, 5_000n, 50_000n]),
    orderLifeMs: random.pick([1, 60_000, 600_000]),
    pauseMs: random.pick([0, 30_000, 200_000]),
  };
}

type PoolOrder = EventOf<'reductionOrdered'> | EventOf<'unwindingOrdered'>;

/** Mostly the market answers at once what a pool has just sent. */
export function answerOrders(player: Player): void {
  const { random, coming, recorded } = player;
  const last = recorded.at(-1);
  if (last === undefined) return;
  for (const order of ordersOf([last])) {
    if (random.unit() < 0.6) coming.push(() => fillOrder(player, order));
  }
}

/** An order that a pool sent not long ago: it may be filled, closed or expired. */
function fillPoolOrder(player: Player): void {
  const orders = ordersOf(player.recorded.slice(-60));
  if (orders.length > 0) fillOrder(player, player.random.pick(orders));
}

function ordersOf(recorded: readonly Recorded[]): PoolOrder[] {
  return recorded
    .flatMap(({ record, work }) => [record, ...work])
    .flatMap(({ outcome }) => (outcome.kind === 'accepted' ? outcome.events : []))
    .filter((event) => event.kind === 'reductionOrdered' || event.kind === 'unwindingOrdered');
}

/** Whole or in part, now and then at a price beyond its own. */
function fillOrder(player: Player, event: PoolOrder): void {
  const { random, state } = player;
  const { isBuy, order } = event;
  const instrument = state.instruments.names.nameOf(event.instrumentRow);
  const market = player.markets.find(({ id }) => id === instrument) as Market;
  const ids = accountsOf(player, market);
  if (ids.length === 0) return;
  const own =
    event.kind === 'reductionOrdered'
      ? bareSide(state.accounts.names.nameOf(event.accountRow), { leg: event.leg })
      : bareSide(state.takeovers.names.nameOf(event.takeoverRow), { party: 'liquidation' });
  const ordered = { ...own, order, allocateInitial: false };
  const lots = random.unit() < 0.6 ? event.lots : atLeastOne(portion(random, event.lots));
  const beyond = random.unit() < 0.05 ? (isBuy ? 1n : -1n) : 0n;
  const traded = { priceTicks: atLeastOne(event.priceTicks + beyond), lots };
  const side = accountSide(player, market, random.pick(ids), isBuy ? 'short' : 'long');
  const other = withOrder(player, market, side, { ...traded, isBuy: !isBuy });
  if (other === null) return;
  const sides = isBuy ? { buyer: ordered, seller: other } : { buyer: other, seller: ordered };
  send(player, {
    kind: 'fill',
    instrument,
    ...traded,
    ...sides,
    taker: random.pick(['buyer', 'seller'] as const),
  });
}

/** Now and then it is lifted soon, before its time. */
function halt(player: Player): void {
  const { random, timeMs, coming } = player;
  const { pool, id } = anyMarket(player);
  const halted = { pool, instrument: random.unit() < 0.8 ? id : null };
  send(player, { kind: 'halt', ...halted, untilMs: timeMs + random.between(1, 600_000) });
  if (random.unit() < 0.4) coming.push(() => send(player, { kind: 'liftHalt', ...halted }));
}

function setBreaker(player: Player): void {
  const { random } = player;
  const breaker = {
    bandPpm: random.pick([5_000n, 50_000n, 300_000n]),
    windowMs: random.pick([60_000, 600_000]),
    coolDownMs: random.pick([10_000, 300_000]),
  };
  send(player, {
    kind: 'setBreaker',
    instrument: anyMarket(player).id,
    breaker: random.unit() < 0.3 ? null : breaker,
  });
}

function setGroup(player: Player): void {
  const { random, clients } = player;
  send(player, {
    kind: 'setGroup',
    client: random.pick(clients),
    group: random.pick([null, 'one', 'one', 'two']),
  });
}

/** Mostly the next revision, of an asset in which an instrument settles. */
function changeWaterfall(player: Player): void {
  const { random, state } = player;
  const { pool, definition } = anyMarket(player);
  const asset = definition.settle;
  const { poolAssets, instruments } = state;
  const row = instruments.poolAsset.get(instruments.names.rowOf(definition.id));
  const revision = poolAssets.waterfallRevision.get(row) + (random.unit() < 0.95 ? 1 : 2);
  send(player, drawWaterfall(random, { pool, asset, revision, unitMinor: wealthOf(player, asset) }));
}

/** Now and then all of it is free again. */
function reserveCapital(player: Player): void {
  const { random } = player;
  const { pool, definition } = anyMarket(player);
  const wealth = wealthOf(player, definition.settle);
  const amountMinor = random.unit() < 0.15 ? 0n : atLeastOne(portion(random, wealth));
  send(player, { kind: 'reserveCapital', pool, asset: definition.settle, amountMinor });
}

/** Venue money that comes back of some loss, open or long paid; now and then a loss is written off. */
function recover(player: Player): void {
  const { random } = player;
  const loss = random.unit() < 0.5 ? ofTakeover(player) : ofDeficit(player);
  if (loss === null) return;
  const { amount, ...named } = loss;
  if (random.unit() < 0.15) send(player, { kind: 'writeOffLoss', ...named });
  else send(player, { kind: 'recover', ...named, amountMinor: atLeastOne(portion(random, amount)) });
}

function ofDeficit({ random, state }: Player) {
  const { deficits, poolAssets, pools, assets } = state;
  if (deficits.table.size === 0) return null;
  const deficit = random.between(0, deficits.table.size - 1);
  const poolAssetRow = deficits.poolAsset.get(deficit);
  return {
    pool: pools.names.nameOf(poolAssets.pool.get(poolAssetRow)),
    asset: assets.names.nameOf(poolAssets.asset.get(poolAssetRow)),
    deficit,
    takeover: null,
    amount: deficits.amount.get(deficit),
  };
}

/** Mostly one for which winners forwent something. */
function ofTakeover({ random, state }: Player) {
  const { takeovers, pools, assets } = state;
  if (takeovers.table.size === 0) return null;
  const rows = Array.from({ length: takeovers.table.size }, (_, row) => row);
  const forgone = rows.filter((row) => takeovers.forgone.get(row) > 0n);
  const row = random.pick(forgone.length > 0 && random.unit() < 0.9 ? forgone : rows);
  return {
    pool: pools.names.nameOf(takeovers.pool.get(row)),
    asset: assets.names.nameOf(settleAssetRow(state, takeovers.instrument.get(row))),
    deficit: null,
    takeover: takeovers.names.nameOf(row),
    amount: takeovers.forgone.get(row),
  };
}
