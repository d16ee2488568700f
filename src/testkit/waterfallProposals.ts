/** Waterfalls as commands propose them: the default one, with what a test changes of a layer, adds or leaves out. */
import { max, PPM } from '../base/index.js';
import type { Random } from '../base/random.js';
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

/** Any policy that a pool may have, its caps about as large as `unitMinor`. */
export function drawWaterfall(
  random: Random,
  of: {
    readonly pool: string;
    readonly asset: string;
    readonly revision: number;
    readonly unitMinor: bigint;
  },
): CommandOf<'setWaterfall'> {
  const { unitMinor, ...named } = of;
  const part = (percent: number) => max(1n, (unitMinor * BigInt(percent)) / 100n);
  const size = () => random.pick([PPM, PPM, 500_000n, 100_000n]);
  const cap = () => random.pick([null, null, part(20), part(150)]);
  const limits = () => ({ sizePpm: size(), capMinor: cap(), instrumentCapMinor: cap() });
  const some = (each: ProposedLayer) => (random.unit() < 0.85 ? [each] : []);
  const fund = layer('insuranceFund', {
    ...limits(),
    causes: random.pick([[], [], ['liquidation' as const]]),
  });
  const venue = layer('topUp', { ...limits(), capMinor: part(random.between(1, 100)) });
  const money =
    random.unit() < 0.5 ? [fund, ...some(venue)] : random.unit() < 0.5 ? [venue, fund] : some(fund);
  const late = random.pick([0n, 0n, part(50)]);
  const layers = [
    layer('account'),
    ...money,
    ...some(layer('deleveraging', { lossAboveMinor: late })),
    ...some(layer('lossSharing', limits())),
  ];
  const kind = random.pick(['queue', 'proRata', 'cappedProRata', 'riskAware'] as const);
  const deleveraging = {
    kind,
    score:
      kind === 'queue' ? random.pick(['bitmex', 'binance', 'bybit', 'okx', 'hyperliquid'] as const) : null,
    maxSharePpm:
      kind === 'proRata' ? PPM : kind === 'cappedProRata' ? 400_000n : random.pick([PPM, 600_000n]),
    maxLots: random.pick([null, null, 15n]),
  };
  return setWaterfall(named.pool, { ...named, layers, deleveraging });
}
