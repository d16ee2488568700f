import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { type LendingWorld, lendingOf, lendingWorld, spotBtc } from '../../testkit/lendingWorld.js';
import { option } from '../../testkit/sharedWorld.js';
import { coins, commandKinds, eventsOf, HOUR_MS, usdt } from '../../testkit/world.js';
import type { CommandOf } from '../command.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';

/** USDT and BTC are lent; ada and bob have isolated accounts in BTC-USDT, bob with much of both. */
function market(
  spot: Parameters<typeof spotBtc>[0] = {},
  lending: Parameters<typeof lendingOf>[1] = {},
): LendingWorld {
  const world = lendingWorld({ spot });
  for (const [asset, amountMinor] of [
    ['USDT', usdt(500_000)],
    ['BTC', coins(50)],
  ] as const) {
    world.accept(lendingOf(asset, lending));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset, amountMinor });
  }
  for (const account of ['ada', 'bob']) world.account(account, account, 'BTC-USDT', 1);
  world.accept({ kind: 'allocate', account: 'bob', asset: 'USDT', amountMinor: usdt(500_000) });
  world.accept({ kind: 'allocate', account: 'bob', asset: 'BTC', amountMinor: coins(20) });
  return world;
}

const give = (world: LendingWorld, amounts: Partial<Record<'USDT' | 'BTC', bigint>>, account = 'ada') => {
  for (const [asset, amountMinor] of Object.entries(amounts))
    world.accept({ kind: 'allocate', account, asset, amountMinor });
};
const autoBorrow = (world: LendingWorld, account = 'ada') =>
  world.accept({ kind: 'setAutoBorrow', account, autoBorrow: true });
const buy = (world: LendingWorld, lots: bigint, price = 40_000) =>
  world.spot({ buyer: 'ada', seller: 'bob', price, lots });
const sell = (world: LendingWorld, lots: bigint, price = 40_000) =>
  world.spot({ buyer: 'bob', seller: 'ada', price, lots });
const held = (world: LendingWorld, account = 'ada') => [
  world.balance(account, 'USDT'),
  world.balance(account, 'BTC'),
];

describe('listing a spot pair', () => {
  const list = (changes: Parameters<typeof spotBtc>[0], id = 'X') =>
    lendingWorld().refuse(spotBtc({ id, ...changes }));

  it('takes one whose quote its pool values in and whose base is its collateral (MAR-11)', () => {
    expect(list({})).toBe('accepted');
  });

  it.each([
    ['without a lot of whole minor units of the base', { lotSize: '0.0000000001', tickSize: '1000000' }],
    ['with a base that is no collateral', { base: 'ETH' }],
    [
      'with a quote its pool does not value in',
      { quote: 'BTC', settle: 'BTC', base: 'USDT', tickSize: '0.00001' },
    ],
    ['inverse', { payoff: 'inverse', settle: 'BTC' }],
    ['with brackets: only debts are margined', { brackets: spotBracket() }],
    ['with funding', { fundingRateMaxPpm: 1n }],
    ['with an expiry', { expiryMs: 2_000_000_000_000 }],
  ] as const)('refuses one %s', (_name, changes) => {
    expect(list(changes)).toBe('invalid_definition');
  });

  function spotBracket() {
    return [
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 100_000n,
        maintenanceMarginRatePpm: 50_000n,
        leverageMaxPpm: 10_000_000n,
      },
    ];
  }
});

