/** The cascade: a figure of every round, one line for each policy, the steps of the crisis under one another. */
import type { StressPolicyReport } from '../../contract/index.js';
import { compact, element, label, textWidth, ticksUpTo } from './svg.js';

export interface CascadePanel {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of one round, from the first round to this one. */
  readonly valueOf: (rounds: StressPolicyReport['rounds'], at: number) => number;
}

export const DASHES = ['none', '7 4', '2 3', '9 3 2 3', '4 2'] as const;

const LEFT = 64;
const HEAD = 28;
const FOOT = 24;

export function cascadePanel(
  policies: readonly StressPolicyReport[],
  panel: CascadePanel,
): readonly string[] {
  const lines = policies.map(({ rounds }) => rounds.map((_, at) => panel.valueOf(rounds, at)));
  const ticks = ticksUpTo(Math.max(0, ...lines.flat()));
  const top = ticks.at(-1) as number;
  const [left, right] = [panel.x + LEFT, panel.x + panel.width];
  const [above, below] = [panel.y + HEAD, panel.y + panel.height - FOOT];
  const yOf = (value: number) => below - (value / top) * (below - above);
  const steps = stepsOf(policies);
  const xOf = (position: number) => left + (position / steps.total) * (right - left);
  return [
    label(panel.title, { x: panel.x, y: panel.y + 14, kind: 'head' }),
    ...ticks.flatMap((tick) => [
      element('path', { class: 'grid', d: `M${left} ${round(yOf(tick))}H${right}` }),
      label(compact(tick), { x: left - 8, y: yOf(tick) + 4, anchor: 'end' }),
    ]),
    ...stepLabels(steps, { xOf, above, below, right }),
    element('path', { class: 'axis', d: `M${left} ${above}V${below}H${right}` }),
    ...policies.map(({ rounds }, series) =>
      element('path', {
        class: `line s${series % 5}`,
        'stroke-dasharray': DASHES[series % 5] as string,
        d: stairs(
          rounds.map((one, at) => ({
            x: xOf(steps.positionOf(one)),
            y: yOf((lines[series] as readonly number[])[at] as number),
          })),
          { left, below, right },
        ),
      }),
    ),
  ];
}

interface Steps {
  readonly total: number;
  readonly starts: readonly { readonly minute: number; readonly position: number }[];
  readonly positionOf: (round: { readonly step: number; readonly round: number }) => number;
}

/** Every step is as wide as the policy that took longest needs. */
function stepsOf(policies: readonly StressPolicyReport[]): Steps {
  const widths: number[] = [];
  const minutes: number[] = [];
  for (const { rounds } of policies)
    for (const { step, round: at, minute } of rounds) {
      widths[step] = Math.max(widths[step] ?? 0, at + 1);
      minutes[step] = minute;
    }
  const offsets: number[] = [];
  let total = 0;
  for (const width of widths) {
    offsets.push(total);
    total += width;
  }
  return {
    total: Math.max(1, total),
    starts: offsets.map((position, step) => ({ position, minute: minutes[step] ?? 0 })),
    positionOf: ({ step, round: at }) => (offsets[step] ?? 0) + at,
  };
}

/** A mark at each step of the crisis, and its minute where there is room for it. */
function stepLabels(
  { starts }: Steps,
  to: {
    readonly xOf: (position: number) => number;
    readonly above: number;
    readonly below: number;
    readonly right: number;
  },
): string[] {
  let free = Number.NEGATIVE_INFINITY;
  return starts.flatMap(({ minute, position }) => {
    const x = to.xOf(position);
    const text = `min ${minute}`;
    const mark = element('path', { class: 'grid', d: `M${round(x)} ${to.above}V${to.below + 4}` });
    const wide = textWidth(text);
    const start = Math.min(x, to.right - wide);
    if (start < free) return [mark];
    free = start + wide + 10;
    return [mark, label(text, { x: start, y: to.below + 17 })];
  });
}

function stairs(
  points: readonly { readonly x: number; readonly y: number }[],
  edge: { readonly left: number; readonly below: number; readonly right: number },
): string {
  const path = points.map(({ x, y }) => `H${round(x)}V${round(y)}`).join('');
  return `M${edge.left} ${edge.below}${path}H${edge.right}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
