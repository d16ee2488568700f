/** Where a position stands if its side has to give lots: its rank, five lights, and how many lots are ahead of it. */
import { formatMinor, mulDivCeil } from '../base/index.js';
import { rankOf } from '../engine/deleverageRank.js';
import { listedInstrument, type Situation } from '../engine/index.js';
import { formatQuantity } from './scale.js';

export interface DeleverageRankView {
  /** 1 is first; null where nothing can be taken: no profit, or no equity. */
  readonly rank: number | null;
  /** 5: first, or in the first fifth of what could be taken; 1: the last; 0: no place. */
  readonly light: number;
  /** Lots up to and with this rank over all that could be taken, 6 decimals, rounded up; null without a place. */
  readonly quantile: string | null;
  /** It gives nothing until more than this is needed; where lots are shared none is ahead. */
  readonly ahead: string | null;
  /** `placed`, or why it has no place. */
  readonly reason: string;
}

const QUANTILE_DECIMALS = 6;

/** Null of a flat position, and before the first mark. */
export function deleverageRankView(situation: Situation, positionRow: number): DeleverageRankView | null {
  const preview = rankOf(situation, positionRow);
  if (preview === null) return null;
  const { rank, light, quantile, lotsAhead, reason } = preview;
  const { state } = situation;
  const listed = listedInstrument(state, state.positions.instrument.get(positionRow));
  return {
    rank,
    light,
    quantile:
      quantile === null
        ? null
        : formatMinor(
            mulDivCeil(quantile.numerator, 10n ** BigInt(QUANTILE_DECIMALS), quantile.denominator),
            QUANTILE_DECIMALS,
          ),
    ahead: lotsAhead === null ? null : formatQuantity(lotsAhead, listed),
    reason,
  };
}
