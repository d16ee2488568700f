import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { trialBalance } from '../../ledger/index.js';
import { commandKinds, eventsOf, standardWorld, times, usdt, type World } from '../../testkit/world.js';
import type { EventOf } from '../event.js';
import { decodeSnapshot, encodeSnapshot } from '../index.js';
import type { LiquidationPolicy } from '../liquidationPolicy.js';
import { checkEverything } from '../rebuild.js';

const POLICY: LiquidationPolicy = {
  warningHealthPpm: 0n,
  callHealthPpm: 0n,
  targetHealthPpm: 1_500_000n,
  closeOutHealthPpm: 300_000n,
  stepPpm: 250_000n,
  minStepLots: 3n,
  slippagePpm: 2_000n,
  feePpm: 1_000n,
  orderLifeMs: 5_000,
  pauseMs: 1_000,
};

/** ada is long 0.1 BTC at 40,000 with a margin of 400, against bob; cleo makes the market. */
function reducible(policy: Partial<LiquidationPolicy> = {}): World {
  const world = standardWorld(usdt(1_000));
  for (const client of ['ada', 'bob', 'cleo']) world.client(client, { USDT: usdt(100_000) });
  world.account('ada-1', 'ada', 'BTC-PERP', 10);
  world.account('bob-1', 'bob', 'BTC-PERP', 5);
  world.account('cleo-1', 'cleo', 'BTC-PERP', 2);
  world.accept({ kind: 'setLiquidation', pool: 'main', policy: { ...POLICY, ...policy } });
  world.trade({ buyer: 'ada-1', seller: 'bob-1', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n });
  return world;
}

type Ordered = EventOf<'reductionOrdered'>;

function fillReduction(world: World, { order, lots, priceTicks, isBuy }: Ordered, part = lots) {
  const ada = {
    party: 'account',
    id: 'ada-1',
    leg: 'net',
    order,
    allocateMinor: 0n,
    allocateInitial: false,
  } as const;
  const cleo = { ...ada, id: 'cleo-1', order: '', allocateInitial: true };
  return world.accept({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks,
    lots: part,
    buyer: isBuy ? ada : cleo,
    seller: isBuy ? cleo : ada,
    taker: isBuy ? 'buyer' : 'seller',
  });
}

function lastReduction(world: World): Ordered {
  return eventsOf(world.records, 'reductionOrdered').at(-1) as Ordered;
}

