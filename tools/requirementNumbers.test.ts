/** The worked numbers of docs/requirements, run through the engine: what a page says is what happens. */
import { describe, expect, it } from 'vitest';
import { hashText } from '../src/base/index.js';
import { decodeSnapshot, type ExternalCommand, encodeSnapshot, type Recorded } from '../src/engine/index.js';
import { tradingFee } from '../src/engine/tradingFee.js';
import { trialBalance } from '../src/ledger/index.js';
import { isLiquidatable, marginRatioCeil } from '../src/margin/index.js';
import { modesWorld } from '../src/testkit/levelWorld.js';
import {
  commandKinds,
  createWorld,
  eventsOf,
  HOUR_MS,
  linearPerpetual,
  standardWorld,
  times,
  usdt,
  type World,
} from '../src/testkit/world.js';

const PERP = 'BTC-PERP';

/** The standing example: ada long 0.1 BTC from 40,000 with 400 at 10x, against bob; cleo has money too. */
function example(fund = 1_000): World {
  const world = standardWorld(usdt(fund));
  for (const client of ['ada', 'bob', 'cleo']) world.client(client, { USDT: usdt(100_000) });
  world.account('ada-1', 'ada', PERP, 10);
  world.account('bob-1', 'bob', PERP, 5);
  world.account('cleo-1', 'cleo', PERP, 5);
  world.trade({ buyer: 'ada-1', seller: 'bob-1', instrument: PERP, priceTicks: 400_000n, lots: 100n });
  return world;
}

function refusal(recorded: Recorded) {
  const { outcome } = recorded.record;
  if (outcome.kind === 'accepted') throw new Error('it was accepted');
  return outcome.rejection;
}

const minor = (amount: number) => ({ minor: usdt(amount), assetRow: 0 });
const hash = (world: World) => hashText(world.engine.stateHash());

describe('the worked numbers of LED', () => {
  it('a fee of 0.04% rounds up to the unit', () => {
    expect(tradingFee(usdt(100.01), 400n)).toBe(usdt(0.040004));
    expect(tradingFee(usdt(100.001), 400n)).toBe(usdt(0.040001));
  });

  it('what would not fit a balance is refused and leaves the state as it was (LED-04)', () => {
    const world = standardWorld(0n);
    world.accept({ kind: 'openClient', client: 'ada' });
    const deposit = (id: number): ExternalCommand => ({
      kind: 'announceDeposit',
      deposit: `d${id}`,
      client: 'ada',
      asset: 'USDT',
      amountMinor: 2n ** 60n,
    });
    for (let id = 1; id <= 7; id++) world.accept(deposit(id));
    const full = hash(world);
    expect(world.refuse(deposit(8))).toBe('out_of_range');
    expect(hash(world)).toBe(full);
    expect(world.refuse({ ...deposit(9), amountMinor: 2n ** 60n + 1n } as ExternalCommand)).toBe(
      'invalid_amount',
    );
  });

  it('moving money between accounts makes none, and moving nothing is refused (LED-05)', () => {
    const world = example();
    world.account('ada-2', 'ada', PERP, 10);
    world.accept({ kind: 'allocate', asset: null, account: 'ada-1', amountMinor: usdt(200) });
    const wallet = world.wallet('ada');
    world.accept({ kind: 'release', asset: null, account: 'ada-1', amountMinor: usdt(100) });
    world.accept({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: usdt(100) });
    expect([world.wallet('ada'), world.balance('ada-1'), world.balance('ada-2')]).toEqual([
      wallet,
      usdt(500),
      usdt(100),
    ]);
    expect(world.refuse({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: 0n })).toBe(
      'invalid_amount',
    );
    const side = {
      party: 'account',
      leg: 'net',
      order: '',
      id: 'ada-2',
      allocateMinor: 0n,
      allocateInitial: true,
    } as const;
    const self = { instrument: PERP, priceTicks: 400_000n, lots: 1n, buyer: side, seller: side } as const;
    expect(world.refuse({ kind: 'fill', taker: 'buyer', ...self })).toBe('same_account');
  });
});

