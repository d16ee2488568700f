import { describe, expect, it } from 'vitest';
import { trialBalance } from '../../ledger/index.js';
import {
  commandKinds,
  eventsOf,
  HOUR_MS,
  linearPerpetual,
  standardWorld,
  usdt,
  type World,
} from '../../testkit/world.js';
import { decide } from '../decide.js';
import type { EngineRecord } from '../record.js';
import { poolLedgerRow, venueLedgerRow } from '../state.js';

/** Accounts by client, with leverage, in a pool of its own with so much in its fund. */
function pool(
  fund: number,
  accounts: Record<string, number>,
  options: { workBudget?: number; isDesk?: boolean; marks?: Parameters<typeof linearPerpetual>[1] } = {},
): World {
  const world = standardWorld(0n);
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'p',
    isDesk: options.isDesk ?? false,
    workBudget: options.workBudget ?? 10_000,
  });
  for (const id of ['X', 'Y'])
    world.accept(linearPerpetual(id, { pool: 'p', markMaxJumpPpm: 10_000_000n, ...options.marks }));
  if (fund > 0) {
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(fund) });
    world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(fund) });
  }
  world.mark({ X: 400_000n, Y: 400_000n });
  for (const [client, leverage] of Object.entries(accounts)) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'X', leverage);
  }
  return world;
}

const trade = (
  world: World,
  buyer: string,
  seller: string,
  lots: bigint,
  priceTicks = 400_000n,
  instrument = 'X',
) => world.trade({ buyer, seller, instrument, priceTicks, lots });
const money = (world: World, kind: 'receivable' | 'liquidation' | 'settlement' | 'counterparty') => {
  const row = world.state.instruments.poolAsset.get(world.state.instruments.names.rowOf('X'));
  return world.state.ledger.balance(poolLedgerRow(world.state, row, kind));
};
/** The steps of the waterfall; when soundness is looked at in between does not matter here. */
const steps = (work: readonly EngineRecord[]) => commandKinds(work).filter((kind) => kind !== 'assess');
const isBalanced = (world: World) => trialBalance(world.state.ledger).every(({ total }) => total === 0n);
const fills = (work: readonly EngineRecord[]) =>
  eventsOf(work, 'deleveraged').flatMap((event) =>
    event.fills.map(({ accountRow, lots }) => [accountRow, lots] as const),
  );

describe('a takeover', () => {
  it('moves everything by amount, at no price: the account is exactly zero and the pool holds what it held (LIQ-03)', () => {
    const world = pool(1_000, { ada: 10, bob: 5 });
    trade(world, 'ada', 'bob', 77n, 400_003n);
    const before = { ...world.position('ada'), collateral: world.balance('ada') };
    const { work } = world.mark({ X: 361_000n });
    const [event] = eventsOf(work, 'takenOver');
    expect(event).toMatchObject({ takeover: 'p#1', ...before });
    expect(event!.equity <= event!.maintenance).toBe(true);
    expect([world.balance('ada'), world.position('ada')]).toEqual([0n, { lots: 0n, cost: 0n }]);
    expect([money(world, 'liquidation'), world.state.takeovers.collateral.get(0)]).toEqual([
      before.collateral,
      before.collateral,
    ]);
    expect(isBalanced(world)).toBe(true);
  });

  it('charges no fee (FND-04)', () => {
    const world = pool(1_000, { ada: 10, bob: 5 }, { marks: { takerFeePpm: 50_000n, makerFeePpm: 50_000n } });
    trade(world, 'ada', 'bob', 100n);
    const fees = world.state.ledger.balance(venueLedgerRow(world.state, 0, 'fees'));
    world.mark({ X: 361_000n });
    expect(world.state.ledger.balance(venueLedgerRow(world.state, 0, 'fees'))).toBe(fees);
  });

  it('never comes to an account without a position: 0 <= 0 is no trigger (LIQ-10)', () => {
    const world = pool(1_000, { ada: 10, bob: 5, eve: 5 });
    trade(world, 'ada', 'bob', 100n);
    trade(world, 'bob', 'ada', 100n);
    const { work } = world.mark({ X: 100_000n });
    expect(work).toEqual([]);
    expect(world.balance('eve')).toBe(0n);
  });

  it('leaves every other account and the wallet of its client alone, however large the gap (ISO-01, ISO-03)', () => {
    const world = pool(100, { ada: 20, bob: 5 });
    world.account('ada-2', 'ada', 'X', 2);
    world.account('ada-3', 'ada', 'Y', 5);
    world.account('bob-2', 'bob', 'Y', 5);
    trade(world, 'ada', 'bob', 100n);
    trade(world, 'bob', 'ada-2', 50n);
    trade(world, 'ada-3', 'bob-2', 50n, 400_000n, 'Y');
    const [wallet, second, third] = [world.wallet('ada'), world.balance('ada-2'), world.balance('ada-3')];
    world.mark({ X: 10_000n });
    expect(world.position('ada').lots).toBe(0n);
    expect(world.wallet('ada')).toBe(wallet);
    expect([world.balance('ada-3'), world.position('ada-3').lots]).toEqual([third, 50n]);
    // The short of the same client is a winner: it may be deleveraged, at no less than it held.
    expect(world.balance('ada-2') >= second).toBe(true);
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w',
      client: 'ada',
      asset: 'USDT',
      amountMinor: wallet,
    });
    expect(isBalanced(world)).toBe(true);
  });
});

