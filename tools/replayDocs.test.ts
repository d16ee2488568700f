/** The pages of the replays agree with their runs. `UPDATE_DOCS=1 npx vitest run tools/replayDocs` writes them anew. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPLAY_PAGES } from './replayDocs.js';
import { ROOT, readText } from './repository.js';

const isUpdate = process.env['UPDATE_DOCS'] === '1';

describe('pages of the replays', () => {
  for (const [path, page] of Object.entries(REPLAY_PAGES)) {
    it(`agree with the runs: ${path}`, () => {
      const found = page();
      if (isUpdate) writeFileSync(join(ROOT, path), found);
      const help = `${path} is not that of the run: UPDATE_DOCS=1 npx vitest run tools/replayDocs`;
      expect(existsSync(join(ROOT, path)), help).toBe(true);
      expect(readText(path), help).toBe(found);
    });
  }
});