describe('the worked numbers of ISO', () => {
  it('a fall to 20,000 takes 400 and nothing else (ISO-01)', () => {
    const world = example();
    world.account('ada-2', 'ada', PERP, 1);
    world.trade({ buyer: 'ada-2', seller: 'bob-1', instrument: PERP, priceTicks: 400_000n, lots: 10n });
    const before = [world.wallet('ada'), world.balance('ada-2')];
    world.mark({ [PERP]: 200_001n });
    expect([world.wallet('ada'), world.balance('ada-2')]).toEqual(before);
    expect(world.balance('ada-1')).toBe(0n);
  });

  it('an account of 400 that loses 500 stands at 0, the receivable at -100 (ISO-02)', () => {
    const world = example(0);
    world.mark({ [PERP]: 365_000n });
    const { record } = world.trade({
      buyer: 'cleo-1',
      seller: 'ada-1',
      instrument: PERP,
      priceTicks: 350_000n,
      lots: 100n,
    });
    const [fill] = eventsOf([record], 'filled');
    expect(fill?.deficits).toEqual([
      { accountRow: world.row('ada-1'), poolAssetRow: 0, takeoverRow: -1, cause: 'close', amount: usdt(100) },
    ]);
    expect(world.balance('ada-1')).toBe(0n);
    expect(trialBalance(world.state.ledger).map(({ total }) => total)).toEqual([0n, 0n]);
  });

  it('a closed account is swept, and its id is taken for good (ISO-04)', () => {
    const world = example();
    world.account('ada-2', 'ada', PERP, 10);
    const wallet = world.wallet('ada');
    world.accept({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: usdt(37.25) });
    const { record } = world.accept({ kind: 'closeAccount', account: 'ada-2' });
    expect(eventsOf([record], 'accountClosed')[0]?.transfers).toMatchObject([
      { flow: 'sweep', amount: usdt(37.25) },
    ]);
    expect(world.wallet('ada')).toBe(wallet);
    const again = {
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: 'ada-2',
      client: 'ada',
      instrument: PERP,
    } as const;
    expect(world.refuse({ ...again, leveragePpm: times(10) })).toBe('already_exists');
  });

  it('bought at 41,000 with the mark at 40,000, 0.1 BTC needs 500 and the seller 400 (ISO-05)', () => {
    const world = example();
    world.account('ada-2', 'ada', PERP, 10);
    world.account('bob-2', 'bob', PERP, 10);
    world.trade({ buyer: 'ada-2', seller: 'bob-2', instrument: PERP, priceTicks: 410_000n, lots: 100n });
    expect([world.balance('ada-2'), world.balance('bob-2')]).toEqual([usdt(500), usdt(400)]);
  });

  it('an unsound pool gives back at most net principal (ISO-06)', () => {
    const world = example(0);
    world.account('cleo-2', 'cleo', PERP, 10);
    world.account('bob-2', 'bob', PERP, 10);
    world.trade({
      buyer: 'bob-2',
      seller: 'cleo-2',
      instrument: PERP,
      priceTicks: 400_000n,
      lots: 125n,
      margin: usdt(1_000),
    });
    world.mark({ [PERP]: 365_000n });
    world.trade({ buyer: 'cleo-2', seller: 'cleo-1', instrument: PERP, priceTicks: 360_000n, lots: 125n });
    expect(world.balance('cleo-2')).toBe(usdt(1_500));
    // The mark is stale an hour later, and a pool with open interest and no usable mark is not sound.
    world.timeMs += 2 * HOUR_MS;
    const rejection = refusal(
      world.send({ kind: 'release', asset: null, account: 'cleo-2', amountMinor: usdt(1_200) }),
    );
    expect(rejection).toMatchObject({ code: 'pool_not_sound', context: { most: minor(1_000) } });
  });
});