describe('the waterfall', () => {
  it('asks the fund first, then winners, then gains; no step before the one before is used up (LIQ-05)', () => {
    // ada is short of 400 at 32,000.
    const byFund = (fund: number) => {
      const world = pool(fund, { ada: 10, bob: 5 });
      trade(world, 'ada', 'bob', 100n);
      return { world, ...world.mark({ X: 320_000n }) };
    };
    const rich = byFund(400);
    expect(steps(rich.work)).toEqual(['takeOver']);
    const poor = byFund(399);
    expect(steps(poor.work)).toEqual(['takeOver', 'deleverage']);
    expect(fills(poor.work)).toEqual([[poor.world.row('bob'), 1n]]);
    const broke = byFund(0);
    expect(fills(broke.work)).toEqual([[broke.world.row('bob'), 100n]]);
    expect(broke.world.position('bob')).toEqual({ lots: 0n, cost: 0n });
    // bob sold at 40,000 and is closed where ada had nothing left: at 36,000.
    expect(broke.world.balance('bob')).toBe(usdt(800 + 400));
    expect([
      money(broke.world, 'receivable'),
      money(broke.world, 'liquidation'),
      money(broke.world, 'settlement'),
    ]).toEqual([0n, 0n, 0n]);
  });

  it('has payments that sum to the loss: covered, shared and forgone (law 5)', () => {
    for (const fund of [0, 50, 300]) {
      const world = pool(fund, { ada: 10, bob: 5, eve: 3 });
      trade(world, 'ada', 'bob', 60n);
      trade(world, 'ada', 'eve', 40n);
      const { work } = world.mark({ X: 320_000n });
      const loss = eventsOf(work, 'deleveraged').reduce((sum, { lossMinor }) => sum + lossMinor, 0n);
      const forgone = eventsOf(work, 'deleveraged').reduce((sum, { forgoneMinor }) => sum + forgoneMinor, 0n);
      expect(forgone - loss <= 2n && loss - forgone <= 2n).toBe(true);
      expect(forgone).toBe(
        eventsOf(work, 'deleveraged')
          .flatMap((event) => event.fills)
          .reduce((sum, { forgoneMinor }) => sum + forgoneMinor, 0n),
      );
    }
  });

  it('deleverages by profit and leverage, ties by who came first, exactly the needed lots (LIQ-06)', () => {
    const world = pool(0, { ada: 10, low: 2, high: 20, tied: 20 });
    trade(world, 'ada', 'low', 40n);
    trade(world, 'ada', 'high', 40n);
    trade(world, 'ada', 'tied', 20n);
    const { work } = world.mark({ X: 320_000n });
    expect(fills(work)).toEqual([
      [world.row('high'), 40n],
      [world.row('tied'), 20n],
      [world.row('low'), 40n],
    ]);
  });

  it('passes over a winner who would lose at the deleveraging price, and tears up at the mark when nobody is left (LIQ-06, LIQ-07)', () => {
    const world = pool(0, { ada: 50, late: 5, bob: 5 });
    // ada buys from bob, who leaves with his gain while all is sound; late sells low and has hardly a profit.
    trade(world, 'ada', 'bob', 100n);
    world.mark({ X: 396_000n });
    trade(world, 'bob', 'late', 100n, 396_000n);
    const { work } = world.mark({ X: 390_000n });
    // ada: 80 of margin, 100 lost. At her bankruptcy price of 39,200 late still gains 40: eligible.
    expect(eventsOf(work, 'deleveraged').map(({ isTearUp }) => isTearUp)).toEqual([false]);

    const torn = pool(0, { ada: 50, late: 5, bob: 5 });
    trade(torn, 'ada', 'bob', 100n);
    torn.mark({ X: 396_000n });
    trade(torn, 'bob', 'late', 100n, 390_100n);
    // late sold at 39,010: at 39,200 he would lose, at the mark of 39,000 he gains 1.
    const after = torn.mark({ X: 390_000n }).work;
    const [event] = eventsOf(after, 'deleveraged');
    expect([event?.isTearUp, event?.deficits[0]?.cause, event?.deficits[0]?.amount]).toEqual([
      true,
      'liquidation',
      usdt(20),
    ]);
    expect(torn.position('late')).toEqual({ lots: 0n, cost: 0n });
    // Only gains pay: late gives the one USDT that he gained, the rest stays open and named.
    expect(
      eventsOf(after, 'shared').flatMap(({ payers }) => payers.map(({ paysMinor }) => paysMinor)),
    ).toEqual([usdt(1)]);
    expect(steps(after).at(-1)).toBe('share');
    expect(money(torn, 'receivable')).toBe(-usdt(19));
    expect(torn.state.pools.isSound.get(torn.state.pools.names.rowOf('p'))).toBe(0);
    expect(isBalanced(torn)).toBe(true);
  });

  it('is taken up by a top-up of the fund: what was open is covered, and the pool is sound again (LIQ-05)', () => {
    const torn = pool(0, { ada: 50, late: 5, bob: 5 });
    trade(torn, 'ada', 'bob', 100n);
    torn.mark({ X: 396_000n });
    trade(torn, 'bob', 'late', 100n, 390_100n);
    torn.mark({ X: 390_000n });
    torn.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(100) });
    const { work } = torn.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(30) });
    expect(steps(work)).toEqual(['cover']);
    expect([torn.fund('p'), money(torn, 'receivable')]).toEqual([usdt(11), 0n]);
    expect(torn.state.pools.isSound.get(torn.state.pools.names.rowOf('p'))).toBe(1);
  });

  it('never shares the same gain twice, and never principal (LIQ-07)', () => {
    const world = pool(0, { ada: 10, bob: 10 });
    for (const client of ['carl', 'dan']) {
      world.client(client, { USDT: usdt(100_000) });
      world.account(client, client, 'Y', 2);
    }
    trade(world, 'carl', 'dan', 100n, 400_000n, 'Y');
    trade(world, 'ada', 'bob', 100n);
    world.mark({ Y: 401_000n });
    const before = world.balance('carl');
    // ada is short of 600 at this fill; bob gained 1,000 by it, carl 10 on paper.
    const { work } = trade(world, 'bob', 'ada', 100n, 300_000n);
    const paid = new Map<number, bigint>();
    for (const { payers } of eventsOf(work, 'shared'))
      for (const { accountRow, paysMinor } of payers)
        paid.set(accountRow, (paid.get(accountRow) ?? 0n) + paysMinor);
    expect([...paid.values()].reduce((sum, part) => sum + part, 0n)).toBe(usdt(600));
    expect((paid.get(world.row('carl')) ?? 0n) <= usdt(10)).toBe(true);
    expect(paid.get(world.row('bob'))! > usdt(590)).toBe(true);
    expect(before - world.balance('carl')).toBe(0n);
    expect(money(world, 'receivable')).toBe(0n);
  });
});

