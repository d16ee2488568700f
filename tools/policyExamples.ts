/** The table of the page on the replay of policies, computed by src/risk/policy. */
import { ok } from '../src/base/index.js';
import { LEVEL_EFFECTS } from '../src/isolation/index.js';
import {
  ANTI_PROCYCLICAL_POLICIES,
  alignMarket,
  ISOLATION_LEVELS,
  OFFSET_RULES,
  PARAMETER_RULES,
  policyReplay,
  type TailModel,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const POLICY_EXAMPLES: Readonly<Record<string, () => string>> = {
  'policy-replay': replayExample,
  'policy-allowances': allowancesExample,
};

const DAY_MS = 86_400_000;

/** A tenth, and a fifth once the price has fallen by more than a fifth in a day. */
const MODEL: TailModel = {
  id: 'example',
  daysMin: 2,
  forecasts: ({ returns, start, end }) => {
    const asked = Float64Array.from({ length: end - start }, (_, at) =>
      returns.subarray(0, start + at).some((move) => move < -0.2) ? 0.2 : 0.1,
    );
    return ok({ valueAtRisk: asked, expectedShortfall: asked });
  },
};

function replayExample(): string {
  const market = alignMarket(
    [
      { asset: 'A', bars: barsOf([0.01, -0.01, 0.01, -0.25, -0.25, 0]) },
      { asset: 'B', bars: barsOf([0.01, -0.01, 0.01, 0, 0, 0]) },
    ],
    { intervalMs: DAY_MS },
  );
  if (!market.ok) throw new Error(market.error.code);
  const legs = [
    { asset: 'A', value: 100 },
    { asset: 'B', value: -100 },
  ];
  const replay = policyReplay({
    market: market.value,
    model: MODEL,
    fixedAt: '2020-01-04',
    to: null,
    parameters: { ...PARAMETER_RULES, policy: ANTI_PROCYCLICAL_POLICIES.none },
    book: [{ owner: 'example', wish: 'cross', consents: true, from: 0, until: 99, legs }],
    observed: (asset, timeMs) =>
      asset === 'A' && timeMs > START_MS + 4.5 * DAY_MS ? { markUncertainty: 0.61 } : {},
  });
  if (!replay.ok) throw new Error(replay.error.code);
  const { dates, assets, policies } = replay.value;
  const rows = dates.flatMap((date, at) =>
    policies.map(({ policy, days }) => {
      const day = days[at] as (typeof days)[number];
      return [
        date,
        policy,
        policy === 'levels' ? `${assets[0]?.levels[at]}` : '',
        `${day.accounts}`,
        significant(day.capital),
        significant(day.shortfall),
        significant(day.innocent),
      ];
    }),
  );
  return table(['day', 'margin', 'level of A', 'accounts', 'capital', 'shortfall', 'innocent'], rows);
}

function allowancesExample(): string {
  const rows = ISOLATION_LEVELS.map((level) => {
    const { positionModes, offsetCapPpm, removal, opening } = LEVEL_EFFECTS[level];
    const cap = Math.min(OFFSET_RULES.capShare, Number(offsetCapPpm) / 1e6);
    return [`\`${level}\``, positionModes.join(', '), `${100 * cap}%`, removal, opening];
  });
  return table(['level', 'a position is opened in', 'offsets at most', 'excess', 'opening'], rows);
}

const START_MS = Date.UTC(2020, 0, 1);

function barsOf(returns: readonly number[]) {
  let close = 100;
  const closes = [close, ...returns.map((move) => (close *= 1 + move))];
  return closes.map((price, day) => ({
    timeMs: START_MS + day * DAY_MS,
    ...{ open: price, high: price, low: price, close: price, volume: null },
  }));
}

function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}