describe('a spot trade', () => {
  it('exchanges base for quote in one event, and makes no position (LED-02)', () => {
    const world = market();
    give(world, { USDT: usdt(50_000) });
    world.accept(buy(world, 1_000n));
    expect([held(world), held(world, 'bob')]).toEqual([
      [usdt(10_000), coins(1)],
      [usdt(540_000), coins(19)],
    ]);
    expect(world.position('ada').lots).toBe(0n);
    expect(world.state.totals.openInterest.get(world.state.instruments.names.rowOf('BTC-USDT'))).toBe(0n);
    checkEverything(world.state);
  });

  it('charges fees in quote: the buyer besides the price, the seller out of it, a rebate out of the other fee', () => {
    const world = market({ takerFeePpm: 1_000n, makerFeePpm: -400n });
    give(world, { USDT: usdt(40_040) });
    world.accept(buy(world, 1_000n));
    // 0.1% of 40,000 paid by ada, 0.04% of it to bob.
    expect([held(world), held(world, 'bob')[0]]).toEqual([[0n, coins(1)], usdt(540_016)]);
    world.accept(sell(world, 1_000n));
    // Now bob takes: he pays 40 besides, ada gets 16.
    expect(held(world)).toEqual([usdt(40_016), 0n]);
    give(world, { USDT: usdt(24) });
    world.accept(buy(world, 1_000n));
    // A seller that takes pays out of the price.
    world.accept({ ...sell(world, 1_000n), taker: 'seller' });
    expect(held(world)).toEqual([usdt(39_960), 0n]);
    checkEverything(world.state);
  });

  it('is refused to whoever lacks what it gives, with the missing amount, and borrows nothing unasked', () => {
    const world = market();
    give(world, { USDT: usdt(39_999) });
    expect(world.refuse(buy(world, 1_000n))).toBe('insufficient_account_balance');
    const { outcome } = world.send(sell(world, 1n)).record;
    expect(outcome).toMatchObject({
      rejection: { code: 'insufficient_account_balance', context: { missing: { minor: 100_000n } } },
    });
    expect([world.debt('ada', 'USDT'), world.debt('ada', 'BTC')]).toEqual([0n, 0n]);
  });

  it.each([
    ['the outside', { party: 'counterparty', id: '' }, 'counterparty_needs_desk'],
    ['a takeover', { party: 'liquidation', id: 'main#1' }, 'spot_needs_accounts'],
    ['initial margin from the wallet', { allocateInitial: true }, 'invalid_definition'],
    ['more from the wallet than there is', { allocateMinor: usdt(2_000_000) }, 'insufficient_wallet_balance'],
    ['less than nothing from the wallet', { allocateMinor: -1n }, 'invalid_amount'],
    ['an order of nobody', { order: 'none' }, 'unknown_order'],
    ['an account of nobody', { id: 'nobody' }, 'unknown_account'],
    ['the same account', { id: 'bob' }, 'same_account'],
  ] as const)('refuses %s on one side', (_name, changes, code) => {
    const world = market();
    const fill = buy(world, 10n);
    expect(world.refuse({ ...fill, buyer: { ...fill.buyer, ...changes } })).toBe(code);
  });

  it('needs a mark and keeps to the price band', () => {
    const world = market({ fillBandPpm: 100_000n });
    give(world, { USDT: usdt(100_000) });
    expect(world.refuse(buy(world, 1n, 44_001))).toBe('fill_outside_band');
    expect(world.refuse(buy(world, 1n, 44_000))).toBe('accepted');
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(buy(world, 1n))).toBe('mark_unusable');
  });
});

