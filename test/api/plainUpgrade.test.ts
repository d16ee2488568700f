/** Clients that offer another protocol with their requests, which Node then hands over without a parser. */
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  await service.stop();
});

/** What is sent in parts, a moment apart; resolves with all that came when the other side ends. */
function raw(...parts: string[]): Promise<{ readonly head: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (part) => {
      text += part.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve({ head, body });
    });
    parts.forEach((part, at) => {
      setTimeout(() => socket.write(part), 30 * at);
    });
  });
}

const OFFER =
  'host: localhost\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEA\r\n';
const post = (length: number, more = '') =>
  `POST /v1/commands HTTP/1.1\r\n${OFFER}content-type: application/json\r\n${more}content-length: ${length}\r\n\r\n`;

it('are answered in the one that is spoken', async () => {
  const { head, body } = await raw(`GET /v1/state HTTP/1.1\r\n${OFFER}\r\n`);
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(head).toContain('x-content-type-options: nosniff');
  expect(JSON.parse(body)).toMatchObject({ sequence: 0 });
  expect((await raw(`GET /v1/nothing HTTP/1.1\r\n${OFFER}\r\n`)).head).toMatch(/^HTTP\/1\.1 404 /);
});

it('send bodies too, in as many parts as they like', async () => {
  const body = JSON.stringify({ id: '1', command: { kind: 'openClient', client: 'ada' } });
  const half = body.length >> 1;
  const answer = await raw(`${post(body.length)}${body.slice(0, 5)}`, body.slice(5, half), body.slice(half));
  expect(answer.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(JSON.parse(answer.body)).toMatchObject({ id: '1', sequence: 1 });
  expect(await service.sequence()).toBe(1);
});

it('are refused what others are', async () => {
  const large = await raw(post((1 << 20) + 5), 'x'.repeat((1 << 20) + 5));
  expect(large.head).toMatch(/^HTTP\/1\.1 413 /);
  expect(JSON.parse(large.body).code).toBe('body_too_large');
  const chunked = `POST /v1/commands HTTP/1.1\r\n${OFFER}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`;
  expect((await raw(chunked)).head).toMatch(/^HTTP\/1\.1 411 /);
  const foreign = OFFER.replace('localhost', 'evil.example');
  expect((await raw(`GET /v1/state HTTP/1.1\r\n${foreign}\r\n`)).head).toMatch(/^HTTP\/1\.1 403 /);
});
