/** Pages made from the code agree with it. `UPDATE_DOCS=1 npx vitest run tools` writes them anew. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLOW_NAMES } from '../src/isolation/index.js';
import { LAWS } from './laws.js';
import { eventFields, lawSentences, makersOf, postersOf, REFERENCE_PAGES } from './referenceDocs.js';
import { ROOT, readText } from './repository.js';

const isUpdate = process.env['UPDATE_DOCS'] === '1';

describe('reference pages', () => {
  for (const [path, page] of Object.entries(REFERENCE_PAGES)) {
    it(`agree with the code: ${path}`, () => {
      if (isUpdate) writeFileSync(join(ROOT, path), page());
      expect(existsSync(join(ROOT, path)), `${path} is missing: UPDATE_DOCS=1 npx vitest run tools`).toBe(
        true,
      );
      expect(readText(path), `${path} is old: UPDATE_DOCS=1 npx vitest run tools`).toBe(page());
    });
  }

  it('list no flow that nothing posts, so that the list stays as short as it can be (LED-01)', () => {
    for (const flow of FLOW_NAMES)
      expect(postersOf(flow), `no file of the engine posts ${flow}: take it off the list`).not.toEqual([]);
  });

  it('list no event that no command makes', () => {
    const fields = eventFields();
    expect(fields.size).toBeGreaterThan(30);
    for (const kind of fields.keys()) expect(makersOf(kind), `no command makes ${kind}`).not.toEqual([]);
  });

  it('quote each sentence of a broken law under a law that exists', () => {
    const numbers = LAWS.map(({ number }) => `law ${number}:`);
    const sentences = lawSentences();
    expect(sentences.length).toBeGreaterThan(5);
    for (const sentence of sentences) expect(numbers).toContain(sentence.slice(0, 6));
  });
});
