/**
 * What the compiler cannot see of the order of layers: a layer reached only through another one, through the
 * package's own name or through `dist`, or a folder nobody compiles.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, ROOT, readLayers, readText, sourcesOf } from './repository.js';

const layers = readLayers();
const PACKAGE_NAME = (JSON.parse(readText('package.json')) as { name: string }).name;
/** Seen only by tests, so it is compiled with them and not as a layer. */
const TEST_FOLDERS = ['testkit'];

describe('layers', () => {
  it('compiles every folder of src as a layer of its own', () => {
    const folders = readdirSync(join(ROOT, 'src')).filter((folder) => !TEST_FOLDERS.includes(folder));
    expect(
      folders.filter((folder) => !layers.some(({ name }) => name === folder)),
      'a folder of src needs a tsconfig.json that lists what it may import, and a line in the root tsconfig.json',
    ).toEqual([]);
    expect(layers.length).toBeGreaterThan(0);
  });

  it('lists layers in the order in which they may import one another', () => {
    const seen = new Set<string>();
    for (const { name, references } of layers) {
      expect(
        references.filter((reference) => !seen.has(reference)),
        `src/${name}/tsconfig.json refers to a layer that does not stand before it in the root tsconfig.json`,
      ).toEqual([]);
      seen.add(name);
    }
  });

  for (const { name, references } of layers) {
    it(`lets src/${name} import only from the layers its tsconfig lists`, () => {
      const sources = sourcesOf(name);
      const wrong = sources.flatMap((path) =>
        importsOf(path)
          .map((module) => ({ path, module, fault: faultOf({ path, module, name, references }) }))
          .filter(({ fault }) => fault !== null)
          .map(({ module, fault }) => `${path} imports ${module}: ${fault}`),
      );
      expect(wrong, 'move what is shared down to a layer both may import').toEqual([]);
    });
  }

  it('has read files', () => {
    const files = layers.flatMap(({ name }) => sourcesOf(name));
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
  });
});

interface Import {
  readonly path: string;
  readonly module: string;
  readonly name: string;
  readonly references: readonly string[];
}

/** Why an import is wrong, or null. Packages other than our own are not looked at here. */
function faultOf({ path, module, name, references }: Import): string | null {
  if (module === PACKAGE_NAME || module.startsWith(`${PACKAGE_NAME}/`))
    return 'inside the package, import the file, not the package';
  if (!module.startsWith('.')) return null;
  const target = posix.join(dirname(path), module).split('/');
  if (target[0] !== 'src') return 'it lies outside src';
  if (target[1] === name || references.includes(target[1] as string)) return null;
  return `src/${name}/tsconfig.json does not list ${target[1]}`;
}
