import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/contract/index.js';
import { type Body, BTC_PERP, fill, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
  await openVenue(service);
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

const account = async (id: string) => {
  const { sequence: _sequence, timeMs: _time, ...view } = (await service.get(`/v1/accounts/${id}`)).body;
  return view;
};

/** What must be the same after as before. */
const standing = async () => ({ hash: await service.stateHash(), sequence: await service.sequence() });

const order = (id: string, price = '39000'): Json => ({
  kind: 'placeOrder',
  order: id,
  account: 'ada-1',
  instrument: 'BTC-PERP',
  side: 'buy',
  price,
  slippageRate: null,
  quantity: '1',
});

describe('a what-if', () => {
  it('refuses the second of two orders because the first used the margin, as it is when both are sent (MAR-06)', async () => {
    await service.accept({ kind: 'allocate', account: 'ada-1', amount: '3500' });
    const before = await account('ada-1');
    const unchanged = await standing();
    const commands = [order('ada-1/1'), order('ada-1/2')];

    const { status, body } = await service.post('/v1/what-if', { commands });
    expect(status).toBe(200);
    expect(body.sequence).toBe(unchanged.sequence);
    expect(body.results).toMatchObject([
      { kind: 'accepted', events: ['orderAccepted'], work: 0 },
      { kind: 'rejected', problem: { code: 'insufficient_order_margin', status: 422 } },
    ]);
    expect(await standing()).toEqual(unchanged);
    // Each alone would be taken: it is the first that leaves too little for the second.
    const alone = await service.post('/v1/what-if', { commands: [order('ada-1/2')] });
    expect(alone.body.results).toMatchObject([{ kind: 'accepted' }]);

    const sent = [await service.send(commands[0] as Json), await service.send(commands[1] as Json)];
    expect(sent.map((answer) => resultOf(answer.body))).toEqual(body.results);
    expect(body.accounts).toEqual([{ account: 'ada-1', before, after: await account('ada-1') }]);
    expect(body.accounts[0].after.orders).toHaveLength(1);
  });

  it('plays the liquidations that a mark sets off, and shows the accounts it was asked for (MAR-06)', async () => {
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const unchanged = await standing();
    const [before, neighbour] = [await account('ada-1'), await account('ada-2')];
    const commands = [mark(service, '38000'), { kind: 'allocate', account: 'ada-1', amount: '10' }];
    const tried = (await service.post('/v1/what-if', { commands, accounts: ['ada-2'] })).body;

    expect(tried.accountsOmitted).toBe(0);
    expect(tried.accounts[0]).toEqual({ account: 'ada-2', before: neighbour, after: neighbour });
    const struck = tried.accounts.find((shown: Body) => shown.account === 'ada-1');
    expect(struck.before).toEqual(before);
    expect(struck.after.position).toBeNull();
    expect(await standing()).toEqual(unchanged);

    const sent = await service.accept(commands[0] as Json);
    expect(tried.results[0]).toEqual({ kind: 'accepted', events: ['marked'], work: sent.work.records });
    const { sequence: _at, ...second } = await service.send(commands[1] as Json).then(({ body }) => body);
    expect(tried.results[1]).toEqual(resultOf(second));
  });

  it('knows what an earlier command opened, and refuses what one that was refused did not', async () => {
    const open = (client: string) => ({
      kind: 'openAccount',
      account: 'new-1',
      client,
      instrument: 'BTC-PERP',
      leverage: '2',
    });
    const unchanged = await standing();
    const allocate = { kind: 'allocate', account: 'new-1', amount: '10' };
    const opened = await service.post('/v1/what-if', { commands: [open('ada'), allocate] });
    expect(opened.body.accounts).toMatchObject([
      { account: 'new-1', before: null, after: { client: 'ada', balance: '10' } },
    ]);
    const refused = await service.post('/v1/what-if', { commands: [open('nobody'), allocate] });
    expect(refused.body.results).toMatchObject([
      { kind: 'rejected', problem: { code: 'unknown_client' } },
      { kind: 'rejected', problem: { code: 'unknown_account', errors: [{ path: '/commands/1/account' }] } },
    ]);
    expect(refused.body.accounts).toEqual([]);
    expect(await standing()).toEqual(unchanged);
  });

  it('names the command that is malformed, and plays none', async () => {
    const unchanged = await standing();
    const fine = { kind: 'allocate', account: 'ada-1', amount: '10' };
    const bad = async (body: unknown) => {
      const answer = await service.post('/v1/what-if', body);
      return { status: answer.status, code: answer.body.code, path: answer.body.errors[0]?.path };
    };
    expect(await bad({ commands: [fine, { ...fine, amount: 10 }] })).toEqual({
      status: 400,
      code: 'not_a_decimal',
      path: '/commands/1/amount',
    });
    expect(await bad({ commands: [fine, { ...fine, amount: '0.0000001' }] })).toEqual({
      status: 400,
      code: 'too_fine',
      path: '/commands/1/amount',
    });
    expect(await bad({ commands: [fine, { kind: 'takeOver' }] })).toMatchObject({
      status: 400,
      code: 'unknown_kind',
      path: '/commands/1/kind',
    });
    expect(await bad({ commands: [] })).toMatchObject({ status: 400, path: '/commands' });
    expect(await bad({ commands: Array.from({ length: 101 }, () => fine) })).toMatchObject({ status: 400 });
    expect(await bad({ commands: [fine], id: 'x' })).toMatchObject({ status: 400, path: '/id' });
    expect(await bad({ commands: [fine], accounts: ['nobody-1'] })).toEqual({
      status: 404,
      code: 'unknown_account',
      path: '/accounts/0',
    });
    expect(await standing()).toEqual(unchanged);
  });
});

describe('the impact preview of other parameters', () => {
  const { kind: _kind, ...definition } = BTC_PERP;
  const stricter = {
    ...definition,
    tiers: [
      { notionalCap: null, initialMarginRate: '0.1', maintenanceMarginRate: '0.06', maxLeverage: '10' },
    ],
  };
  const preview = (body: unknown, instrument = 'BTC-PERP') =>
    service.post(`/v1/instruments/${instrument}/impact`, body);

  it('lists who would lack margin, and how much of it in all (MAR-08)', async () => {
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    await service.accept(fill({ buyer: 'ada-2', seller: 'bob-1', price: '40000', quantity: '0.5' }));
    const unchanged = await standing();
    // ada-1 holds 2,000 on 40,000 and would need 4,000, and 2,400 to stay; ada-2 and bob-1 hold half of theirs.
    const { status, body } = await preview(stricter);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sequence: unchanged.sequence,
      instrument: 'BTC-PERP',
      count: 1,
      newlyLiquidatable: 1,
      sums: [{ asset: 'USDT', accounts: 1, missingInitial: '2000', missingMaintenance: '400' }],
      accounts: [
        {
          account: 'ada-1',
          client: 'ada',
          asset: 'USDT',
          equity: '2000',
          initialMargin: '4000',
          maintenanceMargin: '2400',
          missingInitial: '2000',
          missingMaintenance: '400',
          liquidatable: true,
          wasLiquidatable: false,
        },
      ],
      unpriced: [],
    });
    expect((await preview(definition)).body).toMatchObject({ count: 0, sums: [], accounts: [] });
    expect(await standing()).toEqual(unchanged);
  });

  it('is answered while another change waits, and refused as scheduling it would be', async () => {
    const effectiveMs = service.timeMs + 1000;
    await service.accept({
      kind: 'scheduleParameters',
      definition: definition as unknown as Json,
      effectiveMs,
      graceUntilMs: effectiveMs,
    });
    const unchanged = await standing();
    expect(await preview(stricter)).toMatchObject({ status: 200, body: { count: 0 } });
    expect(await preview({ ...stricter, contractSize: '2' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_definition', context: { field: 'contractSize' } },
    });
    expect(await standing()).toEqual(unchanged);
  });

  it('needs a definition of the instrument it is asked about', async () => {
    expect(await preview(stricter, 'ETH-PERP')).toMatchObject({
      status: 404,
      body: { code: 'unknown_instrument' },
    });
    expect(await preview({ ...stricter, takerFeeRate: 0.1 })).toMatchObject({
      status: 400,
      body: { code: 'not_a_decimal', errors: [{ path: '/takerFeeRate' }] },
    });
    expect(await preview({ ...stricter, id: 'ETH-PERP' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/id' }] },
    });
    expect((await service.raw('/v1/instruments/BTC-PERP/impact', { method: 'POST' })).status).toBe(400);
    expect((await preview([])).status).toBe(400);
  });
});

describe('the impact preview of collateral that counts otherwise', () => {
  const preview = (body: unknown, asset = 'BTC', pool = 'second') =>
    service.post(`/v1/pools/${pool}/collateral/${asset}/impact`, body);

  const collateralOf = (body: Body, pool: string, asset: string) =>
    body.pools
      .find((shown: { pool: string }) => shown.pool === pool)
      .assets.find((shown: { asset: string }) => shown.asset === asset).collateral;

  /** eve is long 2 bitcoins from 40,000 on one, of which nine tenths count. */
  beforeEach(async () => {
    const guard = { priceMaxAgeMs: 3_600_000, priceMaxJumpRate: '0.5', priceConfirmations: 1 };
    const commands: Json[] = [
      { kind: 'listAsset', asset: 'BTC', decimals: 8 },
      { kind: 'openPool', pool: 'second', admission: 'fills', valuationAsset: 'USDT' },
      { kind: 'listCollateral', pool: 'second', asset: 'BTC', haircutRate: '0.1', ...guard },
      { ...BTC_PERP, id: 'SECOND-PERP', pool: 'second' } as unknown as Json,
      {
        kind: 'mark',
        sourceTimeMs: service.timeMs,
        marks: [{ instrument: 'SECOND-PERP', price: '40000' }],
        assetPrices: [{ pool: 'second', asset: 'BTC', price: '40000' }],
      },
    ];
    for (const [client, amount] of Object.entries({ eve: '1', fay: '10' }))
      commands.push(
        { kind: 'openClient', client },
        { kind: 'announceDeposit', deposit: `${client}-d`, client, asset: 'BTC', amount: '10' },
        { kind: 'finalizeDeposit', deposit: `${client}-d` },
        { kind: 'openAccount', account: client, client, marginMode: 'cross', pool: 'second', leverage: '10' },
        { kind: 'allocate', account: client, asset: 'BTC', amount },
      );
    const side = (id: string) => ({ party: 'account', id });
    commands.push({
      kind: 'fill',
      instrument: 'SECOND-PERP',
      price: '40000',
      quantity: '2',
      buyer: side('eve'),
      seller: side('fay'),
      taker: 'buyer',
    });
    for (const command of commands) await service.accept(command);
  });

  it('lists who would lack margin, and how much of it in all (MAR-08)', async () => {
    const unchanged = await standing();
    // 36,000 count; of 40,000 none would with a haircut of all, and 80,000 need 800 to open and 400 to stay.
    expect((await preview({ haircutRate: '0.1', countedCap: null })).body).toMatchObject({ count: 0 });
    const { status, body } = await preview({ haircutRate: '1', countedCap: null });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sequence: unchanged.sequence,
      pool: 'second',
      asset: 'BTC',
      count: 2,
      newlyLiquidatable: 2,
      accounts: [
        { account: 'eve', equity: '0', liquidatable: true, wasLiquidatable: false },
        { account: 'fay' },
      ],
      unpriced: [],
    });
    expect((await preview({ haircutRate: '0.1', countedCap: '1' })).body).toMatchObject({ count: 2 });
    expect(await standing()).toEqual(unchanged);
  });

  it('is answered while another change waits, which the pool shows', async () => {
    const effectiveMs = service.timeMs + 1000;
    const change = {
      kind: 'scheduleCollateral',
      pool: 'second',
      asset: 'BTC',
      haircutRate: '0.2',
      countedCap: '5000',
    };
    await service.accept({ ...change, effectiveMs, graceUntilMs: effectiveMs + 1 });
    expect(await preview({ haircutRate: '1', countedCap: null })).toMatchObject({
      status: 200,
      body: { count: 2 },
    });
    const { body } = await service.get('/v1/pools');
    expect(collateralOf(body, 'second', 'BTC')).toMatchObject({
      haircutRate: '0.1',
      countedCap: null,
      liquidation: { haircutRate: '0.1', countedCap: null },
      scheduled: { haircutRate: '0.2', countedCap: '5000', effectiveMs, graceUntilMs: effectiveMs + 1 },
    });
  });

  it('is refused as scheduling it would be', async () => {
    expect(await preview({ haircutRate: '1', countedCap: null }, 'USDT')).toMatchObject({ status: 404 });
    expect(await preview({ haircutRate: '1', countedCap: null }, 'BTC', 'none')).toMatchObject({
      status: 404,
    });
    expect(await preview({ haircutRate: '1.1', countedCap: null })).toMatchObject({ status: 422 });
    for (const wrong of [
      {},
      [],
      null,
      'x',
      { haircutRate: 0.1, countedCap: null },
      { haircutRate: '1', countedCap: null, effectiveMs: 5 },
    ])
      expect((await preview(wrong)).status).toBe(400);
  });
});

