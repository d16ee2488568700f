/**
 * What an amount of an asset counts for in the valuation asset. With net amount n, price p, haircut h and peg P:
 *
 *   n > 0:  min(n x p, cap) x max(0, 1 - h - slope x max(0, 1 - tolerance - p / P)), rounded down
 *   n < 0:  n x p in full, rounded down: away from the account
 *
 * The distance below the peg is a share of the peg. The second factor never falls when the price rises, so neither does
 * the value (MAR-11): a depeg is counted step by step, on top of the fall of the price itself.
 * Requirements in an asset are valued at its price in full, rounded up.
 */
import { divCeil, divFloor, max, PPM } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { ASSET_PRICE_SCALE, type AssetView, VALUE_SCALE } from './view.js';

/** What one asset is worth: its price and how the pool counts it. */
export type AssetPricing = Pick<AssetView, 'price' | 'terms'>;

/** Valuation minor units x VALUE_SCALE of a signed amount in minor units of the asset, rounded down. */
export function collateralValueScaled(asset: AssetPricing, net: Fraction): bigint {
  if (net.numerator <= 0n) return fullValueScaledFloor(asset, net);
  const kept = keptShare(asset);
  const market = { numerator: net.numerator * asset.price, denominator: net.denominator * ASSET_PRICE_SCALE };
  const cap = asset.terms.countedCapMinor;
  const isCapped = cap !== null && market.numerator > cap * market.denominator;
  const counted = isCapped ? { numerator: cap, denominator: 1n } : market;
  return divFloor(counted.numerator * kept.numerator * VALUE_SCALE, counted.denominator * kept.denominator);
}

/** The share of a positive amount's value that counts, exact: from 0 to 1. */
export function keptShare({ price, terms }: AssetPricing): Fraction {
  const { haircutPpm, peg } = terms;
  const plain = { numerator: max(0n, PPM - haircutPpm), denominator: PPM };
  if (peg === null) return plain;
  const distance = peg.price * (PPM - peg.tolerancePpm) - price * PPM;
  if (distance <= 0n) return plain;
  // Over one denominator, peg price x PPM x PPM: haircut and slope are ppm, the distance is peg price x PPM.
  return {
    numerator: max(0n, (PPM - haircutPpm) * peg.price * PPM - peg.slopePpm * distance),
    denominator: peg.price * PPM * PPM,
  };
}

/** A signed amount at its price in full, rounded down. */
export function fullValueScaledFloor({ price }: AssetPricing, amount: Fraction): bigint {
  return divFloor(amount.numerator * price * VALUE_SCALE, amount.denominator * ASSET_PRICE_SCALE);
}

/** A requirement at the asset's price in full, rounded up. */
export function requirementValueScaledCeil({ price }: AssetPricing, amount: Fraction): bigint {
  return divCeil(amount.numerator * price * VALUE_SCALE, amount.denominator * ASSET_PRICE_SCALE);
}

/** Whole minor units of the valuation asset: what an account has, rounded down. */
export function valueFloor(scaled: bigint): bigint {
  return divFloor(scaled, VALUE_SCALE);
}

/** Whole minor units of the valuation asset: what is asked of an account, rounded up. */
export function valueCeil(scaled: bigint): bigint {
  return divCeil(scaled, VALUE_SCALE);
}
