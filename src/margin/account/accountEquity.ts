/**
 * Equity of a whole account: per asset what it holds less what it owes plus what its legs have gained there, each net
 * amount valued once (collateralValue.ts). Netting comes before valuing, so a profit backs a loss in the same asset
 * without a haircut, and no asset is counted twice (MAR-10).
 *
 *   net(asset) = balance - debt + sum over its legs of (value at mark - cost - lots x funding per lot)
 *
 * An option costs nothing here, its premium was paid: a long one counts at its mark, a short one in full against the
 * account. Exact up to the value of each asset, which is rounded down.
 */
import { assert } from '../../base/assert.js';
import type { Minor } from '../../base/units.js';
import { type Fraction, unitValue } from '../../market/payoff.js';
import { collateralValueScaled, valueFloor } from './collateralValue.js';
import { addFractions, whole } from './fractions.js';
import type { AccountView, AssetView, LegView } from './view.js';

/** Valuation minor units x VALUE_SCALE. */
export function accountEquityScaled(view: AccountView): bigint {
  const nets = assetNets(view);
  return view.assets.reduce((sum, asset, at) => sum + collateralValueScaled(asset, nets[at] as Fraction), 0n);
}

/** Valuation minor units, rounded down: an account is never shown more than it has. */
export function accountEquityFloor(view: AccountView): Minor {
  return valueFloor(accountEquityScaled(view));
}

/** What each asset of the account comes to, exact, in its own minor units; in the order of `view.assets`. */
export function assetNets(view: AccountView): Fraction[] {
  const nets = view.assets.map(({ balance, debt }) => whole(balance - debt));
  for (const leg of view.legs) {
    const at = assetIndex(view, leg.settleAsset);
    nets[at] = addFractions(nets[at] as Fraction, legProfit(leg));
  }
  return nets;
}

/** Value at the mark - cost + accrued funding of one leg, in settlement minor units, exact. */
export function legProfit({ terms, lots, cost, fundingPerLot, markTicks }: LegView): Fraction {
  if (lots === 0n) return whole(-cost);
  const { numerator, denominator } = unitValue(terms, markTicks);
  const unsettled = lots * numerator - cost * denominator;
  if (fundingPerLot === 0n) return { numerator: unsettled, denominator };
  const scale = terms.fundingScale;
  return {
    numerator: unsettled * scale - lots * fundingPerLot * denominator,
    denominator: denominator * scale,
  };
}

export function assetIndex(view: Pick<AccountView, 'assets'>, asset: number): number {
  const at = view.assets.findIndex((held) => held.asset === asset);
  assert(at >= 0, () => `asset ${asset} of a leg or order is not among the account's assets`);
  return at;
}

export function assetOf(view: Pick<AccountView, 'assets'>, asset: number): AssetView {
  return view.assets[assetIndex(view, asset)] as AssetView;
}

/** One asset's share of the equity, for explanations. */
export interface AssetEquity {
  readonly asset: number;
  readonly balance: Minor;
  readonly debt: Minor;
  /** Profit, loss and funding of the legs that settle in it, exact. */
  readonly legs: Fraction;
  readonly net: Fraction;
  /** Valuation minor units x VALUE_SCALE; these sum to the account's equity. */
  readonly valueScaled: bigint;
}

export function accountEquityByAsset(view: AccountView): readonly AssetEquity[] {
  const nets = assetNets(view);
  return view.assets.map((held, at) => {
    const net = nets[at] as Fraction;
    return {
      asset: held.asset,
      balance: held.balance,
      debt: held.debt,
      legs: addFractions(net, whole(held.debt - held.balance)),
      net,
      valueScaled: collateralValueScaled(held, net),
    };
  });
}
