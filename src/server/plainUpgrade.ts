/**
 * A request that would like a protocol not spoken here, as some HTTP clients offer HTTP/2 with every request, is answered as the plain one it
 * is: an offer may be ignored. Node hands it over without a parser, so that its body is read here; the connection ends with the answer.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { BODY_BYTES_MAX } from './body.js';

const BODY_TIMEOUT_MS = 30_000;
/** Of the connection, not of the request. */
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings', 'keep-alive']);

export async function answerPlainly(
  app: FastifyInstance,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const length = Number(headers['content-length'] ?? 0);
  const isReadable = headers['transfer-encoding'] === undefined && Number.isSafeInteger(length);
  if (!isReadable) return end(socket, 411, 'Length Required', {});
  // One byte more than allowed is enough to be refused for its size.
  const body = await bodyOf(socket, head, Math.min(length, BODY_BYTES_MAX + 1));
  if (body === null) return void socket.destroy();
  const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name));
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: { ...Object.fromEntries(kept), 'content-length': String(body.length) } as Record<string, string>,
    ...(body.length === 0 ? {} : { payload: body }),
    remoteAddress: request.socket.remoteAddress ?? '',
  });
  end(socket, answer.statusCode, answer.statusMessage, answer.headers, answer.rawPayload);
}

/** Null where it does not come whole. */
function bodyOf(socket: Duplex, head: Buffer, length: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => done(null), BODY_TIMEOUT_MS);
    const gone = () => done(null);
    const take = (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size >= length) done(Buffer.concat(parts).subarray(0, length));
    };
    function done(body: Buffer | null): void {
      clearTimeout(timer);
      socket.off('data', take).off('close', gone);
      resolve(body);
    }
    socket.on('data', take).on('close', gone);
    take(head);
  });
}

function end(
  socket: Duplex,
  status: number,
  words: string,
  headers: Readonly<Record<string, unknown>>,
  body: Buffer = Buffer.alloc(0),
): void {
  const said: Record<string, unknown> = { ...headers, 'content-length': body.length, connection: 'close' };
  const lines = Object.entries(said).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${words}\r\n${lines.join('')}\r\n`);
  socket.end(body);
}