describe('unwinding without a market', () => {
  it('closes opposite takeovers against each other at the guarded mark (LIQ-03)', () => {
    const world = pool(1_000, { long: 10, short: 10, mid: 1 });
    trade(world, 'long', 'mid', 30n);
    trade(world, 'mid', 'short', 50n);
    world.mark({ X: 361_000n });
    expect(world.state.openTakeovers.get(world.state.pools.names.rowOf('p'))?.size).toBe(1);
    const { work } = world.mark({ X: 440_000n });
    expect(steps(work)).toEqual(['takeOver', 'netTakeovers']);
    const [event] = eventsOf(work, 'unwound');
    expect([event?.lots, event?.markTicks]).toEqual([30n, 4_400_000n]);
    // The long of 30 gained from 36,100 to 44,000 after it was taken over: that is the fund's.
    expect(world.fund('p')).toBe(usdt(1_000) + usdt(120) + usdt(120));
    expect(isBalanced(world)).toBe(true);
  });

  it("closes a desk's takeover against the outside at once, which is paid as far as the pool has cash (law 8)", () => {
    const world = pool(0, { ada: 10, eve: 10 }, { isDesk: true });
    const outside = {
      party: 'counterparty',
      leg: 'net',
      order: '',
      id: '',
      allocateMinor: 0n,
      allocateInitial: false,
    } as const;
    const own = {
      party: 'account',
      leg: 'net',
      order: '',
      id: 'ada',
      allocateMinor: 0n,
      allocateInitial: true,
    } as const;
    world.accept({
      kind: 'fill',
      instrument: 'X',
      priceTicks: 400_000n,
      lots: 100n,
      buyer: own,
      seller: outside,
      taker: 'buyer',
    });
    // 400 of margin, 800 lost: the outside gains 800 and the pool has only 400.
    const { work } = world.mark({ X: 320_000n });
    expect(steps(work).slice(0, 2)).toEqual(['takeOver', 'unwindOutside']);
    expect([money(world, 'receivable'), money(world, 'counterparty')]).toEqual([-usdt(400), usdt(400)]);
    expect(
      eventsOf(work, 'outsidePaid').flatMap(({ transfers }) => transfers.map(({ amount }) => amount)),
    ).toEqual([usdt(400)]);
    expect([world.wallet('ada'), isBalanced(world)]).toEqual([usdt(99_600), true]);
    // The desk makes it good: the fund covers, and the outside gets the rest.
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(500) });
    world.accept({ kind: 'topUpFund', pool: 'p', asset: 'USDT', amountMinor: usdt(500) });
    expect([money(world, 'receivable'), money(world, 'counterparty'), world.fund('p')]).toEqual([
      0n,
      0n,
      usdt(100),
    ]);
  });
});

