/** A replay of margin policies as tables: a line for each policy in each span, and how often levels moved. */
import type { PolicyReplay, SpanFigures } from '../risk/index.js';
import { driversText } from './levelDrivers.js';
import { POLICY_NAMES } from './levelReplayChart.js';
import { table } from './table.js';

const right = (title: string) => ({ title, align: 'right' as const });
const COLUMNS = [
  { title: 'dates' },
  { title: 'margin' },
  right('capital %'),
  right('shortfall'),
  right('days'),
  right('accounts'),
  { title: 'worst day' },
  right('innocent'),
  right('rise in a day'),
];

export function levelReplayText(replay: PolicyReplay, figures: readonly SpanFigures[]): string {
  const rows = figures.flatMap(({ span, policies }) =>
    policies.map((one, at) => [
      at === 0 ? span.name : '',
      POLICY_NAMES[one.policy],
      (100 * one.capitalShare).toFixed(1),
      whole(one.shortfall),
      `${one.shortDays}`,
      `${one.shortAccountDays}`,
      one.worstDay === null ? '' : `${one.worstDay.date} ${whole(one.worstDay.shortfall)}`,
      whole(one.innocent),
      `${(100 * one.largestRise).toFixed(0)}%`,
    ]),
  );
  const moves = figures.map(({ span, days, levels, policies }) => {
    const own = policies.find(({ policy }) => policy === 'levels');
    return [
      span.name,
      `${days}`,
      `${levels.rises}`,
      `${levels.falls}`,
      `${levels.flaps}`,
      `${levels.raisedDays}`,
      `${own?.carved ?? 0}`,
      `${own?.grandfatheredDays ?? 0}`,
      whole(own?.refusedMean ?? 0),
    ];
  });
  const moveColumns = [
    { title: 'dates' },
    ...['days', 'raised', 'lowered', 'raised again in a week', 'asset-days raised'].map(right),
    ...['carved out', 'grandfathered days', 'refused, a day'].map(right),
  ];
  const leftOut =
    replay.leftOut.length === 0 ? '' : `too young for a rate, left out: ${replay.leftOut.join(', ')}\n`;
  return `${table(COLUMNS, rows)}\n${table(moveColumns, moves)}\n${joined(replay)}${driversText(replay.assets.map(({ timeline }) => timeline))}${leftOut}`;
}

function joined({ assets, sameCapitalFactor }: PolicyReplay): string {
  const lines = assets.map(
    ({ asset, from, fixedRates }) =>
      `${asset} from ${from}, fixed rate ${(100 * (fixedRates.at(-1) as number)).toFixed(2)}%\n`,
  );
  return `${lines.join('')}fixed rates for the same capital: times ${sameCapitalFactor.toFixed(3)}\n`;
}

function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
