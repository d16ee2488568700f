import { afterEach, expect, it } from 'vitest';
import { signedHeaders } from '../../src/client/index.js';
import { fill, mark, openVenue, type Service, startService } from './service.js';

let service: Service;
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

/** Sample lines by name with labels. */
async function samples(): Promise<ReadonlyMap<string, number>> {
  const { status, headers, body } = await service.get('/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (body as unknown as string)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

it('tells what the engine did, how pools and marks stand, and how long it took', async () => {
  service = await startService();
  await openVenue(service);
  await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '2' }));
  await service.send(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '999' }));
  service.timeMs += 2_000;
  await service.accept(mark(service, '37000'));
  service.timeMs += 3_000;
  const found = await samples();
  const of = (name: string) => found.get(`bulkhead_${name}`);
  const sequence = await service.sequence();
  expect(of('journal_sequence')).toBe(sequence);
  expect(of('journal_durable_sequence')).toBe(sequence);
  expect(of('commands_total{kind="fill",outcome="accepted"}')).toBe(1);
  expect(of('commands_total{kind="fill",outcome="rejected"}')).toBe(1);
  expect(of('commands_total{kind="mark",outcome="accepted"}')).toBe(2);
  expect([...found.keys()].filter((key) => key.startsWith('bulkhead_rejections_total'))).toHaveLength(1);
  expect(of('liquidation_events_total{kind="takenOver"}')).toBe(1);
  expect(of('engine_steps_total{kind="takeOver"}')).toBeGreaterThan(0);
  expect(of('mark_age_seconds{instrument="BTC-PERP"}')).toBe(3);
  expect(of('mark_usable{instrument="BTC-PERP"}')).toBe(1);
  expect(of('margin_accounts')).toBe(3);
  expect(of('clients')).toBe(2);
  const { body } = await service.get('/v1/pools/main');
  expect(of('insurance_fund{pool="main",asset="USDT"}')).toBe(Number(body.assets[0].insuranceFund));
  expect(of('pool_sound{pool="main"}')).toBe(Number(body.sound));
  const total = [...found].filter(([key]) => key.startsWith('bulkhead_commands_total'));
  expect(of('command_durable_seconds_count')).toBe(total.reduce((sum, [, count]) => sum + count, 0));
  expect(of('http_requests_total{method="POST",route="/v1/commands",status="200"}')).toBeGreaterThan(10);
  expect(found.get('process_start_time_seconds')).toBeGreaterThan(0);
});

it('asks who reads it where others are asked, unless the setting opens it', async () => {
  service = await startService({});
  const { key, secret } = service.access.firstKey as { key: string; secret: string };
  expect((await service.get('/metrics')).status).toBe(401);
  const headers = signedHeaders(
    { key, secret },
    { method: 'GET', path: '/metrics', body: '', nowMs: service.timeMs },
  );
  expect((await service.raw('/metrics', { headers })).status).toBe(200);
  await service.stop();
  service = await startService({}, {}, { metricsOpen: true });
  expect((await service.get('/metrics')).status).toBe(200);
  expect((await service.get('/v1/state')).status).toBe(401);
});
