/**
 * Human units and the whole numbers behind them: amounts in the decimals of their asset, prices and sizes on
 * the grid of their instrument. Reading is exact or refused; writing is canonical.
 */
import {
  type Decimal,
  divFloor,
  divideExactly,
  formatDecimal,
  formatMinor,
  multiplyDecimals,
  PPM,
} from '../base/index.js';
import { assetsOf } from '../engine/accountParts.js';
import {
  assetOf,
  type ListedInstrument,
  listedInstrument,
  type State,
  settleAssetRow,
} from '../engine/index.js';
import { ASSET_PRICE_SCALE, SCENARIO_SCALE } from '../margin/index.js';
import { type Asset, FUNDING_SCALE } from '../market/index.js';
import { decimalOf } from './calcDecimal.js';

/** In whose units the numbers of a command or an event are. */
export interface Scale {
  /** The asset of its amounts. */
  readonly asset: string;
  readonly decimals: number;
  /** The instrument of its prices and sizes; null where it has none. */
  readonly instrument: ListedInstrument | null;
  /** Contracts in a lot: of the instrument, also of one that is only being listed. */
  readonly lotSize: string | null;
  /** The asset in which the pool at hand values its accounts, and prices collateral; null where there is none. */
  readonly valuation: Asset | null;
}

export function assetScale(state: State, assetRow: number): Scale {
  const { id, decimals } = assetOf(state, assetRow);
  return { asset: id, decimals, instrument: null, lotSize: null, valuation: null };
}

/** An asset inside a pool: with what the pool prices it in. */
export function poolAssetScale(state: State, poolRow: number, assetRow: number): Scale {
  const valuationRow = state.pools.valuationAsset.get(poolRow);
  return {
    ...assetScale(state, assetRow),
    valuation: valuationRow < 0 ? null : assetOf(state, valuationRow),
  };
}

/** The same by the row of the pool's asset. */
export function poolAssetRowScale(state: State, poolAssetRow: number): Scale {
  const { pool, asset } = state.poolAssets;
  return poolAssetScale(state, pool.get(poolAssetRow), asset.get(poolAssetRow));
}

export function accountAssetScale(state: State, accountAssetRow: number): Scale {
  return poolAssetRowScale(state, state.accountAssets.poolAsset.get(accountAssetRow));
}

/**
 * What an account means that names no asset: the instrument of an isolated one. One that is cross or portfolio now meant
 * its first asset, if it was isolated then; null where it has held nothing.
 */
export function unnamedScale(state: State, accountRow: number): Scale | null {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  if (instrumentRow >= 0) return instrumentScale(state, instrumentRow);
  const first = assetsOf(state, accountRow).at(-1);
  return first === undefined ? null : accountAssetScale(state, first);
}

export function instrumentScale(state: State, instrumentRow: number): Scale {
  const settle = assetScale(state, settleAssetRow(state, instrumentRow));
  const instrument = listedInstrument(state, instrumentRow);
  return { ...settle, instrument, lotSize: instrument.definition.lotSize };
}

export function formatAmount(amountMinor: bigint, { decimals }: { readonly decimals: number }): string {
  return formatMinor(amountMinor, decimals);
}

/** Minor units x FUNDING_SCALE: funding indexes per lot, and dust. */
export function formatFunding(scaled: bigint, { decimals }: { readonly decimals: number }): string {
  return formatMinor(scaled, decimals + FUNDING_DECIMALS);
}

export function formatPrice(priceTicks: bigint, { definition }: ListedInstrument): string {
  return formatDecimal(multiplyDecimals(decimalOf(definition.tickSize), { digits: priceTicks, scale: 0 }));
}

/** Exact wherever a mark tick has an end in decimals; otherwise cut after `MARK_EXTRA_DECIMALS` more than the tick. */
export function formatMark(markTicks: bigint, { definition }: ListedInstrument): string {
  const tick = decimalOf(definition.tickSize);
  const digits = (markTicks * tick.digits * 10n ** BigInt(MARK_EXTRA_DECIMALS)) / definition.markTicksPerTick;
  return formatMinor(digits, tick.scale + MARK_EXTRA_DECIMALS);
}

