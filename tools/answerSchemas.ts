/**
 * JSON Schemas of what the service answers, made of the types in src/contract/answers.ts with their comments as descriptions, in the
 * form of OpenAPI components.
 */
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { ROOT } from './repository.js';

const ROOT_TYPE = 'Answers';
const PREFIX = '#/definitions/';

interface Schema {
  readonly [key: string]: unknown;
}

export function answerSchemasText(): string {
  const { definitions, properties } = createGenerator({
    path: join(ROOT, 'src/contract/answers.ts'),
    tsconfig: join(ROOT, 'src/contract/tsconfig.json'),
    type: ROOT_TYPE,
    expose: 'export',
    topRef: false,
    jsDoc: 'extended',
    skipTypeCheck: true,
    additionalProperties: false,
  }).createSchema(ROOT_TYPE) as unknown as {
    readonly definitions: Readonly<Record<string, Schema>>;
    readonly properties: Readonly<Record<string, Schema>>;
  };
  const schemas = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [componentName(name), component(schema)]),
  );
  return `${JSON.stringify({ answers: component(properties), schemas }, null, 1)}\n`;
}

function component(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(component);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, `#/components/schemas/${componentName(decodeURIComponent(inner.slice(PREFIX.length)))}`]
        : [key, component(inner)],
    ),
  );
}

/** OpenAPI lets few characters into a name. */
function componentName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '_');
}
