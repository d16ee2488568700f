/** The reference pages that follow from the tables of the contract: commands and refusals. */
import {
  COMMAND_ACCESS,
  ccxtErrorOf,
  DOOR_CODES,
  ERRORS,
  type ErrorCode,
  objectOf,
  type Unit,
  WIRE_COMMANDS,
  WIRE_KINDS,
  WireInstrument,
  type WireKind,
  type WireSchema,
  wireSchema,
} from '../src/contract/index.js';
import { REJECTION_CODES } from '../src/engine/index.js';
import { table } from './markdown.js';
import { routesPage } from './routeDocs.js';
import { settingsPage } from './settingDocs.js';
import { streamPage } from './streamDocs.js';

const WIRE_INSTRUMENT = WireInstrument as WireSchema;

/** Page to its text. */
export const CONTRACT_PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/commands.md': commandsPage,
  'docs/reference/rejections.md': rejectionsPage,
  'docs/reference/routes.md': () => routesPage(REWRITE),
  'docs/reference/settings.md': () => settingsPage(REWRITE),
  'docs/reference/stream.md': () => streamPage(REWRITE),
};

const REWRITE =
  'This page is made from the code: `UPDATE_DOCS=1 npx vitest run tools` writes it anew, and a test compares it.';

/** What the unit of a field asks for. */
const UNITS: Readonly<Record<Unit, string>> = {
  id: 'id',
  amount: 'amount, decimals of the asset',
  value: 'amount, decimals of the valuation asset',
  assetPrice: 'price in the valuation asset',
  price: 'price, multiple of `tickSize`',
  markPrice: 'price, multiple of `tickSize` / `markTicksPerTick`',
  indexPrice: 'price, multiple of `tickSize` / `markTicksPerTick`; of an option of `underlyingTickSize`',
  perLot: 'amount, decimals of the asset and 6 more',
  quantity: 'contracts, multiple of `lotSize`',
  rate: 'fraction, 6 decimals',
  leverage: 'times, 6 decimals',
  decimal: 'decimal',
  timeMs: 'integer, ms since the epoch',
  count: 'integer',
  bigCount: 'integer',
  flag: 'boolean',
  word: 'word',
  label: 'letters, digits and `% + . _ : / -`, 1 to 64',
};

export function commandsPage(): string {
  return `# Commands

Everything that changes the state is one of these. A command is a JSON object with its \`kind\`; it is sent to
[\`POST /v1/commands\`](http.md) with an id of the sender's choice. Fields that are not listed are refused.

- **Exact numbers are strings**: plain decimals such as \`"-12.5"\`, no exponent, no plus sign, at most 64 characters.
  Nothing is rounded: a number off its grid, or finer than its unit, is refused.
- **Ids** are 1 to 64 of letters, digits and \`. _ : / -\`, beginning with a letter or digit. An id is given once, for good.
- **Times** are whole milliseconds since the epoch.
- **Optional fields** have their default in the table; answers always write it out.

${table(
  ['kind', 'scope', 'of one client', 'does'],
  WIRE_KINDS.map((kind) => [
    `[\`${kind}\`](#${kind.toLowerCase()})`,
    COMMAND_ACCESS[kind].scope,
    COMMAND_ACCESS[kind].own === undefined ? '' : 'yes',
    wireSchema(kind).description ?? '',
  ]),
)}
${WIRE_KINDS.map(commandSection).join('\n')}
Which keys may send a command of one client, and what a scope is: [who may do what](../guides/access.md). Why a command is refused: [rejections](rejections.md). The definitions are in
[wireSchema.ts](../../src/contract/wireSchema.ts). ${REWRITE}
`;
}

function commandSection(kind: WireKind): string {
  const schema = wireSchema(kind);
  const tables = fieldTables(schema, null);
  return `## ${kind}

${schema.description ?? ''}

${tables.join('\n')}
\`\`\`json
${JSON.stringify(exampleCommand(kind), null, 2)}
\`\`\`
`;
}

