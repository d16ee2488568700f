import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/contract/index.js';
import { BTC_PERP, fill, mark, openVenue, type Service, START_MS, startService } from './service.js';

let service: Service;
let before: { hash: string; sequence: number };
beforeAll(async () => {
  service = await startService();
  await openVenue(service);
  await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
  before = { hash: await service.stateHash(), sequence: await service.sequence() };
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const JSON_HEADERS = { 'content-type': 'application/json' };
const deposit = { kind: 'announceDeposit', deposit: 'h', client: 'ada', asset: 'USDT', amount: '1' };

async function expectUntouched(): Promise<void> {
  expect(await service.stateHash()).toBe(before.hash);
  expect(await service.sequence()).toBe(before.sequence);
}

describe('a request that is not a command', () => {
  it.each<[string, string | Uint8Array, number, string]>([
    ['no JSON', 'amount=1', 400, 'malformed_json'],
    ['an empty body', '', 400, 'malformed_json'],
    ['NaN', '{"id":"x","command":{"kind":"listAsset","asset":"X","decimals":NaN}}', 400, 'malformed_json'],
    [
      'Infinity',
      '{"id":"x","command":{"kind":"listAsset","asset":"X","decimals":Infinity}}',
      400,
      'malformed_json',
    ],
    ['two documents', '{"id":"x"}{"id":"y"}', 400, 'malformed_json'],
    [
      'bytes that are not UTF-8',
      Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      400,
      'malformed_json',
    ],
    ['half a document', '{"id":"x","command":{"kind":', 400, 'malformed_json'],
    ['lists a million deep', '['.repeat(1_000_000), 400, 'too_deep'],
    ['objects fifty deep', `{"id":"x","command":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`, 400, 'too_deep'],
    ['a field named twice', '{"id":"x","id":"y","command":{}}', 400, 'duplicate_key'],
    [
      'an amount named twice',
      JSON.stringify({ id: 'x', command: deposit }).replace('"amount":"1"', '"amount":"1","amount":"1000"'),
      400,
      'duplicate_key',
    ],
    ['a list', '[]', 400, 'schema_violation'],
    ['null', 'null', 400, 'schema_violation'],
    ['a number', '1', 400, 'schema_violation'],
    [
      'a prototype beside the command',
      `{"id":"x","command":${JSON.stringify(deposit)},"__proto__":{"dryRun":true}}`,
      400,
      'schema_violation',
    ],
    [
      'a prototype in the command',
      '{"id":"x","command":{"kind":"openClient","__proto__":{"client":"mallory"}}}',
      400,
      'schema_violation',
    ],
    [
      'a constructor in the command',
      '{"id":"x","command":{"kind":"openClient","client":"m","constructor":{"prototype":{"a":1}}}}',
      400,
      'schema_violation',
    ],
    [
      'a number beyond every number',
      '{"id":"x","command":{"kind":"listAsset","asset":"X","decimals":1e400}}',
      400,
      'schema_violation',
    ],
    [
      'a whole number beyond doubles',
      '{"id":"x","command":{"kind":"mark","sourceTimeMs":18446744073709551617,"marks":[{"instrument":"BTC-PERP","price":"1"}]}}',
      400,
      'schema_violation',
    ],
    [
      'dryRun that is no boolean',
      `{"id":"x","command":${JSON.stringify(deposit)},"dryRun":"yes"}`,
      400,
      'schema_violation',
    ],
  ])('(%s) is a clear 4xx and changes nothing', async (_what, body, status, code) => {
    const answer = await service.raw('/v1/commands', { method: 'POST', body, headers: JSON_HEADERS });
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect(answer.body.errors.length + Object.keys(answer.body.context).length).toBeGreaterThan(0);
    await expectUntouched();
  });

  it('of 10 MB is 413 and changes nothing', async () => {
    const body = JSON.stringify({ id: 'x', command: { ...deposit, deposit: 'h'.repeat(10 << 20) } });
    const declared = await post({
      body,
      headers: { ...JSON_HEADERS, 'content-length': String(body.length) },
    });
    expect(declared).toMatchObject({
      status: 413,
      body: { code: 'body_too_large', context: { bytesMax: 1 << 20 } },
    });
    const chunked = await post({ body, headers: JSON_HEADERS });
    expect(chunked.status).toBe(413);
    await expectUntouched();
  });

  it('under 1 MiB with an endless id, list or field name is refused shortly', async () => {
    const long = 'x'.repeat(1_000_000);
    const marks = Array(15_000).fill({ instrument: 'BTC-PERP', price: '1' });
    for (const command of [
      { ...deposit, deposit: long },
      { ...deposit, [long]: 1 },
      { kind: long },
      { kind: 'mark', sourceTimeMs: 1, marks },
    ]) {
      const answer = await service.post('/v1/commands', { id: 'x', command });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
    }
    await expectUntouched();
  });

  it('of another content type, charset or none is 415', async () => {
    const body = JSON.stringify({ id: 'x', command: deposit });
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/json; charset=utf-16',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ];
    for (const type of types) {
      const answer = await service.raw('/v1/commands', {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect(answer, type).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    }
    expect((await post({ body, headers: {} })).status).toBe(415);
    await expectUntouched();
  });

  it('to an address that is none is 404, by another method 405 with those that are', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v2/commands',
      '/v1/commands/',
      '/v1/account',
      '/v1/accounts/a/b',
      '/V1/state',
      '/v1/../v1/stat',
    ]) {
      expect(await service.get(path), path).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    const wrong = await service.raw('/v1/state', { method: 'DELETE' });
    expect(wrong).toMatchObject({
      status: 405,
      body: { code: 'method_not_allowed', context: { allow: 'GET, HEAD' } },
    });
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect((await service.get('/v1/commands')).headers.get('allow')).toBe('POST');
    expect((await service.raw('/v1/accounts/ada-1', { method: 'PUT' })).status).toBe(405);
    await expectUntouched();
  });

  it('with an address that cannot be read is 400, with an endless id 404', async () => {
    expect(await service.get('/v1/accounts/%zz')).toMatchObject({
      status: 400,
      body: { code: 'malformed_url' },
    });
    for (const id of [
      '%00',
      '__proto__',
      'constructor',
      encodeURIComponent('zo\u00eb'),
      '%F0%9F%92%A5',
      'a'.repeat(150),
    ]) {
      expect(await service.get(`/v1/accounts/${id}`), id).toMatchObject({
        status: 404,
        body: { code: 'unknown_account' },
      });
      expect((await service.get(`/v1/clients/${id}`)).body.code).toBe('unknown_client');
    }
    expect((await service.get(`/v1/accounts/${'a'.repeat(10_000)}`)).status).toBe(404);
    await expectUntouched();
  });

  it('for pages of the journal that are none is 400', async () => {
    for (const query of [
      'from=0',
      'from=-1',
      'from=1.5',
      'from=1e3',
      'limit=0',
      'limit=1001',
      'limit=',
      'from=1&from=2',
      'to=3',
      'from=9999999999999999',
    ]) {
      expect((await service.get(`/v1/journal?${query}`)).status, query).toBe(400);
    }
    await expectUntouched();
  });

  it('that is not HTTP is hung up on, and the service goes on', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () =>
        socket.write('\u0000\u0001 nonsense\r\n\r\n'),
      );
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    await expectUntouched();
  });
});