describe('an account in liquidation under a policy', () => {
  it('is reduced by orders to its target health, step by step at its pace, and keeps the rest (LIQ-01, LIQ-02)', () => {
    const world = reducible();
    const wallet = world.wallet('ada');
    // Equity 400 - 385 = 15 against a maintenance margin of 18.075: health 0.83.
    const { work } = world.mark({ 'BTC-PERP': 361_500n });
    expect(commandKinds(work)).toEqual(['liquidate']);
    const first = lastReduction(world);
    expect(first).toMatchObject({
      order: 'main#r1',
      isBuy: false,
      lots: 25n,
      judged: { equity: usdt(15), maintenance: usdt(18.075) },
    });

    // Nothing more happens while the order is out.
    world.timeMs += 500;
    expect(world.mark({ 'BTC-PERP': 361_500n }).work).toEqual([]);
    fillReduction(world, first);
    expect(world.position('ada-1').lots).toBe(75n);
    // The pace holds the next order back.
    expect(eventsOf(world.records, 'reductionOrdered')).toHaveLength(1);
    world.timeMs += 500;
    world.mark({ 'BTC-PERP': 361_500n });
    expect(eventsOf(world.records, 'reductionOrdered')).toHaveLength(2);
    for (let steps = 0; steps < 10 && world.state.accounts.isQueued.get(world.row('ada-1')) === 1; steps++) {
      fillReduction(world, lastReduction(world));
      world.timeMs += 1_000;
      world.mark({ 'BTC-PERP': 361_500n });
    }
    expect(eventsOf(world.records, 'recovered')).toHaveLength(1);
    expect(eventsOf(world.records, 'takenOver')).toEqual([]);
    expect(world.position('ada-1').lots).toBeGreaterThan(0n);
    expect(world.balance('ada-1')).toBeGreaterThan(0n);
    expect(world.wallet('ada')).toBe(wallet);
    // The fund got the fee of what was closed, and the venue nothing of it.
    expect(world.fund('main')).toBeGreaterThan(usdt(1_000));
    expect(trialBalance(world.state.ledger).map(({ total }) => total)).toEqual([0n, 0n]);
    checkEverything(world.state);
  });

  it('closes no more than it takes to reach the target: one lot less would not do (LIQ-01)', () => {
    const world = reducible({
      stepPpm: 1_000_000n,
      minStepLots: 0n,
      slippagePpm: 0n,
      feePpm: 0n,
      pauseMs: 0,
    });
    world.mark({ 'BTC-PERP': 361_500n });
    // 15 >= 1.5 x 0.5 % x 36.15 x lots: 55 lots may stay.
    expect(lastReduction(world).lots).toBe(45n);
    fillReduction(world, lastReduction(world));
    expect(world.state.accounts.isQueued.get(world.row('ada-1'))).toBe(0);
  });

  it('closes whole what would be left under the smallest step (LIQ-01)', () => {
    const world = reducible({ stepPpm: 1_000_000n, minStepLots: 56n });
    world.mark({ 'BTC-PERP': 361_500n });
    expect(lastReduction(world).lots).toBe(100n);
  });

  it('is taken over at once at the hard close-out level, whatever the pace (LIQ-02)', () => {
    const world = reducible();
    world.mark({ 'BTC-PERP': 361_500n });
    const { order } = lastReduction(world);
    // Equity 5 against 18.03.
    const { work } = world.mark({ 'BTC-PERP': 360_500n });
    expect(commandKinds(work).slice(0, 1)).toEqual(['liquidate']);
    expect(eventsOf(work, 'takenOver')).toHaveLength(1);
    expect(world.balance('ada-1')).toBe(0n);
    const row = world.state.orders.names.rowOf(order);
    expect(world.state.orders.lots.get(row)).toBe(0n);
  });

  it('is taken over when its order runs out without a fill, and reduced anew where some of it was filled (LIQ-01)', () => {
    const unfilled = reducible();
    unfilled.mark({ 'BTC-PERP': 361_500n });
    unfilled.timeMs += 5_000;
    expect(eventsOf(unfilled.mark({ 'BTC-PERP': 361_500n }).work, 'takenOver')).toHaveLength(1);

    const partly = reducible();
    partly.mark({ 'BTC-PERP': 361_500n });
    fillReduction(partly, lastReduction(partly), 1n);
    partly.timeMs += 5_000;
    partly.mark({ 'BTC-PERP': 361_500n });
    expect(eventsOf(partly.records, 'takenOver')).toEqual([]);
    expect(lastReduction(partly).order).toBe('main#r2');
    expect(partly.state.orders.lots.get(partly.state.orders.names.rowOf('main#r1'))).toBe(0n);
  });

  it('is let go when the mark takes it back over its target, and its order with it', () => {
    const world = reducible();
    world.mark({ 'BTC-PERP': 361_500n });
    world.mark({ 'BTC-PERP': 380_000n });
    expect(eventsOf(world.records, 'recovered')).toHaveLength(1);
    expect(world.state.accounts.reductionOrder.get(world.row('ada-1'))).toBe(-1);
    expect(world.state.orders.lots.get(world.state.orders.names.rowOf('main#r1'))).toBe(0n);
  });

  it('takes a top-up that brings it to its target in full, and names what is missing of a smaller one (MAR-02)', () => {
    const world = reducible();
    world.mark({ 'BTC-PERP': 361_500n });
    const topUp = (amountMinor: bigint) =>
      ({ kind: 'allocate', account: 'ada-1', asset: null, amountMinor }) as const;
    // 1.5 x 18.075 - 15.
    const missing = usdt(12.1125);
    const { outcome } = world.send(topUp(missing - 1n)).record;
    expect(outcome.kind === 'rejected' && outcome.rejection).toMatchObject({
      code: 'top_up_must_cure',
      context: { missing: { minor: missing } },
    });
    const [event] = eventsOf([world.accept(topUp(missing)).record], 'orderCancelled');
    expect(event).toBeDefined();
    expect(world.state.accounts.isQueued.get(world.row('ada-1'))).toBe(0);
  });

  it('cancels the orders of this account only, and its client can neither change nor recall the order of the pool (ORD-04)', () => {
    const world = reducible();
    const rest = (order: string, account: string) =>
      world.accept({
        kind: 'placeOrder',
        order,
        account,
        instrument: 'BTC-PERP',
        leg: 'net',
        side: 'sell',
        priceTicks: 450_000n,
        slippagePpm: null,
        lots: 10n,
        isReduceOnly: account === 'ada-1',
        holdWallet: account !== 'ada-1',
      });
    rest('ada-sells', 'ada-1');
    rest('bob-sells', 'bob-1');
    world.mark({ 'BTC-PERP': 361_500n });
    const left = (order: string) => world.state.orders.lots.get(world.state.orders.names.rowOf(order));
    expect([left('ada-sells'), left('bob-sells')]).toEqual([0n, 10n]);
    expect(world.refuse({ kind: 'cancelOrder', order: 'main#r1' })).toBe('liquidation_order');
    expect(world.refuse({ kind: 'amendOrder', order: 'main#r1', priceTicks: 1n, lots: 1n })).toBe(
      'liquidation_order',
    );
  });

  it('pays a fee of at most what it has left, to the fund, while a takeover pays none (FND-04)', () => {
    const world = reducible({ feePpm: 100_000n, stepPpm: 1_000_000n, slippagePpm: 0n });
    world.mark({ 'BTC-PERP': 361_500n });
    fillReduction(world, lastReduction(world));
    expect(world.balance('ada-1')).toBe(0n);
    expect(world.fund('main')).toBe(usdt(1_015));
  });

  it('never trades further from the mark than its equity bears', () => {
    const world = reducible({ slippagePpm: 100_000n });
    world.mark({ 'BTC-PERP': 361_500n });
    // 15 of 3,615: 0.41 %.
    const { priceTicks } = lastReduction(world);
    expect(priceTicks).toBeGreaterThan(360_000n);
    expect(priceTicks).toBeLessThan(361_500n);
  });

  it('resumes from a snapshot in the middle as if there had been none (OPS-02)', () => {
    const world = reducible();
    world.mark({ 'BTC-PERP': 361_500n });
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    const order = lastReduction(world);
    for (const engine of [world.engine, copy]) {
      engine.submit(
        'f',
        {
          kind: 'fill',
          instrument: 'BTC-PERP',
          priceTicks: order.priceTicks,
          lots: order.lots,
          taker: 'seller',
          buyer: {
            party: 'account',
            id: 'cleo-1',
            leg: 'net',
            order: '',
            allocateMinor: 0n,
            allocateInitial: true,
          },
          seller: {
            party: 'account',
            id: 'ada-1',
            leg: 'net',
            order: order.order,
            allocateMinor: 0n,
            allocateInitial: false,
          },
        },
        world.timeMs + 6_000,
      );
    }
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    expect(copy.state.orders.names.rowOf('main#r2')).toBeGreaterThan(0);
  });
});

