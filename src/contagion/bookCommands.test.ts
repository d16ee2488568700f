import { describe, expect, it } from 'vitest';
import { LAST_GOOD, wholeAccountView } from '../engine/accountMargin.js';
import { balanceOf, hasPosition } from '../engine/accountParts.js';
import { checkEverything, clientLedgerRow, createEngine, type Engine } from '../engine/index.js';
import { accountEquityFloor, MARGIN_MODES } from '../margin/index.js';
import { forSeeds } from '../testkit/runs.js';
import { btcPrice, sharedWorld } from '../testkit/sharedWorld.js';
import { layer, setWaterfall } from '../testkit/waterfallProposals.js';
import { coins, inversePerpetual, show, standardWorld, usdt } from '../testkit/world.js';
import { type Book, type BookAccount, netLots } from './book.js';
import { type BookPlan, bookCommands } from './bookCommands.js';
import { checkBook } from './bookFaults.js';
import { type BookGenerator, exampleGenerator } from './bookGenerator.js';
import { bookOfState } from './bookOfState.js';
import { generateBook } from './generateBook.js';
import { ALL_CROSS, ALL_ISOLATED, AS_GIVEN, CROSS_IN_POOLS, POLICIES, type Policy } from './policy.js';
import { STRESS_LIQUIDATION } from './stressSettings.js';

const TIME_MS = 1_700_000_000_000;

interface Built {
  readonly plan: BookPlan;
  readonly engine: Engine;
}

/** Builds the book on an engine of its own; a refusal, or an account that is taken over, fails the test. */
function build(book: Book, policy: Policy): Built {
  const made = bookCommands(book, policy, { timeMs: TIME_MS });
  if (!made.ok) throw new Error(show(made.error));
  const engine = createEngine();
  for (const [at, command] of made.value.commands.entries()) {
    const submission = engine.submit(`c${at}`, command, TIME_MS);
    if (submission.kind !== 'recorded') throw new Error(submission.kind);
    const { outcome } = submission.record;
    if (outcome.kind === 'rejected')
      throw new Error(`${policy.id}: ${show(command)} was refused: ${show(outcome.rejection)}`);
    const takeovers = submission.work.filter((record) => record.command.kind === 'takeOver');
    expect(takeovers, `${policy.id}: ${command.kind}`).toEqual([]);
  }
  checkEverything(engine.state);
  return { plan: made.value, engine };
}

/** All money inside the venue by asset, whoever has it. */
function moneyOf({ engine: { state } }: Built): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  const { ledger } = state;
  const outside = ['external', 'capital', 'inTransit'];
  for (let row = 0; row < ledger.table.size; row++) {
    if (outside.includes(ledger.kindOf(row))) continue;
    const asset = state.assets.names.nameOf(ledger.assetOf(row));
    sums[asset] = (sums[asset] ?? 0n) + ledger.balance(row);
  }
  return sums;
}

/** Lots and cost of every position of an owner, by owner and instrument, in order. */
function positionsOf({ engine: { state } }: Built): string[] {
  const { positions, accounts, instruments, clients } = state;
  const found: string[] = [];
  for (let row = 0; row < positions.table.size; row++) {
    const account = positions.account.get(row);
    if (account < 0 || positions.lots.get(row) === 0n) continue;
    const owner = clients.names.nameOf(accounts.client.get(account));
    const instrument = instruments.names.nameOf(positions.instrument.get(row));
    found.push(`${owner} ${instrument} ${positions.lots.get(row)} ${positions.cost.get(row)}`);
  }
  return found.sort();
}

const small = (seed: string, changes: Partial<BookGenerator> = {}): BookGenerator => ({
  ...exampleGenerator(seed),
  owners: 25,
  cohorts: 3,
  ...changes,
});

/** Margin accounts with an open position, by mode. */
function openAccounts({ engine: { state } }: Built): Record<string, number> {
  const modes: Record<string, number> = {};
  for (let row = 0; row < state.accounts.table.size; row++) {
    if (!hasPosition(state, row)) continue;
    const mode = MARGIN_MODES[state.accounts.mode.get(row)]!;
    modes[mode] = (modes[mode] ?? 0) + 1;
  }
  return modes;
}

/** Lots of open interest the engine has: what longs hold. */
const count = (book: Book) => book.accounts.reduce((sum, { positions }) => sum + positions.length, 0);