/** The fields of an object, then those of the objects inside it. */
function fieldTables(schema: WireSchema, title: string | null): readonly string[] {
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => name !== 'kind');
  const required = new Set(schema.required ?? []);
  const rows = fields.map(([name, field]) => [
    `\`${name}\``,
    typeText(field),
    required.has(name) ? 'needed' : defaultText(field),
    field.description ?? '',
  ]);
  const own = `${title === null ? '' : `\`${title}\`:\n\n`}${table(['field', 'is', 'default', 'meaning'], rows)}`;
  const seen = new Set<string>();
  const inner = fields.flatMap(([name, field]) => {
    const object = objectOf(field.items ?? field);
    // A whole definition is told once, with the command that lists it.
    if (object === null || object === WIRE_INSTRUMENT || seen.has(object.description ?? name)) return [];
    seen.add(object.description ?? name);
    const same = fields.filter(
      ([, other]) => objectOf(other.items ?? other)?.description === object.description,
    );
    return fieldTables(object, same.map(([other]) => other).join('`, `'));
  });
  return [own, ...inner];
}

function typeText(field: WireSchema): string {
  if (field.items !== undefined) {
    const items = objectOf(field.items) === null ? `: ${typeText(field.items)}` : ' objects';
    return `list of ${field.minItems ?? 0} to ${field.maxItems ?? 'any'}${items}`;
  }
  const nullable = field.anyOf === undefined ? '' : ', or null';
  if (objectOf(field) !== null) return `object${nullable}`;
  const [inner = field] = field.anyOf ?? [];
  if (inner.enum !== undefined) return inner.enum.map((word) => `\`${word}\``).join(' or ');
  const isRanged = inner.unit === 'count' || inner.unit === 'bigCount';
  const range = isRanged ? `, ${inner.minimum} to ${inner.maximum}` : '';
  return `${UNITS[inner.unit ?? 'word']}${range}${nullable}`;
}

function defaultText(field: WireSchema): string {
  if (field.defaultFrom !== undefined) return `\`${field.defaultFrom}\``;
  return field.default === undefined ? 'none' : `\`${JSON.stringify(field.default)}\``;
}

/** A command made of the examples of its fields. It fits its schema; the test sees to it. */
export function exampleCommand(kind: WireKind): unknown {
  const example = exampleOf(WIRE_COMMANDS[kind] as WireSchema);
  // The two sides of a trade are never the same account.
  const seller = { party: 'account', id: 'bob-1', order: 'bob-1/3' };
  return kind === 'fill' ? { ...(example as object), seller } : example;
}

function exampleOf(schema: WireSchema): unknown {
  if (schema.items !== undefined) return [exampleOf(schema.items)];
  if (schema.properties === undefined) {
    const object = objectOf(schema);
    return object === null ? schema.examples?.[0] : exampleOf(object);
  }
  const required = new Set(schema.required ?? []);
  // Id and order of a side of a fill are needed with its party, though not by the schema.
  const isShown = (name: string, field: WireSchema) =>
    required.has(name) ||
    field.isInExample === true ||
    (field.defaultFrom === undefined && field.default === undefined);
  return Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([name, field]) => isShown(name, field))
      .map(([name, field]) => [name, exampleOf(field)]),
  );
}

export function rejectionsPage(): string {
  return `# Rejections

Whatever is not done is answered as problem JSON (RFC 9457): \`type\`, \`title\`, \`status\`, \`detail\`, and besides them
\`code\`, the numbers that decided under \`context\`, every fault of the request under \`errors\` (each with \`path\`, a JSON
pointer, and \`message\`), \`retryable\`, \`ccxt\` (the class of CCXT's errors that says the same) and \`docs\`. Codes are permanent. \`retryable\` says that the same request can
succeed later although its sender changes nothing.

## By the engine

A command that was understood and is refused. The refusal is recorded in the journal like any answer: it has a
\`sequence\`, its command id is used, and sending the same again gives the same refusal. To try again, send a new id.
A command tests what applies to it in this order, shape before existence, existence before status, money last.

${summary(REJECTION_CODES)}
## At the door

A request that never became a command. Nothing is recorded and the state is unchanged; the command id stays free.
\`unknown_asset\`, \`unknown_account\`, \`unknown_instrument\`, \`unknown_order\`, \`unknown_pool\` and \`pool_isolated_only\` are
answered here too, where the units of an amount or a price cannot be known without them; such an answer has no
\`sequence\`.

${summary(DOOR_CODES)}
${[...REJECTION_CODES, ...DOOR_CODES].map(codeSection).join('\n')}
The tables are [rejection.ts](../../src/engine/rejection.ts) and [errors.ts](../../src/contract/errors.ts). ${REWRITE}
`;
}

function summary(codes: readonly ErrorCode[]): string {
  return table(
    ['code', 'status', 'CCXT', 'meaning'],
    codes.map((code) => [
      `[\`${code}\`](#${code})`,
      String(ERRORS[code].status),
      `\`${ccxtErrorOf(code)}\``,
      ERRORS[code].message,
    ]),
  );
}

function codeSection(code: ErrorCode): string {
  const { message, remedy, status, isRetryable } = ERRORS[code];
  const retry = isRetryable ? ' The same can succeed later.' : '';
  return `### ${code}

HTTP ${status}. ${sentence(message)} What to do: ${remedy}.${retry}
`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
