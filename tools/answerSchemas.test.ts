import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerSchemasText } from './answerSchemas.js';
import { ROOT, readText } from './repository.js';

const PATH = 'src/contract/answerSchemas.json';

it('the schemas of answers are those of their types: UPDATE_DOCS=1 npx vitest run tools writes them anew', () => {
  const made = answerSchemasText();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, PATH), made);
  expect(existsSync(join(ROOT, PATH))).toBe(true);
  expect(readText(PATH)).toBe(made);
});
