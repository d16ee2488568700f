/** The tables of the pages on deleveraging and on the waterfall, computed by src/liquidation. */
import { formatMinor } from '../src/base/index.js';
import {
  allocateDeleveraging,
  DELEVERAGE_SCORES,
  type DeleverageCandidate,
  type DeleveragePolicy,
  deleverageScore,
  effectiveLeverage,
  type LayerHolding,
  payWaterfall,
  rankPreview,
  returnRecovery,
  rollForward,
  type ScoreRule,
  type WaterfallLayer,
  type WaterfallPolicy,
  waterfallHash,
} from '../src/liquidation/index.js';
import type { Fraction } from '../src/market/payoff.js';
import { layer } from '../src/testkit/waterfallCases.js';
import { table } from './markdown.js';

export const CONTAINMENT_EXAMPLES: Readonly<Record<string, () => string>> = {
  'adl-scores': scoresExample,
  'adl-loser': loserExample,
  'adl-policies': policiesExample,
  'adl-hedge': hedgeExample,
  'adl-preview': previewExample,
  'layers-paid': layersExample,
  'layers-postings': postingsExample,
  'layers-recovery': recoveryExample,
  'fund-roll-forward': rollForwardExample,
};

/** Shorts in lots of 0.001 BTC at a mark of 32,000, in whole USDT, at the leverage they chose. */
function short(
  row: number,
  position: {
    readonly lots: bigint;
    readonly entry: bigint;
    readonly collateral: bigint;
    readonly times: bigint;
  },
): DeleverageCandidate {
  const { lots, entry, collateral, times } = position;
  return {
    row,
    leveragePpm: times * 1_000_000n,
    lots: -lots,
    cost: (-lots * entry) / 1_000n,
    markValue: (-lots * 32_000n) / 1_000n,
    collateral,
  };
}

const NAMES = ['ada', 'bob', 'cleo', 'dan'];
const SIDE: readonly DeleverageCandidate[] = [
  short(0, { lots: 60n, entry: 40_000n, collateral: 600n, times: 20n }),
  short(1, { lots: 40n, entry: 38_000n, collateral: 200n, times: 10n }),
  short(2, { lots: 50n, entry: 36_000n, collateral: 100n, times: 5n }),
  short(3, { lots: 20n, entry: 31_000n, collateral: 500n, times: 10n }),
];
const name = (row: number) => NAMES[row] as string;

function decimal({ numerator, denominator }: Fraction): string {
  return formatMinor((2n * numerator * 10_000n + denominator) / (2n * denominator), 4);
}

function scoreText(rule: ScoreRule, candidate: DeleverageCandidate): string {
  const score = deleverageScore(rule, candidate);
  return typeof score === 'string' ? score : decimal(score);
}

function scoresExample(): string {
  const rows = SIDE.map((candidate) => {
    const { row, lots, cost, markValue, collateral } = candidate;
    const leverage = effectiveLeverage(candidate);
    return [
      name(row),
      `${-lots}`,
      `${collateral}`,
      `${(candidate.leveragePpm ?? 0n) / 1_000_000n}x`,
      `${markValue - cost}`,
      typeof leverage === 'string' ? '' : decimal(leverage),
      ...DELEVERAGE_SCORES.map((score) => scoreText({ score, payoff: 'linear' }, candidate)),
    ];
  });
  return table(['short', 'lots', 'balance', 'chose', 'profit', 'leverage', ...DELEVERAGE_SCORES], rows);
}

function loserExample(): string {
  const winner: DeleverageCandidate = { row: 0, lots: 1n, cost: 100n, markValue: 150n, collateral: 50n };
  const loser: DeleverageCandidate = { row: 1, lots: 1n, cost: 100n, markValue: 95n, collateral: 15n };
  const rows = [winner, loser].map((candidate) => {
    const { cost, markValue, collateral } = candidate;
    const equity = collateral + markValue - cost;
    const printed = { numerator: markValue * markValue, denominator: cost * equity };
    return [
      markValue > cost ? 'a winner' : 'a loser',
      `${cost}`,
      `${markValue}`,
      `${equity}`,
      decimal(printed),
      scoreText({ score: 'hyperliquid', payoff: 'linear' }, candidate),
    ];
  });
  return table(['long', 'entry', 'mark', 'account value', 'as printed', 'here'], rows);
}

