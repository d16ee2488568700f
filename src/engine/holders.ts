/** Who holds what: positions of margin accounts by instrument and side, kept up as positions change. */
import type { State } from './state.js';

export type Holders = (instrumentRow: number, side: 'long' | 'short') => ReadonlySet<number>;

interface Sides {
  readonly long: Set<number>;
  readonly short: Set<number>;
}

export function createHolders(state: State): Holders {
  const { positions } = state;
  const changed = positions.table.follow();
  const byInstrument: Sides[] = [];
  /** Position to the instrument under which it was noted: a row that was taken back may come again in another. */
  const notedIn: number[] = [];

  function sidesOf(instrumentRow: number): Sides {
    byInstrument[instrumentRow] ??= { long: new Set(), short: new Set() };
    return byInstrument[instrumentRow];
  }

  function forget(row: number): void {
    const sides = byInstrument[notedIn[row] ?? -1];
    sides?.long.delete(row);
    sides?.short.delete(row);
  }

  function catchUp(): void {
    for (const row of changed.take()) {
      forget(row);
      if (row >= positions.table.size || positions.account.get(row) < 0) continue;
      const instrumentRow = positions.instrument.get(row);
      notedIn[row] = instrumentRow;
      const lots = positions.lots.get(row);
      if (lots > 0n) sidesOf(instrumentRow).long.add(row);
      if (lots < 0n) sidesOf(instrumentRow).short.add(row);
    }
  }

  return (instrumentRow, side) => {
    catchUp();
    return sidesOf(instrumentRow)[side];
  };
}
