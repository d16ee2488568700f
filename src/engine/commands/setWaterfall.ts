/**
 * Who bears a pool's losses in an asset from now on, as data; without a policy the order in which the engine works by
 * itself. Only while nothing is open: nobody changes who pays for a loss that is there.
 */
import { PPM } from '../../base/index.js';
import {
  checkWaterfall,
  type DeleveragePolicy,
  type WaterfallLayer,
  type WaterfallPolicy,
} from '../../liquidation/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { hasOpenLosses } from '../openLosses.js';
import { type Rejection, reject } from '../rejection.js';
import { pairKey } from '../state.js';
import type { ProposedWaterfall } from '../waterfallFields.js';
import { poolFault, unknown } from './checks.js';

export function decideSetWaterfall(
  situation: Situation,
  { pool, asset, policy }: CommandOf<'setWaterfall'>,
): Decision {
  const { state } = situation;
  const poolRow = state.pools.names.rowOf(pool);
  if (poolRow < 0) return unknown('unknown_pool', pool);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const assetRow = state.assets.names.rowOf(asset);
  if (assetRow < 0) return unknown('unknown_asset', asset);
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  if (poolAssetRow === undefined) return unknown('asset_not_in_pool', asset);
  const checked = policy === null ? null : checkedPolicy(policy);
  if (checked !== null && 'code' in checked) return checked;
  if (checked === null && !state.waterfalls.has(poolAssetRow)) return reject('nothing_to_do');
  const next = state.poolAssets.waterfallRevision.get(poolAssetRow) + 1;
  if (checked !== null && checked.revision !== next) return invalid('revision', `is ${next}`);
  if (hasOpenLosses(situation, poolRow)) return reject('losses_open', { pool });
  return [{ kind: 'waterfallSet', poolRow, poolAssetRow, policy: checked }];
}

function checkedPolicy({ deleveraging, ...proposed }: ProposedWaterfall): WaterfallPolicy | Rejection {
  const { kind, score, maxSharePpm, maxLots } = deleveraging;
  if ((kind === 'queue') !== (score !== null))
    return invalid('deleveraging.score', 'of a queue, and only of one');
  const limits = { maxSharePpm, maxLots };
  const policy: DeleveragePolicy =
    kind === 'queue' && score !== null ? { kind, score, ...limits } : { kind: kind as 'proRata', ...limits };
  const layers = proposed.layers.map((layer) => ({
    ...layer,
    causes: layer.causes.length === 0 ? null : layer.causes,
  }));
  const checked = checkWaterfall({ ...proposed, layers, deleveraging: policy });
  if (!checked.ok) {
    const { code, layer } = checked.error;
    return invalid(layer === null ? 'deleveraging' : `layers[${layer}]`, code);
  }
  for (const [at, layer] of checked.value.layers.entries()) {
    const rule = unworkable(layer, policy);
    if (rule !== null) return invalid(`layers[${at}]`, rule);
  }
  return checked.value;
}

/** What a list may say and an engine cannot do. */
function unworkable(layer: WaterfallLayer, { kind }: DeleveragePolicy): string | null {
  const { sizePpm, capMinor, instrumentCapMinor, causes } = layer;
  const isLimited = sizePpm !== PPM || capMinor !== null || instrumentCapMinor !== null;
  switch (layer.kind) {
    case 'account':
      return isLimited || causes !== null || layer.lossAboveMinor > 0n
        ? 'the own account gives all it has'
        : null;
    case 'lenders':
      if (causes?.length !== 1 || causes[0] !== 'borrow') return 'lenders bear losses of debts alone';
      return instrumentCapMinor === null ? null : 'a debt is of no instrument';
    case 'deleveraging':
      if (isLimited) return 'its limits are those of the policy of deleveraging';
      return (layer.allocation === 'queue') === (kind === 'queue')
        ? null
        : 'allocates as the policy of deleveraging does';
    default:
      return null;
  }
}

function invalid(field: string, rule: string): Rejection {
  return reject('invalid_definition', { field: `policy.${field}`, rule });
}
