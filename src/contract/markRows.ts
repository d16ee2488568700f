/** What a wrong mark did, row by row: the answers of `explainMark`. Amounts are decimal strings. */
import type { Standing } from './markCounterfactual.js';

interface Row {
  readonly sequence: number;
  readonly timeMs: number;
}

/** Of one account: as it was judged, and as the right mark would have judged it. */
interface JudgedRow extends Row {
  readonly account: string;
  /** Of equity and maintenance margin. */
  readonly asset: string;
  readonly atWrong: Standing;
  readonly atRight: Standing;
}

export interface NoticeRow extends JudgedRow {
  readonly level: string;
  readonly levelAtRight: string;
}

/** An order sent to reduce the account, and what of it was filled. */
export interface ReductionRow extends JudgedRow {
  readonly order: string;
  readonly quantity: string;
  readonly fills: readonly (Row & { readonly price: string; readonly quantity: string })[];
}

export interface TakeoverRow extends JudgedRow {
  readonly client: string;
  readonly marginMode: string;
  /** One for each position: of another instrument too, where the account was cross or portfolio. */
  readonly takeovers: readonly string[];
  /** Of an isolated account. */
  readonly quantity: string | null;
  readonly collateral: string | null;
}

export interface TopUpRow extends Row {
  readonly account: string;
  readonly amount: string;
}

export interface DeleveragedRow extends Row {
  readonly takeover: string;
  readonly account: string;
  readonly quantity: string;
  /** What the account gave up at the mark. */
  readonly forgone: string;
  readonly reason: string;
}

export interface PaidRow extends Row {
  readonly takeover: string;
  /** fund: insurance money; venue: its top-up for it; lenders; or the account that shared. */
  readonly by: 'fund' | 'venue' | 'lenders' | 'account';
  readonly account: string | null;
  readonly amount: string;
}

export interface AnswerRow extends Row {
  readonly command: string;
  readonly account: string | null;
  readonly answer: string;
  readonly answerAtRight: string;
}

export interface FundingRow extends Row {
  readonly account: string;
  readonly quantity: string;
  /** Paid is positive. Exact: what is under a minor unit is collected with the position. */
  readonly paid: string;
  readonly paidAtRight: string;
}

export interface MarkRows {
  readonly notices: readonly NoticeRow[];
  readonly topUps: readonly TopUpRow[];
  readonly reductions: readonly ReductionRow[];
  readonly takeovers: readonly TakeoverRow[];
  readonly deleveraged: readonly DeleveragedRow[];
  readonly paid: readonly PaidRow[];
  /** Commands that the right mark would have answered otherwise. */
  readonly answers: readonly AnswerRow[];
  readonly funding: readonly FundingRow[];
}
