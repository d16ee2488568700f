/** Asks a running `bulkhead serve`: an answer is its JSON, a refusal the code and words that the service gives. */
import { append } from '../base/append.js';
import { type Credentials, credentialHeaders } from '../client/index.js';
import { Refusal } from './failures.js';
import type { Io } from './io.js';

export interface Service {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  /** All pages of a list as one answer: that of the last page, with the rows of all under `key`. */
  readonly list: (path: string, key: string) => Promise<unknown>;
}

export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string;
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** With the key of BULKHEAD_KEY, `ID:SECRET`, where it is set. */
export function serviceAt(url: string, env: Io['env']): Service {
  const base = baseOf(url);
  const credentials = keyOf(env['BULKHEAD_KEY']);
  return serviceBy(async ({ method, path, body }) => {
    const said = await credentialHeaders(credentials, { method, path, body, nowMs: Date.now() });
    const headers = { ...said, ...(body === '' ? {} : { 'content-type': 'application/json' }) };
    const response = await answerOf(new URL(path, base), {
      method,
      headers,
      ...(body === '' ? {} : { body }),
    });
    return { status: response.status, body: await jsonOf(response) };
  });
}

function keyOf(text: string | undefined): Credentials | null {
  if (text === undefined) return null;
  const [, key, secret] = /^([^:\s]+):(\S+)$/.exec(text) ?? [];
  if (key === undefined || secret === undefined)
    throw new Refusal('bad_key', 'BULKHEAD_KEY must be ID:SECRET');
  return { key, secret };
}

/** By whatever brings a request there and its answer back. */
export function serviceBy(send: (sent: Sent) => Promise<Answered>): Service {
  const ask = async (sent: Sent): Promise<unknown> => {
    const { status, body } = await send(sent);
    if (status < 400) return body;
    const { code, detail } = body as { readonly code?: string; readonly detail?: string };
    throw new Refusal(code ?? 'service_refused', `${sent.path}: ${detail ?? `status ${status}`}`);
  };
  const get = (path: string) => ask({ method: 'GET', path, body: '' });
  const list = async (path: string, key: string): Promise<unknown> => {
    const rows: unknown[] = [];
    for (let cursor: string | null = '0'; ; ) {
      const page = (await get(`${path}?cursor=${cursor}`)) as Readonly<Record<string, unknown>>;
      append(rows, (page[key] ?? []) as readonly unknown[]);
      cursor = (page['next'] ?? null) as string | null;
      if (cursor === null) return { ...page, [key]: rows };
    }
  };
  return { list, get, post: (path, body) => ask({ method: 'POST', path, body: JSON.stringify(body) }) };
}

function baseOf(url: string): URL {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Refusal('bad_address', `${url} is no address such as http://127.0.0.1:4410`);
  return new URL(url);
}

async function answerOf(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = (error as { readonly cause?: { readonly code?: string } }).cause?.code ?? String(error);
    throw new Refusal('service_unreachable', `${url.origin} does not answer: ${cause}`);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new Refusal('service_refused', `${response.url}: status ${response.status}, and no JSON`);
  }
}
