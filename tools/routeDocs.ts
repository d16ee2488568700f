/** The reference page of the routes, from the route table and its OpenAPI document. */
import { ANSWER_SCHEMAS, type AnswerName, type JsonObject } from '../src/contract/index.js';
import { openApiDocument } from '../src/server/openapi.js';
import { ROUTES, type Route, TAGS } from '../src/server/routes.js';
import { table } from './markdown.js';

const DOCUMENT = openApiDocument('') as unknown as {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters: readonly Parameter[] }>>>
  >;
};

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
}

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

export function routesPage(rewrite: string): string {
  return `# Routes

Every address of \`bulkhead serve\`. The same table is [\`GET /openapi.json\`](http.md), an OpenAPI 3.1 document made of the schemas that validate
requests and of the types of answers; \`GET /docs\` shows it and sends requests. How commands, ids and refusals work stands in
[HTTP](http.md).

${Object.entries(TAGS)
  .map(
    ([tag, about]) =>
      `## ${tag}\n\n${about}\n\n${ROUTES.filter((route) => route.tag === tag)
        .map(section)
        .join('\n')}`,
  )
  .join('\n')}
${rewrite}
`;
}

function section(route: Route): string {
  const { method, path, summary, detail, scope, reach } = route;
  const about = `${sentence(summary)} ${forWhom(scope, reach)}${detail === undefined ? '' : ` ${detail}`}`;
  const parts = [parameters(route), body(route), answer(route)].filter((part) => part !== '');
  return `### \`${method} ${path}\`\n\n${about}\n${parts.map((part) => `\n${part}`).join('')}`;
}

function forWhom(scope: Route['scope'], reach: Route['reach']): string {
  if (scope === null) return 'For everybody.';
  const asked = scope === 'each' ? 'Scope of each command' : `Scope \`${scope}\``;
  return `${asked}, ${REACH_WORDS[reach]}.`;
}

const REACH_WORDS: Readonly<Record<Route['reach'], string>> = {
  public: 'any key',
  venue: 'keys bound to nothing',
  clients: 'bound keys see their own clients',
  accounts: 'bound keys see their own accounts',
};

function parameters({ method, path }: Route): string {
  const operation = DOCUMENT.paths[path.replaceAll(/:([A-Za-z]+)/g, '{$1}')]?.[method.toLowerCase()];
  const shown = (operation?.parameters ?? []).filter((parameter) => parameter.in !== 'path');
  if (shown.length === 0) return '';
  return table(
    ['parameter', 'in', 'meaning'],
    shown.map(({ name, in: place, description }) => [`\`${name}\``, place, description]),
  );
}

function body({ path, body: schema }: Route): string {
  if (schema === undefined) return '';
  const fields = Object.entries((JSON.parse(JSON.stringify(schema)) as Schema).properties ?? {});
  if (path.endsWith('/impact') && fields.length > 10)
    return 'Body: a definition of the instrument, as in [`listInstrument`](commands.md#listinstrument) without `kind`.\n';
  return table(
    ['body', 'meaning'],
    fields.map(([name, field]) => [`\`${name}\``, field.description ?? '']),
  );
}

function answer({ answer: named }: Route): string {
  if (named === 'page') return '';
  if (named === 'stream') return 'See [the stream](stream.md).\n';
  const name = typeof named === 'string' ? (named as AnswerName) : null;
  const root = (name === null ? named : ANSWER_SCHEMAS.answers[name]) as unknown as Schema;
  const schema = resolved(root);
  const branches = schema.anyOf?.map(resolved) ?? [schema];
  return branches
    .map((branch, at) =>
      table(
        [
          branches.length === 1 ? 'answer' : `answer, ${at === 0 ? 'one form' : 'another'}`,
          'type',
          'meaning',
        ],
        Object.entries(branch.properties ?? {}).map(([name, field]) => [
          `\`${name}\``,
          typeOf(field),
          field.description ?? resolved(field).description ?? '',
        ]),
      ),
    )
    .join('\n');
}

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').pop();
  return name === undefined
    ? schema
    : (ANSWER_SCHEMAS.schemas[name] as unknown as Schema as JsonObject & Schema);
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `\`${schema.$ref.split('/').pop()}\``;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return Array.isArray(schema.type)
    ? schema.type.join(' or ')
    : ((schema.type as string | undefined) ?? 'any');
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}