describe('a book built on the engine', () => {
  it('keeps every law and has the same money and the same positions under every policy', () => {
    forSeeds(3, (seed) => {
      const book = generateBook(small(seed));
      const built = POLICIES.map((policy) => build(book, policy));
      const [first] = built as [Built];
      expect(positionsOf(first)).toHaveLength(count(book));
      for (const other of built) {
        expect(moneyOf(other)).toEqual(moneyOf(first));
        expect(positionsOf(other)).toEqual(positionsOf(first));
        expect(other.plan.thin).toEqual([]);
      }
    });
  });

  it('has one pool with one balance per owner, or a pool per instrument with one per position, as the policy says', () => {
    const book = generateBook(small('shape'));
    const used = book.instruments.length;
    const all = build(book, ALL_CROSS);
    expect(all.plan.pools.map(({ id }) => id)).toEqual(['all']);
    expect(openAccounts(all)).toEqual({
      cross: book.accounts.filter(({ positions }) => positions.length > 0).length,
    });
    const apart = build(book, ALL_ISOLATED);
    expect(apart.plan.pools).toHaveLength(used);
    expect(openAccounts(apart)).toEqual({ isolated: count(book) });
    const inPools = build(book, {
      ...CROSS_IN_POOLS,
      pools: {
        kind: 'groups',
        groups: [{ pool: 'majors', instruments: ['BTC-PERP', 'ETH-PERP'] }],
        rest: 'others',
      },
    });
    expect(inPools.plan.pools.map(({ id }) => id).sort()).toEqual(['majors', 'others']);
    const split = book.accounts.filter(({ positions }) => {
      const isMajor = ({ instrument }: { instrument: string }) =>
        ['BTC-PERP', 'ETH-PERP'].includes(instrument);
      return positions.some(isMajor) && !positions.every(isMajor);
    });
    expect(openAccounts(inPools)).toEqual({ cross: all.plan.accounts.length + split.length });
  });

  it('splits insurance money by open interest, to the last unit', () => {
    const book = generateBook(small('funds'));
    const total = book.funds[0]!.amountMinor;
    const { pools } = build(book, ALL_ISOLATED).plan;
    const split = pools.flatMap(({ funds }) => funds.map(({ amountMinor }) => amountMinor));
    expect(split.reduce((sum, amount) => sum + amount, 0n)).toBe(total);
    expect(split.length).toBeGreaterThan(4);
  });

  it('exchanges other collateral with the dealer where accounts cannot hold it, and leaves it to cross accounts', () => {
    const book = generateBook(small('other'));
    const other = book.accounts
      .flatMap(({ collateral }) => collateral)
      .filter(({ asset }) => asset !== 'USDT');
    expect(other.length).toBeGreaterThan(3);
    const isOther = ({ asset }: { asset: string }) => asset !== 'USDT';
    const pledged = build(book, ALL_CROSS).plan;
    expect(pledged.accounts.flatMap(({ collateral }) => collateral).filter(isOther)).toHaveLength(
      other.length,
    );
    expect(pledged.dealer.filter(isOther)).toEqual([]);
    const exchanged = build(book, ALL_ISOLATED).plan;
    expect(exchanged.accounts.flatMap(({ collateral }) => collateral).filter(isOther)).toEqual([]);
    const sum = (holdings: readonly { amountMinor: bigint }[]) =>
      holdings.reduce((total, { amountMinor }) => total + amountMinor, 0n);
    expect(sum(exchanged.dealer.filter(isOther))).toBe(sum(other));
  });

  it('trades and liquidates by the instruments’ own terms once it stands', () => {
    const book = generateBook(small('terms'));
    for (const policy of [ALL_CROSS, ALL_ISOLATED]) {
      const { plan, engine } = build(book, policy);
      for (const { id: pool, instruments } of plan.pools)
        for (const name of instruments) {
          const listed = engine.state.instruments.listed[engine.state.instruments.names.rowOf(name)]!;
          const own = book.instruments.find(({ definition }) => definition.id === name)!.definition;
          expect(listed.definition).toEqual({ ...own, pool });
          expect(listed.liquidationDefinition).toEqual({ ...own, pool });
        }
      const fall = book.instruments.map(({ definition, markTicks }) => ({
        instrument: definition.id,
        markTicks: (markTicks * 6n) / 10n,
        indexTicks: (markTicks * 6n) / 10n,
      }));
      const time = TIME_MS + 60_000;
      const submission = engine.submit(
        'fall',
        { kind: 'mark', sourceTimeMs: time, marks: fall, assetPrices: [] },
        time,
      );
      const work = submission.kind === 'recorded' ? submission.work : [];
      expect(work.filter(({ command }) => command.kind === 'takeOver').length).toBeGreaterThan(5);
      checkEverything(engine.state);
    }
  });

  it('puts a policy of liquidation into every pool', () => {
    const liquidation = {
      warningHealthPpm: 1_500_000n,
      callHealthPpm: 1_200_000n,
      targetHealthPpm: 1_250_000n,
      closeOutHealthPpm: 300_000n,
      stepPpm: 250_000n,
      minStepLots: 1n,
      slippagePpm: 20_000n,
      feePpm: 5_000n,
      orderLifeMs: 1_000,
      pauseMs: 0,
    };
    const { plan, engine } = build(generateBook(small('liquidation')), { ...ALL_ISOLATED, liquidation });
    for (let row = 0; row < plan.pools.length; row++)
      expect(engine.state.pools.targetHealthPpm.get(row)).toBe(1_250_000n);
  });
});