describe('spot margin', () => {
  it('borrows the quote a buyer lacks, against initial margin on the debt', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    // 2 BTC for 80,000: 60,000 borrowed. Equity 76,000 - 60,000 = 16,000 against 20% of 60,000 = 12,000.
    world.accept(buy(world, 2_000n));
    expect([held(world), world.debt('ada', 'USDT')]).toEqual([[0n, coins(2)], usdt(60_000)]);
    // 0.5 BTC more: equity 15,000 against 16,000.
    expect(world.refuse(buy(world, 500n))).toBe('insufficient_initial_margin');
    checkEverything(world.state);
  });

  it('borrows the base a seller lacks: a short sale, bought back by what repays it', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(sell(world, 1_000n));
    expect([held(world), world.debt('ada', 'BTC')]).toEqual([[usdt(60_000), 0n], coins(1)]);
    world.price(36_000);
    world.accept(buy(world, 1_000n, 36_000));
    // 4,000 won. What came in repaid the debt: nothing is held that is owed.
    expect([held(world), world.debt('ada', 'BTC')]).toEqual([[usdt(24_000), 0n], 0n]);
    checkEverything(world.state);
  });

  it('repays a buyer’s debt out of what it sells for', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(buy(world, 1_000n));
    expect(world.debt('ada', 'USDT')).toBe(usdt(20_000));
    world.accept(sell(world, 400n));
    expect([held(world), world.debt('ada', 'USDT')]).toEqual([[0n, coins(0.6)], usdt(4_000)]);
    world.accept(sell(world, 600n));
    expect([held(world), world.debt('ada', 'USDT')]).toEqual([[usdt(20_000), 0n], 0n]);
    world.accept({ kind: 'closeAccount', account: 'ada' });
    expect(world.wallet('ada')).toBe(usdt(1_000_000));
  });

  it('values base by its own price source, not by the pair’s own trades or mark (MAR-11)', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept({
      kind: 'mark',
      sourceTimeMs: world.timeMs,
      marks: [{ instrument: 'BTC-USDT', markTicks: 8_000_000n, indexTicks: 8_000_000n }],
      assetPrices: [],
    });
    // At the pair's mark of 80,000 the bitcoin would carry it; at its price of 40,000 equity is 38,000 - 60,000.
    expect(world.refuse(buy(world, 1_000n, 80_000))).toBe('insufficient_initial_margin');
  });

  it('does not borrow without a price of the base that may decide, nor in liquidation', () => {
    const world = market({ markMaxAgeMs: 100 * HOUR_MS });
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(buy(world, 600n))).toBe('asset_price_unusable');
    world.accept(buy(world, 500n));
    expect(held(world)).toEqual([0n, coins(0.5)]);
  });

  it('lets an account that stands under initial margin sell what reduces its debt, and nothing else (ORD-03)', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(buy(world, 2_000n));
    // Equity 69,160 - 60,000 = 9,160: above maintenance of 6,000, under initial of 12,000.
    world.price(36_400);
    expect(world.refuse({ kind: 'release', account: 'ada', asset: 'BTC', amountMinor: 1n })).toBe(
      'removal_floor',
    );
    expect(world.refuse(buy(world, 1n, 36_400))).toBe('insufficient_initial_margin');
    world.accept(sell(world, 500n, 36_400));
    expect(world.debt('ada', 'USDT')).toBe(usdt(60_000 - 18_200));
  });

  it('liquidates an isolated pair within itself: converted against the debt, the rest stays, the wallet is untouched (ISO-01)', () => {
    const world = market();
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(100_000) });
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(buy(world, 2_000n));
    const wallets = [world.wallet('ada'), world.wallet('ada', 'BTC')];
    // Equity 1.9 x 34,736 - 60,000 = 5,998.4, maintenance 6,000.
    world.price(34_737);
    expect(world.debt('ada', 'USDT')).toBe(usdt(60_000));
    world.price(34_736);
    expect(world.debt('ada', 'USDT')).toBe(0n);
    // 60,000 at 34,736 less 1%.
    expect(held(world)).toEqual([0n, coins(2) - 174_476_223n]);
    expect([world.wallet('ada'), world.wallet('ada', 'BTC')]).toEqual(wallets);
    expect(world.position('ada').lots).toBe(0n);
    checkEverything(world.state);
  });

  it('leaves the excess of a gap to fund and lenders, never to the wallet or another account (ISO-01, ISO-02)', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(sell(world, 1_000n));
    world.account('ada-2', 'ada', 'BTC-USDT', 1);
    give(world, { USDT: usdt(5) }, 'ada-2');
    world.price(75_000);
    // 1 BTC is owed, 60,000 USDT are there, and nothing to convert it with: they go to the fund as they are, and back 0.8
    // of what is owed.
    expect(eventsOf(world.records, 'lenderLossBorne')).toMatchObject([{ amount: 20_000_000n }]);
    expect([held(world), held(world, 'ada-2')]).toEqual([
      [0n, 0n],
      [usdt(5), 0n],
    ]);
    expect([world.fund('main'), world.claim('eve', 'BTC'), world.claim('eve')]).toEqual([
      usdt(60_000),
      coins(49.8),
      usdt(500_000),
    ]);
    expect(world.wallet('ada')).toBe(usdt(1_000_000 - 20_005));
    expect(commandKinds(world.records).filter((kind) => kind === 'share')).toEqual([]);
    checkEverything(world.state);
  });

  it('works in a cross account beside a perpetual, one coin counted once (MAR-10)', () => {
    const world = market();
    world.cross('gil', 'gil', { USDT: usdt(20_000) });
    autoBorrow(world, 'gil');
    world.accept(world.spot({ buyer: 'gil', seller: 'bob', price: 40_000, lots: 1_000n }));
    expect([world.balance('gil', 'BTC'), world.debt('gil')]).toEqual([coins(1), usdt(20_000)]);
    // Equity 38,000 - 20,000; the debt takes 4,000 of it, a perpetual of 1 BTC at 20x 2,000.
    world.cross('eve', 'eve', { USDT: usdt(100_000) });
    world.trade({
      buyer: 'eve',
      seller: 'gil',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 1_000n,
      margin: 0n,
    });
    expect(world.refuse({ kind: 'release', account: 'gil', asset: 'BTC', amountMinor: coins(0.316) })).toBe(
      'removal_floor',
    );
    expect(world.refuse({ kind: 'release', account: 'gil', asset: 'BTC', amountMinor: coins(0.2) })).toBe(
      'accepted',
    );
    checkEverything(world.state);
  });

  it('keeps an isolated pair apart: no other asset, no merging, no carving', () => {
    const world = market();
    world.cross('gil', 'bob', { USDT: usdt(5) });
    expect(world.refuse({ kind: 'mergeAccount', account: 'bob', into: 'gil' })).toBe('wrong_mode');
    expect(
      world.refuse({ kind: 'switchMode', account: 'gil', marginMode: 'isolated', instrument: 'BTC-USDT' }),
    ).toBe('not_isolatable');
    expect(world.refuse(world.spot({ buyer: 'gil', seller: 'bob', price: 40_000, lots: 1_000n }))).toBe(
      'insufficient_account_balance',
    );
    expect(world.refuse({ kind: 'switchMode', account: 'bob', marginMode: 'cross', instrument: null })).toBe(
      'accepted',
    );
    checkEverything(world.state);
  });

  it('is the same after a snapshot', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(buy(world, 2_000n));
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    checkEverything(copy.state);
  });
});

