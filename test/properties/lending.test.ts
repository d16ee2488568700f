/**
 * Random histories of lending, borrowing, spot trades, interest and crashes, against exact quotients kept per debtor and
 * per lender (src/testkit/slowLending.ts), with every law and every running total scanned after each command.
 */
import { expect, it } from 'vitest';
import { hashText, seededRandom } from '../../src/base/index.js';
import { isLiquidatableNow, mayDecide } from '../../src/engine/accountHealth.js';
import { createEngine, type Event, type ExternalCommand, type Recorded } from '../../src/engine/index.js';
import { debtOf, lenderBook, lendingCash } from '../../src/engine/lending.js';
import { INDEX_SCALE } from '../../src/engine/lendingRate.js';
import { claimFloor } from '../../src/engine/lendingShares.js';
import { checkEverything } from '../../src/engine/rebuild.js';
import { decodeSnapshot, encodeSnapshot } from '../../src/engine/snapshot.js';
import { LENT_ASSETS, type Lent, lendingVenue, nextCommand } from '../../src/testkit/lendingHistory.js';
import type { LendingWorld } from '../../src/testkit/lendingWorld.js';
import { compare, minus, plus, rational, size } from '../../src/testkit/rational.js';
import { forSeeds } from '../../src/testkit/runs.js';
import { createSlowLending, type SlowLending } from '../../src/testkit/slowLending.js';

const YEAR_MS = 365n * 24n * 3_600_000n;
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
  const world = lendingVenue(random);
  const judges = new Map(LENT_ASSETS.map((asset) => [asset, createJudge(world, asset)]));
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
      for (const asset of LENT_ASSETS) judges.get(asset)?.see(recorded);
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