describe('the worked numbers of other accounts and markets', () => {
  it('with one account queued its client trades, releases and withdraws elsewhere (ISO-03)', () => {
    const world = queuedExample();
    expect(world.state.accounts.isQueued.get(world.row('ada-1'))).toBe(1);
    world.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w1',
      client: 'ada',
      asset: 'USDT',
      amountMinor: usdt(5),
    });
    for (const id of ['ada-2', 'bob-2']) world.account(id, id.slice(0, 3), PERP, 10);
    world.trade({ buyer: 'ada-2', seller: 'bob-2', instrument: PERP, priceTicks: 400_000n, lots: 10n });
    world.accept({ kind: 'allocate', asset: null, account: 'ada-2', amountMinor: usdt(10) });
    world.accept({ kind: 'release', asset: null, account: 'ada-2', amountMinor: usdt(10) });
    expect(world.state.accounts.isQueued.get(world.row('ada-1'))).toBe(1);
  });

  it('the order of instruments in a batch does not matter (PRC-02)', () => {
    const marks = { [PERP]: 361_000n, 'ETH-PERP': 30_000n };
    const worlds = [Object.entries(marks), Object.entries(marks).reverse()].map((entries) => {
      const world = twoMarkets();
      world.mark(Object.fromEntries(entries));
      return world;
    });
    expect(worlds.map((world) => world.balance('ada-1'))).toEqual([0n, 0n]);
    expect(hash(worlds[0]!)).toBe(hash(worlds[1]!));
  });

  it('accounts of a market without a price wait, the others go on (PRC-04)', () => {
    const world = twoMarkets();
    world.mark({ [PERP]: 0n, 'ETH-PERP': 35_000n });
    expect([world.balance('ada-1'), world.balance('ada-eth')]).toEqual([usdt(400), 0n]);
  });
});

describe('the worked numbers of MAR', () => {
  it('margin arrives with the fill, or the fill is refused whole (MAR-01)', () => {
    const world = standardWorld();
    world.client('ada', { USDT: usdt(399) });
    world.client('bob', { USDT: usdt(10_000) });
    world.account('ada-1', 'ada', PERP, 10);
    world.account('bob-1', 'bob', PERP, 10);
    const before = hash(world);
    const side = (id: string) =>
      ({ party: 'account', leg: 'net', order: '', id, allocateMinor: 0n, allocateInitial: true }) as const;
    const fill = {
      kind: 'fill',
      instrument: PERP,
      priceTicks: 400_000n,
      lots: 100n,
      taker: 'buyer',
    } as const;
    expect(world.refuse({ ...fill, buyer: side('ada-1'), seller: side('bob-1') })).toBe(
      'insufficient_wallet_balance',
    );
    expect(hash(world)).toBe(before);
  });

  it('a top-up of a queued account cures with 8.050001 and not with 8.05 (MAR-02)', () => {
    const world = queuedExample();
    const top = (amount: number) =>
      world.send({ kind: 'allocate', asset: null, account: 'ada-1', amountMinor: usdt(amount) });
    expect(refusal(top(8.05))).toMatchObject({
      code: 'top_up_must_cure',
      context: { missing: minor(8.050001) },
    });
    expect(top(8.050001).record.outcome.kind).toBe('accepted');
  });

  it('a lower leverage lacks 400 at 40,000 and 80 at 44,000 (MAR-04)', () => {
    const world = example();
    const lower = () => refusal(world.send({ kind: 'setLeverage', account: 'ada-1', leveragePpm: times(5) }));
    expect(lower()).toMatchObject({
      code: 'insufficient_margin_for_leverage',
      context: { missing: minor(400) },
    });
    world.mark({ [PERP]: 440_000n });
    expect(lower()).toMatchObject({ context: { required: minor(880), missing: minor(80) } });
  });

  it('both sides of a hedge have collateral of their own (MAR-10)', () => {
    const world = example();
    world.account('ada-2', 'ada', PERP, 10);
    world.trade({ buyer: 'bob-1', seller: 'ada-2', instrument: PERP, priceTicks: 400_000n, lots: 100n });
    expect([world.balance('ada-1'), world.balance('ada-2')]).toEqual([usdt(400), usdt(400)]);
    world.mark({ [PERP]: 361_000n });
    expect([world.balance('ada-1'), world.balance('ada-2')]).toEqual([0n, usdt(400)]);
  });
});

