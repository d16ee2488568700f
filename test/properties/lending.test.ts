/**
 * Random histories of lending, borrowing, spot trades, interest and crashes, against exact quotients kept per debtor and
 * per lender (src/testkit/slowLending.ts), with every law and every running total scanned after each command.
 */
import { expect, it } from 'vitest';
import { hashText, type Random, seededRandom } from '../../src/base/index.js';
import { isLiquidatableNow, mayDecide } from '../../src/engine/accountHealth.js';
import { createEngine, type Event, type ExternalCommand, type Recorded } from '../../src/engine/index.js';
import { debtOf, lenderBook, lendingCash } from '../../src/engine/lending.js';
import { INDEX_SCALE } from '../../src/engine/lendingRate.js';
import { claimFloor } from '../../src/engine/lendingShares.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/engine/snapshot.js';
import { type LendingWorld, lendingOf, lendingWorld } from '../../src/testkit/lendingWorld.js';
import { compare, minus, plus, rational, size } from '../../src/testkit/rational.js';
import { forSeeds } from '../../src/testkit/runs.js';
import { createSlowLending, type SlowLending } from '../../src/testkit/slowLending.js';
import { coins, HOUR_MS, usdt } from '../../src/testkit/world.js';

const YEAR_MS = 365n * 24n * 3_600_000n;
const ASSETS = ['USDT', 'BTC'] as const;
type Lent = (typeof ASSETS)[number];
const CLIENTS = ['ada', 'bob', 'eve', 'gil'];
const CROSS = ['ada-x', 'bob-x', 'eve-x'];
const PAIR = ['ada-s', 'gil-s'];

it('lends, charges and repays as exact quotients do, to the unit of each rounding, and misses nobody (LED-02, LED-03, ISO-01, ISO-02, FND-01, FND-02, MAR-10)', () => {
  forSeeds(15, (seed) => {
    const history = startHistory(seed);
    for (let step = 0; step < 120; step++) history.judge(history.world.send(history.next()));
    history.end();
  });
});

it('reaches debts in both assets, their liquidation, and every layer that bears them, so that none of the above is empty', () => {
  const missing = new Set(EVERYTHING);
  for (let i = 0; i < 60 && missing.size > 0; i++) {
    const { world, next } = startHistory(`reach${i}`);
    for (let step = 0; step < 120; step++) {
      const { record, work } = world.send(next());
      for (const { outcome } of [record, ...work]) {
        if (outcome.kind === 'rejected') missing.delete(outcome.rejection.code);
        else for (const event of outcome.events) missing.delete(describeEvent(event));
      }
    }
  }
  expect([...missing]).toEqual([]);
});

const EVERYTHING: readonly string[] = [
  'borrowed',
  'repaid',
  'supplied',
  'supplyWithdrawn',
  'interestAccrued',
  'reserve paid',
  'woken by interest',
  'spot with a debt',
  'debtLiquidated',
  'accountTakenOver with a debt',
  'covered',
  'lenderLossBorne',
  'debt_cap',
  'insufficient_lending_cash',
  'insufficient_initial_margin',
];

function describeEvent(event: Event): string {
  if (event.kind === 'interestAccrued' && event.woken.length > 0) return 'woken by interest';
  if (event.kind === 'interestAccrued' && event.reservePaidMinor > 0n) return 'reserve paid';
  if (event.kind === 'filled' && event.positions.length === 0 && event.debts.length > 0)
    return 'spot with a debt';
  if (event.kind === 'accountTakenOver' && event.debts.length > 0) return 'accountTakenOver with a debt';
  return event.kind;
}

