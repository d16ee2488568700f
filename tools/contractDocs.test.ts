/** Pages made from the contract agree with it. `UPDATE_DOCS=1 npx vitest run tools` writes them anew. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, parseCommand, problem, WIRE_KINDS } from '../src/contract/index.js';
import { ROUTES } from '../src/server/index.js';
import { CONTRACT_PAGES, exampleCommand } from './contractDocs.js';
import { anchorsOf } from './markdown.js';
import { ROOT, readText } from './repository.js';

const isUpdate = process.env['UPDATE_DOCS'] === '1';

describe('the reference of the contract', () => {
  for (const [path, page] of Object.entries(CONTRACT_PAGES)) {
    it(`agrees with the code: ${path}`, () => {
      if (isUpdate) writeFileSync(join(ROOT, path), page());
      expect(existsSync(join(ROOT, path)), `${path} is missing: UPDATE_DOCS=1 npx vitest run tools`).toBe(
        true,
      );
      expect(readText(path), `${path} is old: UPDATE_DOCS=1 npx vitest run tools`).toBe(page());
    });
  }

  it('shows for each command an example that its schema takes', () => {
    expect(WIRE_KINDS.length).toBeGreaterThan(20);
    for (const kind of WIRE_KINDS)
      expect(parseCommand(exampleCommand(kind)), kind).toMatchObject({ ok: true });
  });

  it('has a heading for each code, where a problem says it is explained', () => {
    const anchors = anchorsOf(readText('docs/reference/rejections.md'));
    for (const code of ERROR_CODES) {
      const [page, anchor] = problem(code).docs.split('#') as [string, string];
      expect(page).toBe('docs/reference/rejections.md');
      expect(anchors).toContain(anchor);
    }
  });

  it('names every route on the page about HTTP, and none that is not there', () => {
    const page = readText('docs/reference/http.md');
    const routes = ROUTES.map(({ method, path }) => `\`${method} ${path}\``);
    const named = [...page.matchAll(/^\| (`[A-Z]+ \/[^`]*`)/gm)].map(([, route]) => route);
    expect(named).toEqual(routes);
  });
});