/** One instrument of the example at 122,000.0; 1,000 lots are one coin. */
function bookWith(accounts: readonly BookAccount[], changes: Partial<Book> = {}): Book {
  const { instruments } = generateBook(small('terms', { owners: 1 }));
  return {
    name: 'by hand',
    valuationAsset: 'USDT',
    assets: [{ id: 'USDT', decimals: 6, collateral: null }],
    instruments: instruments.slice(0, 2),
    accounts,
    wallets: [],
    funds: [],
    ...changes,
  };
}

const holder = (id: string, dollars: number, positions: [string, bigint, bigint][]): BookAccount => ({
  id,
  owner: id,
  mode: 'cross',
  pool: null,
  collateral: [{ asset: 'USDT', amountMinor: usdt(dollars) }],
  positions: positions.map(([instrument, lots, entryTicks]) => ({ instrument, lots, entryTicks })),
});

describe('a book from elsewhere', () => {
  it('whose longs and shorts do not match leaves the other side with the rest of the market', () => {
    const book = bookWith([holder('ada', 20_000, [['BTC-PERP', 1_000n, 1_200_000n]])]);
    const built = build(book, ALL_CROSS);
    expect(positionsOf(built)).toEqual([
      `ada BTC-PERP 1000 ${usdt(120_000)}`,
      `opening-hub BTC-PERP -1000 ${-usdt(120_000)}`,
    ]);
    // The hub without a position is closed.
    expect(openAccounts(built)).toEqual({ cross: 1, isolated: 1 });
  });

  it('may carry a loss larger than its collateral by a profit: both are made, and only the book’s money stays', () => {
    // 10,000 lost on one coin bought at 132,000, 9,000 won on ten coins of ether sold at 5,260.
    const book = bookWith([
      holder('ada', 9_000, [
        ['BTC-PERP', 1_000n, 1_320_000n],
        ['ETH-PERP', -10_000n, 526_000n],
      ]),
    ]);
    const built = build(book, ALL_CROSS);
    const { state } = built.engine;
    expect(positionsOf(built)).toContain(`ada BTC-PERP 1000 ${usdt(132_000)}`);
    expect(balanceOf(state, state.accounts.names.rowOf('ada'), 0)).toBe(usdt(9_000));
    expect(clientWallet(built, 'ada')).toBe(0n);
    // One balance for each cannot be had of it: the loss alone is more than all there is.
    expect(bookCommands(book, ALL_ISOLATED, { timeMs: TIME_MS })).toMatchObject({
      ok: false,
      error: { kind: 'placement', account: 'ada', asset: 'USDT' },
    });
  });

  it('lets an account in that has less than its initial margin, and names the ones a split would liquidate', () => {
    // One coin at the mark asks for 1,220 of initial and 610 of maintenance margin, in the second tier twice that.
    const book = bookWith([
      holder('ada', 2_000, [
        ['BTC-PERP', 1_000n, 1_220_000n],
        ['ETH-PERP', 1_000n, 436_000n],
      ]),
    ]);
    expect(build(book, ALL_CROSS).plan.thin).toEqual([]);
    const poor = bookWith([
      { ...book.accounts[0]!, collateral: [{ asset: 'USDT', amountMinor: usdt(700) }] },
    ]);
    const made = bookCommands(poor, ALL_ISOLATED, { timeMs: TIME_MS });
    expect(made.ok && made.value.thin).toEqual(['ada/BTC-PERP', 'ada/ETH-PERP']);
  });

  it('is refused by field and rule', () => {
    const good = holder('ada', 1, [['BTC-PERP', 1n, 1n]]);
    const faultOf = (book: Book) => {
      const checked = checkBook(book);
      return checked.ok ? null : `${checked.error.path}: ${checked.error.rule}`;
    };
    expect(faultOf(bookWith([good]))).toBeNull();
    expect(faultOf(bookWith([good, good]))).toBe('/accounts/1: ada is there twice');
    expect(faultOf(bookWith([holder('ada', 1, [['X', 1n, 1n]])]))).toBe(
      '/accounts/0/positions/0/instrument: is not among the instruments',
    );
    expect(faultOf(bookWith([holder('ada', 1, [['BTC-PERP', 0n, 1n]])]))).toBe(
      '/accounts/0/positions/0: has lots, and an entry above 0',
    );
    expect(faultOf(bookWith([holder('ada', -1, [])]))).toBe(
      '/accounts/0/collateral/0/amountMinor: must not be negative',
    );
    expect(faultOf(bookWith([], { valuationAsset: 'EUR' }))).toBe('/valuationAsset: is not among the assets');
  });
});

