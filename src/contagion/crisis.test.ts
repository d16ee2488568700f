import { describe, expect, it } from 'vitest';
import { type Crisis, readCrisis } from './crisis.js';
import { CRISIS_DOCUMENTS, CRISIS_IDS, findCrisis } from './crisisLibrary.js';
import { crisisPath } from './crisisPath.js';
import { type CrisisDocument, crisisSchema } from './crisisSchema.js';

const library = (id: string): Crisis => findCrisis(id) as Crisis;

describe('the crisis library', () => {
  it('holds the eight crises, each read without a fault, under its own date', () => {
    expect(CRISIS_IDS).toEqual([
      '2020-03-12-bitmex',
      '2021-05-19-levered-longs',
      '2022-05-09-terra',
      '2022-10-11-mango',
      '2022-11-08-ftx',
      '2023-03-11-usdc',
      '2025-03-26-jelly',
      '2025-10-10-own-book',
    ]);
    for (const document of CRISIS_DOCUMENTS) {
      expect(readCrisis(document)).toMatchObject({ ok: true });
      expect(document.id.startsWith(document.date)).toBe(true);
    }
    expect(findCrisis('1929-10-24')).toBeNull();
  });

  it('names a place for every figure that is called public', () => {
    for (const { id, sources } of CRISIS_DOCUMENTS)
      for (const source of sources)
        if (source.status === 'public')
          expect(source, `${id}: ${source.id}`).toMatchObject({
            url: expect.any(String),
            date: expect.any(String),
          });
  });

  it('describes every field of its schema', () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      const { properties = {}, items } = schema as {
        properties?: Record<string, { description?: string }>;
        items?: unknown;
      };
      for (const [name, field] of Object.entries(properties)) {
        if (field.description === undefined) undescribed.push(`${path}/${name}`);
        visit(field, `${path}/${name}`);
      }
      if (items !== undefined) visit(items, `${path}[]`);
    };
    visit(crisisSchema, '');
    expect(undescribed).toEqual([]);
  });

  it('takes bitcoin from 7,353 to 5,678 and to 3,596 on the venue, with its index higher', () => {
    const path = crisisPath(library('2020-03-12-bitmex'), 'BTC');
    expect(path.map(({ minute, bookPpm }) => [minute, bookPpm])).toEqual([
      [0, 1_000_000n],
      [45, 772_202n],
      [900, 772_202n],
      [955, 489_052n],
      [960, 541_004n],
      [976, 700_000n],
    ]);
    expect(path[3]?.indexPpm).toBe(543_452n);
  });

  it('parts the price of collateral on its own book from its index in October 2025, and lets both return', () => {
    const path = crisisPath(library('2025-10-10-own-book'), 'USDe');
    expect(path.map(({ bookPpm, indexPpm }) => [bookPpm, indexPpm])).toEqual([
      [1_000_000n, 1_000_000n],
      [1_000_000n, 1_000_000n],
      [1_000_000n, 1_000_000n],
      [650_000n, 970_000n],
      [1_000_000n, 1_000_000n],
      [1_000_000n, 1_000_000n],
    ]);
    expect(path[3]?.stress).toEqual({ depthPpm: 22_500n, gapPpm: 0n });
  });

  it('gives coins without a name of their own the move of the average coin', () => {
    const october = library('2025-10-10-own-book');
    expect(crisisPath(october, 'ADA')[2]).toMatchObject({ bookPpm: 370_000n, stress: { gapPpm: 40_000n } });
    expect(crisisPath(library('2023-03-11-usdc'), 'ADA').every(({ bookPpm }) => bookPpm === 1_000_000n)).toBe(
      true,
    );
  });

  it('has the figures without which a mechanism cannot be replayed', () => {
    const frozen = library('2022-05-09-terra').mechanisms[0];
    expect(frozen).toMatchObject({ kind: 'frozenFeed', assets: ['LUNA'], untilMinute: null });
    expect(frozen?.figures['floorPrice']).toBe('0.107');
    expect(library('2025-03-26-jelly').mechanisms[0]?.figures['positionDollars']).toBe('4000000');
  });
});

