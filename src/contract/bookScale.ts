/**
 * Units so fine that what a document says of a whole account is whole in them: ticks, lots, money and rates. An inverse
 * position's cost is a quotient: it is rounded against the account, twelve decimals below the asset's own.
 *
 * One minor unit of the account's assets is 10^-unitDecimals. Prices of assets are whole numbers of decimals too, which ties the decimals of every asset to those of the valuation asset (`ASSET_PRICE_SCALE` is ten to the ninth).
 */
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import { assetsInvolved } from './calcAccountFaults.js';
import { decimalOf, finest, scaled } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument } from './calcDocument.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { known, own } from './calcLookup.js';
import type { CalcAsset, CalcMarginAccount, CalcOrder, CalcPosition } from './calcSchema.js';
import { settingsOf } from './calcTerms.js';
import { tierScale } from './calcTiers.js';

/** How amounts of an asset are read off internal units. */
export interface AssetScale {
  readonly asset: CalcAsset;
  /** One internal unit is 10^-unitDecimals. */
  readonly unitDecimals: number;
  /** Its price counts 10^-priceDecimals of the valuation asset. */
  readonly priceDecimals: number;
}

/** How prices and sizes of an instrument are counted. */
export interface InstrumentScale {
  readonly tickDecimals: number;
  /** Of marks: as fine, or finer. */
  readonly markDecimals: number;
  readonly sizeDecimals: number;
  /** Of strike and underlying price. */
  readonly underlyingDecimals: number;
}

export interface BookScale {
  readonly valuation: { readonly asset: CalcAsset; readonly unitDecimals: number };
  readonly assets: ReadonlyMap<string, AssetScale>;
  readonly instruments: ReadonlyMap<string, InstrumentScale>;
}

/** Prices are counted in fifteen digits, or as many as they are written with. */
const PRICE_DIGITS = 15;
const PRICE_DECIMALS_MAX = 10;
const ASSET_PRICE_DECIMALS = ASSET_PRICE_SCALE.toString().length - 1;
const COST_EXTRA_DECIMALS = 12;

export function bookScale(checked: CheckedDocument, account: CalcMarginAccount): BookScale {
  const involved = assetsInvolved(checked.instruments, account);
  const valuationId = checked.document.valuationAsset ?? involved[0] ?? '';
  const valuationAsset = known(checked.assets, valuationId);
  const instruments = new Map(
    instrumentsUsed(checked, account).map((instrument) => [
      instrument.id,
      instrumentScale(checked, account, instrument),
    ]),
  );
  const needed = new Map(
    [valuationId, ...involved].map((id) => [id, amountDecimals(checked, account, instruments, id)]),
  );
  const priceDecimals = (id: string) => assetPriceDecimals(known(checked.assets, id));
  const others = involved.filter((id) => id !== valuationId);
  const valuationDecimals = Math.max(
    needed.get(valuationId) ?? 0,
    finest(involved.map((id) => known(checked.assets, id).countedCap)),
    ...others.map((id) => (needed.get(id) ?? 0) + priceDecimals(id) - ASSET_PRICE_DECIMALS),
  );
  const scaleOf = (id: string): AssetScale => {
    const asset = known(checked.assets, id);
    if (id === valuationId) {
      return { asset, unitDecimals: valuationDecimals, priceDecimals: ASSET_PRICE_DECIMALS };
    }
    const decimals = priceDecimals(id);
    return {
      asset,
      unitDecimals: valuationDecimals + ASSET_PRICE_DECIMALS - decimals,
      priceDecimals: decimals,
    };
  };
  return {
    valuation: { asset: valuationAsset, unitDecimals: valuationDecimals },
    assets: new Map(involved.map((id) => [id, scaleOf(id)])),
    instruments,
  };
}

function assetPriceDecimals({ price = '1', peg }: CalcAsset): number {
  const usual = Math.min(PRICE_DECIMALS_MAX, PRICE_DIGITS - wholeDigits(price));
  return Math.max(0, usual, finest([price, peg?.price]));
}

function wholeDigits(price: string): number {
  return price.split('.')[0]?.replace('-', '').length ?? 1;
}

/** Instruments of positions and orders, each once. */
export function instrumentsUsed(
  { instruments }: CheckedDocument,
  { positions, orders = [] }: CalcMarginAccount,
): readonly CheckedInstrument[] {
  const ids = new Set([...positions, ...orders].map(({ instrument }) => instrument));
  return [...ids].map((id) => known(instruments, id));
}

/** Price of an option's underlying: the one for pricing, and the one for margin. */
export function underlyingPrices(
  { document }: Pick<CheckedDocument, 'document'>,
  { id, underlyingPrice }: CheckedInstrument,
): { readonly forward: string; readonly index: string } {
  const index = own(document.indexPrices, id);
  return { forward: underlyingPrice ?? index ?? '0', index: index ?? underlyingPrice ?? '0' };
}

