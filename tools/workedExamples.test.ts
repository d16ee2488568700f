/** Every number in a marked region of a page is what the code computes. `UPDATE_DOCS=1` writes them anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillRegions, regionsOf } from './markdown.js';
import { listFiles, ROOT, readText } from './repository.js';
import { WORKED_EXAMPLES } from './workedExamples.js';

const pages = listFiles('docs').filter(
  (path) => path.endsWith('.md') && readText(path).includes('<!-- run '),
);

describe('worked examples', () => {
  for (const path of pages) {
    it(`of ${path} are what the code computes`, () => {
      const filled = fillRegions(readText(path), bodyOf);
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, path), filled);
      expect(readText(path), `${path} is old: UPDATE_DOCS=1 npx vitest run tools`).toBe(filled);
    });
  }

  it('are each shown on a page', () => {
    const shown = pages.flatMap((path) => regionsOf(readText(path)).map(({ name }) => name));
    expect([...new Set(shown)].sort()).toEqual(Object.keys(WORKED_EXAMPLES).sort());
  });
});

function bodyOf(name: string): string {
  const example = WORKED_EXAMPLES[name];
  if (example === undefined) throw new Error(`no worked example is called ${name}`);
  return `\n${example()}\n`;
}
