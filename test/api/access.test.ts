import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../src/client/index.js';
import {
  COMMAND_ACCESS,
  type Json,
  parseCommand,
  SCOPES,
  type Scope,
  WIRE_KINDS,
  type WireKind,
  wireSchema,
} from '../../src/contract/index.js';
import { openAccess } from '../../src/server/index.js';
import { ROUTES } from '../../src/server/routes.js';
import { arbitraryOf } from '../../src/testkit/fromSchema.js';
import { type Answer, BTC_PERP, openVenue, type Service, startService } from './service.js';

interface Key {
  readonly key: string;
  readonly secret: string;
}

let service: Service;
let admin: Key;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-access-'));
  service = await startService({});
  admin = service.access.firstKey as Key;
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends what the key signs. */
function as({ key, secret }: Key, at: () => Service = () => service) {
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = signedHeaders({ key, secret }, { method, path, body: text, nowMs: at().timeMs });
    if (body === undefined) return at().raw(path, { method, headers });
    return at().raw(path, {
      method,
      body: text,
      headers: { ...headers, 'content-type': 'application/json' },
    });
  };
  let count = 0;
  return {
    get: (path: string) => ask('GET', path),
    post: (path: string, body?: unknown) => ask('POST', path, body),
    send: (command: Json, id = `${key}-${++count}`) => ask('POST', '/v1/commands', { id, command }),
  };
}

/** The venue of the other tests, opened by the first key. */
async function venueOf(owner: ReturnType<typeof as>): Promise<void> {
  await openVenue({
    ...service,
    timeMs: service.timeMs,
    accept: async (command: Json) => {
      const answer = await owner.send(command);
      if (answer.status !== 200) throw new Error(answer.body.detail);
      return answer.body;
    },
  } as Service);
}

async function makeKey(terms: object): Promise<Key> {
  const { status, body } = await as(admin).post('/v1/keys', { label: 'test', ...terms });
  expect(status).toBe(200);
  return body;
}

/** Some command of this kind that has its shape. */
function exampleOf(kind: WireKind): Json {
  if (kind === 'listInstrument') return BTC_PERP as unknown as Json;
  if (kind === 'scheduleParameters')
    return {
      kind,
      definition: { ...BTC_PERP, kind: undefined },
      effectiveMs: 1,
      graceUntilMs: 1,
    } as unknown as Json;
  const found = fc
    .sample(arbitraryOf(wireSchema(kind), { ids: ['main'] }), 200)
    .find((value) => parseCommand(value).ok);
  if (found === undefined) throw new Error(`no ${kind} was drawn`);
  return found as Json;
}

const ALLOCATE = { kind: 'allocate', account: 'ada-1', amount: '10' } as Json;

describe('the first start', () => {
  it('makes one key that may do everything, and no other start does', async () => {
    expect((await as(admin).get('/v1/keys')).body.keys).toHaveLength(1);
    expect((await as(admin).get('/v1/state')).status).toBe(200);
    await service.restart();
    expect(service.access.firstKey).toBe(null);
    expect((await as(admin).get('/v1/state')).status).toBe(200);
  });

  it('keeps the master key to its owner, and no secret in any file', async () => {
    const at = (name: string) => join(service.directory, 'access', name);
    expect(statSync(at('master.key')).mode & 0o777).toBe(0o600);
    const made = await makeKey({ scopes: ['read'] });
    for (const name of ['keys.jsonl', 'audit.jsonl', 'approvals.jsonl', 'master.key'])
      for (const { secret } of [admin, made]) expect(readFileSync(at(name), 'utf8')).not.toContain(secret);
  });

  it('takes a master key from elsewhere, and refuses one that is none', async () => {
    const directory = join(service.directory, 'other');
    const master = 'ab'.repeat(32);
    const first = await openAccess({ directory, masterKey: master });
    const secret = first.firstKey?.secret;
    expect(first.ring.secretOf([...first.ring.keys.values()][0] as never)).toBe(secret);
    await first.close();
    await expect(openAccess({ directory, masterKey: 'short' })).rejects.toThrow(/64 hexadecimal/);
  });
});

