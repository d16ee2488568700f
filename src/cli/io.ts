/**
 * What a subcommand may touch of the outside: its input, its two outputs and what is known about them.
 * Commands take this instead of `process`, so that tests run them whole.
 */
import { readFile } from 'node:fs/promises';
import { Refusal } from './failures.js';

export interface Io {
  /** Standard input, as bytes or text. */
  readonly input: AsyncIterable<Uint8Array | string>;
  /** Writes to standard output as it is: the caller ends the line. */
  readonly out: (text: string) => void;
  /** Writes to standard error as it is. */
  readonly err: (text: string) => void;
  /** Whether standard error is a terminal: progress is shown only there. */
  readonly isErrTerminal: boolean;
  /** Whether standard output may carry colour: a terminal, and NO_COLOR is not set. */
  readonly hasColour: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The process itself. A reader that goes away early (`bulkhead ... | head`) ends the output, not the
 * command: its exit code still tells the truth about its work.
 */
export function processIo(): Io {
  return {
    input: process.stdin,
    out: quietWriter(process.stdout),
    err: quietWriter(process.stderr),
    isErrTerminal: process.stderr.isTTY === true,
    hasColour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
    env: process.env,
  };
}

/** The whole text of a file, or of standard input for "-". Text that is not UTF-8 is refused. */
export async function readText(path: string, io: Io): Promise<string> {
  const bytes = path === '-' ? await readAll(io.input) : await readNamed(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Refusal('not_utf8', `${path === '-' ? 'standard input' : path} is not UTF-8 text`);
  }
}

/** Why a file could not be used, in words. */
export function fileRefusal(error: unknown, path: string): Refusal {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const reason = FILE_REASONS[code] ?? `${(error as Error).message}`;
  return new Refusal('file_unusable', `${path}: ${reason}`);
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a folder, a file is needed',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'exists already',
  ENOSPC: 'no space left on the device',
};

async function readNamed(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileRefusal(error, path);
  }
}

async function readAll(input: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of input) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return Buffer.concat(parts);
}

/** A writer that falls silent once its reader has gone; any other failure is thrown. */
export function quietWriter(stream: NodeJS.WritableStream): (text: string) => void {
  let isGone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    isGone = true;
  });
  return (text) => {
    if (!isGone) stream.write(text);
  };
}
