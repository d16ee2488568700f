import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Json, SCOPES } from '../../src/contract/index.js';
import { ROUTES, TAGS } from '../../src/server/routes.js';
import { checkAnswer, OPENAPI, type Operation } from './answerCheck.js';
import { type Body, BTC_PERP, fill, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const operations = (): [string, string, Operation][] =>
  Object.entries(OPENAPI.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      path,
      method,
      operation,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is valid by the schema of OpenAPI 3.1, and is what the service answers', async () => {
    const { body } = await service.get('/openapi.json');
    expect(body.paths).toEqual(OPENAPI.paths);
    const { valid, errors } = await new Validator().validate(structuredClone(body));
    expect(errors).toBe(undefined);
    expect(valid).toBe(true);
    expect(body.openapi).toBe('3.1.0');
  });

  it('has each route of the table once, by a name of its own, and every reference in it leads somewhere', () => {
    const all = operations();
    expect(all).toHaveLength(ROUTES.length);
    expect(new Set(all.map(([, , { operationId }]) => operationId)).size).toBe(ROUTES.length);
    for (const { scope, tag } of ROUTES) {
      expect([...SCOPES, 'each', null]).toContain(scope);
      expect(Object.keys(TAGS)).toContain(tag);
    }
    const text = JSON.stringify(OPENAPI);
    const names = [...text.matchAll(/"(?:#\/components\/schemas\/)([^"]+)"/g)].map(
      ([, name]) => name as string,
    );
    expect(names.length).toBeGreaterThan(100);
    for (const name of names) expect(Object.keys(OPENAPI.components.schemas)).toContain(name);
  });

  it('holds the answers of every test of the service: one that does not fit is told', () => {
    const answer = (body: object) =>
      checkAnswer({ method: 'GET', path: '/livez' }, { status: 200, type: 'application/json', body });
    answer({ status: 'live' });
    expect(() => answer({ status: 'dead' })).toThrow(/must be equal to constant/);
    expect(() => answer({ status: 'live', more: 1 })).toThrow(/additional properties/);
    expect(() =>
      checkAnswer({ method: 'GET', path: '/livez' }, { status: 418, type: 'application/json', body: {} }),
    ).toThrow(/does not name/);
  });

  it('is shown by a page that needs nothing from elsewhere, and may run nothing but itself', async () => {
    const { status, headers, body } = await service.get('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/);
    expect(body).not.toMatch(/https?:\/\//);
    expect(body.match(/<script/g)).toHaveLength(1);
  });
});

/** A venue with something of everything: orders, options of nobody, a pool that values, a takeover. */
async function play(): Promise<void> {
  await openVenue(service);
  const guard = { priceMaxAgeMs: 3_600_000, priceMaxJumpRate: '0.9', priceConfirmations: 1 };
  const shared = { ...BTC_PERP, id: 'SHARED-PERP', pool: 'shared', markConfirmations: 1 } as unknown as Json;
  const commands: Json[] = [
    { kind: 'listAsset', asset: 'BTC', decimals: 8 },
    { kind: 'openPool', pool: 'shared', admission: 'fills', valuationAsset: 'USDT' },
    { kind: 'listCollateral', pool: 'shared', asset: 'BTC', haircutRate: '0.1', ...guard },
    shared,
    {
      kind: 'mark',
      sourceTimeMs: service.timeMs,
      marks: [{ instrument: 'SHARED-PERP', price: '40000' }],
      assetPrices: [{ pool: 'shared', asset: 'BTC', price: '40000' }],
    },
    { kind: 'setGroup', client: 'ada', group: 'desk' },
    { kind: 'allocate', account: 'bob-1', amount: '5000' },
    {
      kind: 'placeOrder',
      order: 'o1',
      account: 'bob-1',
      instrument: 'BTC-PERP',
      side: 'buy',
      price: '39000',
      slippageRate: null,
      quantity: '0.1',
    },
  ];
  for (const client of ['eve', 'fay'])
    commands.push(
      { kind: 'openClient', client },
      { kind: 'announceDeposit', deposit: `${client}-d`, client, asset: 'BTC', amount: '10' },
      { kind: 'finalizeDeposit', deposit: `${client}-d` },
      { kind: 'openAccount', account: client, client, marginMode: 'cross', pool: 'shared', leverage: '10' },
      { kind: 'allocate', account: client, asset: 'BTC', amount: '5' },
    );
  const side = (id: string) => ({ party: 'account', id });
  commands.push({
    kind: 'fill',
    instrument: 'SHARED-PERP',
    price: '40000',
    quantity: '2',
    buyer: side('eve'),
    seller: side('fay'),
    taker: 'buyer',
  });
  for (const command of commands) await service.accept(command);
  await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
  await service.accept({
    kind: 'applyFunding',
    instrument: 'BTC-PERP',
    fundingTimeMs: service.timeMs,
    rate: '0.0001',
  });
  for (const price of ['30000', '30000']) await service.accept(mark(service, price));
}

