/** A figure of each period: bars, lines and marks in one frame with its axis, periods from left to right. */
import { compact, element, escaped, label, textWidth, ticksUpTo } from './svg.js';

export interface FramePlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly periods: number;
  /** Names of the periods, if they have any. */
  readonly dates: readonly string[] | null;
  /** The largest value drawn. */
  readonly most: number;
  readonly title: string;
}

export interface Frame {
  readonly content: readonly string[];
  readonly xOf: (period: number) => number;
  /** Values below 0 are drawn at 0. */
  readonly yOf: (value: number) => number;
}

const LEFT = 56;
const HEAD = 28;
const FOOT = 24;

export function frame({ x, y, width, height, periods, dates, most, title }: FramePlace): Frame {
  const ticks = ticksUpTo(most);
  const top = ticks.at(-1) as number;
  const [left, right] = [x + LEFT, x + width];
  const [above, below] = [y + HEAD, y + height - FOOT];
  const xOf = (period: number) => round(left + (period / Math.max(1, periods - 1)) * (right - left));
  const yOf = (value: number) => round(below - (Math.max(0, value) / top) * (below - above));
  const content = [
    label(title, { x, y: y + 14, kind: 'head' }),
    ...ticks.flatMap((tick) => [
      element('path', { class: 'grid', d: `M${left} ${yOf(tick)}H${right}` }),
      label(compact(tick), { x: left - 8, y: yOf(tick) + 4, anchor: 'end' }),
    ]),
    ...periodLabels({ periods, dates, xOf, right, y: below + 17 }),
    element('path', { class: 'axis', d: `M${left} ${above}V${below}H${right}` }),
  ];
  return { content, xOf, yOf };
}

export function linePath(
  { xOf, yOf }: Frame,
  values: readonly number[],
  { series, dash }: { readonly series: number; readonly dash: string },
): string {
  const points = values.map((value, period) => `${xOf(period)} ${yOf(value)}`);
  return element('path', { class: `line s${series}`, 'stroke-dasharray': dash, d: `M${points.join('L')}` });
}

/** All losses in one path: gains are left out. */
export function lossBars({ xOf, yOf }: Frame, losses: readonly number[]): readonly string[] {
  const base = yOf(0);
  const bars = losses.flatMap((loss, period) => (loss > 0 ? [`M${xOf(period)} ${base}V${yOf(loss)}`] : []));
  return bars.length === 0 ? [] : [element('path', { class: 's0', 'stroke-width': 1, d: bars.join('') })];
}

export function hitMarks(
  { xOf, yOf }: Frame,
  hits: readonly { readonly period: number; readonly loss: number; readonly date: string | null }[],
): readonly string[] {
  return hits.map(({ period, loss, date }) =>
    element(
      'circle',
      { class: 'f1', cx: xOf(period), cy: yOf(loss), r: 4 },
      element('title', {}, escaped(date ?? `period ${period}`)),
    ),
  );
}

/** Five names at most, none over another. */
function periodLabels(to: {
  readonly periods: number;
  readonly dates: readonly string[] | null;
  readonly xOf: (period: number) => number;
  readonly right: number;
  readonly y: number;
}): string[] {
  const shown = [0, 1, 2, 3, 4].map((part) => Math.round((part * (to.periods - 1)) / 4));
  return [...new Set(shown)].map((period) => {
    const text = to.dates?.[period] ?? String(period);
    const start = Math.min(to.xOf(period), to.right - textWidth(text));
    return label(text, { x: start, y: to.y });
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