describe('a request that says nobody, or somebody it is not, is refused and changes nothing', () => {
  const refused = async (answer: Promise<Answer>, code: string, status = 401) => {
    const { body, ...rest } = await answer;
    expect([rest.status, body.code]).toEqual([status, code]);
    expect(rest.headers.get('www-authenticate') ?? '').toContain(status === 401 ? 'Bearer' : '');
  };

  it('without credentials, at every address that is not for everybody', async () => {
    for (const { method, path, scope } of ROUTES) {
      const address = path.replaceAll(/:[A-Za-z]+/g, 'x');
      const answer = method === 'GET' ? service.get(address) : service.post(address, {});
      if (scope === null) expect((await answer).status).toBe(200);
      else expect((await answer).status, address).toBe(401);
    }
  });

  it('with a wrong secret, an unknown key, another body, another address, another method', async () => {
    await refused(as({ ...admin, secret: 'x' }).get('/v1/state'), 'bad_signature');
    await refused(as({ key: 'k0', secret: admin.secret }).get('/v1/state'), 'bad_signature');
    const signed = (method: string, path: string, body = '') =>
      signedHeaders(admin, { method, path, body, nowMs: service.timeMs });
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ id: 'a', command: { kind: 'listAsset', asset: 'USDT', decimals: 6 } });
    const post = (headers: object, sent = body) =>
      service.raw('/v1/commands', { method: 'POST', body: sent, headers: { ...json, ...headers } });
    await refused(post(signed('POST', '/v1/commands', `${body} `)), 'bad_signature');
    await refused(post(signed('POST', '/v1/commands/batch', body)), 'bad_signature');
    await refused(post(signed('GET', '/v1/commands', body)), 'bad_signature');
    await refused(
      service.raw('/v1/accounts?limit=2', { headers: signed('GET', '/v1/accounts?limit=1') }),
      'bad_signature',
    );
    expect(service.host.engine.state.clock.sequence).toBe(0);
    expect((await post(signed('POST', '/v1/commands', body))).status).toBe(200);
  });

  it('twice with the same nonce, or with a time outside the window, or from before the start', async () => {
    const path = '/v1/state';
    const headers = signedHeaders(admin, { method: 'GET', path, body: '', nowMs: service.timeMs });
    expect((await service.raw(path, { headers })).status).toBe(200);
    await refused(service.raw(path, { headers }), 'nonce_used');
    const at = (nowMs: number) =>
      service.raw(path, { headers: signedHeaders(admin, { method: 'GET', path, body: '', nowMs }) });
    await refused(at(service.timeMs + 5_001), 'timestamp_outside_window');
    expect((await at(service.timeMs + 5_000)).status).toBe(200);
    await refused(at(service.timeMs - 1), 'timestamp_outside_window');
    service.timeMs += 60_000;
    await refused(at(service.timeMs - 5_001), 'timestamp_outside_window');
    expect((await at(service.timeMs - 5_000)).status).toBe(200);
    await refused(service.raw(path, { headers }), 'timestamp_outside_window');
    const before = signedHeaders(admin, { method: 'GET', path, body: '', nowMs: service.timeMs - 1 });
    expect((await service.raw(path, { headers: before })).status).toBe(200);
    await service.restart();
    await refused(service.raw(path, { headers: before }), 'timestamp_outside_window');
  });

  it('with a nonce kept as long as its time may be near', async () => {
    const path = '/v1/state';
    const headers = signedHeaders(admin, { method: 'GET', path, body: '', nowMs: service.timeMs + 5_000 });
    expect((await service.raw(path, { headers })).status).toBe(200);
    for (let waited = 0; waited < 10_000; waited += 500) {
      service.timeMs += 500;
      expect((await as(admin).get(path)).status).toBe(200);
      await refused(service.raw(path, { headers }), 'nonce_used');
    }
  });

  it('with a key that was taken back, or a secret that was turned', async () => {
    const key = await makeKey({ scopes: ['read'] });
    const rotated = await as(admin).post(`/v1/keys/${key.key}/rotate`);
    await refused(as(key).get('/v1/accounts'), 'bad_signature');
    const turned = { key: key.key, secret: rotated.body.secret };
    expect((await as(turned).get('/v1/accounts')).status).toBe(200);
    await service.restart();
    expect((await as(turned).get('/v1/accounts')).status).toBe(200);
    expect((await as(admin).post(`/v1/keys/${key.key}/revoke`)).body.revokedMs).toBe(service.timeMs);
    await refused(as(turned).get('/v1/accounts'), 'bad_signature');
    await refused(as(admin).post(`/v1/keys/${key.key}/revoke`), 'unknown_key', 404);
    await refused(as(admin).post(`/v1/keys/${key.key}/rotate`), 'unknown_key', 404);
  });

  it('is slowed down where it fails too often from one address', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 60; at++) statuses.push((await service.get('/v1/state')).status);
    expect(statuses.slice(0, 50).every((status) => status === 401)).toBe(true);
    const answer = await service.get('/v1/state');
    expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await as(admin).get('/v1/state')).status).toBe(200);
    service.timeMs += 60_000;
    expect((await service.get('/v1/state')).status).toBe(401);
  });
});

