import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { type LendingWorld, lendingOf, lendingWorld, YEAR_MS } from '../../testkit/lendingWorld.js';
import {
  coins,
  commandKinds,
  eventsOf,
  HOUR_MS,
  inversePerpetual,
  times,
  usdt,
} from '../../testkit/world.js';
import { checkEverything, decodeSnapshot, encodeSnapshot } from '../index.js';

/** Eve lends 100,000 USDT; ada has 1 BTC (38,000 after the haircut) in a cross account. */
function lent(changes: Parameters<typeof lendingOf>[1] = {}): LendingWorld {
  const world = lendingWorld();
  world.accept(lendingOf('USDT', changes));
  world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
  world.cross('ada', 'ada', { BTC: coins(1) });
  return world;
}

const borrow = (amount: number, account = 'ada') =>
  ({ kind: 'borrow', account, asset: 'USDT', amountMinor: usdt(amount) }) as const;
const repay = (amountMinor: bigint | null, account = 'ada') =>
  ({ kind: 'repay', account, asset: 'USDT', amountMinor }) as const;
const takeBack = (amountMinor: bigint | null, client = 'eve') =>
  ({ kind: 'withdrawSupply', client, pool: 'main', asset: 'USDT', amountMinor }) as const;

/** The treasury prefunds the conversion of collateral. */
function facility(world: LendingWorld, amount: number, asset = 'USDT'): void {
  const amountMinor = usdt(amount);
  world.accept({ kind: 'injectCapital', asset, amountMinor });
  world.accept({ kind: 'fundFacility', pool: 'main', asset, amountMinor });
}

/** A year goes by; prices are fresh again and interest accrues. */
function nextYear(world: LendingWorld, price = 40_000): void {
  world.timeMs += YEAR_MS;
  world.price(price);
  world.accept({ kind: 'accrueInterest', pool: 'main', asset: 'USDT', accrualTimeMs: world.timeMs });
}

