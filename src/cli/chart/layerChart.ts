/** Who paid: the deficit under each policy as one bar, divided by layer, in the order in which layers pay. */
import type { StressPolicyReport } from '../../contract/index.js';
import { compact, element, label, ticksUpTo } from './svg.js';

export interface LayerPanel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly asset: string;
}

export const LAYERS = [
  { key: 'clawback', name: 'clawback' },
  { key: 'insuranceFund', name: 'insurance fund' },
  { key: 'venueCapital', name: 'venue capital' },
  { key: 'lenders', name: 'lenders' },
  { key: 'deleveraging', name: 'deleveraging' },
  { key: 'lossSharing', name: 'loss sharing' },
  { key: 'open', name: 'open' },
] as const;

const HEAD = 30;
const BAND = 46;
const BAR = 20;
const FOOT = 24;
/** Room at the right for the sum of the longest bar. */
const RIGHT = 70;

export function layerPanelHeight(policies: number): number {
  return HEAD + policies * BAND + FOOT;
}

export function layerPanel(policies: readonly StressPolicyReport[], panel: LayerPanel): readonly string[] {
  const ticks = ticksUpTo(Math.max(0, ...policies.map(({ deficit }) => Number(deficit))));
  const width = panel.width - RIGHT;
  const xOf = (value: number) => panel.x + (value / (ticks.at(-1) as number)) * width;
  const [above, below] = [panel.y + HEAD, panel.y + HEAD + policies.length * BAND];
  return [
    label(`Who pays the deficit, ${panel.asset}`, { x: panel.x, y: panel.y + 14, kind: 'head' }),
    ...ticks.flatMap((tick) => [
      element('rect', { class: 'axis', x: xOf(tick), y: below, width: 0.5, height: 5 }),
      label(compact(tick), { x: xOf(tick), y: below + 18, anchor: tick === 0 ? 'start' : 'middle' }),
    ]),
    element('rect', { class: 'axis', x: panel.x, y: below, width, height: 0.5 }),
    ...policies.flatMap((policy, at) => bar(policy, { y: above + at * BAND, xOf })),
  ];
}

function bar(
  { title, deficit, layers }: StressPolicyReport,
  { y, xOf }: { readonly y: number; readonly xOf: (value: number) => number },
): readonly string[] {
  let from = 0;
  const parts = LAYERS.flatMap(({ key, name }, series) => {
    const amount = Number(layers[key]);
    const start = from;
    from += amount;
    if (amount <= 0) return [];
    const [x, end] = [xOf(start), xOf(from)];
    const shape = { class: `f${series} edge`, x, y: y + 16, width: end - x, height: BAR };
    return [element('rect', shape, element('title', {}, `${name} ${layers[key]}`))];
  });
  return [
    label(title, { x: xOf(0), y: y + 11 }),
    ...parts,
    label(compact(Number(deficit)), { x: xOf(from) + 6, y: y + 30 }),
  ];
}
