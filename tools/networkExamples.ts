/** The tables of the pages on clearing, DebtRank and fire sales, computed by src/contagion/network. */
import {
  type ClearedNode,
  type Clearing,
  type DebtNetwork,
  type DebtRankRule,
  debtRank,
  eisenbergNoe,
  furfine,
  greenwoodLandierThesmar,
  liquidityWeightedOverlap,
  type NetworkFault,
  rogersVeraart,
  thresholdDeleveraging,
} from '../src/contagion/index.js';
import type { Fraction } from '../src/market/index.js';
import { table } from './markdown.js';

export const NETWORK_EXAMPLES: Readonly<Record<string, () => string>> = {
  'clearing-chain': chainExample,
  'clearing-ranks': ranksExample,
  'clearing-run': runExample,
  'clearing-furfine': furfineExample,
  'debt-rank': debtRankExample,
  'debt-rank-radius': radiusExample,
  'target-leverage': targetExample,
  'threshold-deleveraging': thresholdExample,
  'liquidity-overlap': overlapExample,
};

const NAMES = ['ada', 'bob', 'pool'];

/** ada owes bob 6, bob owes the pool 5. */
const CHAIN: DebtNetwork = {
  assetsMinor: [2n, 1n, 3n],
  outsideDebtMinor: [0n, 0n, 0n],
  isOutsideSenior: [true, true, true],
  owedMinor: [
    [0n, 6n, 0n],
    [0n, 0n, 5n],
    [0n, 0n, 0n],
  ],
};

function chainExample(): string {
  const { greatest, uniqueness } = value(eisenbergNoe(CHAIN));
  return `${clearingTable(NAMES, greatest)}\nOne vector: \`${uniqueness.reason}\`.\n`;
}

function ranksExample(): string {
  const network = { ...CHAIN, outsideDebtMinor: [1n, 0n, 0n] };
  const rows = [true, false].map((isSenior) => {
    const ranked = { ...network, isOutsideSenior: [isSenior, true, true] };
    const [ada, bob] = value(eisenbergNoe(ranked)).greatest as [ClearedNode, ClearedNode];
    const shown = [ada.paidOutsideMinor, ada.paidToNodesMinor, bob.paidToNodesMinor].map(text);
    return [isSenior ? 'senior' : 'pari passu', ...shown];
  });
  return table(['the debt of 1 is', 'paid on it', 'ada pays bob', 'bob pays the pool'], rows);
}

function runExample(): string {
  const owed = [
    [0n, 10n],
    [10n, 0n],
  ];
  const circle = { outsideDebtMinor: [0n, 0n], isOutsideSenior: [true, true], owedMinor: owed };
  const half = { numerator: 1n, denominator: 2n };
  const one = { numerator: 1n, denominator: 1n };
  const cases: readonly [string, Clearing][] = [
    [
      '2, alpha = beta = 1/2',
      value(rogersVeraart({ ...circle, assetsMinor: [2n, 2n] }, { alpha: half, beta: half })),
    ],
    [
      '2, alpha = beta = 1',
      value(rogersVeraart({ ...circle, assetsMinor: [2n, 2n] }, { alpha: one, beta: one })),
    ],
    [
      '0, alpha = beta = 1',
      value(rogersVeraart({ ...circle, assetsMinor: [0n, 0n] }, { alpha: one, beta: one })),
    ],
  ];
  const paid = (nodes: readonly ClearedNode[]) => nodes.map((node) => text(node.paidToNodesMinor)).join(', ');
  return table(
    ['assets of each', 'greatest', 'least', 'why'],
    cases.map(([name, { greatest, least, uniqueness }]) => [
      name,
      paid(greatest),
      paid(least),
      `\`${uniqueness.reason}\``,
    ]),
  );
}

function furfineExample(): string {
  const rows = [0n, 1n, 2n, 3n, 4n].map((quarters) => {
    const recovery = { numerator: quarters, denominator: 4n };
    const found = value(furfine(CHAIN, { recovery, failedRows: [] }));
    return [
      String(Number(quarters) / 4),
      ...found.map(({ round }) => (round === null ? 'stands' : `round ${round}`)),
    ];
  });
  return table(['recovery', ...NAMES], rows);
}

