/**
 * Pools with random waterfalls through random falls: each step is looked at before it is applied, with the limits of the
 * policy written down once more; and the journal is cut after every record of it.
 */
import { describe, expect, it } from 'vitest';
import { hashText, PPM } from '../../src/base/index.js';
import { type Random, seededRandom } from '../../src/base/random.js';
import type { CommandOf } from '../../src/engine/command.js';
import {
  checkEverything,
  createEngine,
  DEFICIT_CAUSES,
  type Engine,
  type Event,
  type EventOf,
} from '../../src/engine/index.js';
import type { UsedLayer } from '../../src/engine/layerUse.js';
import { outstandingOf, poolLedgerRow, type State } from '../../src/engine/state.js';
import type { LayerKind, WaterfallLayer } from '../../src/liquidation/index.js';
import { forSeeds } from '../../src/testkit/runs.js';
import { drawWaterfall } from '../../src/testkit/waterfallProposals.js';
import { linearPerpetual, standardWorld, usdt, type World } from '../../src/testkit/world.js';

const CLIENTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const hashOf = (engine: Engine) => hashText(engine.stateHash());

describe('pools with waterfalls of their own', () => {
  it('ask each layer in its turn and never beyond its limit, take exactly the needed lots, and leave nothing that a layer could pay (LIQ-05, LIQ-06, LIQ-07, LIQ-08)', () => {
    const seen = new Set<string>();
    forSeeds(60, (seed) => {
      const world = play(seed);
      const shadow = createEngine();
      for (const [at, record] of world.records.entries()) {
        if (record.outcome.kind === 'accepted') {
          for (const event of record.outcome.events) {
            seen.add(judge(shadow.state, event));
          }
        }
        shadow.replay(record);
        if (world.records[at + 1]?.commandId !== '') atRest(shadow.state);
      }
      checkEverything(shadow.state);
      expect(hashOf(shadow)).toBe(hashOf(world.engine));
    });
    for (const part of ['fund', 'venue', 'shared', 'deleveraged', 'tornUp', 'lossRecovered'])
      expect([...seen]).toContain(part);
  });

  it('come to the same end wherever the journal is cut (OPS-02, LIQ-04)', () => {
    let cuts = 0;
    forSeeds(12, (seed) => {
      const { records, engine } = play(seed);
      const starts = records.flatMap(({ commandId }, at) => (commandId === '' ? [] : [at]));
      const busy = starts
        .map((start, i) => ({ start, end: starts[i + 1] ?? records.length }))
        .filter(({ start, end }) => end - start > 3);
      for (const { start, end } of busy.slice(-2)) {
        const whole = createEngine();
        for (const record of records.slice(0, end)) whole.replay(record);
        for (let cut = start + 1; cut < end; cut++) {
          const again = createEngine();
          for (const record of records.slice(0, cut)) again.replay(record);
          expect(again.finishReplay().length).toBe(end - cut);
          expect(hashOf(again)).toBe(hashOf(whole));
          cuts++;
        }
      }
      expect(engine.state.clock.sequence).toBe(records.length);
    });
    expect(cuts).toBeGreaterThan(30);
  });
});

// ---- histories ----

const drawn = (random: Random, revision: number) =>
  drawWaterfall(random, { pool: 'p', asset: 'USDT', revision, unitMinor: usdt(100) });

