/**
 * Human units and the whole numbers behind them: amounts in the decimals of their asset, prices and sizes on
 * the grid of their instrument. Reading is exact or refused; writing is canonical.
 */
import {
  type Decimal,
  divideExactly,
  formatDecimal,
  formatMinor,
  multiplyDecimals,
  PPM,
} from '../base/index.js';
import {
  assetOf,
  type ListedInstrument,
  listedInstrument,
  type State,
  settleAssetRow,
} from '../engine/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import { decimalOf } from './calcDecimal.js';

/** In whose units the numbers of a command or an event are. */
export interface Scale {
  /** The asset of its amounts. */
  readonly asset: string;
  readonly decimals: number;
  /** The instrument of its prices and sizes; null where it has none. */
  readonly instrument: ListedInstrument | null;
}

export function assetScale(state: State, assetRow: number): Scale {
  const { id, decimals } = assetOf(state, assetRow);
  return { asset: id, decimals, instrument: null };
}

export function instrumentScale(state: State, instrumentRow: number): Scale {
  const settle = assetScale(state, settleAssetRow(state, instrumentRow));
  return { ...settle, instrument: listedInstrument(state, instrumentRow) };
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

export function formatQuantity(lots: bigint, { definition }: ListedInstrument): string {
  return formatDecimal(multiplyDecimals(decimalOf(definition.lotSize), { digits: lots, scale: 0 }));
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

/** Whole lots of a size, or null off the grid. */
export function lotsOf(quantity: Decimal, { definition }: ListedInstrument): bigint | null {
  return divideExactly(quantity, decimalOf(definition.lotSize));
}

/** Whether a mark tick of so many to the tick has an end in decimals, so that every mark can be written. */
export function hasDecimalMarks(markTicksPerTick: bigint): boolean {
  return 10n ** BigInt(MARK_EXTRA_DECIMALS) % markTicksPerTick === 0n;
}

export const PPM_DECIMALS = PPM.toString().length - 1;
const FUNDING_DECIMALS = FUNDING_SCALE.toString().length - 1;
/** Enough for every divisor of a power of ten up to a million: the worst, 2^19, needs 19. */
const MARK_EXTRA_DECIMALS = 20;
