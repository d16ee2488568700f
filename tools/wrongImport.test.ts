/** The order of layers is the compiler's to keep: this shows that it does, on a copy of the first two of them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './repository.js';

const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

describe('an import in the wrong direction', () => {
  let copy = '';

  beforeAll(() => {
    copy = realpathSync(mkdtempSync(join(tmpdir(), 'bulkhead-layers-')));
    cpSync(join(ROOT, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
    for (const layer of ['base', 'market'])
      cpSync(join(ROOT, 'src', layer), join(copy, 'src', layer), { recursive: true });
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('does not compile, and without it the same layer does', () => {
    expect(compile('base')).toEqual({ status: 0, output: '' });

    writeFileSync(
      join(copy, 'src', 'base', 'wrongDirection.ts'),
      "export { isId } from '../market/asset.js';\n",
    );
    const wrong = compile('base');
    expect(wrong.status).not.toBe(0);
    expect(wrong.output).toContain('wrongDirection.ts');
    expect(wrong.output).toContain('market/asset.ts');
  });

  it('is told apart from a right one, and a name of the machine is unknown to the core', () => {
    rmSync(join(copy, 'src', 'base', 'wrongDirection.ts'), { force: true });
    writeFileSync(
      join(copy, 'src', 'market', 'rightDirection.ts'),
      "export { PPM } from '../base/integers.js';\n",
    );
    expect(compile('market')).toEqual({ status: 0, output: '' });

    writeFileSync(
      join(copy, 'src', 'market', 'machine.ts'),
      "import { readFileSync } from 'node:fs';\nexport const text = readFileSync(process.argv[1]);\nconsole.log(text);\n",
    );
    const machine = compile('market');
    expect(machine.status).not.toBe(0);
    for (const name of ['node:fs', "'process'", "'console'"]) expect(machine.output).toContain(name);
  });

  function compile(layer: string) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [TSC, '-b', `src/${layer}`], {
      cwd: copy,
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  }
});