function clientWallet({ engine: { state } }: Built, client: string): bigint {
  const clientRow = state.clients.names.rowOf(client);
  return state.ledger.balance(clientLedgerRow(state, { clientRow, assetRow: 0 }, 'wallet'));
}

describe('a book with coin-margined instruments', () => {
  const { kind: _kind, pool: _pool, ...definition } = inversePerpetual('BTC-INV');
  /** 100-dollar contracts at 40,000; ada has a coin and a thousand contracts that she bought at 39,000. */
  const book: Book = {
    name: 'coins',
    valuationAsset: 'USDT',
    assets: [
      { id: 'USDT', decimals: 6, collateral: null },
      {
        id: 'BTC',
        decimals: 8,
        collateral: {
          price: btcPrice(40_000),
          haircutPpm: 100_000n,
          countedCapMinor: null,
          peg: null,
          conversionRank: 1,
          conversionSpreadPpm: 10_000n,
        },
      },
    ],
    instruments: [{ definition, markTicks: 800_000n, indexTicks: 800_000n, pool: null }],
    accounts: [
      {
        id: 'ada',
        owner: 'ada',
        mode: 'cross',
        pool: null,
        collateral: [
          { asset: 'BTC', amountMinor: coins(1) },
          { asset: 'USDT', amountMinor: usdt(100) },
        ],
        positions: [{ instrument: 'BTC-INV', lots: 1_000n, entryTicks: 78_000n }],
      },
    ],
    wallets: [],
    funds: [{ asset: 'BTC', amountMinor: coins(2), pool: null }],
  };

  it('leaves insurance money with the venue where no pool deals in its asset', () => {
    const foreign = { ...book, funds: [...book.funds, { asset: 'USDT', amountMinor: usdt(5), pool: null }] };
    const fundsUnder = (policy: Policy) => build(foreign, policy).plan.pools.flatMap(({ funds }) => funds);
    expect(fundsUnder(ALL_CROSS).map(({ asset }) => asset)).toEqual(['BTC', 'USDT']);
    expect(fundsUnder(ALL_ISOLATED)).toEqual([{ asset: 'BTC', amountMinor: coins(2) }]);
  });

  it('is built under every policy; what an isolated account cannot hold is exchanged or stays in the wallet', () => {
    const built = POLICIES.map((policy) => build(book, policy));
    for (const other of built) {
      expect(moneyOf(other)).toEqual(moneyOf(built[0]!));
      expect(positionsOf(other)).toEqual(positionsOf(built[0]!));
    }
    const [cross, apart] = built as [Built, Built];
    expect(cross.plan.accounts[0]?.collateral).toHaveLength(2);
    expect(apart.plan.accounts[0]?.collateral).toEqual([{ asset: 'BTC', amountMinor: coins(1) }]);
    expect(apart.plan.wallets).toEqual([{ owner: 'ada', asset: 'USDT', amountMinor: usdt(100) }]);
  });
});

