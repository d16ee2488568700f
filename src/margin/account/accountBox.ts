/** A range for everything a whole account is judged by: the region over which worstCase.ts answers. */
import type { AccountView, AssetView, LegView } from './view.js';

/** Both ends belong to it; low <= high. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

/** Legs of one instrument have the same marks: where their ranges differ, the one that holds all of them counts. */
export interface LegBox {
  readonly markTicks: Range;
  readonly indexTicks: Range;
  readonly fundingPerLot: Range;
}

export interface AssetBox {
  /** x ASSET_PRICE_SCALE. */
  readonly price: Range;
  /** Interest makes a debt grow. */
  readonly debt: Range;
}

/** In the order of the view's legs and assets. Everything else is as the view has it. */
export interface AccountBox {
  readonly legs: readonly LegBox[];
  readonly assets: readonly AssetBox[];
}

/** The box that holds the view itself and nothing else: of one view always the same, so that what stands still is known. */
export function pointBox(view: AccountView): AccountBox {
  const known = points.get(view);
  if (known !== undefined) return known;
  const box = { legs: view.legs.map(pointOfLeg), assets: view.assets.map(pointOfAsset) };
  points.set(view, box);
  return box;
}

const points = new WeakMap<AccountView, AccountBox>();

/** The view's own point with the marks of one instrument anywhere in a range. */
export function boxOfMark(view: AccountView, instrument: number, markTicks: Range): AccountBox {
  const { legs, assets } = pointBox(view);
  const isMoved = (at: number) => (view.legs[at] as LegView).instrument === instrument;
  return { assets, legs: legs.map((leg, at) => (isMoved(at) ? { ...leg, markTicks } : leg)) };
}

/** The view's own point with the price of one asset anywhere in a range. */
export function boxOfPrice(view: AccountView, asset: number, price: Range): AccountBox {
  const { legs, assets } = pointBox(view);
  const isMoved = (at: number) => (view.assets[at] as AssetView).asset === asset;
  return { legs, assets: assets.map((held, at) => (isMoved(at) ? { ...held, price } : held)) };
}

function pointOfLeg({ markTicks, indexTicks, fundingPerLot }: LegView): LegBox {
  return { markTicks: point(markTicks), indexTicks: point(indexTicks), fundingPerLot: point(fundingPerLot) };
}

function pointOfAsset({ price, debt }: AssetView): AssetBox {
  return { price: point(price), debt: point(debt) };
}

function point(value: bigint): Range {
  return { low: value, high: value };
}
