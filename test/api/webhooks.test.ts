import { createHmac } from 'node:crypto';
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, fill, LIQUIDATION, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
let listener: Listener;
beforeEach(async () => {
  service = await startService();
  listener = await listen();
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
  await listener.stop();
});

interface Listener {
  readonly url: string;
  readonly got: { readonly headers: IncomingHttpHeaders; readonly text: string; readonly body: Body }[];
  /** Answers from now on; null: none at all. */
  status: number | null;
  stop(): Promise<void>;
}

async function listen(): Promise<Listener> {
  const server: HttpServer = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part.toString();
    });
    request.on('end', () => {
      self.got.push({ headers: request.headers, text, body: JSON.parse(text) });
      if (self.status === null) return;
      response.writeHead(self.status, { location: `${self.url}/elsewhere` }).end('x'.repeat(100_000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: Listener = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got: [],
    status: 204,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 1_000) throw new Error('it never came to be so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** ada is called, and called no more; each is a record of its own. */
async function callAda(rounds = 1): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const price of ['38600', '40000']) {
      service.timeMs += 1_000;
      await service.accept(mark(service, price));
    }
  }
}

async function openTrade(): Promise<void> {
  await openVenue(service);
  await service.accept({ kind: 'setLiquidation', pool: 'main', policy: LIQUIDATION });
  await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '2' }));
}

const make = (more: object = {}) =>
  service.post('/v1/webhooks', { url: `${listener.url}/calls`, channels: ['marginCalls'], ...more });

describe('a webhook', () => {
  it('is posted each margin call once and in order, signed under its secret (LIQ-01)', async () => {
    await openTrade();
    const { status, body } = await make();
    expect(status).toBe(200);
    expect(body).toMatchObject({ webhook: 'w1', stopped: null, next: (await service.sequence()) + 1 });
    await callAda(3);
    await until(() => listener.got.length >= 6);
    const sequences = listener.got.map(({ body: told }) => told.sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(listener.got.map(({ body: told }) => told.delivery)).size).toBe(6);
    for (const { headers, text, body: told } of listener.got) {
      expect(headers['x-bulkhead-delivery']).toBe(`w1-${told.sequence}`);
      const signed = `${headers['x-bulkhead-timestamp']}\n${text}`;
      const wanted = createHmac('sha256', body.secret).update(signed).digest('hex');
      expect(headers['x-bulkhead-signature']).toBe(wanted);
    }
    expect(listener.got[0]?.body.told).toMatchObject([
      { channel: 'marginCalls', events: [{ kind: 'noticeGiven', account: 'ada-1' }] },
    ]);
    const { body: list } = await service.get('/v1/webhooks');
    expect(list.webhooks[0].next).toBe(sequences.at(-1) + 1);
    expect(JSON.stringify(list)).not.toContain(body.secret);
  });

  it('is told of its own clients alone', async () => {
    await openTrade();
    await make({ clients: ['bob'], channels: ['liquidations', 'marginCalls'] });
    await make({ clients: ['ada'] });
    await callAda();
    await until(() => listener.got.length >= 2);
    expect(listener.got.every(({ body }) => body.webhook === 'w2')).toBe(true);
  });

  it('can begin with what has happened', async () => {
    await openTrade();
    await callAda();
    await make({ from: 1 });
    await until(() => listener.got.length === 2);
  });
});

describe('a delivery that is not taken', () => {
  it('is tried again with the same id, before any later one', async () => {
    await openTrade();
    await make();
    listener.status = 500;
    await callAda(2);
    await until(() => listener.got.length >= 4);
    expect(new Set(listener.got.map(({ body }) => body.delivery)).size).toBe(1);
    const { body } = await service.get('/v1/webhooks');
    expect(body.webhooks[0]).toMatchObject({ stopped: null, lastFailure: 'status 500' });
    expect(body.webhooks[0].failures).toBeGreaterThan(0);
    listener.status = 200;
    await until(() => new Set(listener.got.map(({ body: told }) => told.delivery)).size === 4);
  });

  it('is not followed elsewhere, and not waited for without end', async () => {
    await openTrade();
    await make();
    listener.status = 302;
    await callAda();
    await until(
      async () => (await service.get('/v1/webhooks')).body.webhooks[0].lastFailure === 'status 302',
    );
    listener.status = null;
    await until(
      async () => (await service.get('/v1/webhooks')).body.webhooks[0].lastFailure === 'no answer in time',
    );
    expect(listener.got.every(({ headers }) => headers['x-bulkhead-delivery'] !== undefined)).toBe(true);
  });

  it('stops the webhook after a while, or at once where it is gone; it goes on from there when told to', async () => {
    await openTrade();
    await make();
    listener.status = 503;
    await callAda();
    const stopped = async () => (await service.get('/v1/webhooks')).body.webhooks[0].stopped;
    await until(async () => (await stopped()) !== null);
    expect(await stopped()).toContain('status 503');
    listener.status = 410;
    await service.post('/v1/webhooks/w1/resume', {});
    await until(async () => String(await stopped()).includes('410'));
    listener.status = 200;
    listener.got.length = 0;
    expect((await service.post('/v1/webhooks/w1/resume', {})).status).toBe(200);
    await until(() => listener.got.length === 2);
  });

  it('is sent after a restart, and what was taken is not', async () => {
    await openTrade();
    await make();
    await callAda();
    await until(() => listener.got.length === 2);
    await until(
      async () => (await service.get('/v1/webhooks')).body.webhooks[0].next > listener.got[1]?.body.sequence,
    );
    listener.status = 500;
    await callAda();
    await until(() => listener.got.length >= 4);
    await service.restart();
    listener.status = 200;
    listener.got.length = 0;
    await until(() => listener.got.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(listener.got).toHaveLength(2);
  });
});

describe('who makes a webhook', () => {
  it('is told what is wrong with it', async () => {
    for (const url of ['ftp://x', 'http://example.com/', 'nonsense', 'https://a:b@example.com/', ''])
      expect((await make({ url })).status).toBe(400);
    for (const more of [{ channels: [] }, { channels: ['journal'] }, { clients: [] }, { x: 1 }])
      expect((await make(more)).status).toBe(400);
    expect((await service.post('/v1/webhooks/w9/remove', {})).body.code).toBe('unknown_webhook');
    expect((await service.get('/v1/webhooks')).body.webhooks).toEqual([]);
  });

  it('removes it again, also while nothing answers', async () => {
    await openTrade();
    await make();
    listener.status = null;
    await callAda();
    await until(() => listener.got.length > 0);
    expect((await service.post('/v1/webhooks/w1/remove', {})).status).toBe(200);
    expect((await service.get('/v1/webhooks')).body.webhooks).toEqual([]);
  });
});
