#!/usr/bin/env node
/**
 * `bulkhead`: finds the subcommand, runs it, and turns what it throws into a line on standard error and an
 * exit code. It knows nothing about what the subcommands do.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../server/version.js';
import { COMMANDS, type Command } from './commands.js';
import { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, Refusal, UsageError } from './failures.js';
import { type Io, processIo } from './io.js';
import { nearest } from './nearest.js';
import { pairs } from './table.js';

/** Runs one command line (without `node` and the program's name) and answers with its exit code. */
export async function main(
  args: readonly string[],
  io: Io,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    io.err(overallHelp(commands));
    return EXIT_USAGE;
  }
  if (first === '--version' || first === '-V') {
    io.out(`${packageVersion()}\n`);
    return EXIT_DONE;
  }
  const isHelp = first === '-h' || first === '--help' || first === 'help';
  if (isHelp && rest[0] === undefined) {
    io.out(overallHelp(commands));
    return EXIT_DONE;
  }
  const name = isHelp ? rest[0]! : first;
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    io.err(unknownCommand(name, commands));
    return EXIT_USAGE;
  }
  return runCommand(command, isHelp ? ['--help'] : rest, io);
}

async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  try {
    const { run, help } = await command.load();
    if (asksForHelp(args)) {
      io.out(help.endsWith('\n') ? help : `${help}\n`);
      return EXIT_DONE;
    }
    return await run(args, io);
  } catch (error) {
    return explainFailure(error, command.name, io);
  }
}

/** `-h` or `--help` anywhere before a bare `--`. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return options.some((arg) => arg === '-h' || arg === '--help');
}

function explainFailure(error: unknown, name: string, io: Io): number {
  const isOnPurpose = error instanceof UsageError || error instanceof Refusal;
  const message = error instanceof Error ? error.message : String(error);
  io.err(`bulkhead ${name}: ${isOnPurpose ? '' : 'internal error: '}${message}\n`);
  if (io.env['BULKHEAD_DEBUG']) io.err(`${error instanceof Error ? error.stack : ''}\n`);
  else if (!isOnPurpose) io.err('BULKHEAD_DEBUG=1 shows where it happened.\n');
  if (!(error instanceof UsageError)) return EXIT_REFUSED;
  io.err(`'bulkhead ${name} --help' shows how to use it.\n`);
  return EXIT_USAGE;
}

function unknownCommand(name: string, commands: readonly Command[]): string {
  const meant = name.startsWith('-')
    ? null
    : nearest(name, ['help', ...commands.map((command) => command.name)]);
  const what = name.startsWith('-') ? 'option' : 'command';
  const hint = meant === null ? '' : `; did you mean '${meant}'?`;
  return `bulkhead: unknown ${what} ${JSON.stringify(name)}${hint}\n'bulkhead --help' lists the commands.\n`;
}

function overallHelp(commands: readonly Command[]): string {
  const list = pairs(
    commands.map(({ name, summary }) => [name, summary] as const),
    2,
  );
  return `Margin-account isolation engine for crypto derivatives.

Usage: bulkhead COMMAND [OPTIONS]

Commands:
${list}
Options:
  -h, --help     this page; 'bulkhead COMMAND --help' for one command, with examples
  -V, --version  the version

Exit codes: 0 done, 1 refused or failed check, 2 wrong usage.
Environment: BULKHEAD_DEBUG=1 shows where an error happened; NO_COLOR turns colour off.
`;
}

function isProgram(): boolean {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isProgram()) process.exitCode = await main(process.argv.slice(2), processIo());
