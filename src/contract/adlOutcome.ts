/** What each account of a deleveraging question would keep and forgo, and whether it may be taken, in whole numbers. */
import { assert } from '../base/assert.js';
import { parseMinor } from '../base/decimal.js';
import { abs, divCeil, divFloor, max, mulDivCeil, PPM } from '../base/integers.js';
import {
  type DeleverageCandidate,
  type DeleveragePolicy,
  deleveragingValue,
  isEligible,
  neededLots,
  type TakeoverInDeficit,
} from '../liquidation/index.js';
import type { Fraction } from '../market/payoff.js';
import {
  type AdlTerms,
  candidateOf,
  lotsOf,
  priceAtValue,
  termsOf,
  truncated,
  valueAt,
  valueSignOf,
} from './adlNumbers.js';
import type { AdlDocument, AdlPositionDocument } from './adlSchema.js';

/** A document in whole numbers. */
export interface AdlBook {
  readonly terms: AdlTerms;
  readonly document: AdlDocument;
  readonly policy: DeleveragePolicy;
  readonly takeover: TakeoverInDeficit;
  /** By row: rows go by id, so that the order of the document does not matter. */
  readonly positions: readonly AdlPositionDocument[];
}

export function bookOf(document: AdlDocument, policy: DeleveragePolicy): AdlBook {
  const terms = termsOf(document);
  const { side, contracts, entryPrice, collateral } = document.deficit;
  const lots = lotsIn(terms, contracts);
  const takeover = {
    lots: side === 'long' ? lots : -lots,
    cost: valueSignOf(terms, side) * truncated(valueAt(terms, lots, entryPrice)),
    collateral: minorIn(terms, collateral),
  };
  const positions = document.positions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { terms, document, policy, takeover, positions };
}

/** Below zero equity at the mark, as a size, rounded up: PnL is what the position is worth less what it cost. */
export function shortfallOf({ terms, document, takeover }: AdlBook): bigint {
  const { numerator, denominator } = valueAt(terms, abs(takeover.lots), document.markPrice);
  const value = divFloor(valueSignOf(terms, document.deficit.side) * numerator, denominator);
  return max(0n, takeover.cost - takeover.collateral - value);
}

export function neededOf({ terms, document, takeover }: AdlBook, shortMinor: bigint): bigint {
  if (document.needed !== undefined) return lotsIn(terms, document.needed);
  const budgetMinor = minorIn(terms, document.fund ?? '0');
  return neededLots({ lots: takeover.lots, shortMinor, budgetMinor });
}

export function bankruptcyPriceOf({ terms, document, takeover }: AdlBook): Fraction | null {
  const sign = valueSignOf(terms, document.deficit.side);
  const numerator = sign * (takeover.cost - takeover.collateral);
  return priceAtValue(terms, abs(takeover.lots), { numerator, denominator: 1n });
}

export function candidatesOf({ terms, document, positions }: AdlBook): DeleverageCandidate[] {
  return positions.flatMap((position, row) =>
    position.side === document.deficit.side ? [] : [candidateOf(terms, document.markPrice, position, row)],
  );
}

export interface AdlOutcome {
  /** Profit on what is taken, and what the mark would have given besides. In minor units. */
  readonly kept: bigint;
  readonly forgone: bigint;
}

export function outcomeOf(
  { terms, document, takeover, positions }: AdlBook,
  row: number,
  lots: bigint,
): AdlOutcome {
  if (lots === 0n) return { kept: 0n, forgone: 0n };
  const { side, contracts, entryPrice } = positions[row] as AdlPositionDocument;
  const sign = valueSignOf(terms, side);
  const all = lotsIn(terms, contracts);
  const cost = mulDivCeil(sign * truncated(valueAt(terms, all, entryPrice)), lots, all);
  const { numerator, denominator } = valueAt(terms, lots, document.markPrice);
  const kept = deleveragingValue(takeover, lots) - cost;
  return { kept, forgone: divFloor(sign * numerator, denominator) - cost - kept };
}

/** LIQ-06 at its turn: not in loss where it is closed, and above maintenance margin with what is left. */
export function isWinner(book: AdlBook, row: number, candidateLots: bigint, lots: bigint): boolean {
  const { terms, document, takeover, positions } = book;
  const { side, contracts, entryPrice, balance } = positions[row] as AdlPositionDocument;
  const { kept } = outcomeOf(book, row, lots);
  const left = lotsIn(terms, contracts) - lots;
  const sign = valueSignOf(terms, side);
  const value = valueAt(terms, left, document.markPrice);
  const cost = divCeil(
    sign * valueAt(terms, left, entryPrice).numerator,
    valueAt(terms, left, entryPrice).denominator,
  );
  const pnl = divFloor(sign * value.numerator, value.denominator) - cost;
  const rate = minorRate(document.maintenanceRate ?? '0');
  return isEligible({
    deficitLots: takeover.lots,
    candidateLots,
    // A candidate without a profit has no place and is never asked.
    profitAtMark: 1n,
    profitAtDeleveraging: kept,
    equityAfter: minorIn(terms, balance) + kept + pnl,
    maintenanceAfter: left === 0n ? -1n : divCeil(value.numerator * rate, value.denominator * PPM),
  });
}

/** Of sizes that were found to be whole lots. */
function lotsIn(terms: AdlTerms, contracts: string): bigint {
  const lots = lotsOf(terms, contracts);
  assert(lots !== null, 'sizes are whole lots');
  return lots;
}

/** Of text that was found to have no more decimals than can be counted. */
function minorIn({ decimals }: Pick<AdlTerms, 'decimals'>, text: string): bigint {
  const parsed = parseMinor(text, decimals);
  assert(parsed.ok, 'amounts are whole units');
  return parsed.value;
}

function minorRate(text: string): bigint {
  return minorIn({ decimals: 6 }, text);
}