/** The index price; of an option its underlying's, which has steps of its own. */
export function formatIndex(indexTicks: bigint, listed: ListedInstrument): string {
  const { option } = listed.definition;
  if (option === null) return formatMark(indexTicks, listed);
  const tick = decimalOf(option.underlyingTickSize);
  return formatDecimal(multiplyDecimals(tick, { digits: indexTicks, scale: 0 }));
}

export function formatQuantity(lots: bigint, { definition }: ListedInstrument): string {
  return formatLots(lots, definition.lotSize);
}

export function formatLots(lots: bigint, lotSize: string): string {
  return formatDecimal(multiplyDecimals(decimalOf(lotSize), { digits: lots, scale: 0 }));
}

/** Minor units x SCENARIO_SCALE: what a scenario does to a lot. */
export function formatPerLot(scaled: bigint, { decimals }: { readonly decimals: number }): string {
  return formatMinor(scaled, decimals + SCENARIO_DECIMALS);
}

/** Amounts in the valuation asset. */
export function formatValue(valueMinor: bigint, { valuation }: Scale): string {
  return valuation === null ? valueMinor.toString() : formatMinor(valueMinor, valuation.decimals);
}

/** Units of the valuation asset for one of the asset, exact. */
export function formatAssetPrice(price: bigint, scale: Scale): string {
  const { valuation } = scale;
  return valuation === null ? price.toString() : formatMinor(price, priceDecimals(scale, valuation));
}

/** The engine's price, valuation minor units x ASSET_PRICE_SCALE per minor unit; what is finer is rounded down. */
export function assetPriceFloor(
  { digits, scale: decimals }: Decimal,
  scale: Scale,
  valuation: Asset,
): bigint {
  return divFloor(digits * 10n ** BigInt(priceDecimals(scale, valuation)), 10n ** BigInt(decimals));
}

/** Decimals of a price in which the engine's is whole: never below zero, as assets have at most nine. */
function priceDecimals({ decimals }: Scale, valuation: Asset): number {
  return ASSET_PRICE_DECIMALS + valuation.decimals - decimals;
}

/** Rates and leverage: parts per million as a decimal. */
export function formatPpm(ppm: bigint): string {
  return formatMinor(ppm, PPM_DECIMALS);
}

/** Whole ticks of a price, or null off the grid. */
export function ticksOf(price: Decimal, { definition }: ListedInstrument): bigint | null {
  return divideExactly(price, decimalOf(definition.tickSize));
}

/** Whole mark ticks of a mark, or null off the grid. */
export function markTicksOf(price: Decimal, { definition }: ListedInstrument): bigint | null {
  const scaled = multiplyDecimals(price, { digits: definition.markTicksPerTick, scale: 0 });
  return divideExactly(scaled, decimalOf(definition.tickSize));
}

/** Whole ticks of an index price, or null off the grid. */
export function indexTicksOf(price: Decimal, listed: ListedInstrument): bigint | null {
  const { option } = listed.definition;
  return option === null
    ? markTicksOf(price, listed)
    : divideExactly(price, decimalOf(option.underlyingTickSize));
}

/** Whole lots of a size, or null off the grid. */
export function lotsOf(quantity: Decimal, lotSize: string): bigint | null {
  return divideExactly(quantity, decimalOf(lotSize));
}

/** Whether a mark tick of so many to the tick has an end in decimals, so that every mark can be written. */
export function hasDecimalMarks(markTicksPerTick: bigint): boolean {
  return 10n ** BigInt(MARK_EXTRA_DECIMALS) % markTicksPerTick === 0n;
}

export const PPM_DECIMALS = PPM.toString().length - 1;
const ASSET_PRICE_DECIMALS = ASSET_PRICE_SCALE.toString().length - 1;
export const SCENARIO_DECIMALS = SCENARIO_SCALE.toString().length - 1;
const FUNDING_DECIMALS = FUNDING_SCALE.toString().length - 1;
/** Enough for every divisor of a power of ten up to a million: the worst, 2^19, needs 19. */
const MARK_EXTRA_DECIMALS = 20;
