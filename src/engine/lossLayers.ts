/**
 * What each layer of a pool's waterfall may still pay of an open deficit, as the pool's policy limits it. A layer that
 * is at its limit for a deficit has nothing more to give for it, whatever it holds.
 *
 *   limit = min(floor((holds + paid) x size), cap) - paid, and what is left of its cap for one instrument
 *
 * `holds` is what it has now, `paid` what it paid of this deficit before: together what it had when its turn came.
 */
import { max, min, mulDivFloor, PPM } from '../base/index.js';
import type { LayerKind, LossCause, WaterfallLayer, WaterfallPolicy } from '../liquidation/index.js';
import { reservedCapital } from './capitalReserve.js';
import type { Situation } from './decision.js';
import { DEFICIT_CAUSES } from './event.js';
import { fundBacking } from './fundBacking.js';
import type { UsedLayer } from './layerUse.js';
import { lenderBook } from './lending.js';
import { type ArisenLoss, fundLeftByLevel, hasLevelLimits } from './levelLimits.js';
import { fundBalance } from './soundness.js';
import { outstandingOf, type State } from './state.js';
import { layerOf, waterfallOf } from './waterfallStore.js';

export interface Layers {
  readonly situation: Situation;
  readonly poolAssetRow: number;
  readonly policy: WaterfallPolicy;
  readonly fundLayer: WaterfallLayer | null;
  readonly venueLayer: WaterfallLayer | null;
  /** The fund in the asset, and what its other assets are worth in it; nothing where it is no layer. */
  readonly fund: bigint;
  readonly backing: bigint;
  /** Venue capital that is reserved for the pool in the asset; nothing where it is no layer. */
  readonly capital: bigint;
  /** The fund pays as far as it goes, and nobody but the fund has to for what is taken over: most pools, and quickly reckoned. */
  readonly isPlain: boolean;
}

export function layersOf(situation: Situation, poolAssetRow: number): Layers {
  const { state } = situation;
  const policy = waterfallOf(state, poolAssetRow);
  const fundLayer = layerOf(policy, 'insuranceFund');
  const venueLayer = layerOf(policy, 'topUp');
  const hasRelated =
    layerOf(policy, 'clawback') !== null &&
    state.pools.relatedTakeovers.get(state.poolAssets.pool.get(poolAssetRow)) > 0;
  return {
    situation,
    poolAssetRow,
    policy,
    fundLayer,
    venueLayer,
    fund: fundLayer === null ? 0n : fundBalance(state, poolAssetRow),
    backing: fundLayer === null ? 0n : fundBacking(situation, poolAssetRow),
    capital: venueLayer === null ? 0n : reservedCapital(state, poolAssetRow),
    isPlain:
      venueLayer === null &&
      (fundLayer === null || !isLimited(fundLayer)) &&
      !hasLevelLimits(state, poolAssetRow) &&
      !hasRelated,
  };
}

function isLimited({
  sizePpm,
  capMinor,
  instrumentCapMinor,
  causes,
  lossAboveMinor,
}: WaterfallLayer): boolean {
  const hasCap = sizePpm !== PPM || capMinor !== null || instrumentCapMinor !== null;
  return hasCap || causes !== null || lossAboveMinor > 0n;
}

/** A loss as a layer is asked about it: a deficit, or what a takeover is short of. */
interface AskedLoss {
  readonly cause: LossCause;
  /** What was left of it when the layer's turn came. */
  readonly leftMinor: bigint;
  readonly paidMinor: bigint;
  /** What the layer's cap for one instrument leaves; null without one. */
  readonly instrumentLeftMinor: bigint | null;
}

/** The most that the layer may pay now of what it holds. */
export function roomOf(layer: WaterfallLayer, holds: bigint, loss: AskedLoss): bigint {
  if (!isAsked(layer, loss)) return 0n;
  const all = mulDivFloor(holds + loss.paidMinor, layer.sizePpm, PPM);
  const limit = (layer.capMinor === null ? all : min(all, layer.capMinor)) - loss.paidMinor;
  const left = loss.instrumentLeftMinor;
  return max(0n, min(holds, left === null ? limit : min(limit, left)));
}

