import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Check } from 'typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import { hashText } from '../base/index.js';
import {
  ALL_ISOLATED,
  bookCommands,
  CRISIS_DOCUMENTS,
  exampleGenerator,
  generateBook,
  LOSS_LAYERS,
} from '../contagion/index.js';
import { StressDocument } from '../contract/index.js';
import { openHost } from '../journal/index.js';
import { runCommand } from '../testkit/runCommand.js';
import { Refusal, UsageError } from './failures.js';
import { stress } from './stress.js';
import { stressChart } from './stressChart.js';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-stress-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SMALL = ['--generate', 'cli', '--owners', '8'];

async function ran(...args: string[]): Promise<string> {
  const { code, out } = await runCommand(stress, args);
  expect(code).toBe(0);
  return out;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('bulkhead stress', () => {
  it('answers as its schema says, and the same again for the seed it names (OPS-04)', async () => {
    const [csv, svg] = [join(folder, 'rounds.csv'), join(folder, 'cascade.svg')];
    const json = await ran(...SMALL, '--json', '--csv', csv, '--svg', svg);
    const document = JSON.parse(json) as StressDocument;
    expect(Check(StressDocument, document)).toBe(true);
    expect(await ran('--generate', document.book.seed ?? '', '--owners', '8', '--json')).toBe(json);
    expect(document.policies.map(({ id }) => id)).toEqual(['all-cross', 'all-isolated', 'cross-in-pools']);
    const lines = readFileSync(csv, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(1 + document.policies.reduce((sum, { roundCount }) => sum + roundCount, 0));
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([14]));
    expectPicture(readFileSync(svg, 'utf8'));
  });

  it('describes every field of its schema with a unit and an example', async () => {
    const { $defs } = JSON.parse(await ran('--schema')) as { $defs: { report: unknown; scenario: unknown } };
    const leaves = leavesOf($defs.report);
    expect(leaves.length).toBeGreaterThan(50);
    for (const leaf of leaves)
      expect(leaf).toMatchObject({
        description: expect.any(String),
        unit: expect.any(String),
        examples: [expect.anything()],
      });
  });

  it('lists the crises and policies it knows', async () => {
    const listed = await ran('--list');
    for (const { id } of CRISIS_DOCUMENTS) expect(listed).toContain(id);
    expect(listed).toContain('cross-in-pools');
  });

  it('takes a crisis of one own, as the library has them', async () => {
    const scenario = file('own.json', JSON.stringify({ ...CRISIS_DOCUMENTS[0], id: 'my-own' }));
    const text = await ran(...SMALL, '--scenario', scenario, '--policies', 'all-isolated', '--impact', 'off');
    expect(text).toContain('my-own');
    expect(text).toContain('impact      off');
  });

  it('takes an account in the shape of CCXT, against the rest of the market', async () => {
    const book = file(
      'account.json',
      JSON.stringify({
        positions: [
          {
            symbol: 'BTC/USDT:USDT',
            side: 'long',
            contracts: 2,
            contractSize: 1,
            entryPrice: 120000,
            markPrice: 122000,
            leverage: 10,
            marginMode: 'cross',
            maintenanceMarginPercentage: 0.005,
          },
          {
            symbol: 'SOL/USDT:USDT',
            side: 'short',
            contracts: 100,
            contractSize: 1,
            entryPrice: 210,
            markPrice: 220,
            leverage: 5,
            marginMode: 'isolated',
            maintenanceMarginPercentage: 0.01,
            collateral: 3200,
          },
        ],
        balance: { total: { USDT: 20000 } },
      }),
    );
    const document = JSON.parse(await ran('--book', book, '--json')) as StressDocument;
    expect(document.book).toMatchObject({ source: 'ccxt', owners: 1, accounts: 2, valuationAsset: 'USDT' });
    expect(document.policies.map(({ id }) => id)).toContain('as-given');
    const given = document.policies.find(({ id }) => id === 'as-given');
    // A tenth behind the long is gone with bitcoin at 102k; the short gains.
    expect(given?.liquidated.map(({ account }) => account)).toEqual(['ccxt/cross']);
  });

  it.each([
    [['--crisis', '2020-03-12'], UsageError, /--crisis does not know "2020-03-12"/],
    [['--policies', 'all-cros'], UsageError, /did you mean all-cross\?/],
    [['--policies', 'all-cross,all-cross'], UsageError, /names all-cross twice/],
    [['--depth', '0'], UsageError, /--depth takes a number above 0 to 1000, not "0"/],
    [['--permanence', '1.5'], UsageError, /--permanence takes a number from 0 to 1/],
    [['--impact', 'off', '--depth', '1'], UsageError, /--depth says nothing/],
    [['--orders', 'x.json'], UsageError, /--orders goes with --impact book/],
    [['--scenario', '-', '--book', '-'], UsageError, /standard input is one of/],
    [['--owners', '0'], UsageError, /--owners takes a whole number from 1/],
    [['--book', 'x', '--generate', '1'], UsageError, /either --book or --generate/],
    [['--book', '/nowhere/at-all'], Refusal, /there is no such file/],
  ])('refuses %j and says which rule is broken', async (args, kind, message) => {
    const found = await ran(...args).catch((error: unknown) => error);
    expect(found).toBeInstanceOf(kind);
    expect((found as Error).message).toMatch(message);
  });

  it('plays each policy without and with other layers: only who pays is another (LIQ-05)', async () => {
    const layer = (kind: string, payers: string, more: object = {}) => ({
      name: kind,
      kind,
      scope: kind === 'account' ? 'account' : 'pool',
      payers,
      allocation: 'single',
      ...more,
    });
    const layers = [
      layer('account', 'ownAccount'),
      layer('insuranceFund', 'poolFund'),
      layer('topUp', 'venueCapital', { scope: 'venue', cap: '1000000' }),
      layer('deleveraging', 'poolWinners', { allocation: 'proRata' }),
      layer('lossSharing', 'poolGains', { allocation: 'proRata' }),
    ];
    const waterfall = { revision: 1, layers, deleveraging: { kind: 'proRata', score: null } };
    const given = file('layers.json', JSON.stringify({ waterfall, venueCapital: '10000000' }));
    const asked = [
      '--generate',
      'cli',
      '--owners',
      '60',
      '--policies',
      'all-isolated',
      '--impact',
      'off',
      '--json',
    ];
    const document = JSON.parse(await ran(...asked, '--layers', given)) as StressDocument;
    expect(document.policies.map(({ id }) => id)).toEqual(['all-isolated', 'all-isolated+layers']);
    const [own, other] = document.policies.map((policy) => policy.layers);
    expect(Number(own?.deleveraging)).toBeGreaterThan(0);
    expect(own?.venueCapital).toBe('0');
    // The venue has enough for all: nobody is deleveraged.
    expect([Number(other?.venueCapital) > 0, other?.deleveraging, other?.open]).toEqual([true, '0', '0']);
    const refused = file('refused-layers.json', JSON.stringify({ waterfall: { ...waterfall, revision: 2 } }));
    await expect(ran(...asked, '--layers', refused)).rejects.toThrow(/\/waterfall: .*revision/);
    const negative = file('negative-layers.json', JSON.stringify({ waterfall, venueCapital: '-1' }));
    await expect(ran(...asked, '--layers', negative)).rejects.toThrow(/\/venueCapital: must be an amount/);
    const unknown = file('unknown-layers.json', JSON.stringify({ waterfall, more: 1 }));
    await expect(ran(...asked, '--layers', unknown)).rejects.toThrow(/\/more: there is no such field/);
  });

  it('trades against explicit books: those that are given around the mark, and drawn ones', async () => {
    const asked = [...SMALL, '--policies', 'all-isolated', '--impact', 'book', '--json'];
    const drawn = JSON.parse(await ran(...asked)) as StressDocument;
    expect(drawn.impact).toMatchObject({ kind: 'book', permanence: 0.3, books: [] });
    const filled = (document: StressDocument) =>
      document.policies.flatMap(({ rounds }) => rounds).reduce((sum, round) => sum + round.ordersFilled, 0);
    expect(filled(drawn)).toBeGreaterThan(0);
    // Nobody quotes anything: no order of a liquidation is filled.
    const ids = drawn.policies[0]?.pools.map(({ pool }) => pool) ?? [];
    const nobody = Object.fromEntries(ids.map((id) => [id, { bids: [], asks: [] }]));
    const orders = file('orders.json', JSON.stringify(nobody));
    const given = JSON.parse(await ran(...asked, '--orders', orders)) as StressDocument;
    expect(given.impact.books).toEqual([...ids].sort());
    expect(filled(given)).toBe(0);
  });

  it.each([
    ['[]', /the document: must be an object/],
    ['{}', /has no book of orders/],
    ['{"X": {}}', /\/X: is not an instrument/],
    ['{"BTC-PERP": {"bids": []}}', /\/BTC-PERP\/asks: must be a list/],
    ['{"BTC-PERP": {"bids": [[1, 0]], "asks": []}}', /bids\[0\]\.lots: must be above 0/],
    ['{"BTC-PERP": {"bids": [[1, -1]], "asks": []}}', /bids\[0\]\.lots: must be above 0/],
    ['{"BTC-PERP": {"bids": [[1]], "asks": []}}', /\/bids\/0\/1: must be a multiple/],
    ['{"BTC-PERP": {"bids": [["x", 1]], "asks": []}}', /\/bids\/0\/0: must be a multiple/],
    ['{"BTC-PERP": {"bids": [[1e9, 1]], "asks": []}}', /\/bids: must not be above the mark/],
    ['{"BTC-PERP": {"bids": [], "asks": [[1, 1]]}}', /\/asks: must not be below the mark/],
    ['{"BTC-PERP": {"bids": [[1, 1], [2, 1]], "asks": []}}', /farther from the market/],
  ])('refuses the books of orders %s', async (text, message) => {
    const orders = file('refused.json', text);
    const found = await ran(...SMALL, '--impact', 'book', '--orders', orders).catch(
      (error: unknown) => error,
    );
    expect(found).toBeInstanceOf(Refusal);
    expect((found as Error).message).toMatch(message);
  });

  it('names the field of a scenario and of a book that it refuses', async () => {
    const first = CRISIS_DOCUMENTS[0]!;
    const broken = file('broken.json', JSON.stringify({ ...first, assets: [] }));
    await expect(ran('--scenario', broken)).rejects.toThrow(/broken\.json: \/assets/);
    const held = file(
      'held.json',
      '{"positions": [{"symbol": "BTC/USDT:USDT", "side": "up", "contracts": 1, "contractSize": 1}]}',
    );
    await expect(ran('--book', held)).rejects.toThrow(/\/positions\/0\/side: .*long or short/);
  });

  it('reads the journal of an engine and leaves every byte of it as it is (OPS-04)', async () => {
    const directory = join(folder, 'journal');
    const host = await openHost({ directory, snapshotEvery: 0, clock: () => 1_000 });
    const plan = bookCommands(generateBook({ ...exampleGenerator('live'), owners: 6 }), ALL_ISOLATED, {
      timeMs: 1_000,
    });
    if (!plan.ok) throw new Error(plan.error.rule);
    for (const [at, command] of plan.value.commands.entries()) await host.submit(`c${at}`, command);
    const stateHash = hashText(host.engine.stateHash());
    await host.close();
    const bytes = () =>
      readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'hex')]);
    const before = bytes();
    const text = await ran('--book', directory, '--policies', 'as-given', '--impact', 'off', '--json');
    const { book, policies } = JSON.parse(text) as StressDocument;
    expect(bytes()).toEqual(before);
    expect(book).toMatchObject({ source: 'journal', stateHash });
    expect(policies[0]?.liquidatedAccounts).toBeGreaterThan(0);
  });

  it('names the account of a journal that a book cannot say, and with --leave-out looks at the others', async () => {
    const directory = join(folder, 'legs');
    const host = await openHost({ directory, snapshotEvery: 0, clock: () => 1_000 });
    const generated = generateBook({ ...exampleGenerator('live'), owners: 6 });
    const first = generated.accounts[0]!;
    const long = `a${'b'.repeat(63)}`;
    const plan = bookCommands(generated, ALL_ISOLATED, { timeMs: 1_000 });
    if (!plan.ok) throw new Error(plan.error.rule);
    for (const [at, command] of plan.value.commands.entries()) await host.submit(`c${at}`, command);
    const { owner, positions } = first;
    const { instrument } = positions[0]!;
    const opened = await host.submit('long', {
      kind: 'openAccount',
      account: long,
      client: owner,
      instrument,
      leveragePpm: 1_000_000n,
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
    });
    expect(opened).toMatchObject({ record: { outcome: { kind: 'accepted' } } });
    await host.close();
    await expect(ran('--book', directory, '--policies', 'as-given')).rejects.toThrow(
      `${long}: its id is longer than 60 characters; --leave-out looks at the others`,
    );
    const args = ['--book', directory, '--leave-out', '--policies', 'as-given', '--impact', 'off'];
    const { book } = JSON.parse(await ran(...args, '--json')) as StressDocument;
    expect(book.leftOut).toEqual([{ account: long, rule: 'its id is longer than 60 characters' }]);
    expect(await ran(...args)).toMatch(new RegExp(`left out +${long} .its id is longer`));
    await expect(ran('--leave-out')).rejects.toThrow('--leave-out goes with a journal');
  });

  it('refuses a journal of nothing', async () => {
    const directory = join(folder, 'empty-journal');
    await (await openHost({ directory, snapshotEvery: 0 })).close();
    await expect(ran('--book', directory)).rejects.toThrow(/there is nothing that trades/);
  });
});