describe('scopes', () => {
  it('are asked for at each address', async () => {
    const reader = as(await makeKey({ scopes: ['read'], requestsPerSecond: 1000 }));
    for (const { method, path, scope } of ROUTES) {
      if (scope === null || scope === 'read' || scope === 'each') continue;
      const address = path.replaceAll(/:[A-Za-z]+/g, 'x');
      const { status, body } = await (method === 'GET' ? reader.get(address) : reader.post(address, {}));
      expect([address, status, body.code]).toEqual([address, 403, 'not_permitted']);
    }
  });

  it('are asked for by each kind of command, tried or done', async () => {
    const keys: Partial<Record<Scope, ReturnType<typeof as>>> = {};
    for (const scope of SCOPES)
      keys[scope] = as(
        await makeKey({
          scopes: ['read', scope].filter((one, at, all) => all.indexOf(one) === at),
          requestsPerSecond: 10_000,
        }),
      );
    const examples: Partial<Record<Scope, Json>> = {
      trade: { kind: 'openClient', client: 'eve' },
      treasury: { kind: 'injectCapital', asset: 'USDT', amount: '1' },
      risk: { kind: 'cancelParameters', instrument: 'BTC-PERP' },
      admin: { kind: 'listAsset', asset: 'USDT', decimals: 6 },
    };
    for (const asked of SCOPES) {
      for (const [needed, command] of Object.entries(examples)) {
        const before = service.host.engine.state.clock.sequence;
        const { body } = await (keys[asked] as ReturnType<typeof as>).send(command as Json);
        const tried = await (keys[asked] as ReturnType<typeof as>).post('/v1/commands', {
          command,
          dryRun: true,
        });
        const isAllowed = asked === needed;
        expect([asked, needed, body.code === 'not_permitted']).toEqual([asked, needed, !isAllowed]);
        expect(tried.body.code === 'not_permitted').toBe(!isAllowed);
        if (!isAllowed) expect(service.host.engine.state.clock.sequence).toBe(before);
      }
    }
  });

  it('are not given beyond those of who gives them', async () => {
    const { key } = await makeKey({ scopes: ['admin', 'read'] });
    const other = as({
      key,
      secret: service.access.ring.secretOf(service.access.ring.keys.get(key) as never),
    });
    expect((await other.post('/v1/keys', { label: 'x', scopes: ['treasury'] })).body.code).toBe(
      'not_permitted',
    );
    expect((await other.post('/v1/keys', { label: 'x', scopes: ['read'] })).status).toBe(200);
  });

  it('are stated for every kind of command', () => {
    expect(Object.keys(COMMAND_ACCESS).sort()).toEqual([...WIRE_KINDS].sort());
  });
});

