/**
 * Who bears a pool's losses and in which order, as data: checked before it is stored, with one canonical
 * encoding and hash, so that two pools with the same rules can be seen to have them.
 */
import {
  ByteWriter,
  type Field,
  i64,
  list,
  nullable,
  oneOf,
  record,
  text,
  u32,
} from '../base/canonicalBytes.js';
import { hashText, mixBytes } from '../base/hash.js';
import { type DeleveragePolicy, deleveragePolicyField } from './deleveragePolicy.js';

/** Append to these lists, never reorder them: a word is encoded as its place. */
export const LAYER_KINDS = [
  'account',
  'insuranceFund',
  'topUp',
  'lenders',
  'deleveraging',
  'lossSharing',
  'clawback',
] as const;
export const LAYER_SCOPES = ['account', 'pool', 'venue'] as const;
export const LAYER_PAYERS = [
  'ownAccount',
  'poolFund',
  'venueCapital',
  'poolLenders',
  'poolWinners',
  'poolGains',
  'relatedGains',
] as const;
export const LAYER_ALLOCATIONS = ['single', 'proRata', 'queue'] as const;
export const LOSS_CAUSES = ['close', 'funding', 'liquidation', 'expiry', 'borrow'] as const;
export const FUND_SOURCES = ['fees', 'surplus', 'seized', 'interest', 'recovery', 'injection'] as const;

export type LayerKind = (typeof LAYER_KINDS)[number];
export type LayerScope = (typeof LAYER_SCOPES)[number];
export type LayerPayers = (typeof LAYER_PAYERS)[number];
export type LayerAllocation = (typeof LAYER_ALLOCATIONS)[number];
export type LossCause = (typeof LOSS_CAUSES)[number];
/** What fills an insurance fund again. */
export type FundSource = (typeof FUND_SOURCES)[number];

export interface WaterfallLayer {
  /** Unique in its list: what reports and events call it. */
  readonly name: string;
  readonly kind: LayerKind;
  readonly scope: LayerScope;
  readonly payers: LayerPayers;
  /** The part of what it holds that one loss may use, in ppm, rounded down. */
  readonly sizePpm: bigint;
  /** Most that one loss may use, in minor units of the asset; null: no cap. */
  readonly capMinor: bigint | null;
  /** Most that all losses of one instrument may use, so that one market does not empty it; null: no cap. */
  readonly instrumentCapMinor: bigint | null;
  /** `single`: one payer. `proRata`: by weight within what each holds, by largest remainder. `queue`: highest weight first. Ties: the lower row. */
  readonly allocation: LayerAllocation;
  /** Trigger: only losses of these causes; null: of any. */
  readonly causes: readonly LossCause[] | null;
  /** Trigger: only where more than this is left when its turn comes. */
  readonly lossAboveMinor: bigint;
}

/** What a pool carries: its layers in order, and who gives lots in the layer `deleveraging`. */
export interface WaterfallPolicy {
  /** Counts the changes of a pool's policy, from 1. */
  readonly revision: number;
  readonly layers: readonly WaterfallLayer[];
  readonly deleveraging: DeleveragePolicy;
}

/** 32 hexadecimal digits over the canonical bytes. It finds a difference; against forgery stands the journal's chain. */
export function waterfallHash(policy: WaterfallPolicy): string {
  const writer = new ByteWriter();
  waterfallPolicyField.write(writer, policy);
  return hashText(mixBytes(writer.view()));
}

const waterfallLayerField: Field<WaterfallLayer> = record<WaterfallLayer>({
  name: text,
  kind: oneOf(LAYER_KINDS),
  scope: oneOf(LAYER_SCOPES),
  payers: oneOf(LAYER_PAYERS),
  sizePpm: i64,
  capMinor: nullable(i64),
  instrumentCapMinor: nullable(i64),
  allocation: oneOf(LAYER_ALLOCATIONS),
  causes: nullable(list(oneOf(LOSS_CAUSES))),
  lossAboveMinor: i64,
});

export const waterfallPolicyField: Field<WaterfallPolicy> = record<WaterfallPolicy>({
  revision: u32,
  layers: list(waterfallLayerField),
  deleveraging: deleveragePolicyField,
});
