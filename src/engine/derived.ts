/**
 * What follows from the state and is kept beside it so that nothing scans: trigger index, liquidation queues,
 * lists by pool. It follows the changes of the tables and catches up when asked; nothing of it is hashed.
 */
import type { Table, WholeColumn } from '../base/table.js';
import { equityNow, mayDecide } from './accountHealth.js';
import { marginModeOf } from './accountMargin.js';
import { hasRisk, holdersOfAsset, positionsOf, valuedInPoolAsset } from './accountParts.js';
import { createDeleverageLines, type DeleverageLines } from './deleverageLines.js';
import { createHolders, type Holders } from './holders.js';
import { createInventory, type Inventory } from './inventory.js';
import { liquidationPolicyOf } from './liquidationPolicy.js';
import { createLiquidationQueue, type LiquidationQueue } from './liquidationQueue.js';
import { markUsableMs } from './marginView.js';
import { createNotices, type Notices } from './notices.js';
import { liquidationDueMs } from './reduction.js';
import { createSharedTriggers, type SharedTriggers } from './sharedTriggers.js';
import type { State } from './state.js';
import { changedAccounts, createTriggers, type Triggers } from './triggers.js';

export interface Derived {
  /** The trigger index of isolated accounts, up to date. */
  triggers(): Triggers;
  /** The same for accounts that are judged whole. */
  sharedTriggers(): SharedTriggers;
  /** Positions of margin accounts in the instrument on that side, in no order. */
  holders: Holders;
  /** One side of an instrument as deleveraging ranks it. */
  deleverageLine: DeleverageLines;
  /** Who is to be told that danger comes near, up to date. */
  notices(): Notices;
  /** What pools have taken over. */
  inventory: Inventory;
  /** Accounts of a pool that wait for liquidation, in no order. */
  queuedOf(poolRow: number): ReadonlySet<number>;
  /** What queued accounts that are judged in the asset are short of together, minor units. */
  queuedShortage(poolAssetRow: number): bigint;
  /** The next account to liquidate: lowest equity first, among those whose mark may decide; -1 for none. */
  nextQueued(poolRow: number, timeMs: number): number;
  /** Accounts of the pool in mode portfolio, in no order. */
  portfolioAccountsOf(poolRow: number): ReadonlySet<number>;
  instrumentsOf(poolRow: number): readonly number[];
  poolAssetsOf(poolRow: number): readonly number[];
}