describe('lending', () => {
  it('moves money from a wallet to the lending pool and back, and knows whose it is', () => {
    const world = lent();
    expect([world.wallet('eve'), world.lendingCash(), world.claim('eve')]).toEqual([
      usdt(900_000),
      usdt(100_000),
      usdt(100_000),
    ]);
    world.accept(takeBack(usdt(40_000)));
    world.accept(takeBack(null));
    expect([world.wallet('eve'), world.lendingCash(), world.claim('eve')]).toEqual([usdt(1_000_000), 0n, 0n]);
    checkEverything(world.state);
  });

  it('leaves equity where it was when an account borrows: what it holds more it owes (MAR-10)', () => {
    const world = lent();
    world.accept(borrow(50_000));
    const borrowed = eventsOf(world.records, 'borrowed').flatMap(({ debts }) => debts);
    expect(borrowed.map(({ amountChange }) => amountChange)).toEqual([usdt(50_000)]);
    expect([world.balance('ada', 'USDT'), world.debt('ada')]).toEqual([usdt(50_000), usdt(50_000)]);
    // Without the borrowed money equity would be 38,000 - 50,000.
    expect(world.refuse({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(50_000) })).toBe(
      'removal_floor',
    );
  });

  it('charges the rate of the utilisation for the time: 7% of 50,000 in a year, a tenth of it to the fund (FND-01, FND-02)', () => {
    const world = lent();
    world.accept(borrow(50_000));
    nextYear(world);
    const [accrued] = eventsOf(world.records, 'interestAccrued').slice(-1);
    expect(accrued).toMatchObject({
      utilisationPpm: 500_000n,
      ratePpm: 70_000n,
      interestMinor: usdt(3_500),
      reserveMinor: usdt(350),
      reservePaidMinor: usdt(350),
    });
    expect([world.debt('ada'), world.claim('eve'), world.fund('main')]).toEqual([
      usdt(53_500),
      usdt(103_150),
      usdt(350),
    ]);
  });

  it.each([
    [0, 20_000n],
    [40_000, 60_000n],
    [80_000, 100_000n],
    [90_000, 550_000n],
    [100_000, 1_000_000n],
  ])('of %s out of 100,000 costs %s ppm a year: base, then two slopes', (amount, ratePpm) => {
    const world = lent({ debtInitialPpm: 100_000n });
    world.accept({ kind: 'allocate', account: 'ada', asset: 'BTC', amountMinor: coins(50) });
    if (amount > 0) world.accept(borrow(amount));
    world.timeMs += HOUR_MS;
    world.accept({ kind: 'accrueInterest', pool: 'main', asset: 'USDT', accrualTimeMs: world.timeMs });
    expect(eventsOf(world.records, 'interestAccrued').at(-1)).toMatchObject({ ratePpm });
  });

  it('pays its lenders out in full, interest included, once the debts are repaid (LED-02, LED-03)', () => {
    const world = lent();
    world.accept(borrow(50_000));
    nextYear(world);
    expect(world.refuse(takeBack(null))).toBe('insufficient_lending_cash');
    expect(world.refuse(repay(null))).toBe('insufficient_account_balance');
    world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: usdt(3_500) });
    world.accept(repay(null));
    world.accept(takeBack(null));
    expect([world.debt('ada'), world.lendingCash(), world.wallet('eve')]).toEqual([0n, 0n, usdt(1_003_150)]);
    checkEverything(world.state);
  });

  it('gives a late lender no interest of before, and a debtor none of it back: every change accrues first', () => {
    const world = lent();
    world.accept(borrow(50_000));
    world.timeMs += YEAR_MS;
    world.price(40_000);
    world.accept({ kind: 'supply', client: 'gil', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    expect([world.claim('eve'), world.claim('gil')]).toEqual([usdt(103_150), usdt(100_000) - 1n]);
    world.accept(repay(usdt(50_000)));
    // Shares are whole: what is left rounds up by a unit.
    expect(world.debt('ada')).toBe(usdt(3_500) + 1n);
  });

  it('lets nobody take back more than was lent, than is there, or twice', () => {
    const world = lent();
    world.accept(borrow(20_000));
    for (const [command, code] of [
      [takeBack(usdt(100_000) + 1n), 'insufficient_supply'],
      [takeBack(usdt(80_000) + 1n), 'insufficient_lending_cash'],
      [takeBack(usdt(1), 'gil'), 'insufficient_supply'],
      [takeBack(null, 'gil'), 'insufficient_supply'],
      [takeBack(usdt(80_000)), 'accepted'],
      [takeBack(usdt(1)), 'insufficient_lending_cash'],
    ] as const)
      expect(world.refuse(command)).toBe(code);
  });

  it.each([
    ['what its initial margin carries', {}, 30_000, 'accepted'],
    ['more than that', {}, 200_000, 'insufficient_lending_cash'],
    ['more than the cap of an account', { accountDebtCapMinor: usdt(10_000) }, 10_001, 'debt_cap'],
    ['the cap of an account', { accountDebtCapMinor: usdt(10_000) }, 10_000, 'accepted'],
    ['more than the cap of the pool', { poolDebtCapMinor: usdt(9_000) }, 9_001, 'debt_cap'],
    ['more than its margin carries', { debtInitialPpm: 1_000_000n }, 38_001, 'insufficient_initial_margin'],
    ['what its margin just carries', { debtInitialPpm: 1_000_000n }, 38_000, 'accepted'],
  ] as const)('of %s: %s is %s', (_name, changes, amount, code) => {
    expect(lent(changes).refuse(borrow(amount))).toBe(code);
  });

  it('takes a repayment of no more than is owed', () => {
    const world = lent();
    world.accept(borrow(30_000));
    expect(world.refuse(repay(usdt(30_000) + 1n))).toBe('invalid_amount');
    expect(world.refuse({ ...repay(null), asset: 'BTC' })).toBe('unknown_lending');
    world.accept(repay(usdt(10_000)));
    expect([world.debt('ada'), world.balance('ada', 'USDT')]).toEqual([usdt(20_000), usdt(20_000)]);
    world.accept(repay(null));
    expect(world.refuse(repay(null))).toBe('no_debt');
  });

  it('takes a repayment in liquidation too, and lets an account that repaid enough recover (LIQ-04)', () => {
    const world = lendingWorld({ workBudget: 1 });
    world.accept(lendingOf('USDT', { debtInitialPpm: 150_000n }));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    for (const account of ['ada', 'bob']) {
      world.cross(account, account, { BTC: coins(1) });
      world.accept(borrow(32_000, account));
    }
    // Bob keeps more of the money: both are liquidatable, he waits behind her, and the budget is for one.
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(32_000) });
    world.accept({ kind: 'release', account: 'bob', asset: 'USDT', amountMinor: usdt(12_000) });
    world.price(16_000);
    const isQueued = () => world.state.accounts.isQueued.get(world.row('bob'));
    expect([isQueued(), world.debt('ada')]).toEqual([1, 0n]);
    const before = world.records.length;
    world.accept(repay(usdt(20_000), 'bob'));
    expect([isQueued(), world.debt('bob'), world.balance('bob', 'BTC')]).toEqual([0, usdt(12_000), coins(1)]);
    expect(eventsOf(world.records.slice(before), 'recovered')).toHaveLength(1);
  });

  it('refuses to close an account that owes, and to judge one by a price it does not have', () => {
    const world = lent();
    world.accept(borrow(30_000));
    expect(world.refuse({ kind: 'closeAccount', account: 'ada' })).toBe('account_has_debts');
    world.accept(lendingOf('BTC'));
    world.accept({ kind: 'supply', client: 'gil', pool: 'main', asset: 'BTC', amountMinor: coins(1) });
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse({ ...borrow(1), asset: 'BTC', amountMinor: 100n })).toBe('asset_price_unusable');
  });

  it('is the same after a snapshot and after replay (OPS-01)', () => {
    const world = lent();
    world.accept(borrow(50_000));
    nextYear(world);
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    checkEverything(copy.state);
  });
});

