/** Pages made from the contract agree with it. `UPDATE_DOCS=1 npx vitest run tools` writes them anew. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commandJson,
  ERROR_CODES,
  parseCommand,
  problem,
  readCommand,
  WIRE_KINDS,
} from '../src/contract/index.js';
import { ROUTES } from '../src/server/index.js';
import { createWorld, linearPerpetual, usdt, type World } from '../src/testkit/world.js';
import { CONTRACT_PAGES, exampleCommand } from './contractDocs.js';
import { anchorsOf } from './markdown.js';
import { ROOT, readText } from './repository.js';

/** Everything that the examples name. */
function exampleVenue(): World {
  const world = createWorld();
  world.accept({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
  world.accept({ kind: 'listAsset', asset: 'BTC', decimals: 8 });
  world.accept({
    kind: 'openPool',
    pool: 'main',
    isDesk: false,
    workBudget: 1_000,
    admission: 'orders',
    valuationAsset: 'USDT',
    legRule: 'larger',
  });
  world.accept(linearPerpetual('BTC-PERP'));
  world.mark({ 'BTC-PERP': 400_000n });
  for (const [account, order] of [
    ['ada-1', 'ada-1/7'],
    ['bob-1', 'bob-1/3'],
  ] as const) {
    world.client(account.slice(0, 3), { USDT: usdt(10_000) });
    world.account(account, account.slice(0, 3), 'BTC-PERP', 10);
    world.accept({ kind: 'allocate', account, asset: null, amountMinor: usdt(5_000) });
    world.accept({
      kind: 'placeOrder',
      order,
      account,
      instrument: 'BTC-PERP',
      leg: 'net',
      side: 'buy',
      priceTicks: 390_000n,
      slippagePpm: null,
      lots: 100n,
      isReduceOnly: false,
      holdWallet: false,
    });
  }
  return world;
}

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

  it('shows examples that the engine can be sent, and that read back as they were', () => {
    const { state } = exampleVenue();
    for (const kind of WIRE_KINDS) {
      const example = exampleCommand(kind);
      const read = readCommand(state, example);
      if (!read.ok) throw new Error(`${kind}: ${JSON.stringify(read.error)}`);
      const again = JSON.parse(JSON.stringify(commandJson(state, read.value)));
      expect(again, kind).toMatchObject(example as object);
      expect(readCommand(state, again), kind).toEqual(read);
    }
  });

  it('has a heading for each code, where a problem says it is explained', () => {
    const anchors = anchorsOf(readText('docs/reference/rejections.md'));
    for (const code of ERROR_CODES) {
      const [page, anchor] = problem(code).docs.split('#') as [string, string];
      expect(page).toBe('docs/reference/rejections.md');
      expect(anchors).toContain(anchor);
    }
  });

  it('has a heading for each route, and none that is not there', () => {
    const headings = [...readText('docs/reference/routes.md').matchAll(/^### (`.*`)$/gm)].map(
      ([, route]) => route,
    );
    expect(headings.sort()).toEqual(ROUTES.map(({ method, path }) => `\`${method} ${path}\``).sort());
  });
});
