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

  function sidesOf(instrumentRow: number): Sides {
    byInstrument[instrumentRow] ??= { long: new Set(), short: new Set() };
    return byInstrument[instrumentRow];
  }

  function catchUp(): void {
    for (const row of changed.take()) {
      if (row >= positions.table.size) {
        // The row was taken back: whatever instrument it had, nobody holds it.
        for (const sides of byInstrument) {
          sides?.long.delete(row);
          sides?.short.delete(row);
        }
        continue;
      }
      if (positions.account.get(row) < 0) continue;
      const { long, short } = sidesOf(positions.instrument.get(row));
      const lots = positions.lots.get(row);
      if (lots > 0n) long.add(row);
      else long.delete(row);
      if (lots < 0n) short.add(row);
      else short.delete(row);
    }
  }

  return (instrumentRow, side) => {
    catchUp();
    return sidesOf(instrumentRow)[side];
  };
}
