/** What `analyze` answers: the shape of its JSON. Amounts and prices are decimal text. */
import type { AnalyzeNote } from './analyzeNote.js';
import type { CalcRefusal, WholePositionAnswer } from './calcSchema.js';
import type { CcxtFault } from './ccxtBook.js';

export interface AnalyzeAnswer {
  /** Asset of the modes. */
  readonly valuationAsset: string;
  readonly profile: string | null;
  readonly positions: readonly AnalyzedPosition[];
  /** What the book requires in each mode. */
  readonly modes: readonly AnalyzedMode[];
  /** Every figure the venue reports beside the computed one, those that agree too. */
  readonly comparisons: readonly Comparison[];
  readonly notes: readonly AnalyzeNote[];
}

/** In the settlement asset. */
export interface AnalyzedPosition {
  readonly symbol: string;
  readonly marginMode: 'isolated' | 'cross';
  readonly side: 'long' | 'short';
  readonly contracts: string;
  readonly contractSize: string;
  readonly settle: string;
  readonly entryPrice: string | null;
  readonly markPrice: string;
  readonly leverage: string | null;
  readonly notional: string;
  readonly unrealizedPnl: string | null;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  readonly liquidationPrice: string | null;
  /** `none`: there is no such price. `unknown`: what stands behind the account is not known. */
  readonly liquidationPriceReason: 'none' | 'always' | 'unknown' | null;
  /** From the mark to the liquidation price, in percent of the mark, two decimals. */
  readonly distancePercent: string | null;
  readonly greeks: WholePositionAnswer['greeks'];
}

/** In the valuation asset. */
export interface AnalyzedMode {
  readonly mode: 'isolated' | 'cross' | 'portfolio';
  readonly initialMargin: string | null;
  readonly maintenanceMargin: string | null;
  /** Of all positions behind one balance; null for isolated accounts, and where the wallet is not known. */
  readonly equity: string | null;
  readonly marginRatio: string | null;
  /** The scenario that decides, of portfolio margin. */
  readonly scenario: string | null;
  /** Positions it does not hold, and why. */
  readonly leftOut: readonly string[];
  readonly reason: string | null;
}

export const COMPARED = [
  'notional',
  'unrealizedPnl',
  'initialMargin',
  'maintenanceMargin',
  'liquidationPrice',
] as const;
export type ComparedField = (typeof COMPARED)[number];

export interface Comparison {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly field: ComparedField;
  readonly reported: string;
  readonly computed: string | null;
  /** Computed less reported in percent of reported, four decimals. */
  readonly differencePercent: string | null;
  readonly reason: ComparisonReason;
  readonly explanation: string;
}

export type ComparisonReason =
  | 'equal'
  | 'rounding'
  | 'notional_basis'
  | 'initial_basis'
  | 'maintenance_basis'
  | 'maintenance_amount'
  | 'fee_in_margin'
  | 'margin_posted'
  | 'option_value'
  | 'wallet_unknown'
  | 'tiers_unknown'
  | 'other_conventions'
  | 'other_price'
  | 'account_incomplete'
  | 'unexplained';

/** Nothing was computed. */
export interface AnalyzeRefusal {
  readonly error: {
    readonly code:
      | CcxtFault['code']
      | CalcRefusal['error']['code']
      | 'incomplete_position'
      | 'no_open_position';
    readonly message: string;
    /** JSON pointer into the input that is named, or into the calculator's document. */
    readonly path: string;
    readonly input: CcxtFault['input'] | 'document';
    readonly context: Readonly<Record<string, string>>;
  };
}