describe('a key bound to a client', () => {
  let owner: ReturnType<typeof as>;
  let ada: ReturnType<typeof as>;
  beforeEach(async () => {
    owner = as(admin);
    await venueOf(owner);
    await owner.send({
      kind: 'openAccount',
      account: 'ada:3',
      client: 'ada',
      instrument: 'BTC-PERP',
      leverage: '2',
    });
    const scopes = ['read', 'trade', 'treasury', 'risk', 'admin'];
    ada = as(await makeKey({ scopes, clients: ['ada'], requestsPerSecond: 1000 }));
  });

  it('sees its own accounts, wallets and clients, and cannot count those of others', async () => {
    expect((await ada.get('/v1/clients')).body).toMatchObject({ clients: [{ client: 'ada' }], next: null });
    expect(
      (await ada.get('/v1/wallets')).body.wallets.map(({ client }: { client: string }) => client),
    ).toEqual(['ada']);
    const accounts = (await ada.get('/v1/accounts')).body;
    expect(accounts.accounts.map(({ account }: { account: string }) => account)).toEqual([
      'ada-1',
      'ada-2',
      'ada:3',
    ]);
    const page = (await ada.get('/v1/accounts?limit=2')).body;
    expect([page.accounts.length, page.next]).toEqual([2, '2']);
    expect((await ada.get('/v1/accounts?limit=2&cursor=2')).body).toMatchObject({
      accounts: [{ account: 'ada:3' }],
      next: null,
    });
    expect((await ada.get('/v1/accounts?client=bob')).body.accounts).toEqual([]);
  });

  it('is told of what belongs to another what it is told of what is not there, word for word', async () => {
    const same = (a: Answer, b: Answer, [foreign, missing]: [string, string]) => {
      expect(a.status).toBe(b.status);
      expect(JSON.stringify(a.body)).toBe(JSON.stringify(b.body).replaceAll(missing, foreign));
      const plain = ({ headers }: Answer) =>
        [...headers.entries()].filter(([name]) => !['date', 'content-length'].includes(name));
      expect(plain(a)).toEqual(plain(b));
    };
    for (const path of ['/v1/accounts/ID', '/v1/accounts/ID/explain'])
      same(await ada.get(path.replace('ID', 'bob-1')), await ada.get(path.replace('ID', 'bob-9')), [
        'bob-1',
        'bob-9',
      ]);
    same(await ada.get('/v1/clients/bob'), await ada.get('/v1/clients/bab'), ['bob', 'bab']);
    const commands: ((id: string) => Json)[] = [
      (account) => ({ kind: 'allocate', account, amount: '1' }),
      (account) => ({ kind: 'release', account, amount: '0.00000001' }),
      (account) => ({ kind: 'closeAccount', account }),
      (account) => ({ kind: 'mergeAccount', account: 'ada-1', into: account }),
      (account) => ({
        kind: 'placeOrder',
        order: 'ada:1',
        account,
        instrument: 'BTC-PERP',
        side: 'buy',
        price: '1',
        quantity: '1',
      }),
    ];
    const before = (await owner.get('/v1/state')).body.sequence;
    for (const command of commands) {
      const [foreign, missing] = [command('bob-1'), command('bob-9')];
      same(await ada.send(foreign, 'same'), await ada.send(missing, 'same'), ['bob-1', 'bob-9']);
      same(
        await ada.post('/v1/commands', { command: foreign, dryRun: true }),
        await ada.post('/v1/commands', { command: missing, dryRun: true }),
        ['bob-1', 'bob-9'],
      );
      same(
        await ada.post('/v1/what-if', { commands: [foreign] }),
        await ada.post('/v1/what-if', { commands: [missing] }),
        ['bob-1', 'bob-9'],
      );
    }
    same(
      await ada.post('/v1/what-if', { commands: [ALLOCATE], accounts: ['bob-1'] }),
      await ada.post('/v1/what-if', { commands: [ALLOCATE], accounts: ['bob-9'] }),
      ['bob-1', 'bob-9'],
    );
    expect((await owner.get('/v1/state')).body.sequence).toBe(before);
  });

  it('names new things after its client, so that no name is taken by somebody it must not know of', async () => {
    const open = (account: string): Json => ({
      kind: 'openAccount',
      account,
      client: 'ada',
      instrument: 'BTC-PERP',
      leverage: '2',
    });
    for (const account of ['bob-1', 'bob-9', 'adam:1', 'ada-7'])
      expect((await ada.send(open(account))).body.code).toBe('id_not_own');
    expect((await ada.send(open('ada:7'))).status).toBe(200);
    expect((await ada.send(open('ada:7'))).body.code).toBe('already_exists');
  });

  it('does what is its own: margin, accounts, withdrawals', async () => {
    expect((await ada.send(ALLOCATE)).status).toBe(200);
    expect((await ada.send({ kind: 'release', account: 'ada-1', amount: '10' })).status).toBe(200);
    expect(
      (
        await ada.send({
          kind: 'requestWithdrawal',
          withdrawal: 'ada:w',
          client: 'ada',
          asset: 'USDT',
          amount: '5',
        })
      ).status,
    ).toBe(200);
  });

  it('sends nothing that is the business of the venue, whatever its scopes', async () => {
    for (const kind of WIRE_KINDS) {
      if (COMMAND_ACCESS[kind].own !== undefined) continue;
      const { body } = await ada.post('/v1/commands', { id: 'x', command: exampleOf(kind) });
      expect([kind, body.code]).toEqual([kind, 'not_permitted']);
    }
  });

  it('does not reach what shows the venue whole', async () => {
    for (const { method, path, reach } of ROUTES.filter((route) => route.reach === 'venue')) {
      const address = path.replaceAll(/:[A-Za-z]+/g, 'x');
      const { status } = await (method === 'GET' ? ada.get(address) : ada.post(address, {}));
      expect([address, reach, status]).toEqual([address, reach, 403]);
    }
  });

  it('has command ids of its own: another sender of the same id is another command', async () => {
    const bob = as(await makeKey({ scopes: ['trade'], clients: ['bob'] }));
    const [a, b] = [
      await ada.send(ALLOCATE, 'one'),
      await bob.send({ ...(ALLOCATE as object), account: 'bob-1' } as Json, 'one'),
    ];
    expect([a.status, b.status]).toEqual([200, 200]);
    expect([a.body.id, b.body.id]).toEqual(['one', 'one']);
    expect((await ada.send(ALLOCATE, 'one')).headers.get('idempotent-replay')).toBe('true');
    expect((await ada.send({ kind: 'closeAccount', account: 'ada-1' }, 'one')).body.code).toBe(
      'idempotency_conflict',
    );
    expect((await ada.send(ALLOCATE, 'x'.repeat(60))).body.code).toBe('invalid_id');
  });

  it('is told of nobody else by what it tries', async () => {
    const text = JSON.stringify([
      (await ada.post('/v1/commands', { command: ALLOCATE, dryRun: true })).body,
      (await ada.post('/v1/what-if', { commands: [ALLOCATE] })).body,
      (await ada.send(ALLOCATE)).body,
      (await ada.get('/v1/positions')).body,
      (await ada.get('/v1/orders')).body,
      (await ada.get('/v1/instruments')).body,
      (await ada.get('/v1/insurance-funds')).body,
    ]);
    expect(text).toContain('ada-1');
    expect(text).not.toContain('bob');
  });
});

