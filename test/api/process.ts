/** `bulkhead serve` as a process of its own, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './service.js';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface ServeProcess {
  readonly url: string;
  /** Sequence it found in its folder. */
  readonly sequence: number;
  readonly errors: string[];
  /** Lines of its standard output after the first. */
  readonly lines: string[];
  post(body: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** Sends the signal and waits for the end. */
  end(
    signal: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Resolves when it listens; rejects with what it says when it ends before. */
export async function spawnServe(
  directory: string,
  options: readonly string[] = ['--auth', 'none'],
): Promise<ServeProcess> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: npm run build`);
  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--data', directory, '--port', '0', '--json', ...options],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const errors: string[] = [];
  child.stderr.on('data', (data: Buffer) => errors.push(data.toString()));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const lines: string[] = [];
  const listening = await Promise.race([firstLine(child, lines), ended.then(() => null)]);
  if (listening === null) throw new Error(`serve has ended: ${errors.join('')}`);
  const { url, sequence } = JSON.parse(listening) as { url: string; sequence: number };
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    url,
    sequence,
    errors,
    lines,
    post: (body) =>
      ask('/v1/commands', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    get: (path) => ask(path, {}),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

function firstLine(child: ChildProcess, more: string[]): Promise<string> {
  const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> });
  return new Promise((resolve) => {
    lines.once('line', (first) => {
      resolve(first);
      lines.on('line', (line) => more.push(line));
    });
  });
}