describe('a well-formed command that means harm', () => {
  it.each<[string, () => Json, number, string]>([
    ['an unknown asset', () => ({ ...deposit, asset: 'EUR' }), 404, 'unknown_asset'],
    ['an unknown client', () => ({ ...deposit, client: 'mallory' }), 404, 'unknown_client'],
    [
      'an unknown account',
      () => ({ kind: 'release', account: 'mallory', amount: '1' }),
      404,
      'unknown_account',
    ],
    [
      'the account of nobody in a fill',
      () => fill({ buyer: 'mallory', seller: 'bob-1', price: '40000', quantity: '1' }),
      404,
      'unknown_account',
    ],
    ['an amount of nothing', () => ({ ...deposit, amount: '0' }), 422, 'invalid_amount'],
    [
      'an amount that would not fit with others',
      () => ({ ...deposit, amount: '9223372036854.775807' }),
      422,
      'invalid_amount',
    ],
    ['an amount beyond int64', () => ({ ...deposit, amount: '1'.repeat(64) }), 400, 'out_of_range'],
    [
      'a size of nothing',
      () => fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '0' }),
      422,
      'invalid_size',
    ],
    [
      'a size beyond every book',
      () => fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '9007199254740993' }),
      422,
      'invalid_size',
    ],
    [
      'a price of nothing',
      () => fill({ buyer: 'ada-1', seller: 'bob-1', price: '0', quantity: '1' }),
      422,
      'invalid_price',
    ],
    [
      'a trade with itself',
      () => fill({ buyer: 'ada-1', seller: 'ada-1', price: '40000', quantity: '1' }),
      422,
      'same_account',
    ],
    [
      'a trade with the outside of a venue',
      () => ({
        ...(fill({ buyer: 'ada-1', seller: 'x', price: '40000', quantity: '1' }) as object),
        seller: { party: 'counterparty' },
      }),
      422,
      'counterparty_needs_desk',
    ],
    [
      'more than the wallet holds',
      () => ({ kind: 'allocate', account: 'ada-1', amount: '100001' }),
      422,
      'insufficient_wallet_balance',
    ],
    [
      'margin that must stay',
      () => ({ kind: 'release', account: 'ada-1', amount: '1900' }),
      422,
      'removal_floor',
    ],
    [
      'marks of yesterday',
      () => ({
        kind: 'mark',
        sourceTimeMs: START_MS - 86_400_000,
        marks: [{ instrument: 'BTC-PERP', price: '1' }],
      }),
      409,
      'time_backwards',
    ],
    [
      'marks of tomorrow',
      () => ({
        kind: 'mark',
        sourceTimeMs: START_MS + 86_400_000,
        marks: [{ instrument: 'BTC-PERP', price: '1' }],
      }),
      422,
      'source_time_ahead',
    ],
    [
      'one instrument twice in a batch of marks',
      () => ({
        kind: 'mark',
        sourceTimeMs: START_MS,
        marks: [
          { instrument: 'BTC-PERP', price: '40000' },
          { instrument: 'BTC-PERP', price: '1' },
        ],
      }),
      422,
      'invalid_definition',
    ],
    ['a mark beyond int64', () => mark(service, '9'.repeat(60)), 400, 'out_of_range'],
    ['a mark beyond every column', () => mark(service, '80000000000000000'), 422, 'invalid_price'],
    ['an id that is taken', () => ({ kind: 'openClient', client: 'ada' }), 409, 'already_exists'],
    ['a listing twice', () => BTC_PERP as unknown as Json, 409, 'already_exists'],
    [
      'a listing whose lot is worth less than a minor unit',
      () => ({ ...BTC_PERP, id: 'DUST', lotSize: '0.00000001' }) as unknown as Json,
      422,
      'invalid_definition',
    ],
    [
      'a leverage of everything',
      () => ({ kind: 'setLeverage', account: 'ada-2', leverage: '9000000000000' }),
      422,
      'leverage_out_of_range',
    ],
    [
      'a leverage of nothing',
      () => ({ kind: 'setLeverage', account: 'ada-2', leverage: '0' }),
      422,
      'leverage_out_of_range',
    ],
    [
      'the fund, by draw-down beyond it',
      () => ({ kind: 'drawDownFund', pool: 'main', asset: 'USDT', amount: '10000.000001' }),
      422,
      'insufficient_venue_funds',
    ],
    [
      'a settlement before its time',
      () => ({ kind: 'expire', instrument: 'BTC-PERP' }),
      409,
      'instrument_not_expired',
    ],
  ])('(%s) is refused by name and changes nothing', async (_what, command, status, code) => {
    const answer = await service.send(command());
    expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(await service.stateHash()).toBe(before.hash);
    before = { ...before, sequence: await service.sequence() };
  });

  it('with a bad mark changes nobody\u2019s fate: the mark is named and waits (PRC-01)', async () => {
    for (const price of ['0', '-1', '19999', '60001']) {
      const answer = await service.post('/v1/commands', { command: mark(service, price), dryRun: true });
      expect(answer.status).toBe(200);
      expect(answer.body.outcome.events[0].marks[0].verdict).toMatch(/^(ignoredBad|heldJump)$/);
      expect(answer.body.outcome.events[0].woken).toEqual([]);
    }
    expect(await service.stateHash()).toBe(before.hash);
  });
});

/** Without the courtesies of fetch: whatever the peer does while we still send. */
function post({ body, headers }: { body: string; headers: Record<string, string> }) {
  return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    let isAnswered = false;
    const sent = httpRequest(`${service.url}/v1/commands`, { method: 'POST', headers }, (response) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString()) });
      });
    });
    // The service has answered and hung up while the rest was on its way.
    sent.on('error', (error) => (isAnswered ? undefined : reject(error)));
    sent.end(body);
  });
}
