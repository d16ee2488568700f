/**
 * One part of what is asked of an account, as a value: the common form of everything that adds up to a requirement,
 * whatever model it comes from. Parts of one leg are differences of running totals rounded up, so their sum is the
 * leg's requirement rounded up once at VALUE_SCALE, and sums of legs do not depend on their order.
 */
import type { Fraction } from '../../market/payoff.js';
import { type AssetPricing, requirementValueScaledCeil } from './collateralValue.js';
import { addFractions, ZERO } from './fractions.js';
import type { Leg } from './view.js';

export const CHARGE_PARTS = [
  'position',
  'maintenanceAmount',
  'closeFee',
  'option',
  'spread',
  'debt',
  'scenario',
  'orderMargin',
  'openLoss',
  'openFee',
  'premium',
] as const;
export type ChargePart = (typeof CHARGE_PARTS)[number];

/** What is charged: a leg of an instrument, or an asset, or, with neither, the account. */
export interface ChargeSource {
  readonly instrument: number | null;
  readonly leg: Leg | null;
  /** The asset the amount is in. Null: the valuation asset, of an account-wide charge. */
  readonly asset: number | null;
}

export interface Charge extends ChargeSource {
  readonly part: ChargePart;
  /** Which scenario or add-on, where the part has several. */
  readonly detail: string | null;
  /** Valuation minor units x VALUE_SCALE; negative for a maintenance amount. */
  readonly scaled: bigint;
}

/** Exact parts in one asset as charges that sum to their total, rounded up once. */
export function chargesOf(
  source: ChargeSource,
  pricing: AssetPricing,
  parts: readonly { readonly part: ChargePart; readonly amount: Fraction }[],
): readonly Charge[] {
  let running = ZERO;
  let total = 0n;
  return parts.map(({ part, amount }) => {
    running = addFractions(running, amount);
    const next = requirementValueScaledCeil(pricing, running);
    const charge = { ...source, part, detail: null, scaled: next - total };
    total = next;
    return charge;
  });
}

export function totalScaled(charges: readonly Charge[]): bigint {
  return charges.reduce((sum, { scaled }) => sum + scaled, 0n);
}