describe('the impact preview of an isolation level', () => {
  const preview = (body: unknown, instrument = 'BTC-PERP') =>
    service.post(`/v1/instruments/${instrument}/level-impact`, body);

  it('lists whose margin would be locked, or is refused as the command would be, and keeps nothing (MAR-13)', async () => {
    await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
    const unchanged = await standing();
    const { status, body } = await preview({ level: 'strictIsolated' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      instrument: 'BTC-PERP',
      level: 'strictIsolated',
      asset: 'USDT',
      carved: [],
      grandfathered: [],
      blocked: [],
      locked: [
        { account: 'ada-1', client: 'ada' },
        { account: 'bob-1', client: 'bob' },
      ],
    });
    expect(await standing()).toEqual(unchanged);
    expect((await preview({ level: 'portfolio' })).body.code).toBe('nothing_to_do');
    expect((await preview({ level: 'none' })).status).toBe(400);
    expect((await preview({ level: 'cross' }, 'none')).status).toBe(404);
  });
});

/** An answer to a command that was sent, in the form of a what-if's. */
function resultOf(body: Body): Body {
  if (body.outcome !== undefined) {
    const { events } = body.outcome;
    const kinds = events.map(({ kind }: { kind: string }) => kind);
    return { kind: 'accepted', events: kinds, work: body.work?.records ?? 0 };
  }
  const { id: _id, sequence: _sequence, timeMs: _time, ...problem } = body;
  return { kind: 'rejected', problem };
}
