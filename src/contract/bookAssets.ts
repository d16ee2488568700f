/** Each asset of a whole account: what is there, what it counts for, what may leave, and at which price it fails. */
import { formatDecimal, formatMinor } from '../base/decimal.js';
import { divFloor, PPM } from '../base/integers.js';
import {
  type AssetEquity,
  type AssetView,
  accountEquityByAsset,
  accountRemovableFloor,
  collateralLiquidationPrice,
  keptShare,
} from '../margin/index.js';
import type { BookLine } from './bookLines.js';
import type { AssetScale } from './bookScale.js';
import type { BookTerms } from './bookTerms.js';
import { decimalOf } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import type { WholeAssetAnswer } from './calcSchema.js';

export function bookAssets(
  checked: CheckedDocument,
  terms: BookTerms,
  lines: readonly BookLine[],
): WholeAssetAnswer[] {
  const values = lines.filter(({ of }) => of === 'equity');
  return accountEquityByAsset(terms.view).map((equity, at) =>
    assetAnswer(checked, terms, {
      equity,
      held: terms.view.assets[at] as AssetView,
      scale: terms.assets[at] as AssetScale,
      value: values[at]?.amount ?? 0n,
    }),
  );
}

interface OneAsset {
  readonly equity: AssetEquity;
  readonly held: AssetView;
  readonly scale: AssetScale;
  readonly value: bigint;
}

function assetAnswer(
  { document }: CheckedDocument,
  terms: BookTerms,
  { equity, held, scale, value }: OneAsset,
): WholeAssetAnswer {
  const { asset, unitDecimals, priceDecimals } = scale;
  const down = (units: bigint) =>
    formatMinor(divFloor(units, 10n ** BigInt(unitDecimals - asset.decimals)), asset.decimals);
  const kept = keptShare(held);
  const isValuation = asset.id === terms.scale.valuation.asset.id;
  const removable = accountRemovableFloor({ atMark: terms.view, atIndex: terms.atIndex }, held.asset);
  return {
    asset: asset.id,
    balance: formatMinor(equity.balance, unitDecimals),
    debt: formatMinor(equity.debt, unitDecimals),
    profit: down(divFloor(equity.legs.numerator, equity.legs.denominator)),
    price: isValuation ? '1' : formatDecimal(decimalOf(asset.price ?? '1')),
    haircut: formatMinor(PPM - divFloor(kept.numerator * PPM, kept.denominator), 6),
    value: formatMinor(value, terms.scale.valuation.asset.decimals),
    removable: down(removable),
    liquidationPrice:
      isValuation || document.valuationAsset === undefined ? null : fall(terms, held, priceDecimals),
  };
}

/** The price at which the account fails, coming down. */
function fall({ view }: BookTerms, held: AssetView, priceDecimals: number): string | null {
  const { below } = collateralLiquidationPrice(view, held.asset);
  return below.kind === 'price' ? formatMinor(below.price, priceDecimals) : null;
}