const WHOLE = { maxSharePpm: 1_000_000n, maxLots: null };
const POLICIES: readonly (readonly [string, DeleveragePolicy])[] = [
  ['`queue`, `bitmex`', { kind: 'queue', score: 'bitmex', ...WHOLE }],
  ['`queue`, `bybit`', { kind: 'queue', score: 'bybit', ...WHOLE }],
  ['`proRata`', { kind: 'proRata', ...WHOLE }],
  ['`cappedProRata`, beta 0.4', { kind: 'cappedProRata', maxSharePpm: 400_000n, maxLots: null }],
  ['`riskAware`', { kind: 'riskAware', ...WHOLE }],
  ['`riskAware`, beta 0.6', { kind: 'riskAware', maxSharePpm: 600_000n, maxLots: null }],
];

function policiesExample(): string {
  const rows = POLICIES.map(([title, policy]) => {
    const question = { policy, payoff: 'linear' as const, neededLots: 75n, candidates: SIDE };
    const { allocations, takenLots, shortLots } = allocateDeleveraging(question);
    if (takenLots + shortLots !== 75n) throw new Error('the need is not met exactly');
    const lotsOf = (row: number) => `${allocations.find((item) => item.row === row)?.lots ?? 0n}`;
    return [title, lotsOf(0), lotsOf(1), lotsOf(2), lotsOf(3), `${takenLots}`, `${shortLots}`];
  });
  return table(['75 lots by', ...NAMES, 'taken', 'missing'], rows);
}

function hedgeExample(): string {
  const policy = POLICIES[0]?.[1] as DeleveragePolicy;
  const rows = ([null, -20n, 0n] as const).map((netLots) => {
    const candidates = SIDE.map((each) => (each.row === 2 && netLots !== null ? { ...each, netLots } : each));
    const cleo = candidates[2] as DeleverageCandidate;
    const { allocations } = allocateDeleveraging({ policy, payoff: 'linear', neededLots: 130n, candidates });
    return [
      netLots === null ? '50' : `${-netLots}`,
      scoreText({ score: 'bitmex', payoff: 'linear' }, cleo),
      ...[0, 1, 2].map((row) => {
        const found = allocations.find((item) => item.row === row);
        return `${found?.rank}: ${found?.lots}`;
      }),
    ];
  });
  return table(["cleo's net", 'her score', 'ada', 'bob', 'cleo'], rows);
}

/** BitMEX's example: accounts 1 to 6 with these contracts and rankings. */
function previewExample(): string {
  const contracts = [10n, 10n, 20n, 30n, 20n, 10n];
  const rankings = [3n, 6n, 1n, 4n, 5n, 2n];
  // Profit rate one, and as much behind it as makes the score the ranking over four.
  const candidates = contracts.map((lots, i) => ({
    row: i + 1,
    lots,
    cost: 100n,
    markValue: 200n,
    collateral: 800n / (rankings[i] as bigint) - 100n,
  }));
  const policy = POLICIES[0]?.[1] as DeleveragePolicy;
  const rows = rankPreview({ policy, payoff: 'linear', candidates }).map(
    ({ row, rank, light, lotsAhead, quantile }) => [
      `${row}`,
      `${contracts[row - 1]}`,
      `${rankings[row - 1]}`,
      `${rank}`,
      `${lotsAhead}`,
      quantile === null ? '' : `${(quantile.numerator * 100n) / quantile.denominator}%`,
      `${light}`,
    ],
  );
  return table(['account', 'contracts', 'PnL ranking', 'rank', 'ahead', 'up to', 'light'], rows);
}

