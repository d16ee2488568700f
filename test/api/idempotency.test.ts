import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fill, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
  await openVenue(service);
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const announce = (amount: string, deposit = 'd1') => ({
  kind: 'announceDeposit',
  deposit,
  client: 'ada',
  asset: 'USDT',
  amount,
});
const REPLAY = 'idempotent-replay';

describe('a command sent again', () => {
  it('is answered as the first time and done once (PRC-03)', async () => {
    const request = { id: 'once', command: announce('7.5') };
    const first = await service.post('/v1/commands', request);
    const hash = await service.stateHash();
    const again = await service.post('/v1/commands', request);
    expect(first.headers.get(REPLAY)).toBeNull();
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get(REPLAY)).toBe('true');
    expect(await service.stateHash()).toBe(hash);
    expect((await service.get('/v1/clients/ada')).body.balances[0].pendingDeposit).toBe('7.5');
  });

  it('is the same command however its numbers are spelt', async () => {
    const first = await service.post('/v1/commands', { id: 'once', command: announce('7.5') });
    const again = await service.post('/v1/commands', { id: 'once', command: announce('7.500') });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get(REPLAY)).toBe('true');
  });

  it('with another body is a conflict, and nothing is done', async () => {
    const first = await service.post('/v1/commands', { id: 'once', command: announce('7.5') });
    const hash = await service.stateHash();
    const other = await service.post('/v1/commands', { id: 'once', command: announce('8') });
    expect(other).toMatchObject({
      status: 409,
      body: { code: 'idempotency_conflict', context: { id: 'once', sequence: first.body.sequence } },
    });
    expect(await service.stateHash()).toBe(hash);
  });

  it('gets the refusal it got, though it would now be taken', async () => {
    const command = { kind: 'finalizeDeposit', deposit: 'd1' };
    const refused = await service.post('/v1/commands', { id: 'early', command });
    expect(refused.body.code).toBe('unknown_cash_movement');
    await service.accept(announce('7.5'));
    const again = await service.post('/v1/commands', { id: 'early', command });
    expect(again).toMatchObject({ status: 404, body: refused.body });
    expect(again.headers.get(REPLAY)).toBe('true');
    expect(await service.post('/v1/commands', { id: 'later', command })).toMatchObject({ status: 200 });
  });

  it('that was refused at the door is free to be corrected', async () => {
    const malformed = await service.post('/v1/commands', { id: 'once', command: announce('7.5000001') });
    expect(malformed).toMatchObject({ status: 400, body: { code: 'too_fine' } });
    expect(malformed.body.sequence).toBeUndefined();
    const corrected = await service.post('/v1/commands', { id: 'once', command: announce('7.5') });
    expect(corrected.status).toBe(200);
    expect(corrected.headers.get(REPLAY)).toBeNull();
  });

  it('is answered the same with the work it set off, also after a restart', async () => {
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const request = { id: 'crash', command: mark(service, '37000') };
    const first = await service.post('/v1/commands', request);
    expect(first.body.work.records).toBeGreaterThan(0);
    const bare = { id: 'bare', command: announce('1') };
    const withoutWork = await service.post('/v1/commands', bare);
    await service.restart();
    const hash = await service.stateHash();
    expect(await service.post('/v1/commands', request)).toMatchObject({ status: 200, body: first.body });
    expect(await service.post('/v1/commands', bare)).toMatchObject({ status: 200, body: withoutWork.body });
    expect(await service.stateHash()).toBe(hash);
  });

  it('many times at once is done once', async () => {
    const request = { id: 'storm', command: announce('7.5') };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => service.post('/v1/commands', request)),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get(REPLAY) === null)).toHaveLength(1);
    expect((await service.get('/v1/clients/ada')).body.balances[0].pendingDeposit).toBe('7.5');
  });
});