/** The layer's trigger. */
export function isAsked(
  { causes, lossAboveMinor }: WaterfallLayer,
  { cause, leftMinor }: Pick<AskedLoss, 'cause' | 'leftMinor'>,
): boolean {
  return (causes?.includes(cause) ?? true) && leftMinor > lossAboveMinor;
}

/** What a deficit still may have of a layer that holds so much. */
export function roomForDeficit(
  { situation, policy }: Layers,
  layer: WaterfallLayer,
  at: { readonly deficitRow: number; readonly holds: bigint },
): bigint {
  const { state } = situation;
  return roomOf(layer, at.holds, {
    cause: DEFICIT_CAUSES[state.deficits.cause.get(at.deficitRow)] as LossCause,
    leftMinor: leftAtTurn(state, policy, layer, at.deficitRow),
    paidMinor: paidBy(state, layer.kind, at.deficitRow),
    instrumentLeftMinor: instrumentLeft(state, layer, {
      instrumentRow: state.deficits.instrument.get(at.deficitRow),
      timeMs: arisenMs(state, at.deficitRow),
      holds: at.holds,
    }),
  });
}

/** When the loss arose: that of a takeover when it was taken over. */
function arisenMs({ deficits, takeovers }: State, deficitRow: number): number {
  const takeoverRow = deficits.takeover.get(deficitRow);
  return takeoverRow < 0 ? deficits.timeMs.get(deficitRow) : takeovers.timeMs.get(takeoverRow);
}

function leftAtTurn(
  state: State,
  { layers }: WaterfallPolicy,
  layer: WaterfallLayer,
  deficitRow: number,
): bigint {
  let left = state.deficits.amount.get(deficitRow);
  for (const { name, kind } of layers) {
    if (name === layer.name) break;
    left -= paidBy(state, kind, deficitRow);
  }
  return left;
}

function paidBy({ deficits }: State, kind: LayerKind, row: number): bigint {
  switch (kind) {
    case 'insuranceFund':
      return deficits.covered.get(row) - deficits.toppedUp.get(row);
    case 'topUp':
      return deficits.toppedUp.get(row);
    case 'lenders':
      return deficits.lent.get(row);
    case 'lossSharing':
      return deficits.shared.get(row);
    case 'clawback':
      return deficits.clawedBack.get(row);
    default:
      return 0n;
  }
}

/** What of the layer its cap for one instrument, and the level of the instrument, leave to the loss; null where neither limits it. */
export function instrumentLeft(
  state: State,
  layer: WaterfallLayer,
  loss: ArisenLoss & { readonly holds: bigint },
): bigint | null {
  const capped = leftOfCap(state, layer, loss.instrumentRow);
  const byLevel = layer.kind === 'insuranceFund' ? fundLeftByLevel(state, loss, loss.holds) : null;
  if (capped === null || byLevel === null) return capped ?? byLevel;
  return min(capped, byLevel);
}

function leftOfCap(
  { instruments, totals }: State,
  { kind, instrumentCapMinor }: WaterfallLayer,
  instrumentRow: number,
): bigint | null {
  if (instrumentCapMinor === null || instrumentRow < 0) return null;
  const place = { poolRow: instruments.pool.get(instrumentRow), instrumentRow };
  return max(0n, instrumentCapMinor - totals.used.get(kind as UsedLayer, place));
}

// ---- open deficits ----

/** Open deficits, the oldest first. */
export function* openDeficits(state: State, poolAssetRow: number): Generator<number> {
  const { next } = state.deficits;
  for (let row = state.poolAssets.firstOpenDeficit.get(poolAssetRow); row >= 0; row = next.get(row))
    if (outstandingOf(state, row) > 0n) yield row;
}

/** What of a deficit the fund may pay, in whatever assets it has it. */
export function claimOn(layers: Layers, deficitRow: number): bigint {
  const { situation, fundLayer, fund, backing, isPlain } = layers;
  const open = outstandingOf(situation.state, deficitRow);
  if (isPlain || fundLayer === null) return fundLayer === null ? 0n : open;
  return min(open, roomForDeficit(layers, fundLayer, { deficitRow, holds: fund + backing }));
}

