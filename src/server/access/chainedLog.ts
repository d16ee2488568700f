/**
 * A file of JSON lines that is only ever added to. Each line carries the digest of all before it, so that none can be changed or taken
 * out unseen. An entry is in force when it is on disk. A last line that a crash has cut short is cut off: nobody was told of it.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface ChainedEntry<T> {
  /** From 1 on. */
  readonly number: number;
  readonly timeMs: number;
  readonly entry: T;
}

export interface ChainedLog<T> {
  /** Resolves once it is on disk, and seen. */
  append(timeMs: number, entry: T): Promise<ChainedEntry<T>>;
  /** In order, from this number on. */
  read(from: number, limit: number): Promise<readonly ChainedEntry<T>[]>;
  readonly size: number;
  /** After this nothing can be added. */
  close(): Promise<void>;
}

/** The file is not as it was written. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}

/** `see` is given each entry once, those of before first. */
export async function openChainedLog<T extends object>(
  file: string,
  see: (entry: ChainedEntry<T>) => void = () => undefined,
): Promise<ChainedLog<T>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  const starts: number[] = [];
  let { hash, bytes } = await readAll(handle, file, (entry, start) => {
    starts.push(start);
    see(entry as ChainedEntry<T>);
  });
  let made = starts.length;
  let waiting: { readonly text: string; readonly entry: ChainedEntry<T> }[] = [];
  let writing: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();

  /** Lines that come while the disk is busy share the next write. */
  async function write(): Promise<void> {
    const lines = waiting;
    waiting = [];
    writing = null;
    await handle.appendFile(lines.map(({ text }) => text).join(''));
    await handle.datasync();
    for (const { text, entry } of lines) {
      starts.push(bytes);
      bytes += Buffer.byteLength(text);
      see(entry);
    }
  }

  return {
    get size() {
      return starts.length;
    },
    async append(timeMs, entry) {
      const said: ChainedEntry<T> = { number: ++made, timeMs, entry };
      hash = hashOf(hash, said);
      waiting.push({ text: `${JSON.stringify({ ...said, hash })}\n`, entry: said });
      if (writing === null) {
        writing = last.then(write);
        last = writing;
        // Whoever appends sees the failure; the chain of writes itself is not to be unhandled.
        last.catch(() => undefined);
      }
      await writing;
      return said;
    },
    async read(from, limit) {
      const [begin, end] = [starts[from - 1], starts[from - 1 + limit] ?? bytes];
      if (begin === undefined) return [];
      const buffer = Buffer.alloc(end - begin);
      await handle.read(buffer, 0, buffer.length, begin);
      const lines = buffer.toString('utf8').split('\n').slice(0, -1);
      return lines.map((line) => {
        const { hash: _hash, ...said } = JSON.parse(line) as ChainedEntry<T> & { readonly hash: string };
        return said;
      });
    },
    async close() {
      await last.catch(() => undefined);
      await handle.close();
    },
  };
}

async function readAll(
  handle: FileHandle,
  file: string,
  see: (entry: ChainedEntry<unknown>, start: number) => void,
): Promise<{ hash: string; bytes: number }> {
  const { size } = await handle.stat();
  let [hash, bytes, number] = ['', 0, 0];
  const input = handle.createReadStream({ start: 0, autoClose: false });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const length = Buffer.byteLength(line) + 1;
    if (bytes + length > size) break;
    const read = parse(line);
    number++;
    if (read !== null) hash = hashOf(hash, { number: read.number, timeMs: read.timeMs, entry: read.entry });
    if (read === null || read.hash !== hash || read.number !== number)
      throw new LogDamaged(`${file}: line ${number} is not as it was written`);
    see({ number, timeMs: read.timeMs, entry: read.entry }, bytes);
    bytes += length;
  }
  if (bytes < size) await handle.truncate(bytes);
  return { hash, bytes };
}

interface Line extends ChainedEntry<unknown> {
  readonly hash: string;
}

function parse(line: string): Line | null {
  try {
    return JSON.parse(line) as Line | null;
  } catch {
    return null;
  }
}

function hashOf(before: string, said: ChainedEntry<unknown>): string {
  return createHash('sha256').update(before).update(JSON.stringify(said)).digest('hex');
}
