/** Command lines: `util.parseArgs` with refusals that say what was meant. */
import { parseArgs } from 'node:util';
import { UsageError } from './failures.js';
import { nearest } from './nearest.js';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** The text of an option, or undefined when it was not given. */
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  /** Every value of an option that may be repeated. */
  readonly texts: (name: string) => readonly string[];
}

/** Reads the arguments of one subcommand. Throws `UsageError` for anything the options do not list. */
export function parseArguments(
  args: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
  limits: { readonly positionalsMin?: number; readonly positionalsMax?: number } = {},
): ParsedArguments {
  const { values, positionals } = parse(args, options);
  const { positionalsMin = 0, positionalsMax = 0 } = limits;
  if (positionals.length > positionalsMax) {
    throw new UsageError(`unexpected argument ${JSON.stringify(positionals[positionalsMax])}`);
  }
  if (positionals.length < positionalsMin) throw new UsageError('an argument is missing');
  return {
    positionals,
    text: (name) => values[name] as string | undefined,
    flag: (name) => values[name] === true,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
  };
}

/** The text of an option that there must be. */
export function needed(parsed: ParsedArguments, name: string): string {
  const text = parsed.text(name);
  if (text === undefined || text === '') throw new UsageError(`--${name} is needed`);
  return text;
}

/** The whole number of an option, checked against its range; `fallback` when it was not given. */
export function wholeNumber(
  parsed: ParsedArguments,
  name: string,
  range: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = parsed.text(name);
  if (text === undefined) return range.fallback;
  const value = /^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.min && value <= range.max)) {
    throw new UsageError(
      `--${name} takes a whole number from ${range.min} to ${range.max}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}

/** One of the listed words of an option; `fallback` when it was not given. */
export function oneOf<T extends string, F extends T | null>(
  parsed: ParsedArguments,
  name: string,
  choice: { readonly words: readonly T[]; readonly fallback: F },
): T | F {
  const text = parsed.text(name);
  if (text === undefined) return choice.fallback;
  const word = choice.words.find((known) => known === text);
  if (word === undefined) {
    throw new UsageError(`--${name} takes ${choice.words.join(' or ')}, not ${JSON.stringify(text)}`);
  }
  return word;
}

function parse(args: readonly string[], options: Readonly<Record<string, OptionSpec>>) {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: parsed.values as Record<string, unknown>, positionals: parsed.positionals };
  } catch (error) {
    throw new UsageError(usageMessage(error as NodeJS.ErrnoException, args, options));
  }
}

/** `util.parseArgs` explains at length; here is the short of it, with the option that was probably meant. */
function usageMessage(
  error: NodeJS.ErrnoException,
  args: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
): string {
  const [, dashed] = /'--(\w[\w-]*)[^']*' argument is ambiguous/.exec(error.message) ?? [];
  if (dashed !== undefined)
    return `--${dashed} needs a value; one that begins with a dash is written --${dashed}=-5`;
  if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return firstSentence(error.message);
  const unknown = args.find((arg) => isUnknown(arg, options)) ?? '';
  const name = unknown.replace(/^-+/, '').replace(/=.*$/, '');
  const meant = nearest(name, Object.keys(options));
  const shown = unknown.replace(/=.*$/, '');
  return `unknown option ${shown}${meant === null ? '' : `; did you mean --${meant}?`}`;
}

function isUnknown(arg: string, options: Readonly<Record<string, OptionSpec>>): boolean {
  if (!arg.startsWith('-') || arg === '-' || arg === '--') return false;
  const name = arg.replace(/^-+/, '').replace(/=.*$/, '');
  if (arg.startsWith('--')) return !Object.hasOwn(options, name);
  const shorts = new Set(Object.values(options).map((option) => option.short));
  return !shorts.has(name.charAt(0));
}

function firstSentence(message: string): string {
  const [first = message] = message.split(/\.\s|\n/);
  return first.charAt(0).toLowerCase() + first.slice(1);
}
