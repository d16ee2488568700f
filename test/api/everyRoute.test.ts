/** Every operation of the OpenAPI document, asked by an administrator with what the document lets through and what it does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signedHeaders } from '../../src/client/index.js';
import { ChangeQuery, type Json, WIRE_COMMANDS, WIRE_KINDS } from '../../src/contract/index.js';
import { backupsIn } from '../../src/server/index.js';
import { ROUTES, type Route } from '../../src/server/routes.js';
import { arbitraryOf } from '../../src/testkit/fromSchema.js';
import { OPENAPI } from './answerCheck.js';
import { type Answer, openVenue, type Service, startService } from './service.js';

let service: Service;
let admin: { readonly key: string; readonly secret: string };
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-every-'));
  const backups = backupsIn({
    into: folder,
    directory: folder,
    kept: 1,
    copyJournal: (destination) => service.host.backup(destination),
  });
  service = await startService({}, {}, { backups });
  admin = service.access.firstKey as typeof admin;
  await openVenue({
    ...service,
    timeMs: service.timeMs,
    accept: async (command: Json) => (await ask('POST', '/v1/commands', { id: nextId(), command })).body,
  } as Service);
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
const nextId = () => `every-${++count}`;

/** The answer is held against the document by `raw`. */
async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = signedHeaders(admin, { method, path, body: text, nowMs: service.timeMs });
  if (body === undefined) return service.raw(path, { method, headers });
  return service.raw(path, {
    method,
    body: text,
    headers: { ...headers, 'content-type': 'application/json' },
  });
}

const IDS = ['USDT', 'main', 'BTC-PERP', 'ada', 'bob', 'ada-1', 'bob-1', 'w1', 'a1', 'none'];
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...IDS) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 80 }) },
);
const command = fc.oneof(...WIRE_KINDS.map((kind) => arbitraryOf(WIRE_COMMANDS[kind], { ids: IDS })));
const item = fc.record({ id: fc.nat().map(() => nextId()), command });

/** Bodies that fit the schema of a route, with commands where it has commands. */
function bodyOf({ path, body }: Route): fc.Arbitrary<unknown> {
  if (body === undefined) return fc.constant({});
  const fitting = arbitraryOf(body, { ids: IDS }).map((value) => {
    const fields = value as Record<string, unknown>;
    return 'url' in fields ? { ...fields, url: 'http://127.0.0.1:9/none' } : fields;
  });
  if (path === '/v1/commands') return fc.oneof(item, fitting);
  if (path === '/v1/commands/batch')
    return fc.oneof(fc.record({ commands: fc.array(item, { minLength: 1, maxLength: 3 }) }), fitting);
  if (path === '/v1/what-if')
    return fc.oneof(fc.record({ commands: fc.array(command, { minLength: 1, maxLength: 3 }) }), fitting);
  return fitting;
}

function requestOf(route: Route): fc.Arbitrary<{ method: string; path: string; body: unknown }> {
  const { method, path } = route;
  const operation = OPENAPI.paths[path.replaceAll(/:([A-Za-z]+)/g, '{$1}')]?.[method.toLowerCase()];
  const query = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const pairs = fc.record(
    Object.fromEntries(
      query.map((parameter) => [
        parameter.name,
        fc.oneof(arbitraryOf(parameter.schema, { ids: IDS }), fc.nat(1_100), fc.string({ maxLength: 9 })),
      ]),
    ),
    { requiredKeys: [] },
  );
  const named = fc.array(name, { minLength: 2, maxLength: 2 });
  const wrong = fc.jsonValue();
  const body =
    method === 'GET'
      ? fc.constant(undefined)
      : fc.oneof({ weight: 4, arbitrary: bodyOf(route) }, { weight: 1, arbitrary: wrong });
  return fc.tuple(named, pairs, body).map(([names, asked, sent]) => {
    let at = 0;
    const filled = path.replaceAll(/:[A-Za-z]+/g, () => encodeURIComponent(names[at++ % 2] as string));
    const search = new URLSearchParams(
      Object.entries(asked).map(([key, value]): [string, string] => [key, String(value)]),
    );
    return { method, path: search.size === 0 ? filled : `${filled}?${search}`, body: sent };
  });
}

it('never fails, answers as its operation says, and a refusal that is not recorded leaves no trace', async () => {
  const routes = ROUTES.filter(({ answer }) => answer !== 'stream');
  expect(routes.length).toBeGreaterThan(50);
  const request = fc.oneof(...routes.map(requestOf));
  const seen = new Set<string>();
  const state = () => ({
    hash: service.host.engine.stateHash().join(),
    sequence: service.host.engine.state.clock.sequence,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, body }) => {
      const before = state();
      const { status, body: answer } = await ask(method, path, body);
      seen.add(`${method} ${status}`);
      expect(status, `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer)}`).toBeLessThan(
        500,
      );
      if (method === 'GET' || (status >= 400 && answer?.sequence === undefined))
        expect(state()).toEqual(before);
    }),
    { numRuns: 1_500 },
  );
  for (const kind of ['GET 200', 'GET 400', 'GET 404', 'POST 200', 'POST 400', 'POST 404'])
    expect([...seen]).toContain(kind);
});

it('only says what would be done where it is only tried', async () => {
  const { key } = (await ask('POST', '/v1/keys', { label: 'x', scopes: ['read'] })).body;
  const hook = { url: 'http://127.0.0.1:9/none', channels: ['marginCalls'] };
  const { webhook } = (await ask('POST', '/v1/webhooks', hook)).body;
  const { approval } = await service.access.approvals.ask({
    by: 'somebody',
    scope: 'treasury',
    id: 'held-1',
    command: { kind: 'injectCapital', asset: 'USDT', amount: '5' },
    digest: 'x',
  });
  const all = async () => ({
    keys: (await ask('GET', '/v1/keys')).body,
    webhooks: (await ask('GET', '/v1/webhooks')).body.webhooks.map((one: { url: string }) => one.url),
    approvals: (await ask('GET', '/v1/approvals')).body,
    backups: (await ask('GET', '/v1/backups')).body,
    audit: service.access.audit.size,
    sequence: service.host.engine.state.clock.sequence,
  });
  const before = await all();
  const bodies: Readonly<Record<string, unknown>> = {
    '/v1/keys': { label: 'y', scopes: ['read'] },
    '/v1/webhooks': hook,
  };
  const tried = ROUTES.filter(({ query }) => query === ChangeQuery);
  expect(tried).toHaveLength(9);
  for (const { path } of tried) {
    const filled = path.replace(':key', key).replace(':webhook', webhook).replace(':approval', approval);
    const { status, body } = await ask('POST', `${filled}?dryRun=true`, bodies[path] ?? {});
    expect([path, status, body.dryRun]).toEqual([path, 200, true]);
    expect((await ask('POST', `${filled}?dryRun=maybe`, bodies[path] ?? {})).status).toBe(400);
  }
  expect(await all()).toEqual(before);
});
