/** The pages of the replays: what happened from the crisis files, what the runs show from the runs. */
import {
  CRISIS_DOCUMENTS,
  type CrisisDocument,
  FIGURES,
  type FigureName,
  REPLAYS,
  type Replay,
  type ReplayOutcome,
  runReplay,
} from '../src/contagion/index.js';
import { table } from './markdown.js';

const REWRITE =
  'This page is made from the code and the runs; `UPDATE_DOCS=1 npx vitest run tools/replayDocs` writes it anew.';

/** By path from the root. Making a page runs its replay. */
export const REPLAY_PAGES: Readonly<Record<string, () => string>> = Object.fromEntries([
  ['docs/replays/README.md', overview],
  ...REPLAYS.map((replay) => [`docs/replays/${replay.id}.md`, () => replayPage(replay)] as const),
]);

function overview(): string {
  return `# Replays

Crises that happened, run again on the engine: under a policy like that of the day the mechanism of the day appears, and
isolation stops it or puts a price on it. Policies differ in data only (pools, modes, where collateral is priced, what a
frozen feed does, how a pool liquidates); the code of all runs is one. Each run is repeated with its key mechanism left
out of the crisis, and then does not show it.

${table(
  ['replay', 'mechanism', 'policies'],
  REPLAYS.map((replay) => [
    `[${replay.id}](${replay.id}.md)`,
    replay.title,
    replay.policies.map(({ id }) => `\`${id}\``).join(', '),
  ]),
)}
## What came of them

${overviewTable()}
In brackets: the same run without its key mechanism. Sums are in the asset that the replay's page names; a page has the
figures that its mechanism is about, and what isolation does not stop.

The books are small and made for the purpose, so that figures say what happens and not how much of it happened. Prices and
depth are those of the [crisis files](../reference/crises.md), each figure with its source.

${REWRITE}
`;
}

const OVERVIEW_FIGURES: readonly FigureName[] = [
  'liquidated',
  'deficit',
  'fundUsed',
  'winnersPaid',
  'openDeficit',
];

function overviewTable(): string {
  return table(
    ['replay', 'policy', ...OVERVIEW_FIGURES.map((name) => FIGURES[name].title)],
    REPLAYS.flatMap((replay) =>
      outcomesOf(replay).map((outcome, at) => [
        at === 0 ? `[${replay.id}](${replay.id}.md)` : '',
        `\`${replay.policies[at]?.id}\``,
        ...OVERVIEW_FIGURES.map((name) => withAndWithout(replay, outcome, name)),
      ]),
    ),
  );
}

const OUTCOMES = new Map<Replay, readonly ReplayOutcome[]>();

/** Each replay runs once for all pages. */
function outcomesOf(replay: Replay): readonly ReplayOutcome[] {
  const outcomes = OUTCOMES.get(replay) ?? runReplay(replay);
  OUTCOMES.set(replay, outcomes);
  return outcomes;
}

function replayPage(replay: Replay): string {
  const { id, title, page, policies } = replay;
  const crisis = CRISIS_DOCUMENTS.find((document) => document.id === id);
  if (crisis === undefined) throw new Error(`no crisis ${id}`);
  const outcomes = outcomesOf(replay);
  return `# ${title}

${crisis.title}. ${crisis.summary}

## What happened

${mechanismLines(crisis)}

Prices and depth step by step, with the sources of all figures: [${id}](../reference/crises.md#${id}).

## The run

${page.setting}

${table(
  ['policy', 'what it is'],
  policies.map((policy) => [`\`${policy.id}\``, policy.title]),
)}
Book, policies and what is left out as data: [${id}.ts](../../src/contagion/replays/${id}.ts).

## What the run shows

${figureTable(replay, outcomes)}
In brackets: the same run without the mechanism. Sums are in ${replay.book.valuationAsset}.

**With the mechanism.** ${page.mechanism}

**Without it.** ${page.switchedOff}

## What isolation stops

${page.stops}

## What it does not stop

${page.doesNotStop}

${REWRITE}
`;
}

function mechanismLines({ mechanisms, sources }: CrisisDocument): string {
  const sourceOf = (id: string) => {
    const source = sources.find((known) => known.id === id);
    if (source === undefined) throw new Error(`no source ${id}`);
    return source.url === undefined ? source.status : `[${source.publisher}](${source.url})`;
  };
  return mechanisms
    .map(({ kind, assets, note, source, figures }) => {
      const of = assets.length === 0 ? '' : ` (${assets.join(', ')})`;
      const told = figures.map(
        (figure) => `\`${figure.name}\` ${grouped(figure.value)} ${figure.unit} (${sourceOf(figure.source)})`,
      );
      return `- \`${kind}\`${of}: ${note} Source: ${sourceOf(source)}.${told.length === 0 ? '' : ` Figures: ${told.join('; ')}.`}`;
    })
    .join('\n');
}

function figureTable(replay: Replay, outcomes: readonly ReplayOutcome[]): string {
  const row = (name: FigureName) => [
    FIGURES[name].title,
    ...outcomes.map((outcome) => withAndWithout(replay, outcome, name)),
  ];
  return table(
    ['figure', ...replay.policies.map(({ id }) => `\`${id}\``)],
    [
      [
        'accounts liquidated with the mechanism and not without',
        ...outcomes.map(({ liquidatedByMechanism }) => `${liquidatedByMechanism.length}`),
      ],
      ...replay.figures.map(row),
    ],
  );
}

function withAndWithout(replay: Replay, outcome: ReplayOutcome, name: FigureName): string {
  return `${told(replay, name, outcome.with.figures[name])} (${told(replay, name, outcome.without.figures[name])})`;
}

function told(replay: Replay, name: FigureName, value: bigint): string {
  switch (FIGURES[name].unit) {
    case 'count':
      return grouped(value);
    case 'ppm':
      return `${(Number(value) / 10_000).toFixed(1)}%`;
    case 'money': {
      const { valuationAsset, assets } = replay.book;
      const decimals = assets.find(({ id }) => id === valuationAsset)?.decimals ?? 0;
      // Coins to a tenth, dollars to one.
      const unit = 10n ** BigInt(decimals > 6 ? decimals - 1 : decimals);
      const nearest = (value + unit / 2n) / unit;
      return decimals > 6 ? `${grouped(nearest / 10n)}.${nearest % 10n}` : grouped(nearest);
    }
  }
}

/** Thousands of a whole number apart; a fraction as it is. */
function grouped(value: bigint | string): string {
  const text = `${value}`;
  return text.includes('.') ? text : text.replace(/\B(?=(\d{3})+$)/g, ',');
}
