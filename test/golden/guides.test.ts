/** The guides show what the commands really print: each console block is run, on the JSON block before it where it names no file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/cli/analyze.js';
import { calc } from '../../src/cli/calc.js';
import type { Io } from '../../src/cli/io.js';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-guides-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMANDS = { calc, analyze };

describe.each(['docs/guides/calc.md', 'docs/guides/analyze.md'])('%s', (page) => {
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
    expect(await COMMANDS[name](words, io)).toBe(0);
    // GUIDES=print shows what to put there.
    if (process.env['GUIDES'] === 'print') process.stdout.write(`\n${page}: ${args.join(' ')}\n${out}`);
    else expect(shown).toBe(out);
  });
});

type Example = readonly [
  name: 'calc' | 'analyze',
  args: readonly string[],
  document: string | null,
  shown: string,
];

/** A document belongs to the first command after it that names no file of the repository. */
function examplesOf(page: string): readonly Example[] {
  let document: string | null = null;
  return [...page.matchAll(/```(json|console)\n([\s\S]*?)```/g)].flatMap(([, kind, body = '']): Example[] => {
    if (kind === 'json') {
      document = body;
      return [];
    }
    const [, name, args = ''] = /^\$ bulkhead (calc|analyze) (.*)\n/.exec(body) ?? [];
    if (name !== 'calc' && name !== 'analyze') throw new Error(`no command in: ${body}`);
    return [
      [name, args.split(' '), args.includes('/') ? null : document, body.slice(body.indexOf('\n') + 1)],
    ];
  });
}
