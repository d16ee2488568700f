/**
 * JSON with its numbers as they were written: every number becomes plain decimal text, so that none goes through a binary
 * float here. What a float already lost before it was written stays lost; raw texts of the venue beside it may still
 * have it (`agreedText`).
 */
import { formatMinor, parseDecimal } from '../base/decimal.js';
import { ok, type Result } from '../base/result.js';
import type { Issue } from './errors.js';
import { parseJsonText } from './jsonText.js';

/** A value of JSON in which numbers are decimal text. */
export type Texts = string | boolean | null | readonly Texts[] | TextObject;
export interface TextObject {
  readonly [name: string]: Texts;
}

export function parseTexts(text: string): Result<Texts, Issue> {
  const checked = parseJsonText(text);
  if (!checked.ok) return checked;
  return ok(JSON.parse(quotedNumbers(text)) as Texts);
}

/** Strings are skipped whole, so that digits in them stay. The text is JSON already. */
function quotedNumbers(text: string): string {
  return text.replace(TOKEN, (token) =>
    token.startsWith('"') ? token : JSON.stringify(plainDecimal(token) ?? token),
  );
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g;
const NUMBER = /^[+-]?([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;
const EXPONENT_MAX = 60;

/** Decimal text without an exponent or needless zeros; null where it is no number, or one too large or small to keep. */
export function plainDecimal(text: string): string | null {
  const found = NUMBER.exec(text.trim());
  if (found === null) return null;
  const [, whole = '', fraction = '', exponent = '0'] = found;
  const shift = fraction.length - Number(exponent);
  if (!(Math.abs(shift) <= EXPONENT_MAX) || whole.length + fraction.length > EXPONENT_MAX) return null;
  const digits = BigInt(whole + fraction) * (text.trim().startsWith('-') ? -1n : 1n);
  const plain = shift >= 0 ? formatMinor(digits, shift) : (digits * 10n ** BigInt(-shift)).toString();
  return parseDecimal(plain).ok ? plain : null;
}

export function objectOf(value: Texts | undefined): TextObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as TextObject) : null;
}

export function listOf(value: Texts | undefined): readonly Texts[] | null {
  return Array.isArray(value) ? (value as readonly Texts[]) : null;
}

/** A field of the object itself. */
export function fieldOf(object: TextObject, name: string): Texts | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A field as plain decimal text; null where there is none, as venues also write '' and 'null'. */
export function numberOf(object: TextObject, name: string): string | null {
  const value = fieldOf(object, name);
  return typeof value === 'string' ? plainDecimal(value) : null;
}

export function textOf(object: TextObject, name: string): string | null {
  const value = fieldOf(object, name);
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * The number of a unified field, as the venue wrote it where one of its raw fields agrees with it to nine digits: floats
 * hold no more than sixteen, and libraries round.
 */
export function agreedText(
  unified: string | null,
  info: TextObject | null,
  names: readonly string[],
): string | null {
  if (unified === null || info === null) return unified;
  for (const name of names) {
    const raw = numberOf(info, name);
    if (raw !== null && isClose(raw, unified, 9)) return raw;
    const size = raw?.replace('-', '');
    if (size !== undefined && !unified.startsWith('-') && isClose(size, unified, 9)) return size;
  }
  return unified;
}

/** |a - b| <= |b| x 10^-digits. */
export function isClose(a: string, b: string, digits: number): boolean {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  if (!x.ok || !y.ok) return false;
  const scale = Math.max(x.value.scale, y.value.scale);
  const [p, q] = [x.value, y.value].map((value) => value.digits * 10n ** BigInt(scale - value.scale)) as [
    bigint,
    bigint,
  ];
  const distance = p > q ? p - q : q - p;
  return distance * 10n ** BigInt(digits) <= (q < 0n ? -q : q);
}
