/**
 * Fire sales by nodes that sell only when a limit of leverage is broken, and then down to a buffer below it, round after
 * round: R. Cont, E. Schaanning, "Fire sales, indirect contagion and systemic stress testing", Norges Bank working paper
 * 2/2017.
 *
 *   leverage = (M + T) / C        M: what can be sold, T: what cannot, C: equity
 *   part sold = min(1, (M + T - b x C) / M)                    where leverage > limit; b: the buffer
 *   psi_k = (1 - F_k / s_k) x (1 - exp(-q_k / ((1 - F_k) x D_k)))    the fall of a price s_k, at 1 before, never below F_k
 *   cost to a holder = psi_k x what it keeps + a x psi_k x what it sells
 *
 * a: how much of the fall the seller itself bears, 1/2 where it sells along a straight line. A node without equity has no
 * leverage: it has failed, and sells everything or nothing, as asked.
 */
import { err, ok, type Result } from '../../base/index.js';
import { sharesFault } from './exposureNetwork.js';
import { amountsFault, columnSums, type Holdings, holdingsFault, lengthFault, sum } from './holdings.js';
import { firstFault, type NetworkFault, valueFault } from './networkFault.js';

export interface ThresholdQuestion {
  readonly holdings: Holdings;
  /** Assets of each node that it cannot sell, in money, before the shock. */
  readonly unsellable: readonly number[];
  /** What each node loses of them in the shock, in money. */
  readonly loss: readonly number[];
  /** Equity of each node before the shock, in money. */
  readonly equity: readonly number[];
  /** The part of its price that each asset loses in the shock, 0 to 1. */
  readonly shock: readonly number[];
  /** Of each asset the part of its first price below which buyers wait, 0 to under 1. */
  readonly floor: readonly number[];
  readonly limit: number;
  /** Leverage to which a node sells down; at most the limit, at least 1. */
  readonly buffer: number;
  /** a, 0 to 1. */
  readonly sellerShare: number;
  readonly failedNodes: 'sell' | 'stop';
  readonly roundsMax: number;
}

export interface ThresholdRound {
  /** Money sold of each asset, at the prices before the round's fall. */
  readonly sold: readonly number[];
  /** Prices after it, 1 before the shock. */
  readonly prices: readonly number[];
  /** Rows of those that sold. */
  readonly sellers: readonly number[];
  readonly loss: number;
}

export interface ThresholdAnswer {
  readonly nodes: readonly {
    readonly equity: number;
    readonly directLoss: number;
    readonly fireSaleLoss: number;
    /** What is left of what can be sold, at the last prices. */
    readonly held: number;
    /** Null without equity. */
    readonly leverage: number | null;
    /** `illiquid`: still above the limit, with nothing left to sell. `failed`: without equity. */
    readonly state: ThresholdState;
    /** First round after which it had no equity; 0: the shock took it. */
    readonly failedRound: number | null;
  }[];
  readonly prices: readonly number[];
  readonly rounds: readonly ThresholdRound[];
  readonly directLoss: number;
  readonly fireSaleLoss: number;
  /** Nobody had to sell any more before the rounds ran out. */
  readonly isQuiet: boolean;
}

export const THRESHOLD_STATES = ['stands', 'illiquid', 'failed'] as const;
export type ThresholdState = (typeof THRESHOLD_STATES)[number];

/** A money amount this small in proportion is no sale: sellers of a worthless remainder would go on for ever. */
const DUST = 1e-12;

export function thresholdDeleveraging(question: ThresholdQuestion): Result<ThresholdAnswer, NetworkFault> {
  const fault = questionFault(question);
  if (fault !== null) return err(fault);
  const books = openBooks(question);
  const prices = question.shock.map((fall) => 1 - fall);
  const rounds: ThresholdRound[] = [];
  let isQuiet = false;
  while (rounds.length < question.roundsMax && !isQuiet) {
    const parts = books.map((book) => partSold(question, book));
    const sellers = parts.flatMap((part, i) => (part > 0 ? [i] : []));
    isQuiet = sellers.length === 0;
    if (!isQuiet)
      rounds.push(sellRound(question, { books, prices, parts, sellers, round: rounds.length + 1 }));
  }
  if (!isQuiet) isQuiet = books.every((book) => partSold(question, book) === 0);
  return ok(answerOf(question, { books, prices, rounds, isQuiet }));
}

interface Book {
  readonly held: number[];
  readonly unsellable: number;
  readonly directLoss: number;
  readonly opening: number;
  equity: number;
  failedRound: number | null;
}

function openBooks({ holdings, unsellable, loss, equity, shock }: ThresholdQuestion): Book[] {
  return holdings.held.map((row, i) => {
    const taken = loss[i] as number;
    const directLoss = taken + row.reduce((total, amount, k) => total + amount * (shock[k] as number), 0);
    const left = (equity[i] as number) - directLoss;
    return {
      held: row.map((amount, k) => amount * (1 - (shock[k] as number))),
      unsellable: (unsellable[i] as number) - taken,
      directLoss,
      opening: sum(row) + (unsellable[i] as number),
      equity: left,
      failedRound: left <= 0 ? 0 : null,
    };
  });
}