describe('work within a budget', () => {
  /** Five longs of growing leverage, all liquidatable at 36,000; largest deficit first. */
  function crowded(workBudget: number): World {
    const world = pool(100_000, { a: 10, b: 20, c: 25, d: 40, e: 50, maker: 1 }, { workBudget });
    for (const [i, buyer] of ['a', 'b', 'c', 'd', 'e'].entries())
      trade(world, buyer, 'maker', BigInt(10 * (i + 1)));
    return world;
  }
  const takenOf = (world: World) =>
    eventsOf(world.records, 'takenOver').map(({ accountRow }) =>
      world.state.accounts.names.nameOf(accountRow),
    );

  it('takes the largest deficit first, stops there, and goes on where it stopped (LIQ-04)', () => {
    const world = crowded(2);
    world.mark({ X: 358_000n });
    expect(takenOf(world)).toEqual(['e', 'd']);
    expect(world.state.accounts.isQueued.get(world.row('a'))).toBe(1);
    world.accept({ kind: 'resume', pool: 'p' });
    world.accept({ kind: 'resume', pool: 'p' });
    expect(takenOf(world)).toEqual(['e', 'd', 'c', 'b', 'a']);
    const all = crowded(10_000);
    all.mark({ X: 358_000n });
    expect(takenOf(all)).toEqual(takenOf(world));
  });

  it('lets an account recover that the next mark makes healthy, and takes nothing from it (LIQ-04)', () => {
    const world = crowded(1);
    world.mark({ X: 358_000n });
    expect(world.state.accounts.isQueued.get(world.row('a'))).toBe(1);
    world.mark({ X: 400_000n });
    for (let i = 0; i < 6; i++) world.accept({ kind: 'resume', pool: 'p' });
    expect(takenOf(world)).toEqual(['e']);
    expect(eventsOf(world.records, 'recovered')).toHaveLength(4);
    for (const account of ['a', 'b', 'c', 'd'])
      expect(world.state.accounts.isQueued.get(world.row(account))).toBe(0);
  });

  it('liquidates nobody while the mark has grown stale in between: freshness is looked at again (PRC-01)', () => {
    const world = crowded(1);
    world.mark({ X: 358_000n });
    world.timeMs += 2 * HOUR_MS;
    const { work } = world.accept({ kind: 'resume', pool: 'p' });
    expect(commandKinds(work)).not.toContain('takeOver');
    world.mark({ X: 358_000n });
    expect(takenOf(world)).toEqual(['e', 'd']);
  });

  it('is decided on a fresh mark by the liquidator itself, whoever calls it (PRC-01)', () => {
    const world = crowded(1);
    world.mark({ X: 358_000n });
    const { state, derived } = world.engine;
    const accountRow = world.row('a');
    const decideAt = (timeMs: number) => decide({ state, derived, timeMs }, { kind: 'takeOver', accountRow });
    expect(decideAt(world.timeMs + HOUR_MS)).toMatchObject([{ kind: 'takenOver', accountRow }]);
    expect(decideAt(world.timeMs + HOUR_MS + 1)).toMatchObject({ code: 'mark_unusable' });
    expect(
      decide({ state, derived, timeMs: world.timeMs }, { kind: 'takeOver', accountRow: world.row('maker') }),
    ).toMatchObject({
      code: 'nothing_to_do',
    });
  });

  it('counts what the queued are short of: no gain leaves the pool before they are taken over (law 8, LIQ-09)', () => {
    const refusalWith = (fund: number) => {
      const world = pool(fund, { ada: 10, dan: 10, win: 10, maker: 1 }, { workBudget: 1 });
      trade(world, 'win', 'maker', 10n);
      world.trade({ buyer: 'maker', seller: 'win', instrument: 'X', priceTicks: 420_000n, lots: 10n });
      trade(world, 'ada', 'maker', 10n);
      trade(world, 'dan', 'maker', 20n);
      // dan is 40 short and taken over; ada, 20 short, waits: the budget is one step.
      world.mark({ X: 340_000n });
      expect(takenOf(world)).toEqual(['dan']);
      expect(world.state.accounts.isQueued.get(world.row('ada'))).toBe(1);
      return world.refuse({
        kind: 'release',
        account: 'win',
        asset: null,
        amountMinor: world.balance('win'),
      });
    };
    expect(refusalWith(50)).toBe('pool_not_sound');
    expect(refusalWith(60)).toBe('accepted');
  });

  it('of one pool is not used up by another (ISO-03)', () => {
    const world = crowded(1);
    world.accept({
      kind: 'openPool',
      admission: 'fills',
      valuationAsset: null,
      legRule: 'larger',
      pool: 'q',
      isDesk: false,
      workBudget: 1,
    });
    world.accept(linearPerpetual('Z', { pool: 'q' }));
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
    world.accept({ kind: 'topUpFund', pool: 'q', asset: 'USDT', amountMinor: usdt(1_000) });
    world.mark({ Z: 400_000n });
    world.account('z', 'a', 'Z', 50);
    world.account('z-maker', 'maker', 'Z', 1);
    trade(world, 'z', 'z-maker', 10n, 400_000n, 'Z');
    world.mark({ X: 358_000n, Z: 390_000n });
    expect(takenOf(world)).toEqual(['e', 'z']);
  });
});
