/**
 * What follows from the state and is kept beside it so that nothing scans: trigger index, liquidation queues,
 * lists by pool. It follows the changes of the tables and catches up when asked; nothing of it is hashed.
 */
import type { Table, WholeColumn } from '../base/table.js';
import { equityNow, mayDecide } from './accountHealth.js';
import { marginModeOf } from './accountMargin.js';
import { hasRisk } from './accountParts.js';
import { createHolders, type Holders } from './holders.js';
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
  /** Accounts of a pool that wait for liquidation, in no order. */
  queuedOf(poolRow: number): ReadonlySet<number>;
  /** The next account to liquidate: lowest equity first, among those whose mark may decide; -1 for none. */
  nextQueued(poolRow: number, timeMs: number): number;
  /** Accounts of the pool in mode portfolio, in no order. */
  portfolioAccountsOf(poolRow: number): ReadonlySet<number>;
  instrumentsOf(poolRow: number): readonly number[];
  poolAssetsOf(poolRow: number): readonly number[];
}

interface Queue {
  readonly members: Set<number>;
  /** Members by equity, the lowest last; null when it has to be made anew. */
  sorted: number[] | null;
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
  const changedTerms = state.instruments.table.follow();
  const holders = createHolders(state);
  const queues: Queue[] = [];
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
      const rows = (['long', 'short'] as const).flatMap((side) => [...holders(row, side)]);
      const accountRows = [...new Set(rows.map((position) => state.positions.account.get(position)))];
      triggers.rebuild(row, accountRows);
      sharedTriggers.refresh(accountRows);
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
    catchUpScenarios();
    const accountRows = changedAccounts(state, changed);
    if (accountRows.length === 0) return;
    triggers.refresh(accountRows);
    sharedTriggers.refresh(accountRows);
    for (const accountRow of accountRows) {
      if (accountRow >= state.accounts.table.size) continue;
      const queue = queueOf(state.accounts.pool.get(accountRow));
      if (queue.members.has(accountRow)) queue.sorted = null;
    }
  }

  /** Who is queued: all that most commands need to know. */
  function catchUpMembers(): void {
    for (const accountRow of changedMembers.take()) {
      if (accountRow >= state.accounts.table.size) continue;
      const queue = queueOf(state.accounts.pool.get(accountRow));
      if (state.accounts.isQueued.get(accountRow) === 0) queue.members.delete(accountRow);
      else if (!queue.members.has(accountRow)) {
        queue.members.add(accountRow);
        queue.sorted = null;
      }
    }
  }

  function queueOf(poolRow: number): Queue {
    queues[poolRow] ??= { members: new Set(), sorted: null };
    return queues[poolRow];
  }

  return {
    holders,
    sharedTriggers() {
      catchUp();
      return sharedTriggers;
    },
    triggers() {
      catchUp();
      return triggers;
    },
    queuedOf(poolRow) {
      catchUpMembers();
      return queueOf(poolRow).members;
    },
    nextQueued(poolRow, timeMs) {
      catchUpMembers();
      const queue = queueOf(poolRow);
      if (queue.members.size === 0) return -1;
      catchUp();
      for (const row of changedInstruments.take()) {
        if (row < state.instruments.table.size) queueOf(state.instruments.pool.get(row)).sorted = null;
      }
      queue.sorted ??= byEquity(state, queue.members);
      const waiting: number[] = [];
      let next = -1;
      while (next < 0 && queue.sorted.length > 0) {
        const accountRow = queue.sorted[queue.sorted.length - 1] as number;
        if (!queue.members.has(accountRow)) queue.sorted.pop();
        else if (!hasRisk(state, accountRow) || mayDecide(state, accountRow, timeMs)) next = accountRow;
        else waiting.push(queue.sorted.pop() as number);
      }
      for (const accountRow of waiting.reverse()) queue.sorted.push(accountRow);
      return next;
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

/** Lowest equity last; of equals the lower row last, so that it goes first. */
function byEquity(state: State, members: ReadonlySet<number>): number[] {
  return [...members]
    .map((accountRow) => ({ accountRow, equity: equityNow(state, accountRow) }))
    .sort((a, b) => (a.equity < b.equity ? 1 : a.equity > b.equity ? -1 : b.accountRow - a.accountRow))
    .map(({ accountRow }) => accountRow);
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
