/** The picture of a time line of isolation levels: for each instrument its score, and the level behind it. */
import type { LevelTimeline } from '../risk/index.js';
import { legend } from './chart/legend.js';
import { gappedLine, LEVEL_LEGEND, levelBands } from './chart/levelChart.js';
import { frame } from './chart/lossChart.js';
import { label, picture } from './chart/svg.js';

const WIDTH = 960;
const MARGIN = 24;
const PANEL = 150;
const GAP = 16;

/** All instruments on the same dates, so that what rose together stands together. */
export function levelsChart(lines: readonly LevelTimeline[]): string {
  const dates = [...new Set(lines.flatMap(({ days }) => days.map(({ date }) => date)))].sort();
  const title = `Isolation levels, ${dates[0] ?? ''} to ${dates.at(-1) ?? ''}`;
  const across = { x: MARGIN, width: WIDTH - 2 * MARGIN };
  const names = legend([{ name: 'score', series: 0, dash: 'none' }, ...LEVEL_LEGEND], {
    ...across,
    y: MARGIN + 28,
  });
  const content = [label(title, { x: MARGIN, y: MARGIN + 12, kind: 'head' }), ...names.content];
  let y = MARGIN + 28 + names.height + GAP / 2;
  const most = Math.max(
    1,
    ...lines.map(({ days }) => days.reduce((all, { score }) => Math.max(all, score), 0)),
  );
  for (const { asset, days } of lines) {
    const byDate = new Map(days.map((day) => [day.date, day]));
    const place = { ...across, y, height: PANEL, periods: dates.length, dates, most, title: asset };
    const drawn = frame(place);
    const levels = dates.map((date) => byDate.get(date)?.level ?? null);
    const scores = dates.map((date) => byDate.get(date)?.score ?? Number.NaN);
    content.push(
      ...levelBands(drawn, levels, { dates, most }),
      ...drawn.content,
      ...gappedLine(drawn, scores, { series: 0, dash: 'none' }),
    );
    y += PANEL + GAP;
  }
  return picture({ width: WIDTH, height: y + MARGIN - GAP }, title, content);
}