describe('a crisis of one’s own', () => {
  const own: CrisisDocument = {
    id: 'mine',
    title: 'Mine',
    date: '2030-01-01',
    summary: 'One fall.',
    assets: [{ asset: 'BTC', price: '100', source: 'me' }, { asset: '*' }],
    steps: [
      { minute: 0, timing: 'assumed', label: 'before', shocks: [] },
      {
        minute: 5,
        timing: 'assumed',
        label: 'after',
        shocks: [
          { asset: 'BTC', on: 'everywhere', price: '66.6666665', source: 'me' },
          { asset: '*', on: 'everywhere', move: '-0.5', source: 'me' },
        ],
        depth: [{ asset: 'BTC', multiplier: '0.1', gap: '0.02', source: 'me' }],
      },
    ],
    mechanisms: [],
    sources: [{ id: 'me', status: 'reported, not verified', title: 'Invented' }],
  };
  /** The document with one field changed; undefined takes it away, `-` at the end of the path adds to a list. */
  const changed = (path: string, value: unknown): unknown => {
    const copy: unknown = structuredClone(own);
    const names = path.split('/').slice(1);
    const last = names.pop() as string;
    const place = names.reduce((at, name) => (at as Record<string, unknown>)[name], copy);
    if (last === '-') (place as unknown[]).push(value);
    else if (value === undefined) delete (place as Record<string, unknown>)[last];
    else (place as Record<string, unknown>)[last] = value;
    return copy;
  };
  const mechanism = (kind: string, changes: object) => ({
    kind,
    assets: [],
    fromMinute: 2,
    note: 'n',
    source: 'me',
    figures: [],
    ...changes,
  });

  it('is read by the same schema, its factors to the nearest part per million', () => {
    const read = readCrisis(own);
    expect(read.ok && read.value.steps[1]).toEqual({
      minute: 5,
      label: 'after',
      shocks: [
        { asset: 'BTC', on: 'everywhere', factorPpm: 666_667n },
        { asset: '*', on: 'everywhere', factorPpm: 500_000n },
      ],
      depth: [{ asset: 'BTC', multiplierPpm: 100_000n, gapPpm: 20_000n }],
    });
  });

  const shock = '/steps/1/shocks/0';
  const faults: [string, string, unknown][] = [
    [`${shock}/source: none is not among the sources`, `${shock}/source`, 'none'],
    [`${shock}/asset: ETH is not among the assets`, `${shock}/asset`, 'ETH'],
    [`${shock}: has either a price or a move, and not both`, `${shock}/move`, '1'],
    ['/steps/1/shocks/1: has either a price or a move, and not both', '/steps/1/shocks/1/move', undefined],
    ['/steps/1/shocks/1/move: must be above -1', '/steps/1/shocks/1/move', '-1'],
    [`${shock}/price: must be above 0`, `${shock}/price`, '0'],
    [`${shock}/price: must be a plain decimal`, `${shock}/price`, '1e3'],
    [`${shock}/price: needs a price of BTC before the crisis, in assets`, '/assets/0/price', undefined],
    ['/assets/0/source: is missing: each figure has one', '/assets/0/source', undefined],
    ['/assets/1: BTC is there twice', '/assets/1/asset', 'BTC'],
    ['/steps/1/minute: is not after the step above it', '/steps/1/minute', 0],
    ['/steps/1/depth/0/gap: must be under 1', '/steps/1/depth/0/gap', '1'],
    ['/steps/1/depth/0/multiplier: must not be negative', '/steps/1/depth/0/multiplier', '-1'],
    [
      `${shock}/on: must be equal to one of the allowed values: everywhere, ownBook, index`,
      `${shock}/on`,
      'moon',
    ],
    ['/extra: is no field of a crisis file', '/extra', 1],
    ['/title: is missing', '/title', undefined],
    ['/id: is not written as this field needs it', '/id', 'Mine!'],
    ['/sources/1: is the source of no figure', '/sources/-', { ...own.sources[0], id: 'idle' }],
    ['/sources/0/publisher: is missing: a public source has one', '/sources/0/status', 'public'],
    [
      '/mechanisms/0/figures: must have floorPrice: frozenFeed cannot be replayed without',
      '/mechanisms/-',
      mechanism('frozenFeed', { assets: ['BTC'] }),
    ],
    [
      '/mechanisms/0/assets: must name an asset: frozenFeed has one',
      '/mechanisms/-',
      mechanism('frozenFeed', {}),
    ],
    [
      '/mechanisms/0/assets: must be empty: exemptAffiliate is of the venue',
      '/mechanisms/-',
      mechanism('exemptAffiliate', { assets: ['BTC'] }),
    ],
    [
      '/mechanisms/0/untilMinute: is before it begins',
      '/mechanisms/-',
      mechanism('exemptAffiliate', { untilMinute: 1 }),
    ],
  ];
  for (const [expected, path, value] of faults) {
    it(`is refused by field and rule: ${expected}`, () => {
      const read = readCrisis(changed(path, value));
      expect(read.ok ? null : `${read.error.path}: ${read.error.rule}`).toBe(expected);
    });
  }
});