describe('an account that is liquidated with debts', () => {
  /** Ada: 1 BTC at 40,000 behind a debt of 30,000 whose money has left for her wallet. */
  function indebted(): LendingWorld {
    const world = lent({ debtInitialPpm: 150_000n });
    world.accept(borrow(30_000));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(30_000) });
    return world;
  }

  it('is woken by interest alone (FND-01)', () => {
    const world = indebted();
    // Equity 0.95 x price - 30,000 against 3,000: safe at 35,000, until the debt is above 30,227.
    world.price(35_000);
    expect(world.state.accounts.isQueued.get(world.row('ada'))).toBe(0);
    expect(world.debt('ada')).toBe(usdt(30_000));
    nextYear(world, 35_000);
    expect(commandKinds(world.records)).toContain('takeOver');
    expect(world.debt('ada')).toBe(0n);
  });

  it('has its collateral converted through the facility against the debt, and keeps the rest', () => {
    const world = indebted();
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(100_000) });
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    const wallet = world.wallet('ada');
    world.price(34_000);
    // 30,000 USDT cost 30,000 / (34,000 x 0.99) BTC.
    expect(world.debt('ada')).toBe(0n);
    expect(world.balance('ada', 'BTC')).toBe(coins(1) - 89_126_560n);
    expect(world.lendingCash()).toBe(usdt(100_000));
    expect(world.wallet('ada')).toBe(wallet);
    expect(world.state.accounts.isQueued.get(world.row('ada'))).toBe(0);
    checkEverything(world.state);
  });

  it('leaves what it cannot pay to the pool, against collateral in kind: fund first, then the lenders (ISO-01, ISO-02)', () => {
    const world = indebted();
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: usdt(1_000) });
    const wallet = world.wallet('ada');
    world.price(20_000);
    // Nothing to convert with: the BTC goes to the fund as it is, the 30,000 are a claim. 1,000 of it the fund covers, and
    // its BTC, worth 20,000 less 1 %, stands behind the rest before the lenders do (LIQ-05).
    expect(eventsOf(world.records, 'debtLiquidated')).toMatchObject([
      { deficits: [{ cause: 'borrow', amount: usdt(30_000) }] },
    ]);
    expect(eventsOf(world.records, 'covered')).toMatchObject([{ amount: usdt(1_000) }]);
    expect(eventsOf(world.records, 'lenderLossBorne')).toMatchObject([{ amount: usdt(9_200) }]);
    expect([world.balance('ada', 'BTC'), world.fund('main', 'BTC')]).toEqual([0n, coins(1)]);
    expect(world.claim('eve')).toBe(usdt(90_800));
    expect(world.wallet('ada')).toBe(wallet);
    // As soon as the facility has the asset, what was taken in kind pays what it backs.
    facility(world, 19_800);
    expect(eventsOf(world.records, 'fundConverted')).toHaveLength(1);
    expect([world.fund('main', 'BTC'), world.lendingCash()]).toEqual([0n, usdt(90_800)]);
    checkEverything(world.state);
  });

  it('shares the loss among lenders by what they lent, and lets them go afterwards', () => {
    const world = indebted();
    world.accept({ kind: 'supply', client: 'gil', pool: 'main', asset: 'USDT', amountMinor: usdt(50_000) });
    world.price(20_000);
    // 30,000 less what the BTC taken in kind backs: 19,800.
    expect([world.claim('eve'), world.claim('gil')]).toEqual([usdt(93_200), usdt(46_600)]);
    expect(world.refuse(takeBack(null))).toBe('pool_not_sound');
    facility(world, 19_800);
    world.accept(takeBack(null));
    world.accept(takeBack(null, 'gil'));
    expect(world.lendingCash()).toBe(0n);
  });

  it('forgoes the part of interest that is the fund’s before its lenders lose any', () => {
    // All interest is the fund's, and all cash is out: the fund's part cannot be paid.
    const world = lent({ reserveSharePpm: 1_000_000n, debtInitialPpm: 100_000n, slopeAbovePpm: 0n });
    world.accept({ kind: 'allocate', account: 'ada', asset: 'BTC', amountMinor: coins(4) });
    world.accept(borrow(100_000));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(100_000) });
    nextYear(world);
    expect([world.debt('ada'), world.claim('eve')]).toEqual([usdt(110_000), usdt(100_000)]);
    world.price(10_000);
    const [loss] = eventsOf(world.records, 'lenderLossBorne');
    // 5 BTC taken in kind back 49,500 of the 110,000.
    expect(loss).toMatchObject({ amount: usdt(60_500), reserveForgoneMinor: usdt(10_000) });
    expect(world.claim('eve')).toBe(usdt(49_500));
    checkEverything(world.state);
  });

  it('holds its lenders, and everybody who would join them, until the loss has landed', () => {
    const world = lendingWorld({ workBudget: 1 });
    world.accept(lendingOf('USDT', { debtInitialPpm: 150_000n }));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    world.cross('ada', 'ada', { BTC: coins(1) });
    world.cross('bob', 'bob', { BTC: coins(1) });
    world.accept(borrow(30_000));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(30_000) });
    world.price(20_000);
    // The budget went to the liquidation: the claim is open, the lenders look whole.
    expect([world.debt('ada'), world.claim('eve')]).toEqual([0n, usdt(100_000)]);
    const supply = { kind: 'supply', client: 'gil', pool: 'main', asset: 'USDT', amountMinor: 1n } as const;
    for (const command of [takeBack(1n), takeBack(null), supply, borrow(1, 'bob')])
      expect(world.refuse(command)).toBe('pool_not_sound');
    for (let i = 0; i < 4; i++) world.accept({ kind: 'resume', pool: 'main' });
    expect(world.claim('eve')).toBe(usdt(89_800));
    facility(world, 19_800);
    for (let i = 0; i < 4; i++) world.accept({ kind: 'resume', pool: 'main' });
    world.accept(takeBack(null));
    expect(world.lendingCash()).toBe(0n);
    checkEverything(world.state);
  });

  it('pays its debts before its positions are taken over', () => {
    const world = lent({ debtInitialPpm: 100_000n });
    world.cross('bob', 'bob', { USDT: usdt(100_000) });
    world.accept({ kind: 'allocate', account: 'ada', asset: 'USDT', amountMinor: usdt(1_000) });
    world.accept(borrow(20_000));
    world.trade({
      buyer: 'ada',
      seller: 'bob',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 1_000n,
      margin: 0n,
    });
    // Collateral is worth 38,000 x 0.5 + 21,000 - 20,000 at half the price, and the position has lost 20,000.
    world.price(20_000);
    const [taken] = eventsOf(world.records, 'accountTakenOver');
    expect(taken?.transfers[0]).toMatchObject({ flow: 'repay', amount: usdt(20_000) });
    expect([world.debt('ada'), world.balance('ada', 'USDT'), world.position('ada', 'BTC-PERP').lots]).toEqual(
      [0n, 0n, 0n],
    );
    expect(world.lendingCash()).toBe(usdt(100_000));
    checkEverything(world.state);
  });
});

