/**
 * The picture of a replay of margin policies: for each instrument its margin rate, fixed and dynamic, with the level behind
 * it; what was locked under each policy; what was not covered under each.
 */
import { append } from '../base/append.js';
import type { PolicyReplay, ReplayDay, ReplayPolicy } from '../risk/index.js';
import { legend } from './chart/legend.js';
import { gappedLine, LEVEL_LEGEND, levelBands } from './chart/levelChart.js';
import { frame, lossBars } from './chart/lossChart.js';
import { label, picture } from './chart/svg.js';

const WIDTH = 960;
const MARGIN = 24;
const RATES = 140;
const LOCKED = 180;
const SHORT = 100;
const GAP = 16;

export const POLICY_NAMES: Readonly<Record<ReplayPolicy, string>> = {
  fixed: 'fixed',
  fixedSameCapital: 'fixed, same capital (hindsight)',
  dynamic: 'dynamic rates',
  levels: 'dynamic rates and levels',
  isolated: 'dynamic rates, all isolated',
};
/** In this order of series and dashes, apart without colour too. */
const DASHES: Readonly<Record<ReplayPolicy, { readonly series: number; readonly dash: string }>> = {
  fixed: { series: 0, dash: '7 4' },
  fixedSameCapital: { series: 4, dash: '2 4' },
  dynamic: { series: 2, dash: 'none' },
  levels: { series: 3, dash: '12 3 2 3' },
  isolated: { series: 1, dash: '4 2' },
};

/** `subject` says what prices were replayed. */
export function levelReplayChart({ dates, assets, policies }: PolicyReplay, subject: string): string {
  const title = `${subject}: margin policies, ${dates[0]} to ${dates.at(-1)}`;
  const across = { x: MARGIN, width: WIDTH - 2 * MARGIN, periods: dates.length, dates: [...dates] };
  const names = legend(
    [
      ...policies.map(({ policy }) => ({ name: POLICY_NAMES[policy], ...DASHES[policy] })),
      { name: 'shortfall', series: 0, dash: null },
      ...LEVEL_LEGEND,
    ],
    { ...across, y: MARGIN + 28 },
  );
  const content = [label(title, { x: MARGIN, y: MARGIN + 12, kind: 'head' }), ...names.content];
  let y = MARGIN + 28 + names.height + GAP / 2;
  for (const { asset, fixedRates, rates, levels } of assets) {
    const [fixed, dynamic] = [fixedRates, rates].map((own) => own.map((rate) => 100 * rate));
    const most = highest([fixed, dynamic].map((own) => highest(own ?? [])));
    const drawn = frame({ ...across, y, height: RATES, most, title: `${asset}: margin rate, %` });
    content.push(
      ...levelBands(drawn, levels, { dates, most }),
      ...drawn.content,
      ...gappedLine(drawn, fixed ?? [], DASHES.fixed),
      ...gappedLine(drawn, dynamic ?? [], DASHES.dynamic),
    );
    y += RATES + GAP;
  }
  const shares = policies.map(({ days }) => days.map(shareOf));
  const most = highest(shares.map(highest));
  const locked = frame({
    ...across,
    y,
    height: LOCKED,
    most,
    title: 'Capital locked, % of the value of positions',
  });
  content.push(
    ...locked.content,
    ...policies.flatMap(({ policy }, at) => gappedLine(locked, shares[at] ?? [], DASHES[policy])),
  );
  y += LOCKED + GAP;
  const worst = highest(policies.map(({ days }) => highest(days.map(({ shortfall }) => shortfall))));
  for (const { policy, days } of policies) {
    const name = `Shortfall: ${POLICY_NAMES[policy]}`;
    const drawn = frame({ ...across, y, height: SHORT, most: worst, title: name });
    const losses = days.map(({ shortfall }) => shortfall);
    append(content, [...drawn.content, ...lossBars(drawn, losses)]);
    y += SHORT + GAP;
  }
  return picture({ width: WIDTH, height: y + MARGIN - GAP }, title, content);
}

function shareOf({ capital, gross }: ReplayDay): number {
  return gross > 0 ? (100 * capital) / gross : Number.NaN;
}

function highest(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, (values[at] as number) || 0);
  return most;
}
