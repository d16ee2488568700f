/** Where a position would stand if its side had to give lots now: for showing, before anything is taken. */
import { previewOfOrder, type RankPreview } from '../liquidation/index.js';
import type { Situation } from './decision.js';
import type { DeleverageLine } from './deleverageLines.js';

/** Null for no position, or before the first mark. */
export function rankOf({ state, derived }: Situation, positionRow: number): RankPreview | null {
  const { positions, instruments } = state;
  const instrumentRow = positions.instrument.get(positionRow);
  const lots = positions.lots.get(positionRow);
  if (lots === 0n || instruments.markTicks.get(instrumentRow) === 0n) return null;
  return (
    ranksOf(derived.deleverageLine(instrumentRow, lots > 0n ? 'long' : 'short')).get(positionRow) ?? null
  );
}

type Ranks = ReadonlyMap<number, RankPreview>;

/** A side is ranked once for all who ask before anything changes. */
const KEPT = new WeakMap<DeleverageLine, { readonly version: number; readonly ranks: Ranks }>();

function ranksOf(line: DeleverageLine): Ranks {
  const kept = KEPT.get(line);
  if (kept?.version === line.version) return kept.ranks;
  const previews = previewOfOrder(line.policy, { placed: line.placed, unplaced: line.unplaced() });
  const ranks = new Map(previews.map((preview) => [preview.row, preview]));
  KEPT.set(line, { version: line.version, ranks });
  return ranks;
}