/** A circle: what each is owed is half of its equity. */
const CIRCLE = {
  equity: [4, 10, 8],
  owed: [
    [0, 5, 0],
    [0, 0, 4],
    [2, 0, 0],
  ],
};
const RULES: readonly [string, DebtRankRule][] = [
  ['original', { kind: 'original' }],
  ['linear', { kind: 'linear', recovery: 0 }],
  ['linear, recovery 0.5', { kind: 'linear', recovery: 0.5 }],
  ['nonlinear, alpha 2', { kind: 'nonlinear', recovery: 0, alpha: 2 }],
];

function debtRankExample(): string {
  const rows = RULES.map(([name, rule]) => {
    const found = value(debtRank({ network: CIRCLE, rule, shock: [0.4, 0, 0], weights: null }));
    return [name, ...found.distress.map(places), places(found.debtRank)];
  });
  return table(['valuation', 'ada', 'bob', 'cleo', 'DebtRank'], rows);
}

function radiusExample(): string {
  const rows = [1, 0.6, 0.5, 0.4].map((part) => {
    const network = { ...CIRCLE, equity: CIRCLE.equity.map((own) => own * part) };
    const found = RULES.map(([, rule]) =>
      value(debtRank({ network, rule, shock: [0.01, 0, 0], weights: null })),
    );
    const totals = found.map(({ debtRank: added }) => places(added));
    return [String(part), places(found[0]?.leverage.radius as number), ...totals];
  });
  return table(['equity times', 'spectral radius', ...RULES.map(([name]) => name)], rows);
}

const HOLDINGS = {
  held: [
    [100, 0],
    [100, 100],
  ],
  depth: [1_000, 2_000],
};

function targetExample(): string {
  const found = value(
    greenwoodLandierThesmar({ holdings: HOLDINGS, equity: [10, 50], targetLeverage: null, shock: [0.05, 0] }),
  );
  const rows = found.nodes.map((node, i) => [
    i === 0 ? 'ada' : 'bob',
    ...[node.directLoss, node.sale, node.fireSaleLoss, node.systemicness, node.indirectVulnerability].map(
      places,
    ),
  ]);
  const head = ['node', 'direct loss', 'sale', 'fire-sale loss', 'systemicness', 'indirect vulnerability'];
  return `${table(head, rows)}\nAggregate vulnerability: ${places(found.aggregateVulnerability)}.\n`;
}

function thresholdExample(): string {
  const found = value(
    thresholdDeleveraging({
      holdings: HOLDINGS,
      equity: [10, 50],
      unsellable: [0, 0],
      loss: [0, 0],
      shock: [0.05, 0],
      floor: [0, 0],
      limit: 12,
      buffer: 10,
      sellerShare: 0.5,
      failedNodes: 'sell',
      roundsMax: 100,
    }),
  );
  const rows = found.rounds.map(({ sellers, sold, prices, loss }, at) => [
    String(at + 1),
    sellers.map((row) => (row === 0 ? 'ada' : 'bob')).join(', '),
    places(sold[0] as number),
    places(prices[0] as number),
    places(loss),
  ]);
  const leverages = found.nodes.map(({ leverage }) => (leverage === null ? 'none' : places(leverage)));
  const end = `At the end: leverages ${leverages.join(' and ')}; direct loss ${places(found.directLoss)}, fire-sale loss ${places(found.fireSaleLoss)}.\n`;
  return `${table(['round', 'who sells', 'sold of the first', 'its price', 'loss of all'], rows)}\n${end}`;
}

function overlapExample(): string {
  const { omega, largestEigenvalue, index } = value(liquidityWeightedOverlap(HOLDINGS));
  const rows = omega.map((row, i) => [
    i === 0 ? 'ada' : 'bob',
    ...row.map(places),
    places(index[i] as number),
  ]);
  return `${table(['', 'ada', 'bob', 'index'], rows)}\nLargest eigenvalue: ${places(largestEigenvalue)}.\n`;
}

function clearingTable(names: readonly string[], nodes: readonly ClearedNode[]): string {
  return table(
    ['node', 'round', 'receives', 'pays', 'rate', 'unpaid', 'equity'],
    nodes.map((node, i) => [
      names[i] as string,
      node.round === null ? 'stands' : String(node.round),
      text(node.receivedMinor),
      text(node.paidToNodesMinor),
      node.rate === null ? '' : text(node.rate),
      text(node.unpaidMinor),
      text(node.equityMinor),
    ]),
  );
}

function value<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: NetworkFault },
): T {
  if (!result.ok) throw new Error(`${result.error.code} in ${result.error.field}`);
  return result.value;
}

function text({ numerator, denominator }: Fraction): string {
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}

function places(number: number): string {
  return String(Number(number.toFixed(6)));
}
