/** A broken law of one pool halts that pool alone; one of the venue stops the engine. The break is made by hand. */
import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import type { Engine, ExternalCommand } from '../../src/engine/index.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { encodeRecord } from '../../src/engine/record.js';
import { pairKey, poolLedgerRow } from '../../src/engine/state.js';
import { poolHash, wholeStateHash } from '../../src/engine/stateHash.js';
import {
  commandKinds,
  eventsOf,
  linearPerpetual,
  standardWorld,
  usdt,
  type World,
} from '../../src/testkit/world.js';

/** Two pools, each with an instrument, and a trade in each. */
function twoPools(): World {
  const world = standardWorld();
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'other',
    isDesk: false,
    workBudget: 100,
  });
  world.accept(linearPerpetual('ETH-PERP', { pool: 'other' }));
  world.mark({ 'ETH-PERP': 20_000n });
  for (const client of ['ada', 'bob']) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(`${client}-btc`, client, 'BTC-PERP', 5);
    world.account(`${client}-eth`, client, 'ETH-PERP', 5);
  }
  tradeBtc(world);
  tradeEth(world);
  return world;
}

const tradeBtc = (world: World) =>
  world.trade({
    buyer: 'ada-btc',
    seller: 'bob-btc',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots: 10n,
  });
const tradeEth = (world: World) =>
  world.trade({
    buyer: 'ada-eth',
    seller: 'bob-eth',
    instrument: 'ETH-PERP',
    priceTicks: 20_000n,
    lots: 10n,
  });

const fillBtc: ExternalCommand = {
  kind: 'fill',
  instrument: 'BTC-PERP',
  priceTicks: 400_000n,
  lots: 1n,
  buyer: { party: 'account', leg: 'net', order: '', id: 'ada-btc', allocateMinor: 0n, allocateInitial: true },
  seller: {
    party: 'account',
    leg: 'net',
    order: '',
    id: 'bob-btc',
    allocateMinor: 0n,
    allocateInitial: true,
  },
  taker: 'buyer',
};

const poolAssetOf = ({ state }: Engine, pool: string) =>
  state.poolAssetRows.get(pairKey(state.pools.names.rowOf(pool), state.assets.names.rowOf('USDT'))) as number;

/** Ways to break one pool, each with the law that notices. */
const BREAKS: readonly (readonly [name: string, law: string, brake: (engine: Engine) => void])[] = [
  ['the running cost', 'settlement', ({ state }) => state.totals.cost.add(0, 1n)],
  ['the running lots', 'signed lots', ({ state }) => state.totals.lots.add(0, -3n)],
  ['the running funding', 'funding', ({ state }) => state.totals.fundingEntry.add(0, 7n)],
  ['the running cash', 'law 8', ({ state }) => state.totals.cash.add(0, -(10n ** 18n))],
  ['the running collateral', 'liquidation', ({ state }) => state.totals.takeoverCollateral.add(0, 1n)],
  ['the running deficits', 'law 5', ({ state }) => state.totals.outstanding.add(0, 1n)],
  ['the funding dust', 'funding', ({ state }) => state.poolAssets.fundingDust.set(0, 5n)],
];

