/** Asks a running `bulkhead serve`: an answer is its JSON, a refusal the code and words that the service gives. */
import { append } from '../base/append.js';
import { Refusal } from './failures.js';

export interface Service {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  /** All pages of a list as one answer: that of the last page, with the rows of all under `key`. */
  readonly list: (path: string, key: string) => Promise<unknown>;
}

export function serviceAt(url: string): Service {
  const base = baseOf(url);
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await answerOf(new URL(path, base), init);
    const body = await jsonOf(response);
    if (response.ok) return body;
    const { code, detail } = body as { readonly code?: string; readonly detail?: string };
    throw new Refusal(code ?? 'service_refused', `${path}: ${detail ?? `status ${response.status}`}`);
  };
  const list = async (path: string, key: string): Promise<unknown> => {
    const rows: unknown[] = [];
    for (let cursor: string | null = '0'; ; ) {
      const page = (await ask(`${path}?cursor=${cursor}`, {})) as Readonly<Record<string, unknown>>;
      append(rows, (page[key] ?? []) as readonly unknown[]);
      cursor = (page['next'] ?? null) as string | null;
      if (cursor === null) return { ...page, [key]: rows };
    }
  };
  return {
    list,
    get: (path) => ask(path, {}),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
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