describe('the id of a command', () => {
  it('may come in the header Idempotency-Key, quoted or not', async () => {
    const send = (key: string) =>
      service.post('/v1/commands', { command: announce('1') }, { 'idempotency-key': key });
    expect(await send('key-1')).toMatchObject({ status: 200, body: { id: 'key-1' } });
    const quoted = await send('"key-1"');
    expect(quoted.headers.get(REPLAY)).toBe('true');
  });

  it('is needed, well formed, and the same in both places', async () => {
    const hash = await service.stateHash();
    const command = announce('1');
    const none = await service.post('/v1/commands', { command });
    expect(none).toMatchObject({ status: 400, body: { code: 'missing_command_id' } });
    const differing = await service.post('/v1/commands', { id: 'a', command }, { 'idempotency-key': 'b' });
    expect(differing).toMatchObject({ status: 400, body: { code: 'command_id_mismatch' } });
    for (const id of ['', ' ', 'a'.repeat(65), '-a', 'a b', 'zo\u00eb', '\u0000', 5, null, {}]) {
      const answer = await service.post('/v1/commands', { id, command });
      expect(answer.status, String(id)).toBe(400);
      expect(answer.body.errors[0].path).toBe('/id');
    }
    const longKey = await service.post('/v1/commands', { command }, { 'idempotency-key': 'k'.repeat(65) });
    expect(longKey.body.errors[0].path).toBe('/headers/idempotency-key');
    expect(await service.stateHash()).toBe(hash);
  });
});

describe('a batch', () => {
  it('is applied in order, each command with its own answer', async () => {
    const commands = [
      { id: 'b1', command: { kind: 'openClient', client: 'eve' } },
      {
        id: 'b2',
        command: { kind: 'announceDeposit', deposit: 'e', client: 'eve', asset: 'USDT', amount: '10' },
      },
      { id: 'b3', command: { kind: 'finalizeDeposit', deposit: 'e' } },
      {
        id: 'b4',
        command: {
          kind: 'openAccount',
          account: 'eve-1',
          client: 'eve',
          instrument: 'BTC-PERP',
          leverage: '5',
        },
      },
      { id: 'b5', command: { kind: 'allocate', account: 'eve-1', amount: '11' } },
      { id: 'b6', command: { kind: 'allocate', account: 'eve-1', amount: '1e1' } },
      { id: 'b7', command: { kind: 'allocate', account: 'eve-1', amount: '10' } },
      { id: 'b7', command: { kind: 'allocate', account: 'eve-1', amount: '10' } },
      { id: 'b7', command: { kind: 'allocate', account: 'eve-1', amount: '9' } },
      'b9',
    ];
    const { status, body } = await service.post('/v1/commands/batch', { commands });
    expect(status).toBe(200);
    const answers = body.answers as {
      status: number;
      replayed: boolean;
      answer: { code?: string; sequence?: number };
    }[];
    expect(answers.map((answer) => `${answer.status} ${answer.answer.code ?? 'accepted'}`)).toEqual([
      '200 accepted',
      '200 accepted',
      '200 accepted',
      '200 accepted',
      '422 insufficient_wallet_balance',
      '400 not_a_decimal',
      '200 accepted',
      '200 accepted',
      '409 idempotency_conflict',
      '400 schema_violation',
    ]);
    expect(answers.map(({ replayed }) => replayed)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(body.answers[5].answer.errors[0].path).toBe('/commands/5/command/amount');
    expect(body.answers[9].answer.errors[0].path).toBe('/commands/9');
    const sequences = answers.slice(0, 5).map(({ answer }) => answer.sequence as number);
    expect(sequences).toEqual(sequences.map((_, at) => (sequences[0] as number) + at));
    expect((await service.get('/v1/accounts/eve-1')).body.balance).toBe('10');
  });

  it('of the wrong shape is refused whole', async () => {
    const hash = await service.stateHash();
    for (const body of [
      {},
      [],
      { commands: [] },
      { commands: {} },
      { commands: Array(1001).fill({}) },
      { commands: [1], more: 1 },
    ]) {
      expect((await service.post('/v1/commands/batch', body)).status).toBe(400);
    }
    expect(await service.stateHash()).toBe(hash);
  });
});
