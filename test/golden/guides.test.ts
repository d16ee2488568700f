/** The guides show what the commands really print: each console block is run, on the JSON block before it where it names no file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adl } from '../../src/cli/adl.js';
import { analyze } from '../../src/cli/analyze.js';
import { backtest } from '../../src/cli/backtest.js';
import { calc } from '../../src/cli/calc.js';
import { contagion } from '../../src/cli/contagion.js';
import type { Io } from '../../src/cli/io.js';
import { plan } from '../../src/cli/plan.js';
import { risk } from '../../src/cli/risk.js';
import { stress } from '../../src/cli/stress.js';
import { warn } from '../../src/cli/warn.js';
import { waterfall } from '../../src/cli/waterfall.js';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-guides-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMANDS = { calc, analyze, waterfall, adl, contagion, risk, stress, backtest, plan, warn };
const PAGES = [
  'docs/guides/calc.md',
  'docs/guides/analyze.md',
  'docs/guides/waterfall.md',
  'docs/guides/adl.md',
  'docs/guides/contagion.md',
  'docs/guides/risk.md',
  'docs/guides/stress.md',
  'docs/guides/warn.md',
  'docs/guides/backtest.md',
  'docs/guides/plan.md',
];

describe.each(PAGES)('%s', (page) => {
  const examples = examplesOf(readFileSync(page, 'utf8'));

  it('has examples', () => expect(examples.length).toBeGreaterThan(1));

  it.each(examples)('prints what it shows: %s %s', async (name, args, document, shown) => {
    const words = args.map((word) =>
      document !== null && word.endsWith('.json') ? join(folder, word) : word,
    );
    if (document !== null)
      for (const word of words) if (word.startsWith(folder)) writeFileSync(word, document);
    let out = '';
    const io: Io = {
      input: (async function* () {})(),
      out: (text) => {
        out += text;
      },
      err: (text) => {
        out += text;
      },
      isErrTerminal: false,
      hasColour: false,
      env: {},
    };
    expect(await COMMANDS[name](words, io)).toBe(shown.startsWith('{"error"') ? 1 : 0);
    // GUIDES=print shows what to put there.
    if (process.env['GUIDES'] === 'print') process.stdout.write(`\n${page}: ${args.join(' ')}\n${out}`);
    else expect(shown).toBe(out);
  });
});

type CommandName = keyof typeof COMMANDS;
type Example = readonly [name: CommandName, args: readonly string[], document: string | null, shown: string];

/** A document belongs to the first command after it that names no file of the repository. */
function examplesOf(page: string): readonly Example[] {
  let document: string | null = null;
  return [...page.matchAll(/```(json|console)\n([\s\S]*?)```/g)].flatMap(([, kind, body = '']): Example[] => {
    if (kind === 'json') {
      document = body;
      return [];
    }
    const [, name, args = ''] = /^\$ bulkhead (\w+) (.*)\n/.exec(body) ?? [];
    if (!isCommand(name)) throw new Error(`no command in: ${body}`);
    return [
      [name, args.split(' '), args.includes('/') ? null : document, body.slice(body.indexOf('\n') + 1)],
    ];
  });
}

function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(COMMANDS, name);
}
