/** The route table as an OpenAPI 3.1 document: requests by the schemas that validate them, answers by those of their types. */
import {
  ANSWER_SCHEMAS,
  type AnswerName,
  ChangeQuery,
  ERRORS,
  type ErrorCode,
  type JsonObject,
  KEY_HEADER,
  NONCE_HEADER,
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
  WIRE_COMMANDS,
} from '../contract/index.js';
import { ROUTES, type Route, TAGS } from './routes.js';

export const OPENAPI_VERSION = '3.1.0';

export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: OPENAPI_VERSION,
    info: {
      title: 'Bulkhead',
      version,
      description:
        'Margin accounts that stay apart. Exact numbers are decimal strings, times whole milliseconds; a refusal is problem JSON.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    security: [{ key: [], timestamp: [], nonce: [], signature: [] }, { operator: [] }],
    components: {
      schemas: { ...ANSWER_SCHEMAS.schemas, ...commandSchemas() },
      securitySchemes: SECURITY,
    },
  } as unknown as JsonObject;
}

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });

const SECURITY = {
  key: header(KEY_HEADER, 'Id of the API key.'),
  timestamp: header(TIMESTAMP_HEADER, 'Milliseconds since 1970, near the time of the service.'),
  nonce: header(NONCE_HEADER, '8 to 64 letters, digits, - and _, used once.'),
  signature: header(
    SIGNATURE_HEADER,
    'Hexadecimal HMAC-SHA-256, under the secret of the key, of time, nonce, method, address with its query, and hexadecimal SHA-256 of the body, joined by line feeds.',
  ),
  operator: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Of the identity provider.' },
};

function operation(route: Route): JsonObject {
  const { method, path, tag, scope, reach, summary, detail, body, takesKey } = route;
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(detail === undefined ? {} : { description: detail }),
    ...(scope === null ? { security: [] } : { 'x-scope': scope, 'x-reach': reach }),
    parameters: [...pathParameters(path), ...queryParameters(route), ...(takesKey ? [KEY] : [])],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: bodySchema(path, body) } },
          },
        }),
    responses: {
      ...(route.answer === 'stream'
        ? { '101': { description: 'The connection is a WebSocket now.' } }
        : { '200': { description: 'Done.', content: answerContent(route) } }),
      ...(path === '/v1/commands' ? { '202': HELD } : {}),
      ...refusals(route),
    },
  } as unknown as JsonObject;
}

/** `POST /v1/pools/:pool/collateral/:asset/impact` is postPoolsCollateralImpact. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/v1/, '')
    .split(/[/.-]/)
    .filter((part) => part !== '' && !part.startsWith(':'));
  const named = path.endsWith(':id') || /:(instrument|pool)$/.test(path) ? [...words, 'one'] : words;
  return `${method.toLowerCase()}${named.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}`;
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({
    name: name as string,
    in: 'path',
    required: true,
    description: 'Percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: 64 },
  }));
}

function queryParameters({ query }: Route): JsonObject[] {
  return Object.entries(query?.properties ?? {}).map(([name, schema]) => {
    const { description = '', ...rest } = plain(schema) as { readonly description?: string };
    return { name, in: 'query', required: false, description, schema: rest } as unknown as JsonObject;
  });
}

const HELD = {
  description: 'Not done: it waits for the approval of somebody else.',
  content: { 'application/json': { schema: ANSWER_SCHEMAS.answers.Held } },
};

const KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Id of the command, in place of `id` in the body, or the same. Sent again it is answered again, never done twice.',
  schema: { type: 'string', minLength: 1, maxLength: 66 },
};

/** A command is any of those of the reference. */
function bodySchema(path: string, body: NonNullable<Route['body']>): JsonObject {
  const schema = plain(body);
  const command = { $ref: '#/components/schemas/Command' };
  const properties = schema['properties'] as Readonly<Record<string, JsonObject>> | undefined;
  if (path === '/v1/commands') return { ...schema, properties: { ...properties, command } };
  if (path === '/v1/what-if')
    return {
      ...schema,
      properties: { ...properties, commands: { ...properties?.['commands'], items: command } },
    };
  if (path === '/v1/commands/batch')
    return {
      ...schema,
      properties: {
        commands: { ...properties?.['commands'], items: { $ref: '#/components/schemas/BatchItem' } },
      },
    };
  return schema;
}

function commandSchemas(): Record<string, JsonObject> {
  const kinds = Object.entries(WIRE_COMMANDS).map(
    ([kind, schema]) => [`command.${kind}`, plain(schema)] as const,
  );
  return {
    ...Object.fromEntries(kinds),
    Command: {
      description: 'One command, by its kind.',
      oneOf: kinds.map(([name]) => ({ $ref: `#/components/schemas/${name}` })),
      discriminator: {
        propertyName: 'kind',
        mapping: Object.fromEntries(
          Object.keys(WIRE_COMMANDS).map((kind) => [kind, `#/components/schemas/command.${kind}`]),
        ),
      },
    } as unknown as JsonObject,
    BatchItem: {
      type: 'object',
      properties: { id: { type: 'string' }, command: { $ref: '#/components/schemas/Command' } },
      required: ['id', 'command'],
      additionalProperties: false,
    },
  };
}

function answerContent({ answer, path, query }: Route): JsonObject {
  if (answer === 'stream') return {};
  if (answer === 'page')
    return path === '/openapi.json'
      ? { 'application/json': { schema: { type: 'object' } } }
      : { [path === '/docs' ? 'text/html' : 'text/plain']: { schema: { type: 'string' } } };
  const schema = isName(answer) ? ANSWER_SCHEMAS.answers[answer] : plain(answer);
  // What is approved is a command, whose trial has its own answer.
  const isTried = query === ChangeQuery && answer !== 'Command';
  const shown = isTried ? { anyOf: [schema, ANSWER_SCHEMAS.answers.WouldChange] } : schema;
  return { 'application/json': { schema: shown } };
}

function isName(answer: Route['answer']): answer is AnswerName {
  return typeof answer === 'string';
}

/** By status: what may be answered instead. */
function refusals({ tag, path, body, scope, method, answer, query }: Route): JsonObject {
  const statuses = new Set([
    400,
    503,
    403,
    ...(scope === null ? [] : [401, 429]),
    ...(path.includes(':') || tag === 'access' || tag === 'webhooks' ? [404] : []),
    ...(path.includes('/:approval/') ? [409, 422] : []),
    ...(path === '/v1/backups' ? [409] : []),
    ...(path === '/v1/webhooks' && method === 'POST' ? [409, 410] : []),
    // The audit is a record of its own, and stays.
    ...('from' in (query?.properties ?? {}) && tag !== 'access' ? [410] : []),
    ...(method === 'POST' ? [413, 415] : []),
    ...(answer === 'stream' ? [426] : []),
    ...(body === undefined ? [] : [413, 415, 422]),
  ]);
  if (tag === 'commands' || path === '/v1/warning' || path.endsWith('impact'))
    for (const status of [404, 409, 422]) statuses.add(status);
  if (tag === 'service') statuses.delete(400);
  return Object.fromEntries(
    [...statuses].sort().map((status) => [
      String(status),
      {
        description: codesOf(status),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/RefusalAnswer' } } },
      },
    ]),
  ) as unknown as JsonObject;
}

function codesOf(status: number): string {
  const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].status === status);
  return codes.length > 12 ? `Refused; see the reference of rejections.` : `Refused: ${codes.join(', ')}.`;
}

/** A schema as JSON: without what only this program knows of it. */
function plain(schema: unknown): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}