function instrumentScale(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  instrument: CheckedInstrument,
): InstrumentScale {
  const { positions, orders } = heldIn(account, instrument.id);
  const { document } = checked;
  const isOption = instrument.kind === 'option';
  const { forward, index } = underlyingPrices(checked, instrument);
  const mark = own(document.marks, instrument.id);
  const prices = orders.map(({ price }) => price);
  const tickDecimals = finest([instrument.tickSize, ...prices]);
  return {
    tickDecimals,
    markDecimals: Math.max(
      tickDecimals,
      finest([mark, instrument.markTick, isOption ? undefined : own(document.indexPrices, instrument.id)]),
      shownDecimals(checked, account, instrument, mark),
    ),
    sizeDecimals: finest([instrument.lotSize, ...[...positions, ...orders].map(({ quantity }) => quantity)]),
    underlyingDecimals: isOption ? finest([instrument.strike, forward, index]) : 0,
  };
}

/** Prices that are not shown on the grid are looked for to about fourteen digits. */
function shownDecimals(
  { document }: CheckedDocument,
  account: CalcMarginAccount,
  instrument: CheckedInstrument,
  mark: string | undefined,
): number {
  if (mark === undefined || settingsOf(document, instrument, account).priceRounding === 'tick') return 0;
  return Math.max(0, Math.min(12, 14 - wholeDigits(mark)));
}

function heldIn(
  { positions, orders = [] }: CalcMarginAccount,
  id: string,
): { readonly positions: readonly CalcPosition[]; readonly orders: readonly CalcOrder[] } {
  return {
    positions: positions.filter(({ instrument }) => instrument === id),
    orders: orders.filter(({ instrument }) => instrument === id),
  };
}

/** Decimals in which every amount of an asset is whole. */
function amountDecimals(
  { assets, instruments }: CheckedDocument,
  account: CalcMarginAccount,
  scales: ReadonlyMap<string, InstrumentScale>,
  id: string,
): number {
  const { decimals } = known(assets, id);
  const settled = [...scales].filter(([name]) => known(instruments, name).settle === id);
  return Math.max(
    decimals,
    finest([own(account.collateral, id), own(account.debts, id)]),
    ...settled.map(([name, scale]) => instrumentDecimals(known(instruments, name), account, scale, decimals)),
  );
}

function instrumentDecimals(
  instrument: CheckedInstrument,
  account: CalcMarginAccount,
  { tickDecimals, sizeDecimals, underlyingDecimals }: InstrumentScale,
  decimals: number,
): number {
  const { positions } = heldIn(account, instrument.id);
  const perLot = sizeDecimals + finest([instrument.contractSize]);
  const isQuotient = instrument.payoff === 'inverse' && instrument.kind !== 'option';
  return Math.max(
    isQuotient ? perLot : perLot + Math.max(tickDecimals, underlyingDecimals),
    isQuotient
      ? decimals + COST_EXTRA_DECIMALS
      : perLot + finest(positions.map(({ entryPrice }) => entryPrice)),
    finest(positions.map(({ accruedFunding }) => accruedFunding)),
    tierScale(instrument).amountDecimals,
  );
}

/** Where a price has more digits than the search for liquidation prices looks through. */
export function priceDigitsFault(checked: CheckedDocument, account: CalcMarginAccount): CalcError | null {
  const { assets, instruments } = bookScale(checked, account);
  for (const { asset, priceDecimals } of assets.values()) {
    if (isCountable(asset.price ?? '1', priceDecimals)) continue;
    return tooManyDigits(
      pointer('assets', [...checked.assets.keys()].indexOf(asset.id), 'price'),
      asset.price ?? '',
    );
  }
  for (const [id, { markDecimals }] of instruments) {
    const { tickSize, markTick } = known(checked.instruments, id);
    const path = pointer('instruments', [...checked.instruments.keys()].indexOf(id));
    const mark = own(checked.document.marks, id);
    if (mark !== undefined && !isCountable(mark, markDecimals))
      return tooManyDigits(pointer('marks', id), mark);
    const field = markTick === undefined ? 'tickSize' : 'markTick';
    const step = markTick ?? tickSize;
    if (!isCountable(step, markDecimals)) return tooManyDigits(`${path}/${field}`, step);
  }
  return null;
}

const COUNTABLE_MAX = 10n ** 17n;

function isCountable(price: string, decimals: number): boolean {
  return scaled(decimalOf(price), 10n ** BigInt(decimals)) <= COUNTABLE_MAX;
}

function tooManyDigits(path: string, got: string): CalcError {
  return calcError('price_too_fine', path, 'prices, with the steps they come in, have at most 17 digits', {
    got,
  });
}