describe('the book of a running engine', () => {
  it('does not say long and short legs, and names the account that has them', () => {
    const world = sharedWorld();
    expect(bookOfState(world.state, 'flat').ok).toBe(true);
    world.cross('ada', { USDT: usdt(10_000) }, { hasLegs: true });
    for (const leg of ['long', 'short'] as const) {
      const ada = { id: 'ada', leg };
      const [buyer, seller] = leg === 'long' ? ([ada, 'dan'] as const) : (['dan', ada] as const);
      world.accept(
        world.fill('BTC-PERP', { priceTicks: 400_000n, lots: leg === 'long' ? 10n : 4n, buyer, seller }),
      );
    }
    expect(bookOfState(world.state, 'legs')).toEqual({
      ok: false,
      error: { id: 'ada', rule: 'it keeps legs apart: a book has net positions' },
    });
    const others = bookOfState(world.state, 'legs', { leavesOut: true });
    if (!others.ok) throw new Error(show(others.error));
    expect(others.value.leftOut).toEqual([
      { account: 'ada', rule: 'it keeps legs apart: a book has net positions' },
    ]);
    expect(others.value.accounts.map(({ id }) => id)).not.toContain('ada');
    // What ada has of it is the rest of the market's: nobody else's position is touched.
    const { dan } = equities(build(others.value, AS_GIVEN));
    expect(dan).toBeGreaterThan(0n);
    expect(dan).toBe(equities(world)['dan']);
  });

  it('built again as given has the same equity in every account, and longs and shorts that sum to zero', () => {
    forSeeds(2, (seed) => {
      const before = build(generateBook(small(seed)), CROSS_IN_POOLS);
      const read = bookOfState(before.engine.state, 'again');
      if (!read.ok) throw new Error(show(read.error));
      expect([...netLots(read.value).values()].every((lots) => lots === 0n)).toBe(true);
      const after = build(read.value, AS_GIVEN);
      expect(equities(after)).toEqual(equities(before));
      expect(after.plan.pools.map(({ id }) => id)).toEqual(before.plan.pools.map(({ id }) => id));
    });
  });

  it('keeps the rules of a pool as given: how it liquidates, who bears its losses, what is reserved for it (LIQ-05)', () => {
    const world = standardWorld();
    const layers = [
      layer('account'),
      layer('insuranceFund', { capMinor: usdt(5) }),
      layer('topUp', { capMinor: usdt(7) }),
    ];
    world.accept(setWaterfall('main', { layers }));
    world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(50) });
    world.accept({ kind: 'reserveCapital', pool: 'main', asset: 'USDT', amountMinor: usdt(50) });
    world.accept({ kind: 'setLiquidation', pool: 'main', policy: STRESS_LIQUIDATION });
    const read = bookOfState(world.state, 'rules');
    if (!read.ok) throw new Error(show(read.error));
    const rulesOf = (policy: Policy) => {
      const { engine } = build(read.value, policy);
      const again = bookOfState(engine.state, 'again');
      return again.ok ? again.value.pools : again.error;
    };
    expect(read.value.pools).toHaveLength(1);
    expect(rulesOf(AS_GIVEN)).toEqual(read.value.pools);
    expect(rulesOf({ ...AS_GIVEN, ownRules: false })).toEqual([
      { id: 'main', liquidation: null, waterfalls: [], reserved: [] },
    ]);
  });

  it('rounds an entry between ticks against the account and gives the difference back as collateral', () => {
    const world = standardWorld();
    for (const client of ['ada', 'bob', 'cyd']) {
      world.client(client, { USDT: usdt(10_000) });
      world.account(client, client, 'BTC-PERP', 10);
    }
    world.trade({ buyer: 'ada', seller: 'bob', instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 3n });
    world.trade({ buyer: 'ada', seller: 'cyd', instrument: 'BTC-PERP', priceTicks: 400_001n, lots: 1n });
    const read = bookOfState(world.state, 'world');
    if (!read.ok) throw new Error(show(read.error));
    const ada = read.value.accounts.find(({ id }) => id === 'ada');
    // Four lots cost 1,600,001 ticks: 400,000.25 each, taken as 400,001, so three ticks of a lot come back.
    expect(ada?.positions).toEqual([{ instrument: 'BTC-PERP', lots: 4n, entryTicks: 400_001n }]);
    expect(ada?.collateral).toEqual([{ asset: 'USDT', amountMinor: world.balance('ada') + 300n }]);
    expect(ada).toMatchObject({ mode: 'isolated', pool: 'main', owner: 'ada' });
    expect(read.value.funds).toEqual([{ asset: 'USDT', amountMinor: usdt(1_000), pool: 'main' }]);
    for (const policy of POLICIES) build(read.value, policy);
  });
});

/** Equity of each account with positions, at the marks. */
function equities({ engine: { state } }: Pick<Built, 'engine'>): Record<string, bigint> {
  const found: Record<string, bigint> = {};
  for (let row = 0; row < state.accounts.table.size; row++)
    if (hasPosition(state, row))
      found[state.accounts.names.nameOf(row)] = accountEquityFloor(
        wholeAccountView(state, row, { prices: LAST_GOOD }),
      );
  return found;
}