const LAYERS: readonly WaterfallLayer[] = [
  layer({ kind: 'account', name: 'own' }),
  layer({ kind: 'insuranceFund', name: 'fund', sizePpm: 500_000n }),
  layer({ kind: 'topUp', name: 'venue', capMinor: 100n }),
  layer({ kind: 'lenders', name: 'lenders', causes: ['borrow'] }),
  layer({ kind: 'deleveraging', name: 'winners' }),
  layer({ kind: 'lossSharing', name: 'gains' }),
];
const POLICY: WaterfallPolicy = {
  revision: 1,
  layers: LAYERS,
  deleveraging: { kind: 'queue', score: 'bitmex', ...WHOLE },
};
const holding = (
  payers: readonly (readonly [row: number, holds: bigint, weight: bigint])[],
  poolRow: number | null = 0,
): LayerHolding => ({
  poolRow,
  payers: payers.map(([row, holdsMinor, weight]) => ({ row, holdsMinor, weight })),
  instrumentUsedMinor: 0n,
});
const HELD: ReadonlyMap<string, LayerHolding> = new Map([
  ['own', holding([[0, 400n, 1n]])],
  ['fund', holding([[0, 300n, 1n]])],
  ['venue', holding([[0, 5_000n, 1n]], null)],
  ['lenders', holding([[1, 1_000n, 1_000n]])],
  [
    'winners',
    holding([
      [1, 200n, 2n],
      [2, 80n, 1n],
    ]),
  ],
  [
    'gains',
    holding([
      [1, 350n, 350n],
      [2, 150n, 150n],
    ]),
  ],
]);

function paid(lossMinor: bigint) {
  const loss = { lossMinor, cause: 'liquidation' as const, accountRow: 0, poolRow: 0 };
  const result = payWaterfall(POLICY, loss, HELD);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

function layersExample(): string {
  const losses = [300n, 500n, 1_000n, 2_000n];
  const outcomes = losses.map(paid);
  const rows = LAYERS.map((each, at) => [
    `\`${each.name}\``,
    each.scope,
    ...outcomes.map(({ payments }) => `${payments[at]?.paysMinor} ${payments[at]?.state}`),
  ]);
  const open = ['open', '', ...outcomes.map(({ remainderMinor }) => `${remainderMinor}`)];
  const head = ['layer', 'scope', ...losses.map((loss) => `a loss of ${loss}`)];
  return `${table(head, [...rows, open])}\nThe policy's hash: \`${waterfallHash(POLICY)}\`.\n`;
}

function postingsExample(): string {
  const rows = paid(1_000n).postings.map(({ phase, layer: from, row, amountMinor }, at) => [
    `${at + 1}`,
    phase,
    from === null ? 'the pool, to whom it owes' : row === null ? from : `${from}: ${name(row)}`,
    `${amountMinor}`,
  ]);
  const shown = rows.map((cells) =>
    cells.map((cell) => cell.replace('fund: ada', 'fund').replace('venue: ada', 'venue')),
  );
  return table(['', 'phase', 'from', 'amount'], shown);
}

/** Layers with one payer: no name is needed. */
const SINGLE = new Set(['own', 'fund', 'venue']);

function recoveryExample(): string {
  const { payments } = paid(1_000n);
  const rows = [50n, 400n, 1_200n].map((amountMinor) => {
    const { returned, excessMinor } = returnRecovery({ amountMinor, payments });
    const parts = returned.map(({ layer: to, row, amountMinor: part }) =>
      SINGLE.has(to) ? `${to} ${part}` : `${to}: ${name(row)} ${part}`,
    );
    return [`${amountMinor}`, parts.join(', '), `${excessMinor}`];
  });
  return table(['recovered', 'back to', 'left over'], rows);
}

function rollForwardExample(): string {
  const lines = [
    ['fees', 40n],
    ['surplus', 15n],
    ['injection', 100n],
    ['draw', 250n],
  ] as const;
  const statement = {
    openingMinor: 300n,
    lines: lines.map(([kind, amountMinor]) => ({ kind, amountMinor, isPoolSound: true })),
    closingMinor: 205n,
  };
  const right = rollForward(statement);
  const stale = rollForward({ ...statement, closingMinor: 300n });
  const early = rollForward({
    ...statement,
    lines: [{ kind: 'draw', amountMinor: 301n, isPoolSound: true }],
  });
  if (!right.ok || stale.ok || early.ok) throw new Error('the example does not show what it says');
  const sums = right.value.totals.filter(({ amountMinor }) => amountMinor > 0n);
  const rows = [
    ['opening', '300'],
    ...sums.map(({ kind, amountMinor }) => [`\`${kind}\``, `${kind === 'draw' ? '-' : ''}${amountMinor}`]),
    ['closing', '205'],
  ];
  return `${table(['line', 'amount'], rows)}\nWith a closing of 300: \`${stale.error.code}\`, it should be ${stale.error.balanceMinor}. With a draw of 301 as the first line: \`${early.error.code}\`.\n`;
}