function play(seed: string): World {
  const random = seededRandom(seed);
  const world = standardWorld(0n);
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'p',
    isDesk: false,
    workBudget: 10_000,
  });
  const money = usdt(100_000);
  for (const id of ['X', 'Y']) world.accept(linearPerpetual(id, { pool: 'p', markMaxJumpPpm: 10_000_000n }));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: money });
  world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(random.between(1, 600)) });
  const ticks = { X: 400_000, Y: 400_000 };
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const client of [...CLIENTS, 'maker']) {
    world.client(client, { USDT: money });
    for (const id of ['X', 'Y'] as const)
      world.account(`${client}-${id}`, client, id, client === 'maker' ? 2 : random.pick([3, 5, 10, 20, 50]));
  }
  world.accept({
    kind: 'reserveCapital',
    pool: 'p',
    asset: 'USDT',
    amountMinor: usdt(random.between(1, 20_000)),
  });
  world.send(drawn(random, 1));
  for (let step = 0; step < 40; step++) {
    const id = random.pick(['X', 'Y'] as const);
    const act = random.unit();
    if (act < 0.45) {
      const [buyer, seller] = [random.pick(CLIENTS), random.pick(CLIENTS)];
      const lots = BigInt(random.between(1, 120));
      if (buyer !== seller)
        world.send(fill(id, { buyer: `${buyer}-${id}`, seller: `${seller}-${id}`, lots, ticks }));
    } else if (act < 0.75) {
      world.timeMs += 1_000;
      ticks[id] = Math.max(50_000, Math.round((ticks[id] * random.between(75, 128)) / 100));
      world.mark({ X: BigInt(ticks.X), Y: BigInt(ticks.Y) });
    } else if (act < 0.9) sellTakeover(world, ticks);
    else if (act < 0.95) {
      const deficit = random.between(0, 3);
      const amountMinor = usdt(random.between(1, 40));
      world.send({ kind: 'recover', pool: 'p', asset: 'USDT', deficit, takeover: null, amountMinor });
    } else
      world.send(drawn(random, world.state.poolAssets.waterfallRevision.get(poolAsset(world.state)) + 1));
  }
  return world;
}

const side = (id: string, allocateInitial = true, party: 'account' | 'liquidation' = 'account') =>
  ({ party, id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial }) as const;

function fill(
  instrument: 'X' | 'Y',
  trade: { buyer: string; seller: string; lots: bigint; ticks: { X: number; Y: number } },
): CommandOf<'fill'> {
  const { buyer, seller, lots, ticks } = trade;
  const priceTicks = BigInt(ticks[instrument]);
  return {
    kind: 'fill',
    instrument,
    priceTicks,
    lots,
    buyer: side(buyer),
    seller: side(seller),
    taker: 'buyer',
  };
}

/** The oldest open takeover goes to the maker at the mark. */
function sellTakeover(world: World, ticks: { X: number; Y: number }): void {
  const { state } = world;
  const [row] = state.openTakeovers.get(state.pools.names.rowOf('p')) ?? [];
  if (row === undefined) return;
  const instrument = state.instruments.names.nameOf(state.takeovers.instrument.get(row)) as 'X' | 'Y';
  const held = state.positions.lots.get(state.takeovers.position.get(row));
  const takeover = side(state.takeovers.names.nameOf(row), false, 'liquidation');
  const maker = side(`maker-${instrument}`);
  const [buyer, seller] = held > 0n ? [maker, takeover] : [takeover, maker];
  const lots = held < 0n ? -held : held;
  world.send({
    kind: 'fill',
    instrument,
    priceTicks: BigInt(ticks[instrument]),
    lots,
    buyer,
    seller,
    taker: 'buyer',
  });
}

// ---- the limits, once more ----

function poolAsset(state: State): number {
  return state.instruments.poolAsset.get(state.instruments.names.rowOf('X'));
}

const find = (state: State, row: number, kind: LayerKind): WaterfallLayer | undefined =>
  state.waterfalls.get(row)?.layers.find((each) => each.kind === kind);

/** Whether the layer could pay a minor unit more of the deficit, `holds` being what it has. */
function couldPay(state: State, each: WaterfallLayer, deficit: number, holds: bigint, more = 1n): boolean {
  const { deficits, poolAssets } = state;
  const layers = state.waterfalls.get(deficits.poolAsset.get(deficit))?.layers ?? [];
  const paid = (kind: LayerKind) =>
    kind === 'insuranceFund'
      ? deficits.covered.get(deficit) - deficits.toppedUp.get(deficit)
      : kind === 'topUp'
        ? deficits.toppedUp.get(deficit)
        : kind === 'lossSharing'
          ? deficits.shared.get(deficit)
          : 0n;
  let left = deficits.amount.get(deficit);
  for (const before of layers) {
    if (before === each) break;
    left -= paid(before.kind);
  }
  const place = { poolRow: deficits.pool.get(deficit), instrumentRow: deficits.instrument.get(deficit) };
  const used = state.totals.used.get(each.kind as UsedLayer, place);
  expect(poolAssets.table.size).toBeGreaterThan(0);
  const cause = DEFICIT_CAUSES[deficits.cause.get(deficit)] as (typeof DEFICIT_CAUSES)[number];
  const sum = paid(each.kind) + more;
  return (
    holds >= more &&
    (each.causes === null || each.causes.includes(cause)) &&
    left > each.lossAboveMinor &&
    sum * PPM <= (holds + paid(each.kind)) * each.sizePpm &&
    (each.capMinor === null || sum <= each.capMinor) &&
    (each.instrumentCapMinor === null || used + more <= each.instrumentCapMinor)
  );
}