describe('a shortage of a cross account', () => {
  /** Ada long 1 BTC-PERP against bob on BTC alone; the facility is empty, so a loss has nothing to be paid with. */
  function short(changes: Parameters<typeof lendingOf>[1] = {}): LendingWorld {
    const world = lent(changes);
    world.cross('bob', 'bob', { USDT: usdt(100_000) });
    world.trade({
      buyer: 'ada',
      seller: 'bob',
      instrument: 'BTC-PERP',
      priceTicks: 400_000n,
      lots: 500n,
      margin: 0n,
    });
    world.price(38_000);
    return world;
  }
  const sell = (world: LendingWorld, lots: bigint, price = 380_000n) =>
    world.trade({ buyer: 'bob', seller: 'ada', instrument: 'BTC-PERP', priceTicks: price, lots, margin: 0n });

  it('becomes an interest-bearing debt before anything is carried or claimed', () => {
    const world = short();
    sell(world, 250n);
    expect([world.debt('ada'), world.lendingCash()]).toEqual([usdt(500), usdt(99_500)]);
    expect(world.position('ada', 'BTC-PERP').cost).toBe(usdt(10_000));
    checkEverything(world.state);
  });

  it('beyond the caps is carried by the position as before', () => {
    const world = short({ accountDebtCapMinor: usdt(200) });
    sell(world, 250n);
    expect(world.debt('ada')).toBe(usdt(200));
    expect(world.position('ada', 'BTC-PERP').cost).toBe(usdt(10_300));
    checkEverything(world.state);
  });

  it('is repaid first by what comes into the account in that asset', () => {
    const world = short();
    sell(world, 250n);
    world.price(41_000);
    sell(world, 100n, 410_000n);
    // 100 USDT of profit, all of it against the debt.
    expect([world.debt('ada'), world.balance('ada', 'USDT')]).toEqual([usdt(400), 0n]);
    sell(world, 150n, 450_000n);
    expect([world.debt('ada'), world.balance('ada', 'USDT')]).toEqual([0n, usdt(350)]);
    checkEverything(world.state);
  });
});