describe('a broken law of one pool', () => {
  it.each(BREAKS)(
    'in %s is noticed (%s), undone and halts that pool alone (laws 1 to 8, ISO-03)',
    (_name, law, brake) => {
      const world = twoPools();
      const { engine, state } = world;
      const [main, other] = ['main', 'other'].map((pool) => state.pools.names.rowOf(pool)) as [
        number,
        number,
      ];
      brake(engine);
      state.undo.clear();
      const otherBefore = hashText(poolHash(state, other));
      const before = [world.balance('ada-btc'), world.position('ada-btc'), world.wallet('ada')];

      const { record, work } = world.send(fillBtc);
      expect(record.outcome).toMatchObject({ kind: 'rejected', rejection: { code: 'pool_quarantined' } });
      expect(commandKinds(work)).toEqual(['quarantine']);
      expect(eventsOf(work, 'poolQuarantined')[0]?.law).toContain(law);
      for (const each of [record, ...work]) expect(encodeRecord(each).length).toBeGreaterThan(0);
      expect([world.balance('ada-btc'), world.position('ada-btc'), world.wallet('ada')]).toEqual(before);
      expect(hashText(poolHash(state, other))).toBe(otherBefore);
      expect(hashText(engine.stateHash())).toBe(hashText(wholeStateHash(state)));

      // Nothing moves in the halted pool, whatever is asked.
      const halted = hashText(poolHash(state, main));
      for (const command of inPool('main', 'btc', 'BTC-PERP'))
        expect(world.refuse(command), command.kind).toBe('pool_quarantined');
      expect(hashText(poolHash(state, main))).toBe(halted);
      // The other pool and every wallet go on.
      tradeEth(world);
      world.accept({ kind: 'allocate', asset: null, account: 'ada-eth', amountMinor: 1n });
      world.accept({
        kind: 'requestWithdrawal',
        withdrawal: 'w',
        client: 'ada',
        asset: 'USDT',
        amountMinor: usdt(1),
      });
      expect(commandKinds(world.mark({ 'ETH-PERP': 15_000n }).work)).toContain('takeOver');
    },
  );

  it('stays halted after its journal is replayed and after a dry run saw it first', () => {
    const world = twoPools();
    world.state.totals.cost.add(0, 1n);
    world.state.undo.clear();
    const seen = world.engine.dryRun(fillBtc, world.timeMs, ({ work }) => commandKinds(work));
    expect(seen).toEqual(['quarantine']);
    expect(world.state.pools.isQuarantined.get(0)).toBe(0);
    world.send(fillBtc);
    expect(world.state.pools.isQuarantined.get(0)).toBe(1);
  });

  it('in its own work halts it in the middle and keeps the command that set it off', () => {
    const world = twoPools();
    world.state.totals.takeoverCollateral.add(0, 1n);
    world.state.undo.clear();
    const { record, work } = world.mark({ 'BTC-PERP': 320_000n, 'ETH-PERP': 15_000n });
    expect(record.outcome.kind).toBe('accepted');
    // The takeover in main was undone and refused; the other pool did its work all the same.
    const halted = work.findIndex(({ command }) => command.kind === 'quarantine');
    expect(work[halted - 1]?.outcome).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'pool_quarantined' },
    });
    expect(world.position('ada-btc').lots).toBe(10n);
    expect(world.position('ada-eth').lots).toBe(0n);
  });
});

function inPool(pool: string, suffix: string, instrument: string): ExternalCommand[] {
  const account = `ada-${suffix}`;
  return [
    { kind: 'allocate', asset: null, account, amountMinor: 1n },
    { kind: 'release', asset: null, account, amountMinor: 1n },
    { kind: 'setLeverage', account, leveragePpm: 2_000_000n },
    { kind: 'closeAccount', account },
    {
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: `new-${suffix}`,
      client: 'ada',
      instrument,
      leveragePpm: 1_000_000n,
    },
    fillBtc,
    { kind: 'applyFunding', instrument, fundingTimeMs: 1_700_000_000_000, ratePpm: 1n },
    { kind: 'expire', instrument },
    { kind: 'topUpFund', pool, asset: 'USDT', amountMinor: 1n },
    { kind: 'drawDownFund', pool, asset: 'USDT', amountMinor: 1n },
    { kind: 'resume', pool },
    linearPerpetual('SOL-PERP', { pool }),
  ];
}

describe('a broken law of the venue', () => {
  it('stops the engine: nothing is decided on what is broken (law 1)', () => {
    const world = twoPools();
    world.state.totals.assetBalance.add(world.state.assets.names.rowOf('USDT'), 1n);
    world.state.undo.clear();
    expect(() => tradeBtc(world)).toThrow('law 1');
    expect(() => world.send({ kind: 'openClient', client: 'late' })).toThrow('stopped');
    expect(() => world.engine.dryRun({ kind: 'openClient', client: 'late' }, world.timeMs, () => 0)).toThrow(
      'stopped',
    );
  });

  it('is found by the full check where a balance or a position was changed behind the running totals', () => {
    const cases: ((world: World) => void)[] = [
      ({ state }) => {
        const column = [...state.ledger.table.entries()].find(([name]) => name === 'balance')![1];
        column.restore(poolLedgerRow(state, poolAssetOf({ state } as Engine, 'main'), 'settlement'), 123n);
      },
      ({ state }) => state.positions.lots.set(0, state.positions.lots.get(0) + 1n),
      ({ state }) => state.positions.cost.set(0, state.positions.cost.get(0) + 1n),
      ({ state }) => state.positions.fundingIndex.set(0, 99n),
      ({ state }) => state.totals.openInterest.add(0, 1n),
    ];
    for (const change of cases) {
      const world = twoPools();
      checkEverything(world.state);
      change(world);
      expect(() => checkEverything(world.state)).toThrow(/running total|law/);
    }
  });
});