function startHistory(seed: string) {
  const random = seededRandom(seed);
  const world = lendingWorld({ workBudget: random.pick([2, 10_000]) });
  for (const asset of ASSETS)
    world.accept(
      lendingOf(asset, {
        reserveSharePpm: random.pick([0n, 100_000n, 1_000_000n]),
        debtInitialPpm: 150_000n,
        accountDebtCapMinor: asset === 'USDT' ? usdt(150_000) : coins(6),
      }),
    );
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(200_000) });
  if (random.unit() < 0.5)
    world.accept({ kind: 'topUpFund', pool: 'main', asset: 'USDT', amountMinor: usdt(3_000) });
  if (random.unit() < 0.7)
    world.accept({ kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(30_000) });
  for (const account of CROSS) world.cross(account, account.slice(0, 3), {});
  for (const account of PAIR) world.account(account, account.slice(0, 3), 'BTC-USDT', 1);
  for (const account of [...CROSS, ...PAIR]) {
    world.accept({ kind: 'allocate', account, asset: 'USDT', amountMinor: usdt(random.between(1, 60_000)) });
    world.accept({ kind: 'allocate', account, asset: 'BTC', amountMinor: coins(0.1 + 2 * random.unit()) });
  }
  for (const account of [...CROSS, ...PAIR])
    if (random.unit() < 0.8) world.accept({ kind: 'setAutoBorrow', account, autoBorrow: true });
  const judges = new Map(ASSETS.map((asset) => [asset, createJudge(world, asset)]));
  const records = world.records;
  let price = 40_000;
  return {
    world,
    next(): ExternalCommand {
      const made = nextCommand(world, random, price);
      price = made.price;
      return made.command;
    },
    judge(recorded: Recorded) {
      for (const asset of ASSETS) judges.get(asset)?.see(recorded);
      checkEverything(world.state);
      missNobody(world);
    },
    end() {
      const hash = hashText(world.engine.stateHash());
      expect(hashText(decodeSnapshot(encodeSnapshot(world.engine)).stateHash())).toBe(hash);
      const replayed = createEngine();
      for (const record of records) replayed.replay(record);
      expect(hashText(replayed.stateHash())).toBe(hash);
    },
  };
}

/** Whoever is liquidatable at prices that may decide is queued. */
function missNobody({ state, timeMs }: LendingWorld): void {
  for (let row = 0; row < state.accounts.table.size; row++) {
    if (state.accounts.isQueued.get(row) === 1 || !mayDecide(state, row, timeMs)) continue;
    expect(isLiquidatableNow(state, row), state.accounts.names.nameOf(row)).toBe(false);
  }
}

