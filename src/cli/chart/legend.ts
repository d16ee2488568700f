/** A legend in rows: a mark and a name for each series, none over another. */
import { element, FONT_SIZE, label, textWidth } from './svg.js';

export interface LegendEntry {
  readonly name: string;
  readonly series: number;
  /** As a line, dashed as in the chart, or as a box. */
  readonly dash: string | null;
  /** Of a box. */
  readonly opacity?: number;
}

const MARK = 26;
const GAP = 18;
const ROW = 20;

export interface Legend {
  readonly content: readonly string[];
  readonly height: number;
}

export function legend(
  entries: readonly LegendEntry[],
  at: { readonly x: number; readonly y: number; readonly width: number },
): Legend {
  let [x, row] = [0, 0];
  const content = entries.flatMap(({ name, series, dash, opacity = 1 }) => {
    const wide = MARK + textWidth(name) + GAP;
    if (x > 0 && x + wide > at.width) [x, row] = [0, row + 1];
    const [left, middle] = [at.x + x, at.y + row * ROW + ROW / 2];
    x += wide;
    const mark =
      dash === null
        ? element('rect', {
            class: `f${series}`,
            'fill-opacity': opacity,
            ...{ x: left, y: middle - 6, width: 18, height: 12 },
          })
        : element('path', {
            class: `line s${series}`,
            'stroke-dasharray': dash,
            d: `M${left} ${middle}h20`,
          });
    return [mark, label(name, { x: left + MARK, y: middle + FONT_SIZE / 3 })];
  });
  return { content, height: (row + 1) * ROW };
}
