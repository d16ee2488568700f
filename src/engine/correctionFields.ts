/**
 * What a correction names: the record it corrects, the facts of it that the state does not keep, and the most that it
 * may cost. A correction is no command of its own: it is proposed by one operator and carried out when another approves.
 */
import { type Infer, i64, nullable, oneOf, record, text, variant, whole } from '../base/index.js';
import { LEGS } from '../margin/index.js';

/** The most that fund and venue capital may pay, in minor units of the instrument's settlement asset. */
const CAPS = { fundCapMinor: i64, venueCapMinor: i64 } as const;

/** A fill declared erroneous. Accounts by id; empty for a side that was no account. */
export const BUST = {
  instrument: text,
  /** Record of the fill. */
  sequence: whole,
  priceTicks: i64,
  lots: i64,
  buyer: text,
  buyerLeg: oneOf(LEGS),
  seller: text,
  sellerLeg: oneOf(LEGS),
  /** What it should have traded at: what is made good where the trade cannot be turned back. */
  fairTicks: i64,
  ...CAPS,
} as const;

/** A mark that was wrong, from a time to a time; `toMs` null: it still stands, and the right one takes its place. */
export const MARK_CORRECTION = {
  instrument: text,
  /** Record of the first wrong mark. */
  sequence: whole,
  fromMs: whole,
  toMs: nullable(whole),
  wrongTicks: i64,
  rightTicks: i64,
  /** Of an option: the right price of its underlying; of others 0. */
  indexTicks: i64,
} as const;

/** A takeover that would not have been at the right mark of an approved correction. */
export const REVERSAL = {
  instrument: text,
  takeover: text,
  /** The approved proposal that says which mark was right. */
  correctedBy: text,
  ...CAPS,
} as const;

export const correction = variant({
  bustTrade: record(BUST),
  correctMark: record(MARK_CORRECTION),
  reverseLiquidation: record(REVERSAL),
});

export type Correction = Infer<typeof correction>;
export type CorrectionKind = Correction['kind'];
export type CorrectionOf<K extends CorrectionKind> = Extract<Correction, { kind: K }>;

/** Who proposes it, under which id, and until when it may be approved. */
export const PROPOSED = { proposal: text, operator: text, expiresMs: whole } as const;
