/**
 * The service from a program: addresses and answers typed by the contract, requests signed, commands sent again until they are answered.
 * A command is sent again with its id, so that it is done once however often the connection breaks.
 */
import { randomUUID } from 'node:crypto';
import type {
  Answers,
  BatchAnswer,
  CommandAnswer,
  DryRunAnswer,
  GetAnswer,
  GetPath,
  HeldAnswer,
  PathParams,
  Problem,
  WhatIfAnswer,
  WireCommand,
} from '../contract/index.js';
import { type Credentials, credentialHeaders } from './credentials.js';

export interface ClientOptions {
  /** Such as http://127.0.0.1:4410. */
  readonly url: string;
  /** Null or left out where the service asks nobody. */
  readonly credentials?: Credentials | null;
  /** How often a request is sent again where nothing was answered, or that it may be tried again; 5 when left out. */
  readonly retries?: number;
  readonly timeoutMs?: number;
  readonly clock?: () => number;
}

/** What was refused, with the numbers that decided. */
export class BulkheadError extends Error {
  override readonly name = 'BulkheadError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nothing was answered, however often it was tried. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface SentCommand {
  readonly id: string;
  readonly command: WireCommand;
}

type Query = Readonly<Record<string, string | number>>;
type Params<P extends string> = [PathParams<P>] extends [never]
  ? { readonly params?: never }
  : { readonly params: Readonly<Record<PathParams<P>, string>> };

export interface Client {
  readonly url: string;
  readonly credentials: Credentials | null;
  get<P extends GetPath>(path: P, asked?: Params<P> & { readonly query?: Query }): Promise<GetAnswer<P>>;
  /** Rows of a list, page after page. */
  rows<P extends GetPath, K extends keyof GetAnswer<P>>(
    path: P,
    key: K,
    query?: Query,
  ): AsyncGenerator<GetAnswer<P>[K] extends readonly (infer Row)[] ? Row : never>;
  /** Done, or waiting for approval. Throws BulkheadError where it is refused. */
  command(command: WireCommand, id?: string): Promise<CommandAnswer | HeldAnswer>;
  /** What it would do now; nothing is kept. */
  dryRun(command: WireCommand): Promise<DryRunAnswer>;
  /** In order, each with its own answer; one that is refused stops nobody. */
  batch(commands: readonly SentCommand[]): Promise<BatchAnswer>;
  whatIf(commands: readonly WireCommand[], accounts?: readonly string[]): Promise<WhatIfAnswer>;
  /** Any address. */
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
}

const RETRIES = 5;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 100;

export function createClient(options: ClientOptions): Client {
  const { credentials = null, retries = RETRIES, timeoutMs = TIMEOUT_MS, clock = Date.now } = options;
  const url = options.url.replace(/\/+$/, '');

  async function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? '' : JSON.stringify(body);
    for (let tried = 0; ; tried++) {
      const answer = await send(method, path, text);
      if (answer instanceof Error) {
        if (tried >= retries) throw answer;
        await wait(FIRST_WAIT_MS * 2 ** tried);
        continue;
      }
      if (answer.ok) return (await answer.json()) as T;
      const refusal = await problemOf(answer);
      if (!refusal.problem.retryable || !isOfService(refusal.problem) || tried >= retries) throw refusal;
      const after = Number(answer.headers.get('retry-after') ?? 0) * 1000;
      await wait(Math.max(after, FIRST_WAIT_MS * 2 ** tried));
    }
  }

  async function send(method: string, path: string, body: string): Promise<Response | Unreachable> {
    const said = await credentialHeaders(credentials, { method, path, body, nowMs: clock() });
    try {
      return await fetch(`${url}${path}`, {
        method,
        headers: { ...said, ...(body === '' ? {} : { 'content-type': 'application/json' }) },
        ...(body === '' ? {} : { body }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const cause = (error as { readonly cause?: { readonly code?: string } }).cause?.code;
      return new Unreachable(`${url} does not answer: ${cause ?? (error as Error).message}`);
    }
  }

  const client: Client = {
    url,
    credentials,
    ask,
    get: (path, asked) => ask('GET', addressOf(path, asked?.params, asked?.query)),
    async *rows(path, key, query = {}) {
      for (let cursor: string | null = null; ; ) {
        const at: Query = cursor === null ? query : { ...query, cursor };
        const page = await ask<Readonly<Record<string, unknown>>>('GET', addressOf(path, undefined, at));
        for (const row of page[key as string] as readonly unknown[]) yield row as never;
        cursor = (page['next'] as string | null | undefined) ?? null;
        if (cursor === null) return;
      }
    },
    command: (command, id = randomUUID()) => ask('POST', '/v1/commands', { id, command }),
    dryRun: (command) => ask('POST', '/v1/commands', { command, dryRun: true }),
    batch: (commands) => ask<Answers['Batch']>('POST', '/v1/commands/batch', { commands }),
    whatIf: (commands, accounts = []) => ask('POST', '/v1/what-if', { commands, accounts }),
  };
  return client;
}

/** What the service, not the venue, cannot do now: the venue's own refusals are for whoever asked to weigh. */
function isOfService({ status }: Problem): boolean {
  return status === 401 || status === 429 || status === 503;
}

function addressOf(path: string, params: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const filled = path.replaceAll(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) asked.set(name, String(value));
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}

async function problemOf(answer: Response): Promise<BulkheadError> {
  const body = (await answer.json().catch(() => null)) as Problem | null;
  if (body !== null && typeof body.code === 'string') return new BulkheadError(body);
  const unknown = { code: 'internal_error', status: answer.status, retryable: answer.status >= 500 };
  return new BulkheadError({ ...unknown, detail: `status ${answer.status} and no problem` } as Problem);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