describe('the picture of a stress run', () => {
  it('is valid XML with no text over another, also with five policies and long names', async () => {
    const document = JSON.parse(await ran(...SMALL, '--json')) as StressDocument;
    const one = document.policies[0]!;
    const policies = [0, 1, 2, 3, 4].map((at) => ({
      ...one,
      title: `A policy & its <long> "name", number ${at}`,
    }));
    expectPicture(stressChart({ ...document, policies }));
    const none = Object.fromEntries(LOSS_LAYERS.map((layer) => [layer, '0'])) as typeof one.layers;
    expectPicture(
      stressChart({ ...document, policies: [{ ...one, rounds: [], deficit: '0', layers: none }] }),
    );
  });
});

/** Elements balance, text is escaped, nothing lies outside, and no two texts overlap. */
function expectPicture(svg: string): void {
  const open: string[] = [];
  for (const [tag, name, , closed] of svg.matchAll(
    /<\/?([a-z]+)((?: [\w-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/g,
  )) {
    if (tag.startsWith('</')) expect(open.pop()).toBe(name);
    else if (closed !== '/') open.push(name as string);
  }
  expect(open).toEqual([]);
  expect(svg.match(/</g)?.length).toBe(svg.match(/>/g)?.length);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) ([\d.]+)"/.exec(svg) ?? []).map(Number);
  const boxes = [
    ...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)" text-anchor="(\w+)" class="(\w+)">([^<]*)</g),
  ].map(([, x, y, anchor, kind, text = '']) => {
    const size = kind === 'head' ? 15 : 12;
    const wide = text.replace(/&\w+;/g, '.').length * size * 0.6;
    const left = Number(x) - (anchor === 'end' ? wide : anchor === 'middle' ? wide / 2 : 0);
    return { text, left, right: left + wide, top: Number(y) - size * 0.8, bottom: Number(y) + size * 0.2 };
  });
  expect(boxes.length).toBeGreaterThan(10);
  for (const [at, box] of boxes.entries()) {
    expect(
      box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height,
      `${box.text} is inside`,
    ).toBe(true);
    for (const other of boxes.slice(at + 1))
      expect(
        box.right > other.left && other.right > box.left && box.bottom > other.top && other.bottom > box.top,
        `${box.text} over ${other.text}`,
      ).toBe(false);
  }
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg, 'programs that know no variables paint black instead').not.toContain('var(');
  for (const [, name] of svg.matchAll(/<path class="(\w+)/g))
    expect(new RegExp(`[.,]\\.?${name}[^{]*\\{fill:none`).test(svg), `${name} is a line, not a shape`).toBe(
      true,
    );
}

/** Schemas of values, not of objects and lists. */
function leavesOf(schema: unknown): object[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items, anyOf } = schema as { properties?: object; items?: unknown; anyOf?: unknown[] };
  if (properties !== undefined) return Object.values(properties).flatMap(leavesOf);
  if (items !== undefined) return leavesOf(items);
  if (anyOf !== undefined)
    return anyOf.filter((one) => (one as { type?: string }).type !== 'null').flatMap(leavesOf);
  return [schema];
}
