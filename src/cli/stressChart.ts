/** The picture of a stress run: how the cascade went under each policy, and who paid for it. */
import { append } from '../base/append.js';
import type { StressDocument } from '../contract/index.js';
import { cascadePanel, DASHES } from './chart/cascadeChart.js';
import { LAYERS, layerPanel, layerPanelHeight } from './chart/layerChart.js';
import { legend } from './chart/legend.js';
import { label, picture } from './chart/svg.js';

const WIDTH = 960;
const MARGIN = 24;
const PANEL = 220;
const GAP = 16;

export function stressChart({ crisis, book, policies }: StressDocument): string {
  const across = { x: MARGIN, width: WIDTH - 2 * MARGIN };
  const title = `${crisis.id}: ${book.name}`;
  const lines = policies.map(({ title: name }, series) => ({
    name,
    series: series % 5,
    dash: DASHES[series % 5] as string,
  }));
  const content = [label(title, { x: MARGIN, y: MARGIN + 12, kind: 'head' })];
  let y = MARGIN + 28;
  const names = legend(lines, { ...across, y });
  y += names.height + GAP;
  content.push(
    ...names.content,
    ...cascadePanel(policies, {
      ...across,
      y,
      height: PANEL,
      title: `Deficit so far, ${book.valuationAsset}`,
      valueOf: (rounds, at) => Number(rounds[at]?.deficit ?? 0),
    }),
  );
  y += PANEL + GAP;
  content.push(
    ...cascadePanel(policies, {
      ...across,
      y,
      height: PANEL,
      title: 'Liquidations begun, each round',
      valueOf: (rounds, at) => rounds[at]?.liquidationsBegun ?? 0,
    }),
  );
  y += PANEL + GAP;
  append(content, layerPanel(policies, { ...across, y, asset: book.valuationAsset }));
  y += layerPanelHeight(policies.length);
  const boxes = legend(
    LAYERS.map(({ name }, series) => ({ name, series, dash: null })),
    { ...across, y: y + 8 },
  );
  append(content, boxes.content);
  return picture({ width: WIDTH, height: y + 8 + boxes.height + MARGIN }, title, content);
}
