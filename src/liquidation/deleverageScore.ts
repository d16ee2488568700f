/**
 * How much a winner gains and how hard it leans: the scores by which venues queue winners for deleveraging,
 * as exact fractions, and none where there is nothing to take.
 */
import { abs, max, min, PPM } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';
import { compareFractions } from './fraction.js';

/** The published scores, in the order of their codes: append, never reorder. */
export const DELEVERAGE_SCORES = ['bitmex', 'binance', 'bybit', 'okx', 'hyperliquid'] as const;

export type DeleverageScore = (typeof DELEVERAGE_SCORES)[number];

/**
 * One position as a candidate. Amounts are in minor units of the settlement asset, or all of them in one
 * same finer unit where a mark does not give whole minor units: only their ratios count.
 */
export interface DeleverageCandidate {
  readonly row: number;
  /** Signed: long positive. */
  readonly lots: bigint;
  /** Signed cost of the whole position. */
  readonly cost: bigint;
  /** What stands behind the position without its unrealized PnL, accrued funding included. */
  readonly collateral: bigint;
  /** Signed value of the whole position at the guarded mark. Unrealized PnL is this less cost. */
  readonly markValue: bigint;
  /**
   * Signed lots that its account holds in all when what hedges the position is taken off: of both legs, or of
   * other instruments that the caller counts as a hedge. Left out: nothing hedges it.
   */
  readonly netLots?: bigint;
  /** The leverage its holder chose, in ppm of one; read by `bybit` only. Left out: effective leverage. */
  readonly leveragePpm?: bigint;
}

/** Why a candidate has no place: nothing held, no profit at the mark, no equity behind it. */
export type NoPlace = 'noPosition' | 'noProfit' | 'noEquity';

/** What the scores are made of; a hedged position counts with its net part, over `whole`. */
interface Parts {
  readonly profit: bigint;
  readonly cost: bigint;
  readonly notional: bigint;
  readonly equity: bigint;
  readonly collateral: bigint;
  readonly net: bigint;
  readonly whole: bigint;
  readonly leveragePpm: bigint | undefined;
}

export interface ScoreRule {
  readonly score: DeleverageScore;
  /** Prices turn into values the other way round in an inverse contract. */
  readonly payoff: 'linear' | 'inverse';
}

/**
 * The score of a candidate, or why it has no place. Only winners have one, whatever a venue's formula would
 * give a loser. Symbols: u unrealized PnL, K size of cost, N size of the value at the mark, both of the net
 * part of a hedged position; C collateral, E = C + u equity, L leverage chosen, P mark and Q entry price.
 *
 * bitmex       (u / K) x N / (N - N at bankruptcy) = (u / K) x (N / E)      BitMEX, "Auto-Deleveraging"
 * binance      (u / N) x N / (C + u) = u / E                                Binance, FAQ 360033525471; adl.finance
 * bybit        (price change in favour) x L                                 Bybit, "Auto-Deleveraging"; adl.finance
 * okx          (u / C) / (C / N)                                            OKX, "Introduction to Auto-deleveraging"
 * hyperliquid  (P / Q) x (N / E), for longs and shorts alike                Hyperliquid Docs, "Auto-deleveraging"
 *
 * Where a formula divides by nothing the score is over zero and stands before all others: the winner paid
 * nothing for what it gains (`bitmex`, `bybit`, `hyperliquid`), or nothing stands behind it (`okx`). A position
 * that is hedged in full has the score zero.
 */
export function deleverageScore(rule: ScoreRule, candidate: DeleverageCandidate): Fraction | NoPlace {
  const parts = partsOf(candidate);
  if (typeof parts === 'string') return parts;
  if (parts.net === 0n) return { numerator: 0n, denominator: 1n };
  const { numerator, denominator } = FORMULAS[rule.score](parts, rule.payoff);
  const times = rule.score === 'okx' ? 2n : 1n;
  // A part of the position carries a part of profit and of notional; profit over cost stays what it is.
  return { numerator: numerator * parts.net ** times, denominator: denominator * parts.whole ** times };
}

/** Effective leverage of the net part, N / E, or why there is no place: the weight of the risk-aware policy. */
export function effectiveLeverage(candidate: DeleverageCandidate): Fraction | NoPlace {
  const parts = partsOf(candidate);
  if (typeof parts === 'string') return parts;
  const { notional, net, equity, whole } = parts;
  return { numerator: notional * net, denominator: equity * whole };
}

/** The lots of a position that nothing in its account hedges: its own side of the account's net. */
export function unhedgedLots({ lots, netLots = lots }: DeleverageCandidate): bigint {
  const net = lots < 0n ? -netLots : netLots;
  return max(0n, min(net, abs(lots)));
}

/** Above zero when `a` is the higher score. A fraction over zero is above all others. */
export function compareScores(a: Fraction, b: Fraction): number {
  if (a.denominator === 0n || b.denominator === 0n) {
    return Number(a.denominator === 0n) - Number(b.denominator === 0n);
  }
  return compareFractions(a, b);
}

/**
 * An account at or below its maintenance margin keeps its place, since losing the position may be what makes
 * it healthy; one without equity cannot become so, since deleveraging never pays more than the mark.
 */
function partsOf(candidate: DeleverageCandidate): Parts | NoPlace {
  const { lots, cost, collateral, markValue, leveragePpm } = candidate;
  if (lots === 0n) return 'noPosition';
  const profit = markValue - cost;
  const equity = collateral + profit;
  if (profit <= 0n) return 'noProfit';
  if (equity <= 0n) return 'noEquity';
  return {
    profit,
    cost: abs(cost),
    notional: abs(markValue),
    equity,
    collateral,
    net: unhedgedLots(candidate),
    whole: abs(lots),
    leveragePpm,
  };
}

type Formula = (parts: Parts, payoff: ScoreRule['payoff']) => Fraction;

const FORMULAS: Readonly<Record<DeleverageScore, Formula>> = {
  bitmex: ({ profit, cost, notional, equity }) => ({
    numerator: profit * notional,
    denominator: cost * equity,
  }),
  binance: ({ profit, equity }) => ({ numerator: profit, denominator: equity }),
  bybit: (parts, payoff) => {
    const { profit, cost, notional, equity, leveragePpm } = parts;
    // Linear: (N - K) / K. Inverse, where values go as one over prices: the same over the value at the mark.
    const entry = payoff === 'linear' ? cost : notional;
    return leveragePpm === undefined
      ? { numerator: profit * notional, denominator: entry * equity }
      : { numerator: profit * leveragePpm, denominator: entry * PPM };
  },
  okx: ({ profit, notional, collateral }) => ({
    numerator: profit * notional,
    denominator: collateral > 0n ? collateral * collateral : 0n,
  }),
  hyperliquid: ({ cost, notional, equity }, payoff) =>
    payoff === 'linear'
      ? { numerator: notional * notional, denominator: cost * equity }
      : { numerator: cost, denominator: equity },
};
