/**
 * Who pays how much of a loss: layers, the loss and what each layer holds in; payments out, by layer and payer,
 * with the postings in the order in which they must be made. It decides; it posts nothing.
 */
import { assert } from '../base/assert.js';
import { max, min, mulDivFloor, PPM } from '../base/integers.js';
import { err, ok, type Result } from '../base/result.js';
import { shareLoss } from './lossSharing.js';
import { splitProRata } from './proRata.js';
import type { LossCause, WaterfallLayer, WaterfallPolicy } from './waterfallLayers.js';

export interface Loss {
  readonly lossMinor: bigint;
  readonly cause: LossCause;
  /** Whose loss it is, and the pool of that account. */
  readonly accountRow: number;
  readonly poolRow: number;
}

export interface LayerPayer {
  readonly row: number;
  /** What it can pay now, in minor units; at or below zero: nothing. */
  readonly holdsMinor: bigint;
  /** Its part among the payers: a lender's claim, a winner's score, a gain. Of a single payer it is not read. */
  readonly weight: bigint;
}

export interface LayerHolding {
  /** The pool it belongs to; null for the venue. */
  readonly poolRow: number | null;
  readonly payers: readonly LayerPayer[];
  /** What losses of the same instrument have used of it already, against its cap for one instrument. */
  readonly instrumentUsedMinor: bigint;
}

/**
 * `paid`: less than its limit, and nothing is left. `atLimit`: all that it may pay. `notNeeded`: nothing was left
 * when its turn came. `notTriggered`: not for this cause, or too little left. `empty`: it has nothing to pay with.
 */
export type LayerState = 'paid' | 'atLimit' | 'notNeeded' | 'notTriggered' | 'empty';

export interface LayerPayment {
  readonly layer: string;
  readonly state: LayerState;
  /** Most that it may pay of this loss; zero where it is not triggered. */
  readonly limitMinor: bigint;
  readonly paysMinor: bigint;
  /** Who pays, by ascending row, without those who pay nothing. */
  readonly payers: readonly { readonly row: number; readonly paysMinor: bigint }[];
}

/** One movement. `topUp`: venue capital into the fund. `in`: a payer into the pool. `out`: the pool to whom it owes. */
export interface WaterfallPosting {
  readonly phase: 'topUp' | 'in' | 'out';
  /** The layer whose payer gives; null where the pool does. */
  readonly layer: string | null;
  readonly row: number | null;
  readonly amountMinor: bigint;
}

export interface WaterfallOutcome {
  /** One for each layer, in order. */
  readonly payments: readonly LayerPayment[];
  readonly paidMinor: bigint;
  /** What no layer could pay: it stays open as a deficit of its account, inside the pool. */
  readonly remainderMinor: bigint;
  /** Money in before money out: top-up, then payers in the order of the layers, and last what the pool pays out. */
  readonly postings: readonly WaterfallPosting[];
}

export type WaterfallRefusal =
  | 'negative_loss'
  | 'holding_missing'
  | 'holding_unknown'
  | 'layer_of_another_account'
  | 'layer_of_another_pool'
  | 'payer_twice'
  | 'one_payer_only'
  | 'negative_weight';

/**
 * Payments sum to the loss less the remainder. A layer pays only when every layer before it is at its limit,
 * and never more than its limit: the least of the part of its holdings that a loss may use, its cap, and what
 * its cap for one instrument leaves. The policy is one that `checkWaterfall` passed. The order of holdings and
 * payers does not matter.
 */
export function payWaterfall(
  policy: WaterfallPolicy,
  loss: Loss,
  holdings: ReadonlyMap<string, LayerHolding>,
): Result<WaterfallOutcome, { readonly code: WaterfallRefusal; readonly layer: string | null }> {
  const refusal = refusalOf(policy, loss, holdings);
  if (refusal !== null) return err(refusal);
  let left = loss.lossMinor;
  const payments: LayerPayment[] = [];
  for (const layer of policy.layers) {
    const payment = paymentOf(layer, loss, left, holdings.get(layer.name) as LayerHolding);
    payments.push(payment);
    left -= payment.paysMinor;
  }
  const paidMinor = loss.lossMinor - left;
  return ok({ payments, paidMinor, remainderMinor: left, postings: postingsOf(policy, payments, paidMinor) });
}

function paymentOf(layer: WaterfallLayer, loss: Loss, left: bigint, holding: LayerHolding): LayerPayment {
  const nothing = { layer: layer.name, paysMinor: 0n, payers: [] };
  if (left === 0n) return { ...nothing, state: 'notNeeded', limitMinor: limitOf(layer, holding) };
  const isTriggered = (layer.causes?.includes(loss.cause) ?? true) && left > layer.lossAboveMinor;
  if (!isTriggered) return { ...nothing, state: 'notTriggered', limitMinor: 0n };
  const limitMinor = limitOf(layer, holding);
  if (limitMinor === 0n) return { ...nothing, state: 'empty', limitMinor };
  const paysMinor = min(left, limitMinor);
  const payers = payersOf(layer, paysMinor, holding.payers);
  assert(payers.reduce((sum, payer) => sum + payer.paysMinor, 0n) === paysMinor, 'payers sum to their layer');
  const state = paysMinor === limitMinor ? 'atLimit' : 'paid';
  return { layer: layer.name, state, limitMinor, paysMinor, payers };
}