describe('a takeover under a policy', () => {
  it('is unwound by orders at its pace, each within its lots and limit', () => {
    const world = reducible({ closeOutHealthPpm: 1_000_000n });
    const { work } = world.mark({ 'BTC-PERP': 361_500n });
    const [ordered] = eventsOf(work, 'unwindingOrdered');
    expect(ordered).toMatchObject({ order: 'main#1/1', isBuy: false, lots: 25n });
    const fill = (order: string, lots: bigint, priceTicks: bigint) =>
      ({
        kind: 'fill',
        instrument: 'BTC-PERP',
        priceTicks,
        lots,
        taker: 'seller',
        buyer: {
          party: 'account',
          id: 'cleo-1',
          leg: 'net',
          order: '',
          allocateMinor: 0n,
          allocateInitial: true,
        },
        seller: {
          party: 'liquidation',
          id: 'main#1',
          leg: 'net',
          order,
          allocateMinor: 0n,
          allocateInitial: false,
        },
      }) as const;
    const { priceTicks } = ordered as EventOf<'unwindingOrdered'>;
    expect(world.refuse(fill('', 25n, priceTicks))).toBe('wrong_order');
    expect(world.refuse(fill('main#1/1', 26n, priceTicks))).toBe('wrong_order');
    expect(world.refuse(fill('main#1/1', 25n, priceTicks - 1n))).toBe('wrong_order');
    world.accept(fill('main#1/1', 25n, priceTicks));
    expect(world.refuse(fill('main#1/1', 1n, priceTicks))).toBe('wrong_order');
    world.timeMs += 1_000;
    expect(eventsOf(world.mark({ 'BTC-PERP': 361_500n }).work, 'unwindingOrdered')).toMatchObject([
      { order: 'main#1/2', lots: 19n },
    ]);
  });
});

