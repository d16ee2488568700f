/** Tables for people: aligned columns, numbers to the right, nothing a screen reader would stumble over. */

export interface Column {
  readonly title: string;
  /** Numbers go right, so that their digits line up. */
  readonly align?: 'left' | 'right';
}

/** Text of a table, each line ended; `indent` spaces before each line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = 0): string {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, at) =>
    lines.reduce((widest, line) => Math.max(widest, width(line[at] ?? '')), 0),
  );
  const rule = widths.map((w) => '-'.repeat(w));
  const [head, ...body] = lines;
  return [head!, rule, ...body]
    .map((line) => `${' '.repeat(indent)}${alignLine(line, columns, widths)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** Name and value pairs, the values in one column. */
export function pairs(entries: readonly (readonly [name: string, value: string])[], indent = 0): string {
  const widest = Math.max(0, ...entries.map(([name]) => width(name)));
  return entries
    .map(([name, value]) => `${' '.repeat(indent)}${pad(name, widest)}  ${oneLine(value)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** Whole digits in groups of three: 1234567.5 is shown as 1,234,567.5. Takes plain decimal text. */
export function grouped(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const spaced = whole.replace(/\B(?=([0-9]{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

function alignLine(line: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  return columns
    .map((column, at) => {
      const cell = line[at] ?? '';
      return column.align === 'right' ? `${blank(cell, widths[at]!)}${cell}` : pad(cell, widths[at]!);
    })
    .join('  ');
}

function pad(cell: string, to: number): string {
  return `${cell}${blank(cell, to)}`;
}

function blank(cell: string, to: number): string {
  return ' '.repeat(Math.max(0, to - width(cell)));
}

/** Characters as a reader counts them: an emoji or an accented letter is one. */
function width(cell: string): number {
  return [...SEGMENTS.segment(cell)].length;
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name that carries control characters must not move the cursor or start a line. */
function oneLine(cell: string): string {
  return cell.replace(/\p{Cc}/gu, '\u{fffd}');
}
