/** Faults that several parts of a document can have. */
import { decimalOf } from './calcDecimal.js';
import { type CalcError, calcError } from './calcError.js';

export function firstOf<T>(
  items: readonly T[],
  fault: (item: T, index: number) => CalcError | null,
): CalcError | null {
  for (const [index, item] of items.entries()) {
    const found = fault(item, index);
    if (found !== null) return found;
  }
  return null;
}

export function positiveFault(text: string, path: string): CalcError | null {
  return decimalOf(text).digits > 0n
    ? null
    : calcError('not_positive', path, 'must be above 0', { got: text });
}

export function rateFault(path: string, got: string, range: string): CalcError {
  return calcError('rate_out_of_range', path, `must be ${range}`, { got });
}

export function isShare(text: string): boolean {
  const { digits, scale } = decimalOf(text);
  return digits >= 0n && digits <= 10n ** BigInt(scale);
}

export function isBelowOne(text: string): boolean {
  const { digits, scale } = decimalOf(text);
  return digits < 10n ** BigInt(scale);
}

export function unknownAsset(path: string, asset: string): CalcError {
  return calcError('unknown_asset', path, 'no such asset is listed', { asset });
}

export function unknownInstrument(path: string, instrument: string): CalcError {
  return calcError('unknown_instrument', path, 'no such instrument is listed', { instrument });
}

export function settingsFault(
  settings: { readonly unrealizedProfitShare?: string; readonly removalFloorRate?: string },
  path: string,
): CalcError | null {
  for (const field of ['unrealizedProfitShare', 'removalFloorRate'] as const) {
    const got = settings[field];
    if (got !== undefined && !isShare(got)) return rateFault(`${path}/${field}`, got, 'from 0 to 1');
  }
  return null;
}

/** The margin model counts these rates in parts per million. */
export function ppmFault(text: string | undefined, path: string): CalcError | null {
  if (text === undefined || decimalOf(text).scale <= 6) return null;
  return calcError('rate_too_fine', path, 'has at most 6 decimals', { got: text });
}

export function leverageFault(text: string, path: string): CalcError | null {
  const { digits, scale } = decimalOf(text);
  return digits >= 10n ** BigInt(scale)
    ? null
    : calcError('leverage_out_of_range', path, 'leverage is at least 1', { got: text });
}

export function missingFault(path: string, message: string): CalcError {
  return calcError('missing_field', path, message);
}