describe('a price that may not decide favours nobody (PRC-04)', () => {
  /**
   * ada has 20,000 USDT and has lost 0.25 BTC on an inverse perpetual of 1.25 BTC: 10,000 of equity at the last good
   * price of 40,000. That is stale: moved down by the largest step, which is adverse to who holds it, the loss is worth
   * a tenth.
   */
  function short(): LendingWorld {
    const world = lendingWorld({ spot: { markMaxAgeMs: 10 * HOUR_MS } });
    world.accept(lendingOf('USDT'));
    world.accept({ kind: 'supply', client: 'eve', pool: 'main', asset: 'USDT', amountMinor: usdt(100_000) });
    world.accept(inversePerpetual('BTC-INV', { markMaxAgeMs: 10 * HOUR_MS }));
    world.mark({ 'BTC-INV': 80_000n });
    world.cross('ada', 'ada', { USDT: usdt(20_000) });
    world.cross('bob', 'bob', { USDT: usdt(500_000), BTC: coins(10) });
    const trade = { buyer: 'ada', seller: 'bob', instrument: 'BTC-INV', priceTicks: 80_000n, lots: 400n };
    world.trade({ ...trade, margin: 0n });
    world.mark({ 'BTC-INV': 64_000n });
    world.timeMs += 2 * HOUR_MS;
    return world;
  }

  it('where an account borrows', () => {
    const world = short();
    // 20% of 50,000 and 2,500 for the perpetual are more than 10,000; 20% of 37,500 are not.
    expect(world.refuse(borrow(50_000))).toBe('insufficient_initial_margin');
    expect(world.refuse(borrow(37_500))).toBe('accepted');
    expect(world.refuse(borrow(1))).toBe('insufficient_initial_margin');
  });

  it('where its leverage is lowered', () => {
    const world = short();
    const set = (leverage: number) =>
      ({ kind: 'setLeverage', account: 'ada', leveragePpm: times(leverage) }) as const;
    const { outcome } = world.send(set(4)).record;
    expect(outcome).toMatchObject({
      rejection: { code: 'insufficient_margin_for_leverage', context: { missing: { minor: usdt(2_500) } } },
    });
    expect(world.refuse(set(5))).toBe('accepted');
  });

  it('where it trades spot', () => {
    const world = short();
    // 0.2 BTC for 16,000 leave 4,000 less what 0.05 BTC are worth: 2,000 against 2,500.
    const buy = (price: number) => world.spot({ buyer: 'ada', seller: 'bob', price, lots: 200n });
    expect(world.refuse(buy(80_000))).toBe('insufficient_initial_margin');
    expect(world.refuse(buy(77_500))).toBe('accepted');
  });
});