describe('a resting order of a spot pair', () => {
  type PlaceOrder = CommandOf<'placeOrder'>;
  const order = (id: string, changes: Partial<PlaceOrder> = {}): PlaceOrder => ({
    kind: 'placeOrder',
    order: id,
    account: 'ada',
    instrument: 'BTC-USDT',
    leg: 'net',
    side: 'buy',
    priceTicks: 400_000n,
    slippagePpm: null,
    lots: 1_000n,
    isReduceOnly: false,
    holdWallet: false,
    ...changes,
  });
  const asks = (id: string, changes: Partial<PlaceOrder> = {}) =>
    order(id, { account: 'bob', side: 'sell', ...changes });
  const match = (world: LendingWorld, buyOrder: string, sellOrder: string, lots: bigint, price = 40_000) => {
    const fill = buy(world, lots, price);
    return {
      ...fill,
      buyer: { ...fill.buyer, order: buyOrder },
      seller: { ...fill.seller, order: sellOrder },
    };
  };
  const left = (world: LendingWorld, id: string) =>
    world.state.orders.lots.get(world.state.orders.names.rowOf(id));
  const refusal = (world: LendingWorld, command: Parameters<LendingWorld['send']>[0]) => {
    const { outcome } = world.send(command).record;
    return outcome.kind === 'rejected' ? outcome.rejection : null;
  };

  it('is let in where what it gives is there, fee included, and keeps it there until it is cancelled (MAR-06)', () => {
    const world = market({ takerFeePpm: 1_000n });
    give(world, { USDT: usdt(40_040) - 1n });
    expect(refusal(world, order('o'))).toMatchObject({
      code: 'insufficient_order_margin',
      context: { missing: { minor: 1n } },
    });
    give(world, { USDT: 1n + usdt(10) });
    world.accept(order('o'));
    // Nothing has moved, and nothing of it may: neither out, nor into another order, nor by another trade.
    expect(held(world)).toEqual([usdt(40_050), 0n]);
    const release = (amountMinor: bigint) =>
      ({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor }) as const;
    expect(world.refuse(release(usdt(10) + 1n))).toBe('removal_floor');
    expect(world.refuse(order('p', { lots: 1n }))).toBe('insufficient_order_margin');
    expect(world.refuse(buy(world, 1n))).toBe('insufficient_account_balance');
    world.accept({ kind: 'cancelOrder', order: 'o' });
    expect(world.refuse(release(usdt(40_050)))).toBe('accepted');
    checkEverything(world.state);
  });

  it('fills in parts at its limit or better, with the fee that is left of what was kept for it (MAR-06)', () => {
    const world = market({ takerFeePpm: 333n });
    const fee = (value: bigint) => (value * 333n + 999_999n) / 1_000_000n;
    give(world, { USDT: usdt(4_000) + fee(usdt(4_000)) });
    world.accept(order('b', { lots: 100n }));
    world.accept(asks('s', { lots: 100n }));
    expect(world.refuse(match(world, 'b', 's', 50n, 40_001))).toBe('wrong_order');
    expect(world.refuse(match(world, 'b', 's', 101n))).toBe('wrong_order');
    expect(world.refuse({ ...match(world, 'b', 's', 50n), seller: buy(world, 1n).buyer })).toBe(
      'same_account',
    );
    for (let at = 0; at < 7; at++) world.accept(match(world, 'b', 's', 13n));
    expect([left(world, 'b'), left(world, 's')]).toEqual([9n, 9n]);
    world.accept(match(world, 'b', 's', 9n));
    expect([left(world, 'b'), held(world)]).toEqual([0n, [0n, coins(0.1)]]);
    expect(world.refuse(match(world, 'b', 's', 1n))).toBe('order_closed');
    checkEverything(world.state);
  });

  it('is a fact once it is let in: no mark and no price of its base refuses its fill (MAR-06)', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(order('b'));
    world.accept(asks('s'));
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(order('late', { lots: 1n }))).toBe('mark_unusable');
    world.accept(match(world, 'b', 's', 1_000n));
    expect([held(world), world.debt('ada', 'USDT')]).toEqual([[0n, coins(1)], usdt(20_000)]);
    checkEverything(world.state);
  });

  it('may count on what the account may borrow, inside its limits and against initial margin (MAR-06)', () => {
    const world = market({}, { accountDebtCapMinor: usdt(50_000) });
    give(world, { USDT: usdt(20_000) });
    expect(world.refuse(order('o', { lots: 501n }))).toBe('insufficient_order_margin');
    autoBorrow(world);
    // 70,000 at once: 50,000 of debt ask for 10,000, and 1.75 BTC less 5% leave 16,500.
    expect(world.refuse(order('o', { lots: 1_751n }))).toBe('debt_cap');
    world.accept(order('o', { lots: 1_000n }));
    expect(world.refuse(order('p', { lots: 751n }))).toBe('debt_cap');
    world.accept(order('p', { lots: 750n }));
    world.accept({ kind: 'cancelOrder', order: 'p' });
    const other = market();
    give(other, { USDT: usdt(20_000) });
    autoBorrow(other);
    // 2.5 BTC: equity 15,000 against 16,000, as for a trade.
    expect(other.refuse(order('o', { lots: 2_500n }))).toBe('insufficient_initial_margin');
    expect(other.refuse(order('o', { lots: 2_000n }))).toBe('accepted');
    expect(other.refuse(order('p', { lots: 500n }))).toBe('insufficient_initial_margin');
  });

  it('is amended as the order it becomes, and made smaller always (MAR-06)', () => {
    const world = market();
    give(world, { USDT: usdt(40_000) });
    world.accept(order('o', { lots: 500n }));
    const amend = (lots: bigint, priceTicks = 400_000n) =>
      ({ kind: 'amendOrder', order: 'o', priceTicks, lots }) as const;
    expect(world.refuse(amend(1_001n))).toBe('insufficient_order_margin');
    world.accept(amend(1_000n));
    expect(world.refuse(amend(1_000n, 400_001n))).toBe('insufficient_order_margin');
    world.accept(amend(500n, 800_000n));
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(amend(501n, 800_000n))).toBe('mark_unusable');
    world.accept(amend(400n, 800_000n));
    expect(left(world, 'o')).toBe(400n);
  });

  it.each([
    ['a leg', { leg: 'long' }],
    ['reduce-only', { isReduceOnly: true }],
    ['a hold on the wallet', { holdWallet: true }],
  ] as const)('has no %s: it makes no position (ORD-02)', (_name, changes) => {
    const world = market();
    give(world, { USDT: usdt(40_000) });
    expect(world.refuse(order('o', changes))).toBe('invalid_definition');
  });

  it('is asked of every side where the pool trades by orders (MAR-06)', () => {
    const world = lendingWorld({ admission: 'orders' });
    for (const account of ['ada', 'bob']) world.account(account, account, 'BTC-USDT', 1);
    give(world, { USDT: usdt(40_000) });
    give(world, { BTC: coins(1) }, 'bob');
    world.accept(order('b'));
    world.accept(asks('s', { priceTicks: null, slippagePpm: 10_000n }));
    expect(world.refuse(buy(world, 1_000n))).toBe('order_required');
    expect(world.refuse(match(world, 'b', '', 1_000n))).toBe('order_required');
    expect(world.refuse(match(world, 'b', 's', 1_000n, 39_599))).toBe('wrong_order');
    world.accept(match(world, 'b', 's', 1_000n, 39_600));
    expect([held(world), held(world, 'bob')]).toEqual([
      [usdt(400), coins(1)],
      [usdt(39_600), 0n],
    ]);
    checkEverything(world.state);
  });

  it('and the premium of an option order do not count on the same cash, and neither leaves meanwhile (MAR-06)', () => {
    const world = market();
    world.accept(option('C40', { optionType: 'call', strike: 40_000 }));
    const marks = [{ instrument: 'C40', markTicks: 500n, indexTicks: 40_000n }];
    world.accept({ kind: 'mark', sourceTimeMs: world.timeMs, marks, assetPrices: [] });
    const premium = { instrument: 'C40', account: 'gil', priceTicks: 500n, lots: 100n };
    const pair = { account: 'gil', lots: 25n };
    world.cross('gil', 'gil', { USDT: usdt(1_500), BTC: coins(1) });
    world.accept(order('c', premium));
    expect(world.refuse(order('o', pair))).toBe('insufficient_order_margin');
    world.accept(order('o', { ...pair, lots: 24n }));
    expect(world.refuse(order('d', { ...premium, lots: 8n }))).toBe('insufficient_order_margin');
    const release = (amountMinor: bigint) =>
      ({ kind: 'release', account: 'gil', asset: 'USDT', amountMinor }) as const;
    // 500 and 960 are spoken for, however much the bitcoin is worth; a premium is kept rounded up.
    expect(world.refuse(release(usdt(40)))).toBe('removal_floor');
    world.accept(release(usdt(40) - 1n));
    world.accept({ kind: 'cancelOrder', order: 'c' });
    world.accept(release(usdt(500)));
  });

  it('asks nothing of the positions of a cross account, which keeps what it gives (MAR-06)', () => {
    const world = market();
    world.cross('gil', 'gil', { BTC: coins(1), USDT: usdt(5_000) });
    world.accept(order('o', { account: 'gil', side: 'sell', lots: 1_000n }));
    const release = (asset: string, amountMinor: bigint) =>
      ({ kind: 'release', account: 'gil', asset, amountMinor }) as const;
    expect(world.refuse(release('BTC', 1n))).toBe('removal_floor');
    expect(world.refuse(release('USDT', usdt(5_000)))).toBe('accepted');
    world.accept(order('b', { account: 'bob' }));
    const fill = world.spot({ buyer: 'bob', seller: 'gil', price: 40_000, lots: 1_000n });
    const sides = { buyer: { ...fill.buyer, order: 'b' }, seller: { ...fill.seller, order: 'o' } };
    world.accept({ ...fill, ...sides });
    expect([world.balance('gil', 'USDT'), world.balance('gil', 'BTC')]).toEqual([usdt(40_000), 0n]);
    checkEverything(world.state);
  });

  it('is the same after a snapshot, and goes with its account when that is liquidated (ORD-04, OPS-02)', () => {
    const world = market();
    give(world, { USDT: usdt(20_000) });
    autoBorrow(world);
    world.accept(buy(world, 2_000n));
    world.accept(order('o', { side: 'sell', priceTicks: 500_000n, lots: 100n }));
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    checkEverything(copy.state);
    world.price(34_736);
    expect(left(world, 'o')).toBe(0n);
    checkEverything(world.state);
  });
});

