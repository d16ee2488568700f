/** The page that takes a newcomer to the first liquidation, run as it stands. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spawnServe } from './process.js';

const PAGE = 'docs/guides/first-liquidation.md';
const BREAK = '--- next ---';

it('prints what the page says it prints, from an empty folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-newcomer-'));
  const page = readFileSync(PAGE, 'utf8');
  const blocks = [...page.matchAll(/```(sh|text)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({ kind, text }));
  const service = await spawnServe(join(folder, 'venue'));
  try {
    const commands = blocks
      .filter(({ kind }) => kind === 'sh')
      .map(({ text }) => text?.replace('http://127.0.0.1:4410', service.url));
    const printed = execFileSync('sh', ['-c', commands.join(`\necho '${BREAK}'\n`)], { encoding: 'utf8' });
    const found = printed.split(`${BREAK}\n`).filter((text) => text !== '');
    if (process.env['UPDATE_DOCS'] === '1') {
      const next = [...found];
      writeFileSync(
        PAGE,
        page.replaceAll(/```text\n[\s\S]*?```/g, () => `\`\`\`text\n${next.shift()}\`\`\``),
      );
    }
    const said = [...readFileSync(PAGE, 'utf8').matchAll(/```text\n([\s\S]*?)```/g)].map(([, text]) => text);
    expect(found).toEqual(said);
  } finally {
    await service.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
});
