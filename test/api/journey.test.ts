import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/contract/index.js';
import { BTC_PERP, fill, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const account = async (id: string) => (await service.get(`/v1/accounts/${id}`)).body;

describe('the journey of an isolated account over HTTP', () => {
  it('goes from deposit to liquidation, and its neighbour of the same client is untouched (ISO-01, LIQ-01)', async () => {
    await openVenue(service);
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    await service.accept(fill({ buyer: 'ada-2', seller: 'bob-1', price: '40000', quantity: '0.5' }));

    const before = await account('ada-1');
    expect(before).toMatchObject({
      client: 'ada',
      mode: 'isolated',
      status: 'open',
      balance: '2000',
      liquidatable: false,
      position: { side: 'long', contracts: '1', entryPrice: '40000', marginMode: 'isolated' },
    });
    const { timeMs: _time, sequence: _sequence, ...neighbourBefore } = await account('ada-2');
    const liquidationPrice = Number(before.liquidationPrice);
    expect(liquidationPrice).toBeGreaterThan(38_000);

    // One mark tick above its liquidation price nothing happens; at it everything is taken over.
    const spared = await service.accept(mark(service, (liquidationPrice + 0.01).toFixed(2)));
    expect(spared.outcome.events[0].woken).toEqual([]);
    expect((await account('ada-1')).position).not.toBeNull();
    const struck = await service.accept(mark(service, before.liquidationPrice));
    expect(struck.outcome.events[0].woken).toEqual(['ada-1']);
    expect(struck.work.records).toBeGreaterThan(0);

    expect(await account('ada-1')).toMatchObject({
      balance: '0',
      equity: '0',
      position: null,
      maintenanceMargin: '0',
    });
    const { body } = await service.get(
      `/v1/journal?from=${struck.work.fromSequence}&limit=${struck.work.records}`,
    );
    expect(body.records[0]).toMatchObject({
      id: null,
      command: { kind: 'takeOver', account: 'ada-1' },
      outcome: { kind: 'accepted', events: [{ kind: 'takenOver', account: 'ada-1', takeover: 'main#1' }] },
    });

    const neighbour = await account('ada-2');
    expect(neighbour.balance).toBe(neighbourBefore.balance);
    expect(neighbour.position).toMatchObject({
      contracts: '0.5',
      entryPrice: '40000',
      collateral: neighbourBefore.balance,
    });

    const [pool] = (await service.get('/v1/pools')).body.pools;
    expect(pool).toMatchObject({
      takeovers: [{ takeover: 'main#1', account: 'ada-1', quantity: '1', side: 'long' }],
    });
    const unwound = await service.accept({
      kind: 'fill',
      instrument: 'BTC-PERP',
      price: '38000',
      quantity: '1',
      buyer: { party: 'account', id: 'bob-1', allocateInitial: true },
      seller: { party: 'liquidation', id: 'main#1' },
      taker: 'seller',
    });
    expect(unwound.outcome.kind).toBe('accepted');
    expect((await service.get('/v1/pools')).body.pools[0].takeovers).toEqual([]);

    const { trialBalance } = (await service.get('/v1/trial-balance')).body;
    expect(
      trialBalance.map(({ asset, total }: { asset: string; total: string }) => `${asset} ${total}`),
    ).toEqual(['USDT 0']);
  });

  it('moves cash in two steps, in and out', async () => {
    await openVenue(service);
    const wallet = async () => (await service.get('/v1/clients/ada')).body.balances[0];
    await service.accept({
      kind: 'announceDeposit',
      deposit: 'd9',
      client: 'ada',
      asset: 'USDT',
      amount: '5',
    });
    expect(await wallet()).toMatchObject({ free: '100000', pendingDeposit: '5', total: '100005' });
    await service.accept({ kind: 'returnDeposit', deposit: 'd9' });
    await service.accept({
      kind: 'requestWithdrawal',
      withdrawal: 'w',
      client: 'ada',
      asset: 'USDT',
      amount: '40000',
    });
    expect(await wallet()).toMatchObject({ free: '60000', pendingWithdrawal: '40000', total: '100000' });
    await service.accept({ kind: 'sendWithdrawal', withdrawal: 'w' });
    await service.accept({ kind: 'settleWithdrawal', withdrawal: 'w' });
    expect(await wallet()).toMatchObject({ free: '60000', pendingWithdrawal: '0', total: '60000' });
  });

  it('refuses with the numbers that decided, in the units of the sender', async () => {
    await openVenue(service);
    const short = await service.send({ kind: 'allocate', account: 'ada-1', amount: '100000.5' });
    expect(short.status).toBe(422);
    expect(short.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(short.body).toMatchObject({
      type: 'urn:bulkhead:problem:insufficient_wallet_balance',
      status: 422,
      code: 'insufficient_wallet_balance',
      retryable: false,
      context: {
        required: { amount: '100000.5', asset: 'USDT' },
        available: { amount: '100000', asset: 'USDT' },
        missing: { amount: '0.5', asset: 'USDT' },
      },
      docs: 'docs/reference/rejections.md#insufficient_wallet_balance',
    });
    expect(short.body.detail).toContain('missing 0.5 USDT');
    expect(short.body.sequence).toBeGreaterThan(0);

    const far = await service.send(fill({ buyer: 'ada-1', seller: 'bob-1', price: '50000', quantity: '1' }));
    expect(far.body).toMatchObject({
      code: 'fill_outside_band',
      context: { price: '50000', markPrice: '40000', band: '0.2' },
    });
    const lever = await service.send({ kind: 'setLeverage', account: 'ada-1', leverage: '101' });
    expect(lever.body).toMatchObject({
      code: 'leverage_out_of_range',
      context: { leverage: '101', leverageMin: '1', leverageMax: '100' },
    });
    const listing = await service.send({ ...BTC_PERP, id: 'X', takerFeeRate: '0.5' } as unknown as Json);
    expect(listing.body).toMatchObject({
      code: 'invalid_definition',
      context: { field: 'takerFeeRate', rule: 'must be from 0 to 0.1' },
    });
    service.timeMs += 60_001;
    const stale = await service.send(
      fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }),
    );
    expect(stale.body).toMatchObject({ code: 'mark_unusable', status: 409, retryable: true });
  });

  it('tells what a command would do, and keeps nothing of it', async () => {
    await openVenue(service);
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const [hash, sequence] = [await service.stateHash(), await service.sequence()];
    const tried = await service.post('/v1/commands', { command: mark(service, '37000'), dryRun: true });
    expect(tried.status).toBe(200);
    expect(tried.body).toMatchObject({ dryRun: true, outcome: { kind: 'accepted' }, accountsOmitted: 0 });
    expect(tried.body.work[0].command).toEqual({ kind: 'takeOver', account: 'ada-1' });
    expect(tried.body.accounts[0]).toMatchObject({ account: 'ada-1', balance: '0', position: null });
    const command = { kind: 'allocate', account: 'ada-1', amount: '999999' };
    const refused = await service.post('/v1/commands', { command, dryRun: true });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'insufficient_wallet_balance', dryRun: true },
    });
    expect(refused.body.sequence).toBeUndefined();
    expect(await service.stateHash()).toBe(hash);
    expect(await service.sequence()).toBe(sequence);
    expect((await account('ada-1')).position).not.toBeNull();
    // What was tried is then done in the same way.
    const done = await service.accept(mark(service, '37000'));
    expect(done.outcome).toEqual(tried.body.outcome);
    expect(done.work.records).toBe(tried.body.work.length);
  });

  it('explains an account in sentences', async () => {
    await openVenue(service);
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const { status, body } = await service.get('/v1/accounts/ada-1/explain');
    expect(status).toBe(200);
    expect(body.because.length).toBeGreaterThan(3);
    expect(body.because.join(' ')).toContain(`liquidated at or below mark ${body.liquidationPrice}`);
  });

  it('has everything after a restart', async () => {
    await openVenue(service);
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    await service.send({ kind: 'allocate', account: 'ada-1', amount: '999999' });
    const paths = [
      '/v1/state',
      '/v1/assets',
      '/v1/instruments',
      '/v1/pools',
      '/v1/clients/ada',
      '/v1/accounts/ada-1',
      '/v1/accounts/ada-1/explain',
      '/v1/trial-balance',
      '/v1/journal',
    ];
    const before = await Promise.all(paths.map((path) => service.get(path)));
    await service.restart();
    const after = await Promise.all(paths.map((path) => service.get(path)));
    expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    expect(after.every(({ status }) => status === 200)).toBe(true);
  });

  it('reads its journal in pages, to the end and not beyond', async () => {
    await openVenue(service);
    const last = await service.sequence();
    const sequences: number[] = [];
    let from: number | null = 1;
    while (from !== null) {
      const { body }: { body: { records: { sequence: number }[]; next: number | null } } = await service.get(
        `/v1/journal?from=${from}&limit=4`,
      );
      expect(body.records.length).toBeLessThanOrEqual(4);
      sequences.push(...body.records.map(({ sequence }) => sequence));
      from = body.next;
    }
    expect(sequences).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    expect((await service.get(`/v1/journal?from=${last + 1}`)).body).toMatchObject({
      records: [],
      next: null,
    });
  });

  it('is live and ready', async () => {
    expect(await service.get('/livez')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await service.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', sequence: 0 },
    });
  });
});
