/**
 * A book from CCXT as documents of the calculator: each position in an isolated account of its own, those in cross mode
 * behind one balance as they are, and all of them behind one balance. What the book leaves open is filled from what it
 * says elsewhere, and every such step is a note.
 */
import { formatMinor, parseDecimal } from '../base/decimal.js';
import { divFloor } from '../base/integers.js';
import { decimalOf, finest, isAbove } from './calcDecimal.js';
import type { CalcDocument, CalcInstrument, CalcMarginAccount, CalcPosition } from './calcSchema.js';
import type { CcxtBook } from './ccxtBook.js';
import type { CcxtPosition } from './ccxtPosition.js';
import { ccxtTiers } from './ccxtTiers.js';

/** Something that was taken, assumed or left out on the way. */
export interface AnalyzeNote {
  readonly code: string;
  readonly message: string;
  /** Null: of the whole book. */
  readonly symbol: string | null;
}

/** A position that can be computed. */
export interface BookedPosition {
  readonly source: CcxtPosition;
  readonly instrument: CalcInstrument;
  readonly position: CalcPosition;
  readonly markPrice: string;
  readonly hasTiers: boolean;
  /** In an isolated account of its own. */
  readonly ownMargin: string;
}

export interface BookedAccount {
  readonly positions: readonly BookedPosition[];
  readonly valuationAsset: string;
  readonly assets: CalcDocument['assets'];
  /** What stands behind all positions together; of isolated ones their own margin. */
  readonly collateral: Readonly<Record<string, string>>;
  /** What stands behind those in cross mode. */
  readonly wallet: Readonly<Record<string, string>>;
  readonly debts: Readonly<Record<string, string>>;
  readonly isWalletKnown: boolean;
  readonly timestamp: number;
  readonly notes: readonly AnalyzeNote[];
}

export interface BookingOptions {
  /** Whether a profile says what maintenance margin is charged on. */
  readonly hasProfile: boolean;
  /** The moment, where the positions name none. */
  readonly nowMs: number;
  readonly valuationAsset?: string | undefined;
}

const DECIMALS = 8;
const DECIMALS_MAX = 18;
/** Assets that stand for a dollar: a price in one is taken for a price in the other. */
const DOLLARS = ['USDT', 'USDC', 'USD', 'USDE', 'FDUSD', 'BUSD'];
