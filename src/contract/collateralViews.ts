/** What a whole margin account holds, asset by asset: what is there, what it counts for, and what may leave. */
import { divFloor, PPM } from '../base/index.js';
import { judgedAssetRow } from '../engine/accountHealth.js';
import { assetsOf } from '../engine/accountParts.js';
import { hasUsablePrice } from '../engine/assetPrice.js';
import { assetOf, type Situation } from '../engine/index.js';
import {
  type AssetView,
  accountEquityByAsset,
  collateralLiquidationPrice,
  keptShare,
} from '../margin/index.js';
import { releasableNow } from './releasable.js';
import { assetScale, formatAmount, formatAssetPrice, formatPpm, type Scale } from './scale.js';
import { EQUITY_LINE, type WholeFigures } from './wholeFigures.js';

export interface CollateralView {
  readonly asset: string;
  readonly balance: string;
  /** Borrowed and not yet repaid, with interest, rounded up. */
  readonly debt: string;
  /** Allocated less released since the account was last empty. */
  readonly netPrincipal: string;
  /** Results of the positions that settle in it: unrealized profit and funding, rounded down. */
  readonly profit: string;
  /** Units of the account's asset for one of this; null before the first price. */
  readonly price: string | null;
  /** Whether the price may decide about money now. */
  readonly priceUsable: boolean;
  /** Share of a positive value that does not count, with what a lost peg adds. */
  readonly haircut: string;
  /** What balance, debt and profit count for together, in the account's asset; these sum to its equity. */
  readonly value: string;
  /** The largest amount that `release` takes now. */
  readonly removable: string;
  /**
   * First price of this asset at which the account is liquidatable, the other prices held; null for none, and in mode
   * portfolio also where positions settle in it or it is owed: the scenarios then move what it backs and what it covers.
   */
  readonly liquidationPrice: string | null;
}

export function collateralViews(
  situation: Situation,
  accountRow: number,
  figures: WholeFigures,
): readonly CollateralView[] {
  const rows = assetsOf(situation.state, accountRow).reverse();
  return rows.map((accountAssetRow, at) =>
    collateralView(situation, { accountRow, accountAssetRow, at }, figures),
  );
}

function collateralView(
  { state, timeMs, ...rest }: Situation,
  found: { readonly accountRow: number; readonly accountAssetRow: number; readonly at: number },
  { view, lines }: WholeFigures,
): CollateralView {
  const { accountRow, accountAssetRow, at } = found;
  const held = view.assets[at] as AssetView;
  const { legs } = accountEquityByAsset(view)[at] as ReturnType<typeof accountEquityByAsset>[number];
  const judgedRow = judgedAssetRow(state, accountRow);
  const scale = { ...assetScale(state, held.asset), valuation: assetOf(state, judgedRow) };
  const kept = keptShare(held);
  const value = lines.find(({ name, asset }) => name === EQUITY_LINE && asset === held.asset);
  const isOwn = held.asset === judgedRow;
  const poolAssetRow = state.accountAssets.poolAsset.get(accountAssetRow);
  return {
    asset: scale.asset,
    balance: formatAmount(held.balance, scale),
    debt: formatAmount(held.debt, scale),
    netPrincipal: formatAmount(state.accountAssets.netPrincipal.get(accountAssetRow), scale),
    profit: formatAmount(divFloor(legs.numerator, legs.denominator), scale),
    price: held.price === 0n ? null : formatAssetPrice(held.price, scale),
    priceUsable: isOwn || hasUsablePrice(state, poolAssetRow, timeMs),
    haircut: formatPpm(PPM - divFloor(kept.numerator * PPM, kept.denominator)),
    value: formatAmount(value?.amount ?? 0n, assetScale(state, judgedRow)),
    removable: formatAmount(releasableNow({ state, timeMs, ...rest }, accountAssetRow).amount, scale),
    liquidationPrice:
      isOwn || !isLookedAlong(view, held) ? null : liquidationPriceOf(view, held.asset, scale),
  };
}

/** Whether the asset has a price along which the account can be looked at; under scenarios only where it does no more than back. */
function isLookedAlong({ mode, legs }: WholeFigures['view'], { asset, price, debt }: AssetView): boolean {
  if (price === 0n) return false;
  return mode !== 'portfolio' || (debt === 0n && legs.every(({ settleAsset }) => settleAsset !== asset));
}

function liquidationPriceOf(view: WholeFigures['view'], asset: number, scale: Scale): string | null {
  const { below } = collateralLiquidationPrice(view, asset);
  return below.kind === 'price' ? formatAssetPrice(below.price, scale) : null;
}
