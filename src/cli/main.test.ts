import { describe, expect, it } from 'vitest';
import { packageVersion } from '../server/version.js';
import { COMMANDS, type Command } from './commands.js';
import { Refusal, UsageError } from './failures.js';
import type { Io } from './io.js';
import { main } from './main.js';

function recorder(env: Io['env'] = {}) {
  const written = { out: '', err: '' };
  const io: Io = {
    input: (async function* () {})(),
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    isErrTerminal: false,
    hasColour: false,
    env,
  };
  return { io, written };
}

function command(name: string, run: () => Promise<number>): Command {
  return { name, summary: `what ${name} does`, load: async () => ({ run, help: `Usage of ${name}` }) };
}

const commands: readonly Command[] = [
  command('fine', async () => 0),
  command('failed', async () => 1),
  command('refuse', async () => {
    throw new Refusal('not_so', 'not so');
  }),
  command('misuse', async () => {
    throw new UsageError('wrong option');
  }),
  command('broken', async () => {
    throw new TypeError('x is undefined');
  }),
];

async function run(args: readonly string[], env: Io['env'] = {}) {
  const { io, written } = recorder(env);
  const code = await main(args, io, commands);
  return { code, ...written };
}

describe('bulkhead', () => {
  it.each([
    [['fine'], 0, '', ''],
    [['failed'], 1, '', ''],
    [['refuse'], 1, '', 'bulkhead refuse: not so\n'],
    [['misuse'], 2, '', "bulkhead misuse: wrong option\n'bulkhead misuse --help' shows how to use it.\n"],
    [
      ['broken'],
      1,
      '',
      'bulkhead broken: internal error: x is undefined\nBULKHEAD_DEBUG=1 shows where it happened.\n',
    ],
    [['fine', '--help'], 0, 'Usage of fine\n', ''],
    [['broken', 'x', '-h'], 0, 'Usage of broken\n', ''],
    [['fine', '--', '-h'], 0, '', ''],
    [['help', 'fine'], 0, 'Usage of fine\n', ''],
    [['--help', 'fine'], 0, 'Usage of fine\n', ''],
    [['--version'], 0, `${packageVersion()}\n`, ''],
    [
      ['fien'],
      2,
      '',
      "bulkhead: unknown command \"fien\"; did you mean 'fine'?\n'bulkhead --help' lists the commands.\n",
    ],
    [['qqqqqq'], 2, '', 'bulkhead: unknown command "qqqqqq"\n\'bulkhead --help\' lists the commands.\n'],
    [['--verbose'], 2, '', 'bulkhead: unknown option "--verbose"\n\'bulkhead --help\' lists the commands.\n'],
  ])('%j answers with its exit code and its words in the right place', async (args, code, out, err) => {
    expect(await run(args)).toEqual({ code, out, err });
  });

  it.each([['--help'], ['-h'], ['help']])('%s lists every command and the exit codes', async (arg) => {
    const { code, out, err } = await run([arg]);
    expect([code, err]).toEqual([0, '']);
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`  ${name} +${summary}\n`));
    expect(out).toContain('Exit codes: 0 done, 1 refused or failed check, 2 wrong usage.');
  });

  it('shows the list on standard error and calls it wrong usage when nothing was asked', async () => {
    const { code, out, err } = await run([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: bulkhead COMMAND');
  });

  it('shows a stack only when asked with BULKHEAD_DEBUG', async () => {
    expect((await run(['broken'])).err).not.toContain('    at ');
    expect((await run(['broken'], { BULKHEAD_DEBUG: '1' })).err).toContain('    at ');
  });

  it('has a help page with examples for every command', async () => {
    expect(COMMANDS.length).toBeGreaterThan(0);
    for (const { name } of COMMANDS) {
      const { io, written } = recorder();
      expect(await main([name, '--help'], io)).toBe(0);
      expect(written.out).toContain(`Usage: bulkhead ${name}`);
      expect(written.out).toMatch(/^Examples:$/m);
    }
  });
});