function nextCommand(
  world: LendingWorld,
  random: Random,
  price: number,
): { command: ExternalCommand; price: number } {
  const asset = random.pick(ASSETS);
  const account = random.pick([...CROSS, ...PAIR]);
  const amountMinor = amountOf(asset, random);
  const orAll = random.unit() < 0.3 ? null : amountMinor;
  const at = { asset, account, amountMinor };
  world.timeMs += random.pick([0, 1, 1_000, 60_000, 60_000, HOUR_MS / 2, 90 * 24 * HOUR_MS]);
  const isStale = world.timeMs - lastPriceMs(world) > HOUR_MS;
  const command = random.pick<() => ExternalCommand>([
    () => ({ kind: 'supply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor }),
    () => ({ kind: 'supply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor }),
    () => ({ kind: 'withdrawSupply', client: random.pick(CLIENTS), pool: 'main', asset, amountMinor: orAll }),
    () => ({ kind: 'borrow', ...at }),
    () => ({ kind: 'borrow', ...at }),
    () => ({ kind: 'repay', ...at, amountMinor: orAll }),
    () => ({ kind: 'allocate', ...at }),
    () => ({ kind: 'allocate', ...at }),
    () => ({ kind: 'release', ...at }),
    () => ({ kind: 'release', ...at }),
    () => ({ kind: 'accrueInterest', pool: 'main', asset, accrualTimeMs: world.timeMs }),
    () => spotTrade(world, random, price),
    () => spotTrade(world, random, price),
    () => perpetualTrade(random, price),
  ]);
  // Most of the time prices are fresh: a stale one stops nearly everything.
  if (random.unit() < (isStale ? 0.9 : 0.15)) {
    const moved = Math.max(1_000, Math.round(price * random.pick([1, 1, 0.99, 1.01, 0.9, 1.1, 0.7, 1.3])));
    return { command: priceCommand(world, moved), price: moved };
  }
  return { command: command(), price };
}

function lastPriceMs({ state }: LendingWorld): number {
  return state.poolAssets.priceTimeMs.get(state.poolAssetRows.get(state.assets.names.rowOf('BTC')) as number);
}

function amountOf(asset: Lent, random: Random): bigint {
  const units = random.pick([0.000001, 100, 3_000, 10_000, 20_000, 40_000, 100_000]) * (1 + random.unit());
  return asset === 'USDT' ? usdt(units) : coins(units / 40_000) + 1n;
}

function priceCommand(world: LendingWorld, price: number): ExternalCommand {
  const ticks = BigInt(price) * 100n;
  return {
    kind: 'mark',
    sourceTimeMs: world.timeMs,
    marks: ['BTC-PERP', 'BTC-USDT'].map((instrument) => ({
      instrument,
      markTicks: ticks,
      indexTicks: ticks,
    })),
    assetPrices: [{ pool: 'main', asset: 'BTC', price: BigInt(price) * 10_000_000n }],
  };
}

function spotTrade(world: LendingWorld, random: Random, price: number): ExternalCommand {
  return world.spot({
    buyer: random.pick([...CROSS, ...PAIR]),
    seller: random.pick([...CROSS, ...PAIR]),
    price: Math.round(price * (0.97 + 0.06 * random.unit())),
    lots: BigInt(random.between(1, 2_000)),
    taker: random.pick(['buyer', 'seller']),
  });
}

function perpetualTrade(random: Random, price: number): ExternalCommand {
  const side = (id: string) =>
    ({
      party: 'account',
      id,
      leg: 'net',
      order: '',
      allocateMinor: 0n,
      allocateInitial: random.unit() < 0.3,
    }) as const;
  return {
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: BigInt(Math.round(price * (9.8 + 0.4 * random.unit()))),
    lots: BigInt(random.between(1, 3_000)),
    buyer: side(random.pick(CROSS)),
    seller: side(random.pick(CROSS)),
    taker: 'buyer',
  };
}

/** Follows one asset's lending pool through the events, and compares after each command. */
function createJudge(world: LendingWorld, asset: Lent) {
  const { state } = world;
  const poolAssetRow = state.poolAssetRows.get(state.assets.names.rowOf(asset)) as number;
  const { poolAssets, accountAssets } = state;
  const share = (column: keyof typeof poolAssets) =>
    rational((poolAssets[column] as { get(row: number): bigint }).get(poolAssetRow), 1_000_000n);
  const slow = createSlowLending({
    base: share('baseRatePpm'),
    kink: share('kinkPpm'),
    below: share('slopeBelowPpm'),
    above: share('slopeAbovePpm'),
    reserveShare: share('reserveSharePpm'),
  });
  let lastTimeMs = poolAssets.accruedTimeMs.get(poolAssetRow);
  let operations = 0;
  /** Shares each account still owes, as its events say. */
  const shares = new Map<number, bigint>();
  const lenderShares = new Map<number, bigint>();

  function see({ record, work }: Recorded): void {
    for (const { outcome } of [record, ...work])
      if (outcome.kind === 'accepted') for (const event of outcome.events) apply(event);
    compareBooks(world, poolAssetRow, slow, operations);
  }

  function apply(event: Event): void {
    if ('debts' in event) for (const debt of event.debts) applyDebt(debt);
    if (!('poolAssetRow' in event) || event.poolAssetRow !== poolAssetRow) return;
    operations++;
    switch (event.kind) {
      case 'supplied':
        lenderShares.set(event.clientRow, (lenderShares.get(event.clientRow) ?? 0n) + event.shares);
        return slow.supply(event.clientRow, event.amount);
      case 'supplyWithdrawn': {
        const left = (lenderShares.get(event.clientRow) ?? 0n) - event.shares;
        lenderShares.set(event.clientRow, left);
        return slow.withdraw(event.clientRow, event.amount, left === 0n);
      }
      case 'interestAccrued': {
        const charged = rational(event.ratePpm, 1_000_000n);
        // Utilisation and the curve round up, each by less than a ppm of what is then 4.5 times as much at most.
        const slack = BigInt(operations + 4) * shareWorth();
        const above = minus(charged, slow.rate(slack));
        expect(compare(charged, slow.rate(-slack)) >= 0, 'the rate is not under the curve').toBe(true);
        expect(compare(above, rational(12n, 1_000_000n)) <= 0, 'the rate is on the curve').toBe(true);
        slow.accrue(charged, rational(BigInt(event.accruedTimeMs - lastTimeMs), YEAR_MS));
        lastTimeMs = event.accruedTimeMs;
        return slow.payReserve(event.reservePaidMinor);
      }
      case 'lenderLossBorne':
        return slow.bearLoss(event.amount);
    }
  }

  function shareWorth(): bigint {
    return poolAssets.borrowIndex.get(poolAssetRow) / INDEX_SCALE + 2n;
  }

  function applyDebt({ accountAssetRow: row, sharesChange, amountChange }: DebtChange): void {
    if (accountAssets.poolAsset.get(row) !== poolAssetRow) return;
    operations++;
    const left = (shares.get(row) ?? 0n) + sharesChange;
    shares.set(row, left);
    if (amountChange > 0n) slow.borrow(row, amountChange);
    else slow.repay(row, -amountChange, left === 0n);
  }

  return { see };
}

interface DebtChange {
  readonly accountAssetRow: number;
  readonly sharesChange: bigint;
  readonly amountChange: bigint;
}

/** Debts never below the exact ones, and above by at most what each step rounded; cash to the unit. */
function compareBooks(
  { state }: LendingWorld,
  poolAssetRow: number,
  slow: SlowLending,
  operations: number,
): void {
  const { accountAssets, lenders, poolAssets } = state;
  expect(lendingCash(state, poolAssetRow)).toBe(slow.cash());
  const shareWorth = poolAssets.borrowIndex.get(poolAssetRow) / INDEX_SCALE + 2n;
  const slack = rational(BigInt(operations + 4) * shareWorth);
  for (let row = 0; row < accountAssets.table.size; row++) {
    if (accountAssets.poolAsset.get(row) !== poolAssetRow) continue;
    const above = minus(rational(debtOf(state, row)), slow.debts.get(row) ?? rational(0n));
    expect(compare(above, rational(0n)) >= 0, 'a debt is never less than it is').toBe(true);
    expect(
      compare(above, slack) <= 0,
      `a debt of row ${row} is more than it is by ${above.n / above.d}`,
    ).toBe(true);
  }
  const book = lenderBook(state, poolAssetRow);
  let claimed = 0n;
  for (let row = 0; row < lenders.table.size; row++) {
    if (lenders.poolAsset.get(row) !== poolAssetRow) continue;
    const claim = claimFloor(lenders.shares.get(row), book);
    claimed += claim;
    const exact = slow.claims.get(lenders.client.get(row)) ?? rational(0n);
    // A share of the lending pool may be worth more than a unit: what its rounding moves grows with it.
    const shareOfPool = book.lenderShares === 0n ? 0n : book.assets / book.lenderShares + 1n;
    const apart = size(minus(rational(claim), exact));
    const most = plus(slack, rational(BigInt(operations + 4) * shareOfPool));
    expect(compare(apart, most) <= 0, `a claim is apart by ${apart.n / apart.d} of ${claim}`).toBe(true);
  }
  expect(claimed <= book.assets || claimed === 0n).toBe(true);
}
