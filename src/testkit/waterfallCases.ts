/** Layers of a waterfall as tests need them: one of each kind, without caps where none is asked for. */
import {
  DEFAULT_DELEVERAGE_POLICY,
  LAYER_RULES,
  type LayerDraft,
  type LayerKind,
  type WaterfallLayer,
  type WaterfallPolicy,
} from '../liquidation/index.js';

export function layer(fields: Partial<WaterfallLayer> & { readonly kind: LayerKind }): WaterfallLayer {
  const { scope, payers, allocations } = LAYER_RULES[fields.kind];
  return {
    name: fields.kind,
    scope,
    payers,
    sizePpm: 1_000_000n,
    capMinor: null,
    instrumentCapMinor: null,
    allocation: allocations[0] ?? 'single',
    causes: null,
    lossAboveMinor: 0n,
    ...fields,
  };
}

export const ownLayer = layer({ kind: 'account', name: 'own' });
export const fundLayer = layer({ kind: 'insuranceFund', name: 'fund' });
export const LAYERS = {
  topUp: layer({ kind: 'topUp', name: 'top-up', capMinor: 50n }),
  lenders: layer({ kind: 'lenders' }),
  winners: layer({ kind: 'deleveraging', name: 'winners' }),
  gains: layer({ kind: 'lossSharing', name: 'gains' }),
};

/** Not checked: what a test passes on may be at fault. */
export function policyOf(layers: readonly LayerDraft[]): WaterfallPolicy {
  return {
    revision: 1,
    layers: layers as readonly WaterfallLayer[],
    deleveraging: DEFAULT_DELEVERAGE_POLICY,
  };
}