describe('interest', () => {
  const perpetual = (buyer: string, seller: string, price: number) => {
    const side = (id: string) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false }) as const;
    const priceTicks = BigInt(price) * 10n;
    const trade = { kind: 'fill', instrument: 'BTC-PERP', priceTicks, lots: 5_000n, taker: 'buyer' } as const;
    return { ...trade, buyer: side(buyer), seller: side(seller) };
  };

  function trading(): LendingWorld {
    const world = lent();
    world.accept({ kind: 'allocate', account: 'ada', asset: 'BTC', amountMinor: coins(9) });
    world.cross('bob', 'bob', { USDT: usdt(500_000) });
    return world;
  }

  it('of a year is paid before a gain repays the debt (LED-03)', () => {
    const world = trading();
    world.accept(borrow(50_000));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(50_000) });
    world.accept(perpetual('ada', 'bob', 40_000));
    world.timeMs += YEAR_MS;
    world.price(51_000);
    world.accept(perpetual('bob', 'ada', 51_000));
    // 2 % + 8 % x 50 / 80 of 50,000, a tenth of it the fund's.
    expect(world.debt('ada')).toBe(0n);
    expect(world.claim('eve')).toBe(usdt(103_150));
    checkEverything(world.state);
  });

  it('is not asked for the time before a shortage was borrowed (LED-03)', () => {
    const world = trading();
    world.accept(perpetual('ada', 'bob', 40_000));
    world.timeMs += YEAR_MS;
    world.price(35_000);
    world.accept(perpetual('bob', 'ada', 35_000));
    expect(world.debt('ada')).toBe(usdt(25_000));
    expect(
      world.refuse({ kind: 'accrueInterest', pool: 'main', asset: 'USDT', accrualTimeMs: world.timeMs }),
    ).toBe('time_backwards');
    expect(world.debt('ada')).toBe(usdt(25_000));
  });
});
