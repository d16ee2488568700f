/** How a pool's waterfall is written in a command: as it is proposed, before it is checked. */
import { type Infer, i64, list, nullable, oneOf, record, text, u32 } from '../base/index.js';
import {
  DELEVERAGE_SCORES,
  LAYER_ALLOCATIONS,
  LAYER_KINDS,
  LAYER_PAYERS,
  LAYER_SCOPES,
  LOSS_CAUSES,
  type WaterfallPolicy,
} from '../liquidation/index.js';

export const DELEVERAGE_KINDS = ['queue', 'proRata', 'cappedProRata', 'riskAware'] as const;

export const proposedWaterfall = record({
  /** One more than that of the policy before. */
  revision: u32,
  layers: list(
    record({
      name: text,
      kind: oneOf(LAYER_KINDS),
      scope: oneOf(LAYER_SCOPES),
      payers: oneOf(LAYER_PAYERS),
      sizePpm: i64,
      capMinor: nullable(i64),
      instrumentCapMinor: nullable(i64),
      allocation: oneOf(LAYER_ALLOCATIONS),
      /** Empty: of any cause. */
      causes: list(oneOf(LOSS_CAUSES)),
      lossAboveMinor: i64,
    }),
  ),
  deleveraging: record({
    kind: oneOf(DELEVERAGE_KINDS),
    /** Of a queue; null of the others. */
    score: nullable(oneOf(DELEVERAGE_SCORES)),
    maxSharePpm: i64,
    maxLots: nullable(i64),
  }),
});

export type ProposedWaterfall = Infer<typeof proposedWaterfall>;

/** A policy that was checked, as the first of another pool. */
export function proposedOf({ layers, deleveraging }: WaterfallPolicy): ProposedWaterfall {
  const { kind, maxSharePpm, maxLots } = deleveraging;
  return {
    revision: 1,
    layers: layers.map((layer) => ({ ...layer, causes: [...(layer.causes ?? [])] })),
    deleveraging: {
      kind,
      score: deleveraging.kind === 'queue' ? deleveraging.score : null,
      maxSharePpm,
      maxLots,
    },
  };
}