export function claims(layers: Layers): bigint {
  const { situation, poolAssetRow, fundLayer, isPlain } = layers;
  if (fundLayer === null) return 0n;
  if (isPlain) return situation.state.totals.outstanding.get(poolAssetRow);
  let sum = 0n;
  for (const row of openDeficits(situation.state, poolAssetRow)) sum += claimOn(layers, row);
  return sum;
}

/** What of a deficit not even the fund's other assets stand behind, once all other claims on them are met. */
export function unbackedOf(layers: Layers, deficitRow: number): bigint {
  const open = outstandingOf(layers.situation.state, deficitRow);
  const claim = claimOn(layers, deficitRow);
  return open - min(claim, max(0n, layers.backing - (claims(layers) - claim)));
}

export interface Cover {
  readonly deficitRow: number;
  readonly amount: bigint;
  readonly toppedUpMinor: bigint;
}

/** What the fund pays next of the oldest deficit it may pay. */
export function coverByFund(layers: Layers): Cover | null {
  const { situation, poolAssetRow, fund } = layers;
  if (fund === 0n) return null;
  for (const deficitRow of openDeficits(situation.state, poolAssetRow)) {
    const amount = min(fund, claimOn(layers, deficitRow));
    if (amount > 0n) return { deficitRow, amount, toppedUpMinor: 0n };
  }
  return null;
}

/** What the venue adds to the fund next, for the oldest deficit it may add to. */
export function coverByVenue(layers: Layers): Cover | null {
  const { situation, poolAssetRow, policy, venueLayer, capital } = layers;
  if (venueLayer === null || capital === 0n) return null;
  const first = policy.layers.find(({ kind }) => kind === 'insuranceFund' || kind === 'topUp');
  const isBeforeFund = first === venueLayer;
  for (const deficitRow of openDeficits(situation.state, poolAssetRow)) {
    const left = isBeforeFund ? outstandingOf(situation.state, deficitRow) : unbackedOf(layers, deficitRow);
    const amount = min(left, roomForDeficit(layers, venueLayer, { deficitRow, holds: capital }));
    if (amount > 0n) return { deficitRow, amount, toppedUpMinor: amount };
  }
  return null;
}

/** The oldest deficit that the lenders of the asset bear now, and how much of it. */
export function lendersPart(layers: Layers): { readonly deficitRow: number; readonly amount: bigint } | null {
  const { situation, poolAssetRow, policy } = layers;
  const { state } = situation;
  const layer = layerOf(policy, 'lenders');
  if (layer === null || state.totals.lendersOutstanding.get(poolAssetRow) === 0n) return null;
  const { assets } = lenderBook(state, poolAssetRow);
  const reserve = state.poolAssets.reserveOwed.get(poolAssetRow);
  for (const deficitRow of openDeficits(state, poolAssetRow)) {
    if (DEFICIT_CAUSES[state.deficits.cause.get(deficitRow)] !== 'borrow') continue;
    const room = roomForDeficit(layers, layer, { deficitRow, holds: max(0n, assets) + reserve });
    const amount = min(unbackedOf(layers, deficitRow), room);
    if (amount > 0n) return { deficitRow, amount };
  }
  return null;
}

/** Deficits that gains may be asked for, the oldest first, with the most that the layer's caps allow. */
export function* shareable(
  layers: Layers,
): Generator<{ readonly deficitRow: number; readonly layer: WaterfallLayer; readonly mostMinor: bigint }> {
  const { situation, poolAssetRow, policy } = layers;
  const layer = layerOf(policy, 'lossSharing');
  if (layer === null) return;
  for (const deficitRow of openDeficits(situation.state, poolAssetRow)) {
    const unbacked = unbackedOf(layers, deficitRow);
    const capped = { ...layer, sizePpm: PPM };
    const mostMinor = min(unbacked, roomForDeficit(layers, capped, { deficitRow, holds: unbacked }));
    if (mostMinor > 0n) yield { deficitRow, layer, mostMinor };
  }
}
