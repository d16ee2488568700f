/** A checked account as the margin model of whole accounts sees it, with the scales in which its answers are read. */
import { type AccountView, ASSET_PRICE_SCALE, type AssetView, type LegView } from '../margin/index.js';
import { assetNumber, type BookContext, commonRateScale } from './bookInstrument.js';
import { type BookLeg, bookLeg, orderTerms, orderView } from './bookLegs.js';
import { type AssetScale, type BookScale, bookScale } from './bookScale.js';
import { bookScenarios } from './bookScenarios.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import { own } from './calcLookup.js';
import type { CalcMarginAccount } from './calcSchema.js';

export interface BookTerms {
  readonly account: CalcMarginAccount;
  readonly view: AccountView;
  /** The same with each position at the price of its index; an option's mark is its premium and stays. */
  readonly atIndex: AccountView;
  readonly scale: BookScale;
  /** In the order of `view.assets`. */
  readonly assets: readonly AssetScale[];
  /** In the order of the document, as `view.legs` are. */
  readonly legs: readonly BookLeg[];
}

export function bookTerms(checked: CheckedDocument, account: CalcMarginAccount): BookTerms {
  const scale = bookScale(checked, account);
  const context: BookContext = { checked, account, scale, rateScale: commonRateScale(checked, account) };
  const { orders = [] } = account;
  const assets = [...scale.assets.values()];
  const legs = account.positions.map((position) => bookLeg(context, position));
  const ordered = new Map(orders.map((order) => [order.instrument, orderTerms(context, order)]));
  const byInstrument = new Map<string, LegView>([
    ...ordered,
    ...legs.map(({ instrument, view }) => [instrument.id, view] as const),
  ]);
  const view: AccountView = {
    mode: account.marginMode,
    legRule: account.legRule ?? checked.document.legRule ?? 'larger',
    assets: assets.map((held) => assetView(checked, account, held, scale)),
    legs: legs.map((leg) => leg.view),
    orders: orders.map((order) => orderView(context, order)),
    orderTerms: [...ordered.values()],
    ...scenarioPart(context, byInstrument),
  };
  return { account, view, atIndex: atIndex(view), scale, assets, legs };
}

function scenarioPart(
  context: BookContext,
  legs: ReadonlyMap<string, LegView>,
): Pick<AccountView, 'scenarios'> {
  const scenarios = context.account.marginMode === 'portfolio' ? bookScenarios(context, legs) : null;
  return scenarios === null ? {} : { scenarios };
}

function assetView(
  checked: CheckedDocument,
  { collateral, debts }: CalcMarginAccount,
  { asset, unitDecimals, priceDecimals }: AssetScale,
  { valuation }: BookScale,
): AssetView {
  const perAsset = 10n ** BigInt(unitDecimals);
  const price = (text: string) => scaled(decimalOf(text), 10n ** BigInt(priceDecimals));
  const { haircut = '0', countedCap, peg, debtInitialRate = '0', debtMaintenanceRate = '0' } = asset;
  return {
    asset: assetNumber(checked, asset.id),
    balance: scaled(decimalOf(own(collateral, asset.id) ?? '0'), perAsset),
    debt: scaled(decimalOf(own(debts, asset.id) ?? '0'), perAsset),
    price: asset.id === valuation.asset.id ? ASSET_PRICE_SCALE : price(asset.price ?? '1'),
    terms: {
      haircutPpm: ppm(haircut),
      countedCapMinor:
        countedCap === undefined
          ? null
          : scaled(decimalOf(countedCap), 10n ** BigInt(valuation.unitDecimals)),
      peg:
        peg === undefined
          ? null
          : {
              price: price(peg.price),
              tolerancePpm: ppm(peg.tolerance ?? '0'),
              slopePpm: ppm(peg.slope),
            },
      debtInitialPpm: ppm(debtInitialRate),
      debtMaintenancePpm: ppm(debtMaintenanceRate),
    },
  };
}

function atIndex(view: AccountView): AccountView {
  const legs = view.legs.map((leg) => (leg.option === null ? { ...leg, markTicks: leg.indexTicks } : leg));
  return { ...view, legs };
}

function ppm(text: string): bigint {
  return scaled(decimalOf(text), 1_000_000n);
}