describe('the worked numbers of levels', () => {
  const raised = (amount: number, leverage: number | null) => {
    const world = modesWorld();
    world.open('pair', 'ada', 'cross', amount);
    world.accept(world.fill('pair', 'eve', 10n));
    world.accept(world.fill('pair', 'eve-eth', 100n, 'ETH-PERP'));
    world.mark({ 'BTC-PERP': 390_000n });
    if (leverage !== null)
      world.accept({ kind: 'setCarveConsent', account: 'pair', leveragePpm: times(leverage) });
    world.level('isolated');
    return world;
  };
  const stays = (world: World) =>
    eventsOf(world.records, 'holdersGrandfathered').flatMap(({ grandfathered }) =>
      grandfathered.map(({ reason, missingMinor }) => [reason, missingMinor]),
    );

  it('49 go along with consent, nothing without, and an account with 60 is 9 short (MAR-13)', () => {
    const carved = raised(1_000, 10);
    expect([carved.balance('pair/BTC-PERP'), carved.balance('pair', 'USDT')]).toEqual([usdt(49), usdt(951)]);
    const kept = raised(1_000, null);
    expect(stays(kept)).toEqual([['noConsent', 0n]]);
    expect(kept.refuse(kept.fill('pair', 'eve', 1n))).toBe('level_forbids_mode');
    expect(stays(raised(60, 10))).toEqual([['remainderShort', usdt(9)]]);
  });
});

describe('the worked numbers of ORD', () => {
  it('a flip realizes 100 and opens 0.2 short at a cost of -8,200 (ORD-01)', () => {
    const world = example();
    const fill = { buyer: 'cleo-1', seller: 'ada-1', instrument: PERP, priceTicks: 410_000n, lots: 300n };
    const { record } = world.trade(fill);
    expect(world.position('ada-1')).toEqual({ lots: -200n, cost: usdt(-8_200) });
    const gains = eventsOf([record], 'filled')[0]?.transfers.filter(({ flow }) => flow === 'realizeGain');
    expect(gains).toMatchObject([{ amount: usdt(100) }]);
  });

  it('under initial margin selling half passes and buying one lot more does not (ORD-03)', () => {
    const world = example();
    world.mark({ [PERP]: 365_000n });
    const side = (id: string, allocateInitial: boolean) =>
      ({ party: 'account', leg: 'net', order: '', id, allocateMinor: 0n, allocateInitial }) as const;
    const fill = { kind: 'fill', instrument: PERP, priceTicks: 365_000n, taker: 'buyer' } as const;
    const more = { ...fill, lots: 1n, buyer: side('ada-1', false), seller: side('cleo-1', true) };
    expect(world.refuse(more)).toBe('insufficient_initial_margin');
    world.accept({ ...fill, lots: 50n, buyer: side('cleo-1', true), seller: side('ada-1', false) });
    expect(world.position('ada-1').lots).toBe(50n);
  });
});

describe('the worked numbers of PRC', () => {
  it('a jump to 15,000 is held, and a second mark near it acts (PRC-01)', () => {
    const world = example();
    expect(commandKinds(world.mark({ [PERP]: 150_000n }).work)).not.toContain('takeOver');
    expect(world.refuse({ kind: 'release', asset: null, account: 'ada-1', amountMinor: 1n })).toBe(
      'mark_unusable',
    );
    expect(world.balance('ada-1')).toBe(usdt(400));
    world.timeMs += 1_000;
    world.mark({ [PERP]: 150_100n });
    expect(world.balance('ada-1')).toBe(0n);
  });
});

