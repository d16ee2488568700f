/** Isolation levels over time: a band behind a line for each stretch on one level, darker the less sharing it allows. */
import { ISOLATION_LEVELS, type IsolationLevel, levelRank } from '../../risk/index.js';
import type { LegendEntry } from './legend.js';
import type { Frame } from './lossChart.js';
import { element, escaped, ticksUpTo } from './svg.js';

const SERIES = 1;
const OPACITIES = [0, 0.15, 0.32, 0.55, 0.8] as const;

export const LEVEL_LEGEND: readonly LegendEntry[] = ISOLATION_LEVELS.slice(1).map((level) => ({
  name: level,
  series: SERIES,
  dash: null,
  opacity: opacityOf(level),
}));

/** Null where there is no level yet. Each band says its level and dates when pointed at. */
export function levelBands(
  { xOf, yOf }: Frame,
  levels: readonly (IsolationLevel | null)[],
  { dates, most }: { readonly dates: readonly string[]; readonly most: number },
): string[] {
  const [top, base] = [yOf(ticksUpTo(most).at(-1) as number), yOf(0)];
  const bands: string[] = [];
  for (let from = 0; from < levels.length; ) {
    const level = levels[from] as IsolationLevel | null;
    let until = from + 1;
    while (until < levels.length && levels[until] === level) until += 1;
    if (level !== null && levelRank(level) > 0) {
      const [x, end] = [xOf(from), xOf(Math.min(until, levels.length - 1))];
      const shape = {
        class: `f${SERIES}`,
        'fill-opacity': opacityOf(level),
        ...{ x, y: top, width: Math.max(1, end - x), height: base - top },
      };
      const title = `${level}, ${dates[from]} to ${dates[until - 1]}`;
      bands.push(element('rect', shape, element('title', {}, escaped(title))));
    }
    from = until;
  }
  return bands;
}

/** A line with gaps where there is no number; nothing where there is none at all. */
export function gappedLine(
  { xOf, yOf }: Frame,
  values: ArrayLike<number>,
  { series, dash }: { readonly series: number; readonly dash: string },
): string[] {
  let path = '';
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    path += `${at > 0 && !Number.isNaN(values[at - 1]) ? 'L' : 'M'}${xOf(at)} ${yOf(value)}`;
  }
  return path === ''
    ? []
    : [element('path', { class: `line s${series}`, 'stroke-dasharray': dash, d: path })];
}

function opacityOf(level: IsolationLevel): number {
  return OPACITIES[levelRank(level)] as number;
}
