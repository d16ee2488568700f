/** The chart of accounts: which kinds of ledger account there are, and whose they are. */

/** Kinds in the order of their codes: append, never reorder. */
export const LEDGER_KINDS = [
  'external',
  'capital',
  'fees',
  'inTransit',
  'wallet',
  'pendingDeposit',
  'pendingWithdrawal',
  'margin',
  'settlement',
  'funding',
  'insuranceFund',
  'liquidation',
  'receivable',
  'counterparty',
  'rounding',
  'facility',
  'lending',
] as const;

export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** One set per asset. */
export const VENUE_KINDS = ['external', 'capital', 'fees', 'inTransit'] as const;

/** One set per client and asset. */
export const CLIENT_KINDS = ['wallet', 'pendingDeposit', 'pendingWithdrawal'] as const;

/** One set per pool and asset it settles in or counts as collateral. */
export const POOL_KINDS = [
  'settlement',
  'funding',
  'insuranceFund',
  'liquidation',
  'receivable',
  'counterparty',
  'rounding',
  'facility',
  'lending',
] as const;

/**
 * Kinds that hold somebody's money and can never be below zero. The others are one half of a pair: settlement
 * mirrors cost, funding mirrors accruals, a receivable is a debit, external mirrors everything inside.
 */
export const NEVER_NEGATIVE: ReadonlySet<LedgerKind> = new Set([
  'fees',
  'capital',
  'wallet',
  'pendingDeposit',
  'pendingWithdrawal',
  'margin',
  'insuranceFund',
  'rounding',
  'facility',
  'lending',
]);

/** A ledger account as the chart describes it. -1 stands for "not of any". */
export interface LedgerAccount {
  readonly kind: LedgerKind;
  readonly assetRow: number;
  /** The client whose money it is. */
  readonly clientRow: number;
  /** The margin account it backs. */
  readonly accountRow: number;
  /** The risk pool inside which it lies. */
  readonly poolRow: number;
}