describe('a key bound to a pool', () => {
  it('sends what is about its pool and nothing else, and sees the accounts in it', async () => {
    const owner = as(admin);
    await venueOf(owner);
    await owner.send({ kind: 'openPool', pool: 'other', admission: 'fills' });
    const scopes = ['read', 'trade', 'treasury', 'risk'];
    const [main, other] = [
      as(await makeKey({ scopes, pools: ['main'] })),
      as(await makeKey({ scopes, pools: ['other'] })),
    ];
    const halt = { kind: 'halt', pool: 'main', instrument: null, untilMs: service.timeMs + 60_000 } as Json;
    expect((await other.send(halt)).body.code).toBe('not_permitted');
    expect((await main.send(halt)).status).toBe(200);
    expect((await main.send({ kind: 'injectCapital', asset: 'USDT', amount: '1' })).body.code).toBe(
      'not_permitted',
    );
    expect(
      (
        await main.send({
          kind: 'splitPool',
          pool: 'main',
          toPool: 'other',
          instruments: ['BTC-PERP'],
          fundShare: null,
        })
      ).status,
    ).toBe(403);
    expect((await main.get('/v1/accounts')).body.accounts).toHaveLength(3);
    expect((await other.get('/v1/accounts')).body.accounts).toHaveLength(0);
    expect((await other.get('/v1/accounts/ada-1')).body.code).toBe('unknown_account');
    expect((await main.get('/v1/clients')).status).toBe(403);
    expect((await main.get('/v1/journal')).status).toBe(403);
  });
});

