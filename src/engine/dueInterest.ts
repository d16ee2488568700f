/** Which lent assets a command touches: their interest accrues to its time before it is decided. */
import { assetsOf, isSpot } from './accountParts.js';
import type { Command } from './command.js';
import type { Event } from './event.js';
import { pairKey, type State } from './state.js';

/** Rows of pool assets that have something to accrue, in order: what the command is about, and what its decision found lagging. */
export function dueInterest(
  state: State,
  command: Command,
  timeMs: number,
  lagging: readonly number[],
): readonly number[] {
  const { poolAssets } = state;
  return [...new Set([...touchedBy(state, command), ...lagging])]
    .filter((row) => poolAssets.isLending.get(row) === 1 && poolAssets.accruedTimeMs.get(row) < timeMs)
    .sort((a, b) => a - b);
}

/** Assets in which the events change debts whose interest has not accrued up to now. */
export function laggingDebts(state: State, events: readonly Event[], timeMs: number): readonly number[] {
  const { accountAssets, poolAssets } = state;
  const rows = events
    .flatMap((event) => ('debts' in event ? event.debts : []))
    .map(({ accountAssetRow }) => accountAssets.poolAsset.get(accountAssetRow));
  return [...new Set(rows)].filter(
    (row) => poolAssets.isLending.get(row) === 1 && poolAssets.accruedTimeMs.get(row) < timeMs,
  );
}

function touchedBy(state: State, command: Command): number[] {
  switch (command.kind) {
    case 'supply':
    case 'withdrawSupply':
      return poolAssetNamed(state, state.pools.names.rowOf(command.pool), command.asset);
    case 'borrow':
    case 'repay': {
      const accountRow = state.accounts.names.rowOf(command.account);
      return accountRow < 0 ? [] : poolAssetNamed(state, state.accounts.pool.get(accountRow), command.asset);
    }
    case 'takeOver':
      return owedBy(state, command.accountRow);
    case 'fill': {
      const instrumentRow = state.instruments.names.rowOf(command.instrument);
      return instrumentRow < 0 || !isSpot(state, instrumentRow) ? [] : assetsOfPair(state, instrumentRow);
    }
    default:
      return [];
  }
}

function assetsOfPair(state: State, instrumentRow: number): number[] {
  const { pool, poolAsset, listed } = state.instruments;
  const base = listed[instrumentRow]?.definition.base as string;
  return [poolAsset.get(instrumentRow), ...poolAssetNamed(state, pool.get(instrumentRow), base)];
}

function owedBy(state: State, accountRow: number): number[] {
  const { debtShares, poolAsset } = state.accountAssets;
  return assetsOf(state, accountRow)
    .filter((row) => debtShares.get(row) !== 0n)
    .map((row) => poolAsset.get(row));
}

function poolAssetNamed(state: State, poolRow: number, asset: string): number[] {
  const assetRow = state.assets.names.rowOf(asset);
  const row = poolRow < 0 || assetRow < 0 ? undefined : state.poolAssetRows.get(pairKey(poolRow, assetRow));
  return row === undefined ? [] : [row];
}