function moneyOf(state: State, row: number) {
  return {
    fund: state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund')),
    capital: state.poolAssets.reservedCapital.get(row),
  };
}

/** What neither fund nor venue may pay any more of. */
function isAtLimits(state: State, deficit: number): boolean {
  const row = state.deficits.poolAsset.get(deficit);
  const { fund, capital } = moneyOf(state, row);
  const fundLayer = find(state, row, 'insuranceFund');
  const venueLayer = find(state, row, 'topUp');
  return (
    (fundLayer === undefined || !couldPay(state, fundLayer, deficit, fund)) &&
    (venueLayer === undefined || !couldPay(state, venueLayer, deficit, capital))
  );
}

function judge(state: State, event: Event): string {
  switch (event.kind) {
    case 'covered': {
      const row = state.deficits.poolAsset.get(event.deficitRow);
      if (!state.waterfalls.has(row)) return 'default';
      const isVenue = event.toppedUpMinor > 0n;
      const { fund, capital } = moneyOf(state, row);
      const each = find(state, row, isVenue ? 'topUp' : 'insuranceFund') as WaterfallLayer;
      expect(couldPay(state, each, event.deficitRow, isVenue ? capital : fund, event.amount)).toBe(true);
      return isVenue ? 'venue' : 'fund';
    }
    case 'shared': {
      const row = state.deficits.poolAsset.get(event.deficitRow);
      if (!state.waterfalls.has(row)) return 'default';
      expect(isAtLimits(state, event.deficitRow)).toBe(true);
      expect(find(state, row, 'lossSharing')?.capMinor ?? event.amount).toBeGreaterThanOrEqual(event.amount);
      return 'shared';
    }
    case 'deleveraged':
      judgeDeleveraging(state, event);
      return event.isTearUp ? 'tornUp' : 'deleveraged';
    default:
      return event.kind;
  }
}

function judgeDeleveraging(state: State, event: EventOf<'deleveraged'>): void {
  const row = state.instruments.poolAsset.get(event.instrumentRow);
  const policy = state.waterfalls.get(row);
  const lots = event.fills.reduce((sum, fill) => sum + fill.lots, 0n);
  expect(lots > 0n && lots <= event.neededLots && event.neededLots <= event.takeoverLots).toBe(true);
  if (policy === undefined) return;
  expect(find(state, row, 'deleveraging')).toBeDefined();
  // No open deficit may be waiting for fund or venue.
  for (
    let deficit = state.poolAssets.firstOpenDeficit.get(row);
    deficit >= 0;
    deficit = state.deficits.next.get(deficit)
  )
    if (outstandingOf(state, deficit) > 0n) expect(isAtLimits(state, deficit)).toBe(true);
  if (event.isTearUp) return;
  const { kind, maxSharePpm, maxLots } = policy.deleveraging;
  const isOpenQueue = kind === 'queue' && maxSharePpm === PPM && maxLots === null;
  if (!isOpenQueue) expect(lots + event.tearUpLots).toBe(event.neededLots);
  for (const change of event.fills) {
    const position = state.accounts.firstPosition.get(change.accountRow);
    const held = state.positions.lots.get(position);
    const size = held < 0n ? -held : held;
    expect(change.lots * PPM <= size * maxSharePpm).toBe(true);
    expect(maxLots === null || change.lots <= maxLots).toBe(true);
  }
}

/** At rest no open deficit has a layer of money that could pay more of it. */
function atRest(state: State): void {
  const row = poolAsset(state);
  if (!state.waterfalls.has(row)) return;
  for (
    let deficit = state.poolAssets.firstOpenDeficit.get(row);
    deficit >= 0;
    deficit = state.deficits.next.get(deficit)
  )
    if (outstandingOf(state, deficit) > 0n) expect(isAtLimits(state, deficit)).toBe(true);
}
