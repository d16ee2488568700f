/** The WebAssembly that ships is what its source compiles to. `UPDATE_DOCS=1 npx vitest run tools` writes it anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, readText } from './repository.js';
import { shortfallModuleText } from './shortfallModule.js';

const PATH = 'src/risk/kernel/shortfallModule.ts';

it('the module of the tail kernel is compiled from wasm/shortfall.ts', async () => {
  const text = await shortfallModuleText();
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, PATH), text);
  expect(readText(PATH), `${PATH} is old: UPDATE_DOCS=1 npx vitest run tools`).toBe(text);
}, 60_000);
