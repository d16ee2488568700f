import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNTS_MAX, EVERY_MS } from '../../src/server/warningRoute.js';
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

const trade = () => service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));

describe('the early warning of a running venue', () => {
  it('is of the state as it stands, pool by pool, and changes nothing', async () => {
    await trade();
    const before = { hash: await service.stateHash(), sequence: await service.sequence() };
    const { status, body } = await service.get('/v1/warning');
    expect(status).toBe(200);
    expect(body.sequence).toBe(before.sequence);
    expect(body.book).toMatchObject({ valuationAsset: 'USDT' });
    expect(body.figures.map(({ figure }: { figure: string }) => figure)).toEqual([
      'amplification',
      'overlap',
      'unpaid',
      'deleveraging',
    ]);
    // A fall of 30% is more than the long has, and less than the fund.
    const cover = body.covers.find(
      (of: { pool: string; move: number }) => of.pool === 'main' && of.move === -0.3,
    );
    expect(cover.losers.map(({ account }: { account: string }) => account)).toEqual(['ada-1']);
    expect(Number(cover.byFund) + Number(cover.byWinners) + Number(cover.open)).toBeCloseTo(
      Number(cover.losers[0].loss),
      6,
    );
    expect(body.deleveraging).toEqual([]);
    expect({ hash: await service.stateHash(), sequence: await service.sequence() }).toEqual(before);
  });

  it('is made once for all who ask within its time, while commands go on, and anew after it', async () => {
    await trade();
    const asked = [
      service.get('/v1/warning'),
      service.get('/v1/warning'),
      service.accept(mark(service, '40100')),
    ];
    const [one, two] = await Promise.all(asked);
    expect(two).toMatchObject({ status: 200, body: one?.body });
    service.timeMs += EVERY_MS - 1;
    expect((await service.get('/v1/warning')).body).toEqual(one?.body);
    service.timeMs += 1;
    const later = (await service.get('/v1/warning')).body;
    expect(later.sequence).toBe(await service.sequence());
    expect(later.timeMs).toBe(service.timeMs);
  });

  it('is refused, with the reason, of what a book cannot say and of a venue that is too large', async () => {
    const { accounts } = service.host.engine.state;
    const { table } = accounts;
    Object.defineProperty(accounts, 'table', {
      value: Object.create(table, { size: { value: ACCOUNTS_MAX + 1 } }),
      configurable: true,
    });
    const refused = await service.get('/v1/warning');
    Object.defineProperty(accounts, 'table', { value: table });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'book_too_large', context: { accountsMax: ACCOUNTS_MAX } },
    });
    expect((await service.get('/v1/warning')).status).toBe(200);
    const empty = await startService();
    expect(await empty.get('/v1/warning')).toMatchObject({ status: 422, body: { code: 'book_unreadable' } });
    await empty.stop();
  });
});
