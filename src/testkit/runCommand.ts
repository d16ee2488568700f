/** A subcommand run as the command line runs it, with what it read and wrote. */
import type { Io } from '../cli/io.js';

export interface CommandOutput {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand(
  command: (args: readonly string[], io: Io) => Promise<number>,
  args: readonly string[],
  /** Standard input: a text, or the pieces in which it comes. */
  input: string | readonly Uint8Array[] = '',
): Promise<CommandOutput> {
  let [out, err] = ['', ''];
  const io: Io = {
    input: pieces(typeof input === 'string' ? [input] : input),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isErrTerminal: false,
    hasColour: false,
    env: {},
  };
  return { code: await command(args, io), out, err };
}

async function* pieces(parts: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}
