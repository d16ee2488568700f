/** What the stateless commands on losses have in common: one document in, JSON or text out, an exit code. */
import type { ContainmentRefusal } from '../contract/containmentFault.js';
import { isContainmentRefusal } from '../contract/waterfall.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, UsageError } from './failures.js';
import { type Io, readText } from './io.js';

export interface StatelessCommand<Answer extends object> {
  readonly answer: (text: string) => Answer | ContainmentRefusal;
  readonly schema: () => object;
  readonly text: (answer: Answer) => string;
}

/** `[FILE|-] [--json] [--schema]`. Exit 0 for an answer or the schema, 1 for a refusal. */
export async function runStateless<Answer extends object>(
  command: StatelessCommand<Answer>,
  args: readonly string[],
  io: Io,
): Promise<number> {
  const options = { json: { type: 'boolean' }, schema: { type: 'boolean' } } as const;
  const parsed = parseArguments(args, options, { positionalsMax: 1 });
  const [file] = parsed.positionals;
  if (parsed.flag('schema')) {
    if (file !== undefined) throw new UsageError('--schema takes no file');
    io.out(`${JSON.stringify(command.schema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  if (file === undefined) throw new UsageError('a file is needed, or - for standard input');
  const answer = command.answer(await readText(file, io));
  if (isContainmentRefusal(answer)) {
    io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : refusalText(answer));
    return EXIT_REFUSED;
  }
  io.out(parsed.flag('json') ? `${JSON.stringify(answer)}\n` : command.text(answer));
  return EXIT_DONE;
}

export function refusalText({ error }: ContainmentRefusal): string {
  const context = Object.entries(error.context).map(([name, value]) => `  ${name}: ${printable(value)}\n`);
  const where = error.path === '' ? '' : ` at ${printable(error.path)}`;
  return `refused: ${error.code}${where}: ${printable(error.message)}\n${context.join('')}`;
}

/** Text from a document must not move the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
