/** The picture of a back-test: losses against value at risk and margin, and hits over time against those expected. */
import type { BacktestAnswer } from '../contract/backtestSchema.js';
import { legend } from './chart/legend.js';
import { type Frame, frame, hitMarks, linePath, lossBars } from './chart/lossChart.js';
import { element, label, picture } from './chart/svg.js';

const WIDTH = 960;
const MARGIN = 24;
const LOSSES = 320;
const HITS = 200;
const GAP = 24;

export function backtestChart(answer: BacktestAnswer): string {
  const { losses, valueAtRisk, margins, dates } = answer.series;
  const subject = answer.model === null ? 'given forecasts' : `${answer.model}, ${answer.side}`;
  const title = `Back-test of ${subject} at ${answer.confidence}: ${answer.hits.length} hits, ${short(answer.expectedHits)} expected`;
  const across = { x: MARGIN, width: WIDTH - 2 * MARGIN, periods: losses.length, dates };
  const names = legend(
    [
      { name: 'loss', series: 0, dash: null },
      { name: 'hit', series: 1, dash: null },
      { name: 'value at risk', series: 2, dash: 'none' },
      {
        name: answer.capital.margin === 'valueAtRisk' ? 'margin' : 'margin (expected shortfall)',
        series: 3,
        dash: '7 4',
      },
    ],
    { ...across, y: MARGIN + 28 },
  );
  let y = MARGIN + 28 + names.height + GAP / 2;
  const most = Math.max(0, ...losses, ...valueAtRisk, ...margins);
  const upper = frame({ ...across, y, height: LOSSES, most, title: 'Losses' });
  y += LOSSES + GAP;
  const lower = hitsFrame(answer, { ...across, y });
  y += HITS + MARGIN;
  return picture({ width: WIDTH, height: y }, title, [
    label(title, { x: MARGIN, y: MARGIN + 12, kind: 'head' }),
    ...names.content,
    ...upper.content,
    ...lossBars(upper, losses),
    ...hitMarks(upper, answer.hits),
    linePath(upper, valueAtRisk, { series: 2, dash: 'none' }),
    linePath(upper, margins, { series: 3, dash: '7 4' }),
    ...lower,
  ]);
}

/** Hits so far as stairs, with the straight line of those expected. */
function hitsFrame(
  answer: BacktestAnswer,
  place: { x: number; y: number; width: number; periods: number; dates: readonly string[] | null },
): readonly string[] {
  const soFar = new Array<number>(answer.periods).fill(0);
  for (const { period } of answer.hits) soFar[period] = 1;
  for (let t = 1; t < soFar.length; t++) soFar[t] = (soFar[t] as number) + (soFar[t - 1] as number);
  const most = Math.max(answer.hits.length, answer.expectedHits);
  const drawn: Frame = frame({
    ...place,
    height: HITS,
    most,
    title: 'Hits so far, and as many as promised (dashed)',
  });
  const expected = `M${drawn.xOf(0)} ${drawn.yOf(0)}L${drawn.xOf(answer.periods - 1)} ${drawn.yOf(answer.expectedHits)}`;
  return [
    ...drawn.content,
    element('path', { class: 'line s4', 'stroke-dasharray': '9 3 2 3', d: expected }),
    linePath(drawn, soFar, { series: 1, dash: 'none' }),
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
