/** Holds every answer of the service against its OpenAPI document: the status is one of the operation's, the body fits its schema. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../src/contract/index.js';
import { openApiDocument } from '../../src/server/openapi.js';
import { ROUTES } from '../../src/server/routes.js';

export const OPENAPI = openApiDocument('0.0.0') as unknown as OpenApi;

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>> };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: JsonObject }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonObject } };
  };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: JsonObject }>> }>
  >;
}

const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ ...(OPENAPI as unknown as JsonObject), $id: 'openapi' });
const compiled = new Map<string, ValidateFunction>();

/** Throws what does not fit. What is answered before there is a route, or by a service that has failed, has no operation. */
export function checkAnswer(
  request: { readonly method: string; readonly path: string },
  answer: { readonly status: number; readonly type: string; readonly body: unknown },
): void {
  const route = routeAt(request.method, request.path);
  const [type = ''] = answer.type.split(';');
  if (route === null || type === 'text/html' || answer.status === 503) return;
  const name = `${request.method} ${request.path} answered ${answer.status}`;
  const operation = OPENAPI.paths[route.replaceAll(/:([A-Za-z]+)/g, '{$1}')]?.[request.method.toLowerCase()];
  if (operation?.responses[answer.status]?.content[type] === undefined)
    throw new Error(
      `${name} ${type}, which its operation does not name: ${JSON.stringify(answer.body).slice(0, 300)}`,
    );
  const validate = validatorOf(route, request.method, String(answer.status), type);
  if (!validate(answer.body)) {
    const [error] = validate.errors ?? [];
    throw new Error(`${name}: ${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}`);
  }
}

function validatorOf(route: string, method: string, status: string, type: string): ValidateFunction {
  const path = route.replaceAll(/:([A-Za-z]+)/g, '{$1}');
  const parts = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
  const pointer = parts
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const known = compiled.get(pointer);
  if (known !== undefined) return known;
  const validate = ajv.compile({ $ref: `openapi#/${pointer}` });
  compiled.set(pointer, validate);
  return validate;
}

/** Routes with fixed parts go before those with names. */
function routeAt(method: string, path: string): string | null {
  const found = (path.split('?')[0] ?? '').split('/');
  const fits = ROUTES.filter((route) => route.method === method).filter(({ path: pattern }) => {
    const wanted = pattern.split('/');
    return (
      wanted.length === found.length &&
      wanted.every((part, at) => (part.startsWith(':') ? found[at] !== '' : part === found[at]))
    );
  });
  const [first] = fits.sort((a, b) => a.path.split(':').length - b.path.split(':').length);
  return first?.path ?? null;
}