const LISTS = [
  ['assets', '/v1/assets'],
  ['instruments', '/v1/instruments'],
  ['marks', '/v1/marks'],
  ['pools', '/v1/pools'],
  ['riskParameters', '/v1/risk-parameters'],
  ['collateral', '/v1/collateral'],
  ['clients', '/v1/clients'],
  ['wallets', '/v1/wallets'],
  ['accounts', '/v1/accounts'],
  ['positions', '/v1/positions'],
  ['orders', '/v1/orders'],
  ['liquidations', '/v1/liquidations'],
  ['insuranceFunds', '/v1/insurance-funds'],
  ['levels', '/v1/levels'],
] as const;

describe('the lists of the service', () => {
  beforeEach(play);

  it('answer something in each of them, as their schemas say, and by pages the same', async () => {
    for (const [key, path] of LISTS) {
      const whole = (await service.get(path)).body;
      expect(whole[key].length, path).toBeGreaterThan(0);
      expect(whole.next, path).toBe(null);
      const paged: Body[] = [];
      let cursor: string | null = '0';
      while (cursor !== null) {
        const { body }: { body: Body } = await service.get(`${path}?limit=1&cursor=${cursor}`);
        paged.push(...body[key]);
        cursor = body.next;
      }
      expect(paged, path).toEqual(whole[key]);
    }
  });

  it('are of whom they are asked for alone', async () => {
    const accounts = async (query: string) =>
      (await service.get(`/v1/accounts?${query}`)).body.accounts.map(
        ({ account }: { account: string }) => account,
      );
    expect(await accounts('client=ada')).toEqual(['ada-1', 'ada-2']);
    expect(await accounts('pool=shared')).toEqual(['eve', 'fay']);
    expect(await accounts('client=nobody')).toEqual([]);
    const positions = async (query: string) =>
      (await service.get(`/v1/positions?${query}`)).body.positions.map(
        ({ account, symbol, side, contracts }: Body) => `${account} ${symbol} ${side} ${contracts}`,
      );
    expect(await positions('client=bob')).toEqual(['bob-1 BTC-PERP short 1']);
    expect(await positions('instrument=SHARED-PERP')).toEqual([
      'eve SHARED-PERP long 2',
      'fay SHARED-PERP short 2',
    ]);
    expect(await positions('account=fay&instrument=BTC-PERP')).toEqual([]);
    const { wallets } = (await service.get('/v1/wallets?client=bob')).body;
    expect(wallets).toMatchObject([{ client: 'bob', asset: 'USDT', total: wallets[0].total }]);
    const { free, used, total } = wallets[0];
    expect(Number(free) + Number(used)).toBeCloseTo(Number(total), 6);
  });

  it('show one of a kind as the list does', async () => {
    const [instrument] = (await service.get('/v1/instruments')).body.instruments;
    expect((await service.get(`/v1/instruments/${instrument.instrument}`)).body).toMatchObject(instrument);
    const [pool] = (await service.get('/v1/pools')).body.pools;
    expect((await service.get(`/v1/pools/${pool.pool}`)).body).toMatchObject(pool);
    expect(await service.get('/v1/pools/none')).toMatchObject({
      status: 404,
      body: { code: 'unknown_pool' },
    });
    expect(await service.get('/v1/instruments/none')).toMatchObject({
      status: 404,
      body: { code: 'unknown_instrument', ccxt: 'BadSymbol' },
    });
  });

  it('find fills, funding and liquidations in the journal, page by page and by account', async () => {
    const kinds = async (path: string) =>
      (await service.get(path)).body.events.map(({ kind }: { kind: string }) => kind);
    expect(await kinds('/v1/fills')).toEqual(['filled', 'filled']);
    expect(await kinds('/v1/fills?account=eve')).toEqual(['filled']);
    expect(await kinds('/v1/fills?account=nobody')).toEqual([]);
    expect(await kinds('/v1/funding')).toEqual(['fundingApplied']);
    expect(await kinds('/v1/liquidations/events')).toContain('takenOver');
    const first = (await service.get('/v1/fills?limit=1')).body;
    expect(first.events).toHaveLength(1);
    const rest = (await service.get(`/v1/fills?limit=1&from=${first.next}`)).body;
    expect(rest.events[0].sequence).toBeGreaterThan(first.events[0].sequence);
    const { takeovers } = (await service.get('/v1/liquidations')).body.liquidations[0];
    expect(takeovers).toMatchObject([{ account: 'ada-1', instrument: 'BTC-PERP' }]);
  });

  it('answer any query as their operations say: never with a fault, and nothing changes', async () => {
    const before = { hash: await service.stateHash(), sequence: await service.sequence() };
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '1',
        '1000',
        '1001',
        '-1',
        '1.5',
        'ada',
        'main',
        'BTC-PERP',
        'x'.repeat(70),
        '%00',
        '2&limit=3',
      ),
      fc.string({ maxLength: 12 }),
    );
    const names = ['limit', 'cursor', 'from', 'client', 'account', 'pool', 'instrument', 'more'];
    const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 });
    const paths = ROUTES.filter(
      ({ method, answer }) => method === 'GET' && answer !== 'page' && answer !== 'stream',
    ).map(({ path }) => path);
    const id = fc.oneof(
      fc.constantFrom('ada', 'ada-1', 'main', 'BTC-PERP', 'eve'),
      fc.string({ minLength: 1, maxLength: 80 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), id, query, async (path, named, pairs) => {
        const address = path.replaceAll(/:[A-Za-z]+/g, encodeURIComponent(named));
        const search = pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&');
        const { status } = await service.get(`${address}?${search}`);
        expect([200, 400, 404, 409, 422]).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect({ hash: await service.stateHash(), sequence: await service.sequence() }).toEqual(before);
  });

  it('answer any body as their operations say: a refusal that is not recorded leaves no trace', async () => {
    const bodies = operations().filter(([, , { requestBody }]) => requestBody !== undefined);
    const path = fc.constantFrom(...bodies.map(([address]) => address));
    const leaf = fc.oneof(fc.jsonValue(), fc.constantFrom('BTC-PERP', '0.1', '-1', 'isolated', null));
    const names = fc.constantFrom(
      'command',
      'commands',
      'id',
      'dryRun',
      'level',
      'haircutRate',
      'countedCap',
      'accounts',
      'x',
    );
    const body = fc.oneof(leaf, fc.dictionary(names, leaf, { maxKeys: 4 }));
    await fc.assert(
      fc.asyncProperty(path, body, async (address, sent) => {
        const before = { hash: await service.stateHash(), sequence: await service.sequence() };
        const answer = await service.post(address.replaceAll(/\{[^}]+\}/g, 'BTC-PERP'), sent);
        expect(answer.status).toBeLessThan(500);
        if (answer.status < 400 || answer.body.sequence !== undefined) return;
        expect({ hash: await service.stateHash(), sequence: await service.sequence() }).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });
});
