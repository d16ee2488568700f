/**
 * Which lists of layers a pool may have. A loss stays in its pool: own account, what accounts of the same client or group
 * gained by trading with it, the pool's fund, its lenders, its winners, its gains, in that order; the venue only adds a capped amount to the fund before it is used.
 */
import { isInt64, PPM } from '../base/integers.js';
import { err, ok, type Result } from '../base/result.js';
import { type DeleveragePolicyFault, deleveragePolicyFault } from './deleveragePolicy.js';
import {
  type LayerAllocation,
  type LayerKind,
  type LayerPayers,
  type LayerScope,
  LOSS_CAUSES,
  type WaterfallLayer,
  type WaterfallPolicy,
} from './waterfallLayers.js';

/** What a kind of layer is: its scope and payers are stated in the data and must be these. */
export const LAYER_RULES: Readonly<
  Record<
    LayerKind,
    {
      readonly scope: LayerScope;
      readonly payers: LayerPayers;
      readonly allocations: readonly LayerAllocation[];
      /** A layer stands behind all layers of a lower place; equal places may stand either way. */
      readonly place: number;
    }
  >
> = {
  account: { scope: 'account', payers: 'ownAccount', allocations: ['single'], place: 0 },
  clawback: { scope: 'pool', payers: 'relatedGains', allocations: ['proRata'], place: 1 },
  insuranceFund: { scope: 'pool', payers: 'poolFund', allocations: ['single'], place: 2 },
  topUp: { scope: 'venue', payers: 'venueCapital', allocations: ['single'], place: 2 },
  lenders: { scope: 'pool', payers: 'poolLenders', allocations: ['proRata'], place: 3 },
  deleveraging: { scope: 'pool', payers: 'poolWinners', allocations: ['queue', 'proRata'], place: 3 },
  lossSharing: { scope: 'pool', payers: 'poolGains', allocations: ['proRata'], place: 4 },
};

export const WATERFALL_FAULTS = [
  'no_layers',
  'bad_name',
  'name_twice',
  'kind_twice',
  'never_a_layer',
  'scope_does_not_fit',
  'payers_do_not_fit',
  'allocation_does_not_fit',
  'own_account_missing',
  'out_of_order',
  'share_out_of_range',
  'cap_not_positive',
  'amount_out_of_range',
  'trigger_out_of_range',
  'top_up_without_cap',
  'top_up_without_fund',
  'revision_not_positive',
] as const;

export type WaterfallFaultCode = (typeof WATERFALL_FAULTS)[number] | DeleveragePolicyFault;

export interface WaterfallFault {
  readonly code: WaterfallFaultCode;
  /** Place of the layer in the list; null for the policy itself. */
  readonly layer: number | null;
}

/** A layer as it is proposed: its scope and payers may still be any words. */
export type LayerDraft = Omit<WaterfallLayer, 'scope' | 'payers'> & {
  readonly scope: string;
  readonly payers: string;
};

export type WaterfallDraft = Omit<WaterfallPolicy, 'layers'> & { readonly layers: readonly LayerDraft[] };

/** The policy in its one form (causes in their own order, each once), or the first fault in the order of the list. */
export function checkWaterfall(draft: WaterfallDraft): Result<WaterfallPolicy, WaterfallFault> {
  if (!(Number.isInteger(draft.revision) && draft.revision > 0)) return fault('revision_not_positive');
  const deleveraging = deleveragePolicyFault(draft.deleveraging);
  if (deleveraging !== null) return fault(deleveraging);
  if (draft.layers.length === 0) return fault('no_layers');
  for (const [at, layer] of draft.layers.entries()) {
    const code = layerFault(layer) ?? placeFault(draft.layers, at);
    if (code !== null) return err({ code, layer: at });
  }
  return ok({ ...draft, layers: draft.layers.map(inOneForm) });
}

function fault(code: WaterfallFaultCode): { readonly ok: false; readonly error: WaterfallFault } {
  return err({ code, layer: null });
}

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
/** Whose money no loss of a pool reaches, by the words people try. */
const NEVER = /wallet|other|client/i;

/** What is wrong with a layer by itself. */
function layerFault(layer: LayerDraft): WaterfallFaultCode | null {
  const rule = LAYER_RULES[layer.kind];
  if (!NAME.test(layer.name)) return 'bad_name';
  if (NEVER.test(layer.payers) || NEVER.test(layer.scope)) return 'never_a_layer';
  if (layer.scope !== rule.scope) return 'scope_does_not_fit';
  if (layer.payers !== rule.payers) return 'payers_do_not_fit';
  if (!rule.allocations.includes(layer.allocation)) return 'allocation_does_not_fit';
  if (layer.sizePpm <= 0n || layer.sizePpm > PPM) return 'share_out_of_range';
  if (isBadCap(layer.capMinor) || isBadCap(layer.instrumentCapMinor)) return 'cap_not_positive';
  const amounts = [layer.capMinor ?? 0n, layer.instrumentCapMinor ?? 0n, layer.lossAboveMinor];
  if (!amounts.every(isInt64)) return 'amount_out_of_range';
  if (layer.lossAboveMinor < 0n || layer.causes?.length === 0) return 'trigger_out_of_range';
  if (layer.kind === 'topUp' && layer.capMinor === null) return 'top_up_without_cap';
  return null;
}

/** What is wrong with where a layer stands. */
function placeFault(layers: readonly LayerDraft[], at: number): WaterfallFaultCode | null {
  const layer = layers[at] as LayerDraft;
  const before = layers.slice(0, at);
  if (before.some(({ name }) => name === layer.name)) return 'name_twice';
  if (before.some(({ kind }) => kind === layer.kind)) return 'kind_twice';
  if (at === 0 && layer.kind !== 'account') return 'own_account_missing';
  const place = LAYER_RULES[layer.kind].place;
  if (before.some(({ kind }) => LAYER_RULES[kind].place > place)) return 'out_of_order';
  const hasFund = layers.some(({ kind }) => kind === 'insuranceFund');
  if (layer.kind === 'topUp' && !hasFund) return 'top_up_without_fund';
  return null;
}

function isBadCap(cap: bigint | null): boolean {
  return cap !== null && cap <= 0n;
}

function inOneForm(layer: LayerDraft): WaterfallLayer {
  const { scope, payers } = LAYER_RULES[layer.kind];
  return {
    ...layer,
    scope,
    payers,
    causes: layer.causes === null ? null : LOSS_CAUSES.filter((cause) => layer.causes?.includes(cause)),
  };
}
