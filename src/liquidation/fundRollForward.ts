/** An insurance fund from one moment to the next, line by line: opening, what came in, what went out, closing. */
import { err, ok, type Result } from '../base/result.js';
import { FUND_SOURCES, type FundSource } from './waterfallLayers.js';

/** What goes out: cover of losses, and what the venue takes back. */
export const FUND_USES = ['draw', 'drawDown'] as const;

export type FundUse = (typeof FUND_USES)[number];

export interface FundLine {
  readonly kind: FundSource | FundUse;
  /** In minor units, above zero: the kind says whether it comes or goes. */
  readonly amountMinor: bigint;
  /** Of a `drawDown`: whether the pool was sound when it was made (LIQ-09). */
  readonly isPoolSound: boolean;
}

export interface FundStatement {
  readonly openingMinor: bigint;
  /** In the order in which they were posted. */
  readonly lines: readonly FundLine[];
  readonly closingMinor: bigint;
}

export type FundFaultCode =
  | 'opening_below_zero'
  | 'amount_not_positive'
  | 'spent_before_paid_in'
  | 'drawn_down_while_unsound'
  | 'does_not_balance';

export interface FundFault {
  readonly code: FundFaultCode;
  /** Place of the line; null for the statement. */
  readonly line: number | null;
  /** What the balance is there: for `does_not_balance` what closing should be. */
  readonly balanceMinor: bigint;
}

export interface FundTotals {
  readonly openingMinor: bigint;
  /** Sum of each kind, in the order of the lists; kinds without a line are there with zero. */
  readonly totals: readonly { readonly kind: FundSource | FundUse; readonly amountMinor: bigint }[];
  readonly closingMinor: bigint;
}

/**
 * The sums by kind of a statement that balances: opening + fees + surplus + seized + interest + recovery +
 * injection - draw - drawDown = closing. The fund is never below zero after any line: money is paid in before it
 * is used. The first fault otherwise.
 */
export function rollForward(statement: FundStatement): Result<FundTotals, FundFault> {
  const { openingMinor, lines, closingMinor } = statement;
  let balance = openingMinor;
  const fault = (code: FundFaultCode, line: number | null) => err({ code, line, balanceMinor: balance });
  if (openingMinor < 0n) return fault('opening_below_zero', null);
  const sums = new Map<FundSource | FundUse, bigint>();
  for (const [at, { kind, amountMinor, isPoolSound }] of lines.entries()) {
    if (amountMinor <= 0n) return fault('amount_not_positive', at);
    if (isUse(kind)) balance -= amountMinor;
    else balance += amountMinor;
    if (balance < 0n) return fault('spent_before_paid_in', at);
    if (kind === 'drawDown' && !isPoolSound) return fault('drawn_down_while_unsound', at);
    sums.set(kind, (sums.get(kind) ?? 0n) + amountMinor);
  }
  if (balance !== closingMinor) return fault('does_not_balance', null);
  const totals = [...FUND_SOURCES, ...FUND_USES].map((kind) => ({ kind, amountMinor: sums.get(kind) ?? 0n }));
  return ok({ openingMinor, totals, closingMinor });
}

function isUse(kind: FundSource | FundUse): kind is FundUse {
  return kind === 'draw' || kind === 'drawDown';
}