export function createDerived(state: State): Derived {
  const triggers = createTriggers(state);
  const sharedTriggers = createSharedTriggers(state);
  const changed = {
    ledger: state.ledger.table.follow(),
    accounts: state.accounts.table.follow(),
    positions: state.positions.table.follow(),
  };
  const changedMembers = state.accounts.table.follow();
  const changedInstruments = state.instruments.table.follow();
  const changedAssets = state.poolAssets.table.follow();
  const changedPolicies = state.pools.table.follow();
  const changedTerms = state.instruments.table.follow();
  const holders = createHolders(state);
  const deleverageLine = createDeleverageLines(state, holders);
  const inventory = createInventory(state);
  const notices = createNotices(state);
  const queues: LiquidationQueue[] = [];
  const lists = { instruments: listsByPool(), poolAssets: listsByPool() };

  const changedModes = state.accounts.table.follow();
  const portfolios: Set<number>[] = [];

  function portfolioOf(poolRow: number): Set<number> {
    portfolios[poolRow] ??= new Set();
    return portfolios[poolRow];
  }

  function placeByMode(accountRow: number): void {
    for (const members of portfolios) members?.delete(accountRow);
    if (accountRow >= state.accounts.table.size || marginModeOf(state, accountRow) !== 'portfolio') return;
    portfolioOf(state.accounts.pool.get(accountRow)).add(accountRow);
  }

  /** Terms by which each instrument's accounts were keyed. */
  const termsSeen: number[] = [];

  /** An instrument whose terms have changed has all its holders keyed anew. */
  function catchUpTerms(): void {
    for (const row of changedTerms.take()) {
      if (row >= state.instruments.table.size) continue;
      const version = state.instruments.termsVersion.get(row);
      if ((termsSeen[row] ?? 0) === version) continue;
      termsSeen[row] = version;
      const accountRows = holdersOf(row);
      triggers.rebuild(row, accountRows);
      sharedTriggers.refresh(accountRows);
      notices.rebuild(row, accountRows);
    }
  }

  const changedCollateral = state.poolAssets.table.follow();
  /** Terms by which each asset's holders were boxed. */
  const collateralSeen: number[] = [];

  /** An asset that counts otherwise has all its holders boxed anew. */
  function catchUpCollateral(): void {
    for (const row of changedCollateral.take()) {
      if (row >= state.poolAssets.table.size) continue;
      const version = state.poolAssets.collateralVersion.get(row);
      if ((collateralSeen[row] ?? 0) === version) continue;
      collateralSeen[row] = version;
      const accountRows = holdersOfAsset(state, row);
      sharedTriggers.refresh(accountRows);
      notices.refresh(accountRows);
    }
  }

  /** Scenario vectors by which each pool's portfolio accounts were boxed. */
  const scenariosSeen: number[] = [];
  const changedPools = state.pools.table.follow();

  /** Portfolio accounts of a pool that got other vectors have new boxes made. */
  function catchUpScenarios(): void {
    for (const row of changedPools.take()) {
      if (row >= state.pools.table.size) continue;
      const version = state.pools.scenarioVersion.get(row);
      if ((scenariosSeen[row] ?? 0) === version) continue;
      scenariosSeen[row] = version;
      sharedTriggers.refresh([...portfolioAccountsOf(row)]);
    }
  }

  function portfolioAccountsOf(poolRow: number): ReadonlySet<number> {
    for (const row of changedModes.take()) placeByMode(row);
    return portfolioOf(poolRow);
  }

  /** Keys every changed account anew, and forgets the order of queues whose members changed. */
  function catchUp(): void {
    catchUpMembers();
    catchUpTerms();
    catchUpCollateral();
    catchUpScenarios();
    const accountRows = changedAccounts(state, changed);
    if (accountRows.length === 0) return;
    triggers.refresh(accountRows);
    sharedTriggers.refresh(accountRows);
    notices.refresh(accountRows);
    for (const accountRow of accountRows)
      if (accountRow < state.accounts.table.size)
        queueOf(state.accounts.pool.get(accountRow)).touch(accountRow);
  }

  /** Who is queued: all that most commands need to know. */
  function catchUpMembers(): void {
    for (const accountRow of changedMembers.take()) {
      if (accountRow >= state.accounts.table.size) {
        for (const queue of queues) queue?.remove(accountRow);
        continue;
      }
      const queue = queueOf(state.accounts.pool.get(accountRow));
      const isQueued = state.accounts.isQueued.get(accountRow) === 1;
      if (!isQueued) queue.remove(accountRow);
      else if (!queue.members.has(accountRow)) queue.add(accountRow);
    }
  }

  /** What the queued are judged by, prices and terms, as it was when they were looked at. */
  const seen = { assets: new Map<number, string>(), pools: new Map<number, string>() };

  /** Pools where a price or the way of liquidating has changed look at all their queued anew. */
  function catchUpPrices(): void {
    const { instruments, poolAssets, pools } = state;
    for (const row of changedInstruments.take())
      if (row < instruments.table.size) queueOf(instruments.pool.get(row)).touchAll();
    for (const row of changedAssets.take()) {
      if (row >= poolAssets.table.size) continue;
      const judgedBy = [
        poolAssets.price,
        poolAssets.priceTimeMs,
        poolAssets.borrowIndex,
        poolAssets.collateralVersion,
      ].map((c) => c.get(row));
      if (isNew(seen.assets, row, judgedBy.join())) queueOf(poolAssets.pool.get(row)).touchAll();
    }
    for (const row of changedPolicies.take()) {
      if (row >= pools.table.size) continue;
      const policy = Object.values(liquidationPolicyOf(state, row) ?? {});
      if (
        isNew(
          seen.pools,
          row,
          [pools.scenarioVersion.get(row), pools.haltedUntilMs.get(row), ...policy].join(),
        )
      )
        queueOf(row).touchAll();
    }
  }

  const changedLevels = state.pools.table.follow();
  const levelsSeen = new Map<number, string>();

  /** Pools with other notice levels have all their accounts keyed anew. */
  function catchUpLevels(): void {
    const { pools, instruments } = state;
    for (const row of changedLevels.take()) {
      if (row >= pools.table.size) continue;
      const levels = [pools.warningHealthPpm, pools.callHealthPpm].map((level) => level.get(row)).join();
      if (!isNew(levelsSeen, row, levels) || levels === '0,0') continue;
      for (const instrumentRow of lists.instruments(row, instruments.table, instruments.pool))
        notices.rebuild(instrumentRow, holdersOf(instrumentRow));
    }
  }

  function holdersOf(instrumentRow: number): readonly number[] {
    const rows = (['long', 'short'] as const).flatMap((side) => [...holders(instrumentRow, side)]);
    return [...new Set(rows.map((position) => state.positions.account.get(position)))];
  }

  /** Null where nobody is queued. */
  function queueUpToDate(poolRow: number): LiquidationQueue | null {
    catchUpMembers();
    const queue = queueOf(poolRow);
    if (queue.members.size === 0) return null;
    catchUp();
    catchUpPrices();
    return queue;
  }

  function queueOf(poolRow: number): LiquidationQueue {
    queues[poolRow] ??= createLiquidationQueue({
      equityOf: (accountRow) => equityNow(state, accountRow),
      // A shared account's shortage counts in the asset it is valued in, until its takeover says in which it arises.
      bookOf: (accountRow) => valuedInPoolAsset(state, accountRow),
      dueMs: (accountRow, timeMs) => nextStepMs(state, accountRow, timeMs),
    });
    return queues[poolRow];
  }

  return {
    holders,
    deleverageLine,
    inventory,
    sharedTriggers() {
      catchUp();
      return sharedTriggers;
    },
    triggers() {
      catchUp();
      return triggers;
    },
    notices() {
      catchUp();
      catchUpLevels();
      return notices;
    },
    queuedOf(poolRow) {
      catchUpMembers();
      return queueOf(poolRow).members;
    },
    queuedShortage(poolAssetRow) {
      return queueUpToDate(state.poolAssets.pool.get(poolAssetRow))?.shortage(poolAssetRow) ?? 0n;
    },
    nextQueued(poolRow, timeMs) {
      const queue = queueUpToDate(poolRow);
      return queue === null ? -1 : queue.next(timeMs);
    },
    portfolioAccountsOf,
    instrumentsOf(poolRow) {
      return lists.instruments(poolRow, state.instruments.table, state.instruments.pool);
    },
    poolAssetsOf(poolRow) {
      return lists.poolAssets(poolRow, state.poolAssets.table, state.poolAssets.pool);
    },
  };
}