describe('the worked numbers of FND', () => {
  it('0.01% at 40,000 is 0.004 a lot, 0.4 for 100 lots (FND-02)', () => {
    const world = example();
    world.accept({ kind: 'applyFunding', instrument: PERP, fundingTimeMs: world.timeMs, ratePpm: 100n });
    world.trade({ buyer: 'cleo-1', seller: 'ada-1', instrument: PERP, priceTicks: 400_000n, lots: 100n });
    expect(world.balance('ada-1')).toBe(usdt(399.6));
  });

  it('at half a unit a lot longs of 1 and 2 pay 1 and 1, a short of 3 gets 1, 1 is rounding (FND-03)', () => {
    const world = standardWorld();
    world.accept(linearPerpetual('ETH-PERP'));
    world.mark({ 'ETH-PERP': 5_000n });
    for (const id of ['ada', 'bob', 'cleo']) {
      world.client(id, { USDT: usdt(1_000) });
      world.account(id, id, 'ETH-PERP', 10);
    }
    const trade = { instrument: 'ETH-PERP', priceTicks: 5_000n, margin: usdt(10) };
    world.trade({ buyer: 'ada', seller: 'cleo', lots: 1n, ...trade });
    world.trade({ buyer: 'bob', seller: 'cleo', lots: 2n, ...trade });
    const before = ['ada', 'bob', 'cleo'].map((account) => world.balance(account));
    world.accept({ kind: 'applyFunding', instrument: 'ETH-PERP', fundingTimeMs: world.timeMs, ratePpm: 1n });
    world.trade({ buyer: 'cleo', seller: 'ada', lots: 1n, ...trade, margin: 0n });
    world.trade({ buyer: 'cleo', seller: 'bob', lots: 2n, ...trade, margin: 0n });
    const after = ['ada', 'bob', 'cleo'].map((account) => world.balance(account));
    expect(after.map((balance, at) => balance - before[at]!)).toEqual([-1n, -1n, 1n]);
    expect(trialBalance(world.state.ledger)[0]?.byKind).toMatchObject({ funding: 0n, rounding: 1n });
  });

  it('an account with 0.30 left pays that as fee, and the maker gets no more (FND-04)', () => {
    const world = standardWorld();
    world.accept({ ...linearPerpetual('FEE-PERP'), takerFeePpm: 400n, makerFeePpm: -400n });
    world.mark({ 'FEE-PERP': 400_000n });
    for (const client of ['ada', 'bob', 'cleo']) world.client(client, { USDT: usdt(100_000) });
    for (const client of ['ada', 'bob', 'cleo']) world.account(`${client}-1`, client, 'FEE-PERP', 10);
    const trade = { instrument: 'FEE-PERP', priceTicks: 400_000n, lots: 100n };
    world.trade({ ...trade, buyer: 'ada-1', seller: 'bob-1' });
    expect(world.balance('ada-1')).toBe(usdt(400));
    world.mark({ 'FEE-PERP': 362_000n });
    const side = (id: string, allocateMinor: bigint) =>
      ({ party: 'account', leg: 'net', order: '', id, allocateMinor, allocateInitial: false }) as const;
    // Sold at 36,003: a loss of 399.70 leaves 0.30, and the fee asked is 1.440120.
    world.accept({
      kind: 'fill',
      instrument: 'FEE-PERP',
      priceTicks: 360_030n,
      lots: 100n,
      buyer: side('cleo-1', usdt(500)),
      seller: side('ada-1', 0n),
      taker: 'seller',
    });
    expect(world.balance('ada-1')).toBe(0n);
    expect(world.balance('cleo-1')).toBe(usdt(500.3));
  });

  it('a future settles once, 100 realized and 500 free (FND-06)', () => {
    const world = example();
    const expiryMs = world.timeMs + HOUR_MS;
    world.accept({ ...linearPerpetual('BTC-DATED'), instrumentKind: 'future', base: 'BTC', expiryMs });
    world.mark({ 'BTC-DATED': 400_000n });
    world.account('ada-2', 'ada', 'BTC-DATED', 10);
    world.account('bob-2', 'bob', 'BTC-DATED', 10);
    world.trade({
      buyer: 'ada-2',
      seller: 'bob-2',
      instrument: 'BTC-DATED',
      priceTicks: 400_000n,
      lots: 100n,
    });
    world.timeMs = expiryMs;
    world.mark({ 'BTC-DATED': 410_000n });
    world.accept({ kind: 'expire', instrument: 'BTC-DATED' });
    expect([world.balance('ada-2'), world.position('ada-2').lots]).toEqual([usdt(500), 0n]);
    expect(world.refuse({ kind: 'expire', instrument: 'BTC-DATED' })).toBe('instrument_not_trading');
  });
});