function limitOf(layer: WaterfallLayer, { payers, instrumentUsedMinor }: LayerHolding): bigint {
  const holds = payers.reduce((sum, payer) => sum + payableBy(layer, payer), 0n);
  let limit = mulDivFloor(holds, layer.sizePpm, PPM);
  if (layer.capMinor !== null) limit = min(limit, layer.capMinor);
  if (layer.instrumentCapMinor !== null) {
    limit = min(limit, max(0n, layer.instrumentCapMinor - instrumentUsedMinor));
  }
  return limit;
}

/** Without a weight nobody has a part in a share, and of gains nobody pays more than its own (LIQ-07). */
function payableBy({ kind, allocation }: WaterfallLayer, { holdsMinor, weight }: LayerPayer): bigint {
  const holds = max(0n, holdsMinor);
  if (kind === 'lossSharing') return max(0n, min(holds, weight));
  return allocation === 'proRata' && weight === 0n ? 0n : holds;
}

function payersOf(
  layer: WaterfallLayer,
  amount: bigint,
  payers: readonly LayerPayer[],
): { readonly row: number; readonly paysMinor: bigint }[] {
  if (layer.kind === 'lossSharing') {
    const gains = payers.map(({ row, holdsMinor, weight }) => ({
      row,
      gainMinor: weight,
      capacityMinor: holdsMinor,
    }));
    return shareLoss({ lossMinor: amount, gains });
  }
  const byRow = payers.toSorted((a, b) => a.row - b.row);
  const parts = layer.allocation === 'proRata' ? proRataParts(amount, byRow) : inOrder(amount, byRow);
  return byRow
    .map(({ row }, i) => ({ row, paysMinor: parts[i] as bigint }))
    .filter(({ paysMinor }) => paysMinor > 0n);
}

function proRataParts(amount: bigint, payers: readonly LayerPayer[]): bigint[] {
  const items = payers.map(({ weight, holdsMinor }) => ({ weight, cap: max(0n, holdsMinor) }));
  return splitProRata({ amount, items });
}

/** The part of each payer, in the payers' order, taken down the weights; a single payer is a queue of one. */
function inOrder(amount: bigint, payers: readonly LayerPayer[]): bigint[] {
  const parts = payers.map(() => 0n);
  const queue = payers
    .map((payer, i) => ({ ...payer, i }))
    .sort((a, b) => (a.weight === b.weight ? a.row - b.row : a.weight > b.weight ? -1 : 1));
  let left = amount;
  for (const { holdsMinor, i } of queue) {
    const part = min(left, max(0n, holdsMinor));
    parts[i] = part;
    left -= part;
  }
  return parts;
}

function postingsOf(
  { layers }: WaterfallPolicy,
  payments: readonly LayerPayment[],
  paidMinor: bigint,
): WaterfallPosting[] {
  const fund = layers.find(({ kind }) => kind === 'insuranceFund')?.name;
  const topUps: WaterfallPosting[] = [];
  const incoming: WaterfallPosting[] = [];
  for (const [at, { layer, payers }] of payments.entries()) {
    const isTopUp = layers[at]?.kind === 'topUp';
    for (const { row, paysMinor: amountMinor } of payers) {
      if (isTopUp) topUps.push({ phase: 'topUp', layer, row, amountMinor });
      // What the venue adds is the fund's from then on, and it is the fund that pays.
      incoming.push(
        isTopUp && fund !== undefined
          ? { phase: 'in', layer: fund, row: null, amountMinor }
          : { phase: 'in', layer, row, amountMinor },
      );
    }
  }
  const outgoing: WaterfallPosting[] =
    paidMinor > 0n ? [{ phase: 'out', layer: null, row: null, amountMinor: paidMinor }] : [];
  return [...topUps, ...incoming, ...outgoing];
}

function refusalOf(
  { layers }: WaterfallPolicy,
  loss: Loss,
  holdings: ReadonlyMap<string, LayerHolding>,
): { readonly code: WaterfallRefusal; readonly layer: string | null } | null {
  if (loss.lossMinor < 0n) return { code: 'negative_loss', layer: null };
  for (const name of holdings.keys()) {
    if (!layers.some((layer) => layer.name === name)) return { code: 'holding_unknown', layer: name };
  }
  for (const layer of layers) {
    const holding = holdings.get(layer.name);
    const code = holding === undefined ? 'holding_missing' : holdingRefusal(layer, loss, holding);
    if (code !== null) return { code, layer: layer.name };
  }
  return null;
}

/** The fence: what a layer holds belongs to the account, the pool or the venue that its scope names. */
function holdingRefusal(
  { scope, allocation }: WaterfallLayer,
  loss: Loss,
  { poolRow, payers }: LayerHolding,
): WaterfallRefusal | null {
  if (poolRow !== (scope === 'venue' ? null : loss.poolRow)) return 'layer_of_another_pool';
  if (scope === 'account' && payers.some(({ row }) => row !== loss.accountRow)) {
    return 'layer_of_another_account';
  }
  if (new Set(payers.map(({ row }) => row)).size !== payers.length) return 'payer_twice';
  if (allocation === 'single' && payers.length > 1) return 'one_payer_only';
  return payers.some(({ weight }) => weight < 0n) ? 'negative_weight' : null;
}
