/**
 * The work a command has set off and that is not done yet: which pools, and how much of each one's budget is
 * left. Replay counts it down as records come, so that a journal that ends in the middle is taken up there.
 */
import { unreachable } from '../base/index.js';
import { type Command, type InternalCommand, isInternal } from './command.js';
import type { Situation } from './decision.js';
import type { EngineRecord } from './record.js';
import type { State } from './state.js';
import { nextWork } from './work.js';

export interface PendingWork {
  /** Pools that may still have work, the one at work first. */
  readonly pools: { readonly poolRow: number; budget: number }[];
}

export function noWork(): PendingWork {
  return { pools: [] };
}

/** The pools a command touched, each with its full budget. */
export function pendingWork(state: State, record: EngineRecord): PendingWork {
  const pools = poolsTouchedBy(state, record);
  return { pools: pools.map((poolRow) => ({ poolRow, budget: state.pools.workBudget.get(poolRow) })) };
}

/** The next internal command, counted against its pool's budget; null when everything is done or used up. */
export function nextPending(situation: Situation, { pools }: PendingWork): InternalCommand | null {
  for (let pool = pools[0]; pool !== undefined; pool = pools[0]) {
    const command = pool.budget > 0 ? nextWork(situation, pool.poolRow) : null;
    if (command !== null) {
      pool.budget -= costOf(command);
      return command;
    }
    pools.shift();
  }
  return null;
}

/** Counts an internal command that the journal holds. */
export function countWork(state: State, { pools }: PendingWork, command: Command): void {
  if (command.kind === 'quarantine') return;
  if (!isInternal(command)) return;
  const poolRow = poolOfWork(state, command);
  while (pools[0] !== undefined && pools[0].poolRow !== poolRow) pools.shift();
  if (pools[0] !== undefined) pools[0].budget -= costOf(command);
}

/** That a pool is sound, or no more, is recorded at no cost: no gain may slip out before it because a budget ran out. */
function costOf({ kind }: InternalCommand): number {
  return kind === 'assess' ? 0 : 1;
}

/** The pool whose work an internal command is. */
export function poolOfWork(state: State, command: InternalCommand): number {
  switch (command.kind) {
    case 'takeOver':
    case 'liquidate':
    case 'autoMargin':
      return state.accounts.pool.get(command.accountRow);
    case 'netTakeovers':
      return state.takeovers.pool.get(command.longRow);
    case 'unwindOutside':
    case 'orderUnwinding':
    case 'deleverage':
      return state.takeovers.pool.get(command.takeoverRow);
    case 'cover':
    case 'convertFund':
    case 'share':
    case 'clawBack':
    case 'payOutside':
    case 'bearLenderLoss':
      return state.poolAssets.pool.get(command.poolAssetRow);
    case 'carveRaised':
      return state.positions.pool.get(command.positionRow);
    case 'settleExpiry':
    case 'grandfatherHolders':
      return state.instruments.pool.get(command.instrumentRow);
    case 'assess':
    case 'quarantine':
      return command.poolRow;
    default:
      return unreachable(command);
  }
}

function poolsTouchedBy(state: State, record: EngineRecord): number[] {
  if (record.outcome.kind === 'rejected') return [];
  const pools: number[] = [];
  const add = (poolRow: number) => {
    if (!pools.includes(poolRow)) pools.push(poolRow);
  };
  for (const event of record.outcome.events) {
    if ('poolRow' in event) add(event.poolRow);
    if ('fromPoolRow' in event) add(event.fromPoolRow);
    if ('instrumentRow' in event) add(state.instruments.pool.get(event.instrumentRow));
    if ('takeoverRow' in event && event.takeoverRow >= 0) add(state.takeovers.pool.get(event.takeoverRow));
    if ('accountRow' in event) add(state.accounts.pool.get(event.accountRow));
    if (event.kind !== 'marked') continue;
    // What is older than what a pool has seen does nothing in it, and gives it no work.
    for (const { verdict, instrumentRow } of event.marks)
      if (verdict !== 'ignoredOld') add(state.instruments.pool.get(instrumentRow));
    for (const { verdict, poolAssetRow } of event.assetPrices)
      if (verdict !== 'ignoredOld') add(state.poolAssets.pool.get(poolAssetRow));
  }
  return pools.sort((a, b) => a - b);
}
