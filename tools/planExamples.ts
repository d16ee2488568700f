/** The tables of the page on the isolation plan, computed by src/risk/plan. */
import {
  type Book,
  confidenceOf,
  groupFigures,
  isolationPlan,
  objective,
  planTransfers,
} from '../src/risk/index.js';
import { table } from './markdown.js';

export const PLAN_EXAMPLES: Readonly<Record<string, () => string>> = {
  'plan-two-legs': twoLegsExample,
  'plan-book': bookExample,
};

const PRICES = { kappa: 1, lambda: 10, eta: 11, tau: 0 };

/** Four days at 50%: the worst two are the tail. */
function twoLegsExample(): string {
  const books = [
    ['long A, long B', [-10, 0, 0, 0], [0, -10, 0, 0]],
    ['long A, short A', [-10, 4, 7, -1], [10, -4, -7, 1]],
  ] as const;
  const days = Int32Array.of(0, 1, 2, 3);
  const rows = books.flatMap(([name, ...legs]) => {
    const book: Book = {
      pnl: legs.map((pnl) => Float64Array.from(pnl)),
      addOns: [0, 0],
      confidence: confidenceOf('0.5'),
    };
    const split = [
      ['apart', [1, 2]],
      ['together', [3]],
    ] as const;
    return split.map(([how, groups]) => {
      const figures = groups.map((group) => groupFigures(book, group, days, days));
      const sum = (of: (at: (typeof figures)[number]) => number) =>
        round(figures.reduce((total, one) => total + of(one), 0));
      return [
        name,
        how,
        sum(({ capital }) => capital),
        sum(({ uncoveredLoss }) => uncoveredLoss),
        sum(({ innocentConsumption }) => innocentConsumption),
        sum((one) => objective(PRICES, one)),
      ];
    });
  });
  return table(['legs', 'accounts', 'margin', 'uncovered', 'innocent', 'J'], rows);
}

/** 1,200 days of moves that repeat with three periods that share no factor, so that it can be done again anywhere. */
function bookExample(): string {
  const perp = waves(37, 3);
  const other = waves(41, 2);
  const rare = perp.map((_, day) => (day % 131 === 7 ? -60 : 0.5));
  const question = {
    ids: perp.map((_, day) => `day ${day}`),
    legs: [
      { id: 'perp', pnl: perp },
      { id: 'future', pnl: perp.map((x, day) => -x + ((day % 11) - 5) / 10) },
      { id: 'other', pnl: other },
      { id: 'rare', pnl: rare },
    ],
  };
  const plan = isolationPlan(question);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const { accounts, outOfSample, inSample } = plan.value;
  const rows = (['plan', 'isolated', 'cross'] as const).map((name) => {
    const { capital, uncoveredLoss, innocentConsumption, objective: cost } = outOfSample[name];
    return [
      name,
      ...[capital, uncoveredLoss, innocentConsumption, inSample[name].objective, cost].map(round),
    ];
  });
  const reasons = accounts.map(({ legs, margin, reason }) => {
    const why =
      'gain' in reason
        ? `gains ${round(reason.gain.total)} a day in sample, in all ${reason.evidence.gainByBlock.length} stretches and ${round(100 * reason.evidence.resampleShare)}% of resamples`
        : `with ${reason.nearest?.leg}, the best of the others, it gains ${round(reason.nearest?.gain ?? 0)}`;
    return [legs.join(', '), round(margin), `\`${reason.code}\``, why];
  });
  const held = [
    { id: 'a', legs: ['perp', 'rare'], collateral: 60 },
    { id: 'b', legs: ['future', 'other'], collateral: 5 },
  ];
  const moved = planTransfers(held, accounts);
  if (!moved.ok) throw new Error(JSON.stringify(moved.error));
  const { rank } = outOfSample;
  return [
    table(['account', 'margin', 'code', 'reason'], reasons),
    `Rank ${rank?.place} of ${rank?.of} partitions on the judged days.`,
    table(['', 'margin', 'uncovered', 'innocent', 'J in sample', 'J out of sample'], rows),
    `From \`a\` of perp and rare with 60, \`b\` of future and other with 5: ${moved.value.moves
      .map(
        ({ from, to, amount }) =>
          `${round(amount)} from \`${from}\` to the account of ${accounts[to]?.legs.join(', ')}`,
      )
      .join('; ')}; ${round(moved.value.released)} released.`,
  ]
    .map((part) => part.trimEnd())
    .join('\n\n');
}

function waves(period: number, size: number): number[] {
  return Array.from({ length: 1200 }, (_, day) => {
    const step = ((day * 17) % period) - (period - 1) / 2;
    return (size * step ** 3) / period ** 2;
  });
}

function round(value: number): string {
  return String(Number(value.toFixed(4)));
}