function partSold({ limit, buffer, failedNodes }: ThresholdQuestion, book: Book): number {
  const marketable = sum(book.held);
  if (marketable <= DUST * book.opening) return 0;
  if (book.equity <= 0) return failedNodes === 'sell' ? 1 : 0;
  const all = marketable + book.unsellable;
  if (all <= limit * book.equity * (1 + DUST)) return 0;
  return Math.min(1, (all - buffer * book.equity) / marketable);
}

/** Sells, moves the prices and books what it costs each holder. */
function sellRound(
  { holdings, floor, sellerShare }: ThresholdQuestion,
  now: {
    readonly books: readonly Book[];
    readonly prices: number[];
    readonly parts: readonly number[];
    readonly sellers: readonly number[];
    readonly round: number;
  },
): ThresholdRound {
  const { books, prices, parts, sellers, round } = now;
  const byNode = books.map(({ held }, i) => held.map((amount) => amount * (parts[i] as number)));
  const sold = columnSums(byNode, prices.length);
  const falls = sold.map((amount, k) =>
    fallOf(amount, {
      price: prices[k] as number,
      depth: holdings.depth[k] as number,
      floor: floor[k] as number,
    }),
  );
  let loss = 0;
  books.forEach((book, i) => {
    falls.forEach((fall, k) => {
      const sells = byNode[i]?.[k] as number;
      const keeps = (book.held[k] as number) - sells;
      book.held[k] = keeps * (1 - fall);
      const cost = fall * keeps + sellerShare * fall * sells;
      book.equity -= cost;
      loss += cost;
    });
    if (book.equity <= 0 && book.failedRound === null) book.failedRound = round;
  });
  falls.forEach((fall, k) => {
    prices[k] = (prices[k] as number) * (1 - fall);
  });
  return { sold, prices: [...prices], sellers, loss };
}

/** psi: at a price on the floor, or where nothing is sold, none. */
function fallOf(
  sold: number,
  { price, depth, floor }: { readonly price: number; readonly depth: number; readonly floor: number },
): number {
  if (sold === 0 || price <= floor) return 0;
  return (1 - floor / price) * -Math.expm1(-sold / ((1 - floor) * depth));
}

function answerOf(
  { equity, limit }: ThresholdQuestion,
  end: {
    readonly books: readonly Book[];
    readonly prices: readonly number[];
    readonly rounds: readonly ThresholdRound[];
    readonly isQuiet: boolean;
  },
): ThresholdAnswer {
  const nodes = end.books.map((book, i) => {
    const held = sum(book.held);
    const fireSaleLoss = (equity[i] as number) - book.directLoss - book.equity;
    const leverage = book.equity <= 0 ? null : (held + book.unsellable) / book.equity;
    const isStuck = leverage !== null && leverage > limit && held <= DUST * book.opening;
    const state: ThresholdState = leverage === null ? 'failed' : isStuck ? 'illiquid' : 'stands';
    const { directLoss, failedRound } = book;
    return { equity: book.equity, directLoss, fireSaleLoss, held, leverage, state, failedRound };
  });
  return {
    nodes,
    prices: end.prices,
    rounds: end.rounds,
    directLoss: sum(nodes.map(({ directLoss }) => directLoss)),
    fireSaleLoss: sum(end.rounds.map(({ loss }) => loss)),
    isQuiet: end.isQuiet,
  };
}

function questionFault(question: ThresholdQuestion): NetworkFault | null {
  const { holdings, unsellable, loss, equity, shock, floor, limit, buffer, sellerShare } = question;
  const count = holdings.held.length;
  const assets = holdings.depth.length;
  return firstFault([
    () => holdingsFault(holdings),
    () => amountsFault('equity', equity, count),
    () => amountsFault('unsellable', unsellable, count),
    () => amountsFault('loss', loss, count),
    () => valueFault('loss_above_assets', 'loss', loss, (value, i) => value > (unsellable[i] as number)),
    () => lengthFault('shock', shock, assets) ?? sharesFault('shock', shock),
    () => lengthFault('floor', floor, assets) ?? sharesFault('floor', floor),
    () => valueFault('share_out_of_range', 'floor', floor, (value) => value === 1),
    () => sharesFault('sellerShare', [sellerShare]),
    () => valueFault('not_finite', 'limit', [limit], (value) => !Number.isFinite(value)),
    () => valueFault('leverage_below_one', 'buffer', [buffer], (value) => !(value >= 1)),
    () => valueFault('target_above_limit', 'buffer', [buffer], (value) => value > limit),
  ]);
}
