/** The reference page of the crisis library, from its data files. `reference.test.ts` compares and rewrites it. */
import {
  CRISIS_DOCUMENTS,
  type CrisisDocument,
  crisisSchema,
  MECHANISM_KINDS,
  MECHANISM_PLAY,
  REQUIRED_FIGURES,
} from '../src/contagion/index.js';
import { table } from './markdown.js';

export function crisesPage(rewrite: string): string {
  return `# Crises

Crises that happened, as data to replay: what moved, what became of the depth, which mechanism made it worse. They are
[JSON files](../../src/contagion/crises) of one schema, which files of your own follow too. Each figure names its source.
**Public**: it stands in the document named. **Reported, not verified**: it is handed down with accounts of the event, and
no document was found. **Assumed**: nobody reports it; it fills the path between figures that are known.

${table(
  ['crisis', 'what it is about', 'mechanisms', 'figures: public, reported, assumed'],
  CRISIS_DOCUMENTS.map((crisis) => [
    `[${crisis.id}](#${crisis.id})`,
    crisis.title.replace(/^[^:]*: /, ''),
    [...new Set(crisis.mechanisms.map(({ kind }) => `\`${kind}\``))].join(', '),
    countsOf(crisis).join(', '),
  ]),
)}
${CRISIS_DOCUMENTS.map(section).join('\n')}
## Mechanisms

${table(
  ['kind', 'how a stress run plays it', 'figures it needs'],
  MECHANISM_KINDS.map((kind) => [
    `\`${kind}\``,
    MECHANISM_PLAY[kind] ?? 'not at all: its report names it',
    REQUIRED_FIGURES[kind].map((name) => `\`${name}\``).join(', '),
  ]),
)}
## Fields

${table(['field', 'meaning'], fieldsOf(crisisSchema as Described, ''))}
\`*\` stands for every asset that the crisis does not name. A shock holds until a later step says otherwise; it is a price
over the price before the crisis, or a move of it, so that a book at other prices goes through the same. \`ownBook\` and
\`index\` move apart what \`everywhere\` moves together.

${rewrite}
`;
}

function section(crisis: CrisisDocument): string {
  const sources = new Map(crisis.sources.map(({ id }, at) => [id, at + 1]));
  const cite = (id: string) => `[${sources.get(id)}]`;
  return `## ${crisis.id}

**${crisis.title}.** ${crisis.summary}

${table(
  ['minute', 'what happened', 'prices', 'depth'],
  crisis.steps.map(({ minute, timing, label, shocks, depth = [] }) => [
    timing === 'assumed' ? `${minute} (assumed)` : `${minute}`,
    label,
    shocks
      .map(({ asset, on, price, move, source }) => {
        const scope = on === 'everywhere' ? '' : on === 'ownBook' ? ' on its own book' : ' in the index';
        return `${name(asset)} ${price ?? percent(move as string)}${scope} ${cite(source)}`;
      })
      .join('; '),
    depth
      .map(({ asset, multiplier, gap, source }) => {
        const nobody = gap === undefined ? '' : `, nobody within ${percent(gap).slice(1)}`;
        return `${name(asset)} x ${multiplier}${nobody} ${cite(source)}`;
      })
      .join('; '),
  ]),
)}
${table(
  ['mechanism', 'of', 'minutes', 'how it worked', 'figures'],
  crisis.mechanisms.map(({ kind, assets, fromMinute, untilMinute, note, source, figures }) => [
    `\`${kind}\``,
    assets.join(', '),
    `${fromMinute} to ${untilMinute ?? 'the end'}`,
    `${note} ${cite(source)}`,
    figures
      .map((figure) => `\`${figure.name}\` ${figure.value} ${figure.unit} ${cite(figure.source)}`)
      .join('; '),
  ]),
)}
${crisis.sources
  .map(({ title, publisher, date, url, status }, at) => {
    const named = status === 'public' ? `${publisher}, ${date}: ${title}. ${url}` : `${status}: ${title}.`;
    return `${at + 1}. ${named}`;
  })
  .join('\n')}
`;
}

/** How many figures are public, reported and assumed. */
function countsOf({ assets, steps, mechanisms, sources }: CrisisDocument): number[] {
  const cited = [
    ...assets.flatMap(({ source }) => (source === undefined ? [] : [source])),
    ...steps.flatMap(({ shocks, depth = [] }) => [...shocks, ...depth].map(({ source }) => source)),
    ...mechanisms.flatMap(({ figures }) => figures.map(({ source }) => source)),
  ];
  const statusOf = new Map(sources.map(({ id, status }) => [id, status]));
  return (['public', 'reported, not verified', 'assumed'] as const).map(
    (status) => cited.filter((id) => statusOf.get(id) === status).length,
  );
}

interface Described {
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

function fieldsOf({ properties = {} }: Described, path: string): string[][] {
  return Object.entries(properties).flatMap(([field, of]) => {
    const here = `${path}${field}`;
    const inside = of.items?.properties === undefined ? [] : fieldsOf(of.items, `${here}[].`);
    return [[`\`${here}\``, of.description ?? ''], ...inside];
  });
}

function name(asset: string): string {
  return asset === '*' ? 'every other' : asset;
}

/** "-0.5" as "-50%", "0.04" as "+4%". */
function percent(move: string): string {
  const value = Math.round(Number(move) * 1e6) / 1e4;
  return `${value > 0 ? '+' : ''}${value}%`;
}