describe('the worked numbers of LIQ', () => {
  it('a takeover moves 400, 100 lots and their cost of 4,000 (LIQ-03)', () => {
    const world = example();
    const { work } = world.mark({ [PERP]: 361_000n });
    const [event] = eventsOf(work, 'takenOver');
    expect(event).toMatchObject({ takeover: 'main#1', lots: 100n, cost: usdt(4_000), collateral: usdt(400) });
    expect(event).toMatchObject({ equity: usdt(10), maintenance: usdt(18.05) });
    expect([world.balance('ada-1'), world.position('ada-1')]).toEqual([0n, { lots: 0n, cost: 0n }]);
  });

  it('ten accounts and a budget of three: three takeovers at a time, the lowest equity first (LIQ-04)', () => {
    const world = tenAccounts();
    const first = eventsOf(world.mark({ [PERP]: 320_000n }).work, 'takenOver');
    const taken = [first.map(({ accountRow }) => accountRow)];
    for (let i = 0; i < 3; i++) {
      const { work } = world.accept({ kind: 'resume', pool: 'main' });
      taken.push(eventsOf(work, 'takenOver').map(({ accountRow }) => accountRow));
    }
    expect(taken.map((rows) => rows.length)).toEqual([3, 3, 3, 1]);
    const sizes = taken.flat().map((row) => world.state.accounts.names.nameOf(row));
    expect(sizes).toEqual(['a10', 'a9', 'a8', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2', 'a1']);
  });

  it('a deficit of 100 keeps its origin when it is long paid (LIQ-08)', () => {
    const world = example(100);
    world.mark({ [PERP]: 320_000n });
    sellTakeover(world, 320_000n, 25n);
    const { deficits } = world.state;
    expect([deficits.account.get(0), deficits.amount.get(0), deficits.covered.get(0)]).toEqual([
      world.row('ada-1'),
      usdt(100),
      usdt(100),
    ]);
    expect(world.state.takeovers.names.nameOf(deficits.takeover.get(0))).toBe('main#1');
  });

  it('of 350 that come back bob gets the 300 that he forwent and the fund 50; of 51 more 50 may come (LIQ-08)', () => {
    const world = example(100);
    world.mark({ [PERP]: 320_000n });
    sellTakeover(world, 320_000n, 25n);
    expect(world.state.takeovers.forgone.get(0)).toBe(usdt(300));
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
    const back = (amount: number) => {
      const loss = { pool: 'main', asset: 'USDT', deficit: null, takeover: 'main#1' } as const;
      return world.send({ kind: 'recover', ...loss, amountMinor: usdt(amount) });
    };
    const before = world.wallet('bob');
    back(350);
    expect([world.wallet('bob') - before, world.fund('main')]).toEqual([300, 50].map(usdt));
    expect(refusal(back(51)).context).toEqual({ amount: minor(51), largest: minor(50) });
  });

  it('a fund of 1,000 is not drawn down while a takeover is open (LIQ-09)', () => {
    const world = example();
    world.mark({ [PERP]: 361_000n });
    const draw = { kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: usdt(1) } as const;
    expect(world.refuse(draw)).toBe('pool_not_sound');
    sellTakeover(world, 361_000n, 100n);
    expect(world.refuse(draw)).toBe('accepted');
  });

  it('with a cool-down of a day the first draw-down waits a day, and the second one more (LIQ-09)', () => {
    const world = example();
    const dayMs = 86_400_000;
    const draw = { kind: 'drawDownFund', pool: 'main', asset: 'USDT', amountMinor: usdt(1) } as const;
    world.accept({ kind: 'setFundCoolDown', pool: 'main', coolDownMs: dayMs });
    for (const _ of [1, 2]) {
      world.timeMs += dayMs - 1;
      world.mark({ [PERP]: 400_000n });
      expect(world.refuse(draw)).toBe('fund_at_rest');
      world.timeMs += 1;
      expect(world.refuse(draw)).toBe('accepted');
    }
  });

  it('an account with nothing is not liquidatable (LIQ-10)', () => {
    const { state } = example();
    const terms = state.instruments.listed[0]!.marginTerms;
    const view = { collateral: 0n, lots: 0n, cost: 0n, fundingPerLot: 0n, leverage: times(10) };
    expect(isLiquidatable(terms, view, 1n)).toBe(false);
    expect(marginRatioCeil(terms, view, 1n)).toBe(0n);
  });

  it('the shown price is the trigger: yes at 36,180.90, no at 36,180.91 (LIQ-11)', () => {
    const at = (markTicks: bigint) => {
      const world = example();
      world.accept({
        kind: 'mark',
        assetPrices: [],
        sourceTimeMs: world.timeMs,
        marks: [{ instrument: PERP, markTicks, indexTicks: markTicks }],
      });
      return world.balance('ada-1');
    };
    expect([at(3_618_091n), at(3_618_090n)]).toEqual([usdt(400), 0n]);
  });
});

describe('the worked numbers of OPS', () => {
  it('a refused release leaves the state as it was, and says 400 and 0 (OPS-01)', () => {
    const world = example();
    const before = hash(world);
    const rejection = refusal(
      world.send({ kind: 'release', asset: null, account: 'ada-1', amountMinor: usdt(400) }),
    );
    expect(rejection).toMatchObject({
      code: 'removal_floor',
      context: { requested: minor(400), removable: minor(0) },
    });
    expect(hash(world)).toBe(before);
  });

  it('a snapshot after three of ten takeovers ends in the same state (OPS-02)', () => {
    const world = tenAccounts();
    world.mark({ [PERP]: 320_000n });
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    for (let i = 0; i < 4; i++) {
      copy.submit(`r${i}`, { kind: 'resume', pool: 'main' }, world.timeMs);
      world.engine.submit(`r${i}`, { kind: 'resume', pool: 'main' }, world.timeMs);
    }
    expect(hashText(copy.stateHash())).toBe(hash(world));
  });

  it('a dry run shows the takeover and the deleveraging, and leaves the hash (OPS-04)', () => {
    const world = example(100);
    const before = hash(world);
    const marks = [{ instrument: PERP, markTicks: 3_200_000n, indexTicks: 3_200_000n }];
    const command = { kind: 'mark', assetPrices: [], sourceTimeMs: world.timeMs, marks } as const;
    const kinds = world.engine.dryRun(command, world.timeMs, ({ work }) => commandKinds(work));
    expect(kinds).toEqual(['assess', 'takeOver', 'deleverage', 'assess']);
    expect(hash(world)).toBe(before);
  });
});

/** The example, and ada long 1 ETH from 4,000 with 400. */
function twoMarkets(): World {
  const world = example();
  world.accept(linearPerpetual('ETH-PERP'));
  world.mark({ 'ETH-PERP': 40_000n });
  world.account('ada-eth', 'ada', 'ETH-PERP', 10);
  world.account('bob-eth', 'bob', 'ETH-PERP', 10);
  world.trade({
    buyer: 'ada-eth',
    seller: 'bob-eth',
    instrument: 'ETH-PERP',
    priceTicks: 40_000n,
    lots: 1_000n,
  });
  return world;
}

/** Queued and not taken over: its pool has no budget for work. */
function queuedExample(): World {
  const world = standardWorld();
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'slow',
    isDesk: false,
    workBudget: 1,
  });
  world.accept({ ...linearPerpetual('SLOW-PERP'), pool: 'slow' });
  world.mark({ 'SLOW-PERP': 400_000n });
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  world.account('bob-1', 'bob', 'SLOW-PERP', 2);
  for (const account of ['ada-0', 'ada-1']) {
    world.account(account, 'ada', 'SLOW-PERP', 10);
    world.trade({
      buyer: account,
      seller: 'bob-1',
      instrument: 'SLOW-PERP',
      priceTicks: 400_000n,
      lots: 100n,
    });
  }
  world.mark({ 'SLOW-PERP': 361_000n });
  return world;
}

/** Ten accounts of one to ten times a size, and a pool that does three steps of work at a time. */
function tenAccounts(): World {
  const world = createWorld();
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'main',
    isDesk: false,
    workBudget: 3,
  });
  world.accept(linearPerpetual(PERP));
  world.mark({ [PERP]: 400_000n });
  for (const client of ['ada', 'bob']) world.client(client, { USDT: usdt(100_000) });
  world.account('bob-1', 'bob', PERP, 2);
  for (let size = 1; size <= 10; size++) {
    world.account(`a${size}`, 'ada', PERP, 10);
    const trade = { instrument: PERP, priceTicks: 400_000n, lots: BigInt(size) };
    world.trade({ buyer: `a${size}`, seller: 'bob-1', ...trade });
  }
  return world;
}

function sellTakeover(world: World, priceTicks: bigint, lots: bigint): void {
  const side = { allocateMinor: 0n, allocateInitial: false };
  world.accept({
    kind: 'fill',
    instrument: PERP,
    priceTicks,
    lots,
    buyer: { ...side, party: 'account', leg: 'net', order: '', id: 'cleo-1', allocateInitial: true },
    seller: { ...side, party: 'liquidation', leg: 'net', order: '', id: 'main#1' },
    taker: 'seller',
  });
}
