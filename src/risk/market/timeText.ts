/** Time text of data files to milliseconds since the epoch. What is ambiguous is refused, never guessed. */
import { err, ok, type Result } from '../../base/index.js';
import type { TimeMs } from '../../base/units.js';

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?$/;
const WHOLE = /^[0-9]+$/;

/**
 * Reads an ISO date (the start of that day, UTC), an ISO time (UTC unless it carries an offset) or
 * milliseconds since the epoch. The error is a sentence.
 */
export function parseTime(text: string): Result<TimeMs, string> {
  if (WHOLE.test(text)) return parseMilliseconds(text);
  const parts = DATE.exec(text) ?? DATE_TIME.exec(text);
  if (parts === null) return err(`not an ISO date, ISO time or milliseconds: ${quote(text)}`);
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const millisecond = Number((parts[7] ?? '').padEnd(3, '0'));
  const fields = [year!, month! - 1, day!, hour ?? 0, minute ?? 0, second ?? 0, millisecond] as const;
  const utcMs = Date.UTC(...fields);
  if (!isCalendarTime(utcMs, fields)) return err(`no such day or time: ${quote(text)}`);
  const offsetMs = parseOffset(parts[8]);
  return offsetMs === null ? err(`no such offset from UTC: ${quote(text)}`) : ok(utcMs - offsetMs);
}

/** From September 2001 on milliseconds have 13 digits, and a time of 10 digits is in seconds. */
function parseMilliseconds(text: string): Result<TimeMs, string> {
  if (text.length === 10) return err(`looks like seconds, milliseconds are needed: ${text}000`);
  if (text.length > 14) return err(`looks finer than milliseconds: ${quote(text)}`);
  return ok(Number(text));
}

/** `Date.UTC` carries 30 February over into March: what comes out must be what went in. */
function isCalendarTime(utcMs: number, fields: readonly number[]): boolean {
  const date = new Date(utcMs);
  const back = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  ];
  return back.every((value, at) => value === fields[at]);
}

function parseOffset(text: string | undefined): TimeMs | null {
  if (text === undefined || text === 'Z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4, 6))];
  if (hours > 14 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