function isNew(seen: Map<number, string>, row: number, value: string): boolean {
  if (seen.get(row) === value) return false;
  seen.set(row, value);
  return true;
}

/** When the queued account has something to do: Infinity where no price may decide about it. */
function nextStepMs(state: State, accountRow: number, timeMs: number): number {
  if (!hasRisk(state, accountRow)) return timeMs;
  return mayDecide(state, accountRow, timeMs)
    ? liquidationDueMs(state, accountRow, timeMs)
    : firstUsableMs(state, accountRow, timeMs);
}

/** When the first mark of the account's positions may decide again, as halts end; Infinity where only a change can say. */
function firstUsableMs(state: State, accountRow: number, timeMs: number): number {
  const { lots, instrument } = state.positions;
  return positionsOf(state, accountRow)
    .filter((row) => lots.get(row) !== 0n)
    .map((row) => markUsableMs(state, instrument.get(row), timeMs))
    .filter((usableMs) => usableMs > timeMs)
    .reduce((first, usableMs) => Math.min(first, usableMs), Number.POSITIVE_INFINITY);
}

/** Rows of a small table by pool, made anew whenever rows have come or gone. */
function listsByPool() {
  let lists: number[][] = [];
  let generationSeen = -1;
  return (poolRow: number, table: Table, pool: WholeColumn): readonly number[] => {
    if (table.generation !== generationSeen) {
      lists = [];
      for (let row = 0; row < table.size; row++) {
        const list = lists[pool.get(row)];
        if (list === undefined) lists[pool.get(row)] = [row];
        else list.push(row);
      }
      generationSeen = table.generation;
    }
    return lists[poolRow] ?? [];
  };
}
