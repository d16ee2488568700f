/**
 * Who stands in line for deleveraging: one side of an instrument, ranked by the policy of its pool. A crisis asks again and
 * again between two marks, so lines are kept, and only positions whose account changed are placed anew.
 */
import {
  comparePlaced,
  type DeleverageCandidate,
  type DeleveragePolicy,
  type NoPlace,
  type PlacedCandidate,
  scoreUnder,
} from '../liquidation/index.js';
import { hasClosedForm, positionsOf } from './accountParts.js';
import { candidateOf, payoffOf } from './deleverageCandidate.js';
import type { Holders } from './holders.js';
import type { State } from './state.js';
import { changedAccounts } from './triggers.js';
import { waterfallOf } from './waterfallStore.js';

export interface DeleverageLine {
  readonly policy: DeleveragePolicy;
  /** Another after each change. */
  readonly version: number;
  /** First in line first. */
  readonly placed: readonly PlacedCandidate[];
  /** Those without a place, by row. */
  unplaced(): readonly Unplaced[];
}

/** Of margin accounts on that side of the instrument, as they stand now; it holds until something changes. */
export type DeleverageLines = (instrumentRow: number, side: 'long' | 'short') => DeleverageLine;

interface Unplaced {
  readonly candidate: DeleverageCandidate;
  readonly reason: NoPlace;
}

interface Line extends DeleverageLine {
  version: number;
  readonly placed: PlacedCandidate[];
  readonly placeOf: Map<number, PlacedCandidate>;
  readonly without: Map<number, Unplaced>;
  readonly poolRow: number;
  /** Positions of accounts that are judged whole: any price of the pool may change what stands behind them. */
  readonly shared: Set<number>;
}

export function createDeleverageLines(state: State, holders: Holders): DeleverageLines {
  const { positions, instruments, poolAssets, accountAssets } = state;
  const changed = {
    ledger: state.ledger.table.follow(),
    accounts: state.accounts.table.follow(),
    positions: positions.table.follow(),
  };
  const changedPositions = positions.table.follow();
  const changedInstruments = instruments.table.follow();
  const changedAssets = poolAssets.table.follow();
  const changedBalances = accountAssets.table.follow();
  const lines = new Map<string, Line>();
  /** By asset of a pool: what of it decides about equity, as it was. */
  const pricesSeen: string[] = [];
  /** Position to the line it was put in. */
  const keyOfRow: string[] = [];

  function build(instrumentRow: number, side: 'long' | 'short'): Line {
    const { deleveraging: policy } = waterfallOf(state, instruments.poolAsset.get(instrumentRow));
    const without = new Map<number, Unplaced>();
    const unplaced = () => [...without.values()].sort((a, b) => a.candidate.row - b.candidate.row);
    const line: Line = {
      policy,
      poolRow: instruments.pool.get(instrumentRow),
      version: 0,
      placed: [],
      placeOf: new Map(),
      without,
      shared: new Set(),
      unplaced,
    };
    for (const row of holders(instrumentRow, side)) {
      keyOfRow[row] = keyOf(instrumentRow, side);
      const place = judge(line, row);
      if (place !== null) line.placed.push(place);
    }
    line.placed.sort(comparePlaced);
    return line;
  }

  /** The place of a position, or null without one; noted in the line but for its order. */
  function judge(line: Line, row: number): PlacedCandidate | null {
    const candidate = candidateOf(state, row);
    const payoff = payoffOf(state, positions.instrument.get(row));
    const score = scoreUnder({ policy: line.policy, payoff }, candidate);
    if (!hasClosedForm(state, positions.account.get(row))) line.shared.add(row);
    if (typeof score === 'string') {
      line.without.set(row, { candidate, reason: score });
      return null;
    }
    const place = { candidate, score };
    line.placeOf.set(row, place);
    return place;
  }

  function takeOut(row: number): void {
    const line = lines.get(keyOfRow[row] ?? '');
    if (line === undefined) return;
    line.version++;
    line.shared.delete(row);
    line.without.delete(row);
    const place = line.placeOf.get(row);
    if (place === undefined) return;
    line.placeOf.delete(row);
    line.placed.splice(insertionPoint(line.placed, place), 1);
  }

  function putIn(row: number): void {
    if (row >= positions.table.size || positions.account.get(row) < 0) return;
    const lots = positions.lots.get(row);
    if (lots === 0n) return;
    const key = keyOf(positions.instrument.get(row), lots > 0n ? 'long' : 'short');
    keyOfRow[row] = key;
    const line = lines.get(key);
    if (line === undefined) return;
    line.version++;
    const place = judge(line, row);
    if (place !== null) line.placed.splice(insertionPoint(line.placed, place), 0, place);
  }

  function catchUp(): void {
    for (const instrumentRow of changedInstruments.take()) {
      for (const side of ['long', 'short'] as const) lines.delete(keyOf(instrumentRow, side));
      if (instrumentRow < instruments.table.size) dropShared(instruments.pool.get(instrumentRow));
    }
    for (const row of changedAssets.take()) {
      if (row >= poolAssets.table.size) continue;
      const prices = `${poolAssets.price.get(row)} ${poolAssets.borrowIndex.get(row)}`;
      if (pricesSeen[row] === prices) continue;
      pricesSeen[row] = prices;
      dropShared(poolAssets.pool.get(row));
    }
    const accountRows = new Set(changedAccounts(state, changed));
    for (const row of changedBalances.take())
      if (row < accountAssets.table.size) accountRows.add(accountAssets.account.get(row));
    const rows = new Set(changedPositions.take());
    if (lines.size === 0) return;
    for (const accountRow of accountRows)
      if (accountRow < state.accounts.table.size)
        for (const row of positionsOf(state, accountRow)) rows.add(row);
    for (const row of rows) {
      takeOut(row);
      putIn(row);
    }
  }

  /** A price of the pool has changed: what stands behind accounts that are judged whole is another. */
  function dropShared(poolRow: number): void {
    for (const [key, { shared, poolRow: of }] of lines)
      if (of === poolRow && shared.size > 0) lines.delete(key);
  }

  return (instrumentRow, side) => {
    catchUp();
    const key = keyOf(instrumentRow, side);
    const known = lines.get(key);
    const { deleveraging } = waterfallOf(state, instruments.poolAsset.get(instrumentRow));
    if (known !== undefined && known.policy === deleveraging) return known;
    const line = build(instrumentRow, side);
    lines.set(key, line);
    return line;
  };
}

function keyOf(instrumentRow: number, side: 'long' | 'short'): string {
  return `${instrumentRow}/${side}`;
}

/** Where a place stands, or would. */
function insertionPoint(placed: readonly PlacedCandidate[], place: PlacedCandidate): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaced(placed[middle] as PlacedCandidate, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