describe('a liquidation policy', () => {
  it.each([
    [{ targetHealthPpm: 1_000_000n }, 'policy.targetHealthPpm'],
    [{ closeOutHealthPpm: 1_000_001n }, 'policy.closeOutHealthPpm'],
    [{ stepPpm: 0n }, 'policy.stepPpm'],
    [{ minStepLots: -1n }, 'policy.minStepLots'],
    [{ slippagePpm: 500_001n }, 'policy.slippagePpm'],
    [{ feePpm: 100_001n }, 'policy.feePpm'],
    [{ orderLifeMs: 0 }, 'policy.orderLifeMs'],
    [{ callHealthPpm: 1_000_000n }, 'policy.callHealthPpm'],
    [{ warningHealthPpm: 1_100_000n, callHealthPpm: 1_200_000n }, 'policy.warningHealthPpm'],
  ] as const)('that breaks a rule is refused with its field: %o', (change, field) => {
    const world = standardWorld();
    const { outcome } = world.send({
      kind: 'setLiquidation',
      pool: 'main',
      policy: { ...POLICY, ...change },
    }).record;
    expect(outcome.kind === 'rejected' && outcome.rejection).toMatchObject({
      code: 'invalid_definition',
      context: { field },
    });
  });

  it('never makes an account pay beyond its own balance, whatever the marks and fills (ISO-01, LIQ-04)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 330_000, max: 380_000 }),
            fc.integer({ min: 1, max: 25 }),
            fc.nat(7_000),
          ),
          {
            minLength: 3,
            maxLength: 12,
          },
        ),
        fc.constantFrom(100_000n, 500_000n, 1_000_000n),
        (ticks, stepPpm) => {
          const world = reducible({ stepPpm });
          const wallet = world.wallet('ada');
          for (const [price, part, waitMs] of ticks) {
            world.timeMs += waitMs;
            world.mark({ 'BTC-PERP': BigInt(price) });
            const order = eventsOf(world.records, 'reductionOrdered').at(-1);
            const row = order === undefined ? -1 : world.state.orders.names.rowOf(order.order);
            const left = row < 0 ? 0n : world.state.orders.lots.get(row);
            if (order !== undefined && left > 0n)
              fillReduction(world, order, BigInt(part) < left ? BigInt(part) : left);
            checkEverything(world.state);
            expect(world.wallet('ada')).toBe(wallet);
            expect(world.balance('ada-1')).toBeGreaterThanOrEqual(0n);
          }
        },
      ),
      { numRuns: Number(process.env['FC_RUNS'] ?? 40) },
    );
  });
});

void times;