describe('rates', () => {
  it('hold back a bound key, and not the systems of the venue', async () => {
    const slow = as(await makeKey({ scopes: ['read'], requestsPerSecond: 2 }));
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) statuses.push((await slow.get('/v1/assets')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    service.timeMs += 1_000;
    expect((await slow.get('/v1/assets')).status).toBe(200);
    for (let at = 0; at < 300; at++) expect((await as(admin).get('/v1/assets')).status).toBe(200);
  });
});

describe('the audit', () => {
  it('has who sent what is not of the day, before it was handed on, and what became of it', async () => {
    const owner = as(admin);
    await owner.send({ kind: 'listAsset', asset: 'USDT', decimals: 6 }, 'first');
    await owner.send({ kind: 'listAsset', asset: 'USDT', decimals: 6 }, 'second');
    await owner.send({ kind: 'openClient', client: 'ada' }, 'third');
    const { entries, next } = (await owner.get('/v1/audit?from=2')).body;
    expect(next).toBe(null);
    expect(entries).toMatchObject([
      { number: 2, what: 'asked', by: admin.key, scope: 'admin', id: 'first', kind: 'listAsset' },
      { what: 'answered', of: 2, status: 200, code: null, sequence: 1 },
      { what: 'asked', id: 'second' },
      { what: 'answered', of: 4, status: 409, code: 'already_exists' },
    ]);
  });

  it('goes on after a restart, and a service does not start over one that was changed', async () => {
    await as(admin).send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    await service.restart();
    await as(admin).send({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
    const numbers = (await as(admin).get('/v1/audit')).body.entries.map(
      ({ number }: { number: number }) => number,
    );
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    const file = join(service.directory, 'access', 'audit.jsonl');
    const copy = join(service.directory, 'copy');
    await service.access.close();
    const text = readFileSync(file, 'utf8');
    const opened = (changed: string) => {
      writeFileSync(file, changed);
      return openAccess({ directory: service.directory });
    };
    await expect(opened(text.replace('"listAsset"', '"openPool"'))).rejects.toThrow(
      /line 2 is not as it was/,
    );
    await expect(opened(text.split('\n').slice(1).join('\n'))).rejects.toThrow(/line 1 is not as it was/);
    writeFileSync(copy, text);
    // What a crash cut short was acknowledged to nobody.
    appendFileSync(copy, '{"number":6,"timeMs":1');
    const cut = await opened(readFileSync(copy, 'utf8'));
    expect(cut.audit.size).toBe(5);
    await cut.close();
    // The service closes its own once more.
  });

  it('counts what was refused at the door', async () => {
    await service.get('/v1/state');
    await service.restart();
    const { entries } = (await as(admin).get('/v1/audit')).body;
    expect(entries.at(-1)).toMatchObject({ what: 'refused', counts: { unauthenticated: 1 } });
  });
});

describe('two pairs of eyes', () => {
  beforeEach(async () => {
    await service.stop();
    service = await startService({ fourEyes: ['treasury'], approvalKeptMs: 60_000 });
    admin = service.access.firstKey as Key;
    await as(admin).send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  });
  const INJECT: Json = { kind: 'injectCapital', asset: 'USDT', amount: '100' };

  it('a command waits, changes nothing, and is done when another approves it', async () => {
    const [one, two] = [
      as(await makeKey({ scopes: ['read', 'treasury'] })),
      as(await makeKey({ scopes: ['read', 'treasury'] })),
    ];
    const before = service.host.engine.state.clock.sequence;
    const held = await one.send(INJECT, 'money');
    expect([held.status, held.body.awaitingApproval]).toEqual([202, true]);
    expect((await one.send(INJECT, 'money')).body).toEqual(held.body);
    expect((await one.send({ ...(INJECT as object), amount: '101' } as Json, 'money')).body.code).toBe(
      'idempotency_conflict',
    );
    expect(service.host.engine.state.clock.sequence).toBe(before);
    const path = `/v1/approvals/${held.body.approval}/approve`;
    expect((await one.post(path)).body.code).toBe('own_approval');
    await service.restart();
    const done = await two.post(path);
    expect([done.status, done.body.sequence]).toEqual([200, before + 1]);
    expect((await two.post(path)).headers.get('idempotent-replay')).toBe('true');
    expect((await one.send(INJECT, 'money')).body.sequence).toBe(before + 1);
    expect((await one.get('/v1/approvals')).body.approvals).toMatchObject([
      { approval: held.body.approval, status: 'approved', scope: 'treasury', command: INJECT },
    ]);
    expect(service.host.engine.state.clock.sequence).toBe(before + 1);
  });

  it('what is rejected or too old is not done any more', async () => {
    const [one, two] = [
      as(await makeKey({ scopes: ['read', 'treasury'] })),
      as(await makeKey({ scopes: ['read', 'treasury'] })),
    ];
    const first = (await one.send(INJECT, 'a')).body.approval;
    expect((await two.post(`/v1/approvals/${first}/reject`)).body.status).toBe('rejected');
    expect((await two.post(`/v1/approvals/${first}/approve`)).body.code).toBe('approval_decided');
    expect((await one.send(INJECT, 'a')).body.code).toBe('approval_decided');
    const second = (await one.send(INJECT, 'b')).body.approval;
    service.timeMs += 60_000;
    expect((await two.post(`/v1/approvals/${second}/approve`)).body.code).toBe('approval_decided');
    const reader = as(await makeKey({ scopes: ['read'] }));
    expect((await reader.post(`/v1/approvals/${second}/approve`)).body.code).toBe('unknown_approval');
    expect(service.host.engine.state.clock.sequence).toBe(1);
  });

  it('a batch holds what must wait and does the rest', async () => {
    const { body } = await as(admin).post('/v1/commands/batch', {
      commands: [
        { id: 'x', command: INJECT },
        { id: 'y', command: { kind: 'openClient', client: 'ada' } },
      ],
    });
    expect(body.answers.map(({ status }: { status: number }) => status)).toEqual([202, 200]);
  });
});

describe('operators', () => {
  it('come with a token of the identity provider, for this service, in time, signed by its key', async () => {
    const provider = await generateKeyPair('ES256', { extractable: true });
    const stranger = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(provider.publicKey)), kid: 'one', alg: 'ES256' };
    const keys = join(folder, 'jwks.json');
    writeFileSync(keys, JSON.stringify({ keys: [jwk] }));
    await service.stop();
    service = await startService({ tokens: { issuer: 'https://id.example', audience: 'bulkhead', keys } });
    const token = (claims: object = {}, key = provider.privateKey, issuer = 'https://id.example') =>
      new SignJWT({ scope: 'openid read risk', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer(issuer)
        .setAudience('bulkhead')
        .setSubject('olga@venue')
        .setExpirationTime(new Date(service.timeMs + 60_000))
        .sign(key);
    const get = (bearer: string, path = '/v1/state') =>
      service.raw(path, { headers: { authorization: `Bearer ${bearer}` } });
    expect((await get(await token())).status).toBe(200);
    expect((await get(await token(), '/v1/keys')).body.code).toBe('not_permitted');
    const bad = [
      await token({}, stranger.privateKey),
      await token({}, provider.privateKey, 'https://other'),
      await token({ scope: 'openid' }),
      await token({ bulkhead_clients: 'ada' }),
      `${(await token()).split('.').slice(0, 2).join('.')}.`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await token()).split('.')[1]}.`,
      'x',
    ];
    for (const one of bad)
      expect([one.slice(0, 20), (await get(one)).body.code]).toEqual([one.slice(0, 20), 'bad_token']);
    const other = await new SignJWT({ scope: 'read' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://id.example')
      .setAudience('another')
      .setSubject('olga')
      .setExpirationTime(new Date(service.timeMs + 60_000))
      .sign(provider.privateKey);
    expect((await get(other)).body.code).toBe('bad_token');
    expect((await get(await token({ bulkhead_clients: ['ada'] }))).status).toBe(403);
    const late = await token();
    service.timeMs += 120_000;
    expect((await get(late)).body.code).toBe('bad_token');
  });

  it('a correction is signed by who sends it, not by a name it gives', async () => {
    const owner = as(admin);
    await venueOf(owner);
    const approve = (operator: string) => owner.send({ kind: 'approve', proposal: 'p', operator });
    expect((await approve('somebody')).body.code).toBe('operator_mismatch');
    expect((await approve(admin.key)).body.code).not.toBe('operator_mismatch');
  });
});
