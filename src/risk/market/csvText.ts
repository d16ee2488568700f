/** Lines and fields of the text of a data file. */
import type { TimeMs } from '../../base/units.js';

/** Why a file is refused; `line` counts from 1 and is null when the whole file is meant. */
export interface FileFault<Code extends string> {
  readonly code: Code;
  readonly line: number | null;
  readonly message: string;
}

/** One refusal in words, as a person reads it: `line 7: ...`. */
export function fileFaultText({ line, message }: FileFault<string>): string {
  return line === null ? message : `line ${line}: ${message}`;
}

export function splitLines(text: string): string[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/** Fields of one line; a field may stand in double quotes. */
export function splitFields(line: string): string[] {
  return line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

export function isoTime(timeMs: TimeMs): string {
  return new Date(timeMs).toISOString();
}

/** Names that a column of times may have. */
export const TIME_COLUMNS = ['date', 'timestamp', 'time', 'datetime'] as const;