describe('money from the wallet', () => {
  it('comes with a spot trade, into what the side gives, and is its principal (MAR-01)', () => {
    const world = market();
    const bring = (allocateMinor: bigint) => {
      const fill = buy(world, 1_000n);
      return { ...fill, buyer: { ...fill.buyer, allocateMinor } };
    };
    expect(world.refuse(bring(usdt(40_000) - 1n))).toBe('insufficient_account_balance');
    const { record } = world.accept(bring(usdt(40_000)));
    expect(eventsOf([record], 'filled')[0]?.allocations.map(({ amount }) => amount)).toEqual([usdt(40_000)]);
    expect([held(world), world.wallet('ada')]).toEqual([[0n, coins(1)], usdt(960_000)]);
    const fill = sell(world, 2_000n);
    world.accept({ ...fill, seller: { ...fill.seller, allocateMinor: coins(1) } });
    expect([held(world), world.wallet('ada', 'BTC')]).toEqual([[usdt(80_000), 0n], coins(99)]);
    checkEverything(world.state);
  });
});

describe('a spot trade of a desk', () => {
  it('may have the outside on one side, which brings what it gives at once and is paid what it gets (LED-02)', () => {
    const world = lendingWorld({ isDesk: true, spot: { takerFeePpm: 1_000n } });
    world.account('ada', 'ada', 'BTC-USDT', 1);
    world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: usdt(40_040) });
    const outside = { party: 'counterparty', id: '' } as const;
    const fill = world.spot({ buyer: 'ada', seller: 'ada', price: 40_000, lots: 1_000n });
    world.accept({ ...fill, seller: { ...fill.seller, ...outside } });
    expect(held(world)).toEqual([0n, coins(1)]);
    // The work after it paid the outside its 40,000.
    expect(eventsOf(world.records, 'outsidePaid').map(({ transfers }) => transfers[0]?.amount)).toEqual([
      usdt(40_000),
    ]);
    checkEverything(world.state);
    world.accept({ ...sell(world, 500n), buyer: { ...fill.buyer, ...outside }, taker: 'seller' });
    expect(held(world)).toEqual([usdt(19_980), coins(0.5)]);
    expect(
      world.refuse({
        ...fill,
        buyer: { ...fill.buyer, ...outside },
        seller: { ...fill.seller, ...outside },
      }),
    ).toBe('no_account_side');
    checkEverything(world.state);
  });
});
