/** Waterfalls as commands propose them: the default one, with what a test changes of a layer, adds or leaves out. */
import { PPM } from '../base/index.js';
import type { CommandOf } from '../engine/command.js';
import type { ProposedWaterfall } from '../engine/waterfallFields.js';
import { LAYER_RULES, type LayerKind } from '../liquidation/index.js';

type ProposedLayer = ProposedWaterfall['layers'][number];

export function layer(kind: LayerKind, changes: Partial<ProposedLayer> = {}): ProposedLayer {
  const { scope, payers, allocations } = LAYER_RULES[kind];
  return {
    name: kind,
    kind,
    scope,
    payers,
    sizePpm: PPM,
    capMinor: null,
    instrumentCapMinor: null,
    allocation: allocations[0] ?? 'single',
    causes: kind === 'lenders' ? ['borrow'] : [],
    lossAboveMinor: 0n,
    refill: [],
    ...changes,
  };
}

const KINDS = ['account', 'insuranceFund', 'lenders', 'deleveraging', 'lossSharing'] as const;

export const QUEUE: ProposedWaterfall['deleveraging'] = {
  kind: 'queue',
  score: 'bitmex',
  maxSharePpm: PPM,
  maxLots: null,
};

/** The default layers; `layers` replaces them. A policy that shares has its layer allocate so. */
export function setWaterfall(
  pool: string,
  changes: {
    readonly revision?: number;
    readonly layers?: readonly ProposedLayer[];
    readonly deleveraging?: ProposedWaterfall['deleveraging'];
    readonly asset?: string;
  } = {},
): CommandOf<'setWaterfall'> {
  const { revision = 1, deleveraging = QUEUE, asset = 'USDT' } = changes;
  const allocation = deleveraging.kind === 'queue' ? ('queue' as const) : ('proRata' as const);
  const layers = (changes.layers ?? KINDS.map((kind) => layer(kind))).map((each) =>
    each.kind === 'deleveraging' ? { ...each, allocation } : each,
  );
  return { kind: 'setWaterfall', pool, asset, policy: { revision, layers, deleveraging } };
}
