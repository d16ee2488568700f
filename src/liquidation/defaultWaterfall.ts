/** What a pool does that states no policy of its own: clawback, fund, lenders and deleveraging, loss sharing. */
import { PPM } from '../base/integers.js';
import { DEFAULT_DELEVERAGE_POLICY } from './deleveragePolicy.js';
import type { LayerKind, WaterfallLayer, WaterfallPolicy } from './waterfallLayers.js';
import { LAYER_RULES } from './waterfallRules.js';

/** Own account, what its own kind gained by fills with it, the whole fund, lenders for debts only, deleveraging by queue, gains; no caps, no venue capital. */
export const DEFAULT_WATERFALL: WaterfallPolicy = {
  revision: 1,
  layers: [
    plainLayer('account', 'ownAccount'),
    plainLayer('clawback', 'clawback'),
    plainLayer('insuranceFund', 'fund'),
    { ...plainLayer('lenders', 'lenders'), causes: ['borrow'] },
    plainLayer('deleveraging', 'winners'),
    plainLayer('lossSharing', 'gains'),
  ],
  deleveraging: DEFAULT_DELEVERAGE_POLICY,
};

/** A layer of its kind without cap and trigger. */
function plainLayer(kind: LayerKind, name: string): WaterfallLayer {
  const { scope, payers, allocations } = LAYER_RULES[kind];
  return {
    name,
    kind,
    scope,
    payers,
    sizePpm: PPM,
    capMinor: null,
    instrumentCapMinor: null,
    allocation: allocations[0] ?? 'single',
    causes: null,
    lossAboveMinor: 0n,
  };
}
