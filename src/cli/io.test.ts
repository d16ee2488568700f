import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Io, quietWriter, readText } from './io.js';

class Stream extends EventEmitter {
  readonly written: string[] = [];

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function input(...parts: readonly (string | Uint8Array)[]): Io {
  return {
    input: (async function* () {
      yield* parts;
    })(),
  } as unknown as Io;
}

describe('quietWriter', () => {
  it('falls silent once its reader has gone, and lets the command go on', () => {
    const stream = new Stream();
    const write = quietWriter(stream as unknown as NodeJS.WritableStream);
    write('a');
    stream.emit('error', failure('EPIPE'));
    write('b');
    expect(stream.written).toEqual(['a']);
  });

  it('does not swallow any other failure', () => {
    const stream = new Stream();
    quietWriter(stream as unknown as NodeJS.WritableStream);
    expect(() => stream.emit('error', failure('ENOSPC'))).toThrow('ENOSPC');
  });
});

describe('readText', () => {
  it('reads standard input for "-", in pieces that cut characters', async () => {
    const bytes = new TextEncoder().encode('für');
    expect(await readText('-', input(bytes.slice(0, 2), bytes.slice(2)))).toBe('für');
  });

  it('refuses what is not UTF-8, what is not there and what is a folder', async () => {
    await expect(readText('-', input(Uint8Array.of(0xff, 0xfe)))).rejects.toThrow(
      'standard input is not UTF-8 text',
    );
    await expect(readText('/no/such/file', input())).rejects.toThrow(
      '/no/such/file: there is no such file or folder',
    );
    await expect(readText('/', input())).rejects.toThrow('/: is a folder, a file is needed');
  });
});
