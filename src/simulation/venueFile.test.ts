import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleVenue } from './exampleVenue.js';
import { readVenueFile, type Venue, venueFaultText } from './venueFile.js';

/** The example venue with some places changed; a place is a JSON pointer, undefined removes it. */
function changed(changes: Readonly<Record<string, unknown>>): string {
  const document = JSON.parse(JSON.stringify(exampleVenue('1'))) as Record<string, unknown>;
  for (const [pointer, value] of Object.entries(changes)) {
    const keys = pointer.slice(1).split('/');
    const last = keys.pop()!;
    const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, document);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return JSON.stringify(document);
}

function accepted(text: string): Venue {
  const read = readVenueFile(text);
  if (!read.ok) throw new Error(venueFaultText(read.error));
  return read.value;
}

describe('readVenueFile', () => {
  it('turns decimal text into whole numbers', () => {
    const venue = accepted(changed({ '/from': '2001-02-01', '/to': '2001-02-28' }));
    const [instrument] = venue.instruments;
    expect(instrument).toMatchObject({
      definition: {
        id: 'AAA-PERP',
        pool: 'major',
        takerFeePpm: 500n,
        markMaxJumpPpm: 20_000n,
        markConfirmations: 3,
      },
      terms: { unit: 100n },
      tickSize: { digits: 1n, scale: 1 },
      fundingRatePerDayPpm: 300n,
      prices: 'aaa-usd-daily.csv',
    });
    expect(instrument!.definition.brackets[0]).toEqual({
      notionalCapMinor: 100_000_000_000n,
      initialMarginRatePpm: 10_000n,
      maintenanceMarginRatePpm: 5_000n,
      leverageMaxPpm: 100_000_000n,
    });
    expect(venue.pools[1]).toEqual({
      id: 'minor',
      insuranceFunds: [{ asset: 'USDT', amountMinor: 50_000_000_000n, capMinor: 100_000_000_000n }],
    });
    expect(venue.clients[0]).toMatchObject({
      depositMinMinor: 200_000_000n,
      depositAgainDays: 30,
      takeProfitPpm: 3_000_000n,
      leveragesPpm: [3n, 5n, 10n, 20n, 50n].map((x) => x * 1_000_000n),
    });
    expect([venue.fromMs, venue.toMs]).toEqual([Date.UTC(2001, 1, 1), Date.UTC(2001, 2, 1)]);
    expect([...venue.jumpDaysMs]).toEqual([Date.UTC(2002, 2, 7), Date.UTC(2002, 7, 24)]);
  });

  it('states its defaults: stepped moves, no missing bars, every instrument of the asset', () => {
    const unsaid = ['/moves', '/jumpDays', '/pools/0/insuranceFundCap', '/clients/0/takeProfitAt'];
    const venue = accepted(changed(Object.fromEntries(unsaid.map((path) => [path, undefined]))));
    expect(venue.jumpDaysMs.size).toBe(0);
    expect(venue.pools[0]!.insuranceFunds[0]!.capMinor).toBeNull();
    expect(venue.clients[0]!.takeProfitPpm).toBeNull();
    expect(venue).toMatchObject({ moves: 'stepped', gapsAllowed: false, fromMs: null, toMs: null });
    expect(venue.clients[0]!.instruments).toEqual(['AAA-PERP', 'BBB-PERP', 'CCC-PERP']);
    expect(venue.instruments[0]!.definition).toMatchObject({
      removalFloorPpm: 100_000n,
      initialBasis: 'mark',
    });
  });

  it('takes the venue file for real history that comes with the package', () => {
    const venue = accepted(readFileSync(new URL('../../market/history.venue.json', import.meta.url), 'utf8'));
    expect(venue.instruments.map(({ prices }) => prices)).toContain('sol-usd-daily.csv');
  });

  const inverse = {
    '/assets/1': { id: 'AAA', decimals: 8 },
    '/instruments/0/payoff': 'inverse',
    '/instruments/0/settle': 'AAA',
    '/instruments/0/contractSize': '100',
    '/instruments/0/lotSize': '1',
    '/marketMakers/1': { name: 'coin', count: 1, asset: 'AAA', deposit: '5000', leverage: '2' },
  };

  it('takes inverse instruments, settled in the coin', () => {
    const venue = accepted(changed(inverse));
    expect(venue.instruments[0]!.terms.unit).toBe(100n * 10n ** 9n);
    expect(venue.marketMakers[1]!.instruments).toEqual(['AAA-PERP']);
    expect(venue.clients[0]!.instruments).toEqual(['BBB-PERP', 'CCC-PERP']);
  });

  const refusals: readonly [changes: Readonly<Record<string, unknown>>, path: string, sentence: string][] = [
    [{ '/seed': undefined }, '/seed', 'is missing'],
    [{ '/sead': '1' }, '/sead', 'is not a field'],
    [{ '/clients/0/count': '240' }, '/clients/0/count', 'must be integer'],
    [{ '/clients/0/count': 0 }, '/clients/0/count', 'must be >= 1'],
    [{ '/clients/0/strategies/yolo': 1 }, '/clients/0/strategies/yolo', 'is not a field'],
    [{ '/clients/0/strategies': {} }, '/clients/0/strategies', 'every weight is zero'],
    [{ '/clients/0/deposit/max': '100' }, '/clients/0/deposit/max', 'is below'],
    [{ '/clients/0/deposit/min': '0.0000001' }, '/clients/0/deposit/min', 'USDT has 6 decimals'],
    [{ '/clients/0/deposit/min': '1e3' }, '/clients/0/deposit/min', 'must be decimal text'],
    [{ '/clients/0/deposit/min': '-5' }, '/clients/0/deposit/min', 'is out of range'],
    [{ '/clients/0/leverages/1': '0.5' }, '/clients/0/leverages/1', 'is from 1 to 1000'],
    [{ '/clients/0/takeProfitAt': '0.9' }, '/clients/0/takeProfitAt', 'is at least 1'],
    [{ '/clients/0/depositAgainDays': 0 }, '/clients/0/depositAgainDays', 'must be >= 1'],
    [{ '/jumpDays/1': '2002-02-30' }, '/jumpDays/1', 'no such day'],
    [
      { '/pools/0/insuranceFundCap': { EUR: '1' } },
      '/pools/0/insuranceFundCap/EUR',
      'the cap of a fund that is not there',
    ],
    [{ '/clients/0/name': 'a b' }, '/clients/0/name', 'letters, digits'],
    [{ '/clients/1/name': 'retail' }, '/clients', '"retail" is there twice'],
    [
      { '/clients/0/instruments': ['ZZZ-PERP'] },
      '/clients/0/instruments/0',
      'no instrument "ZZZ-PERP" settles in USDT',
    ],
    [{ '/marketMakers/0/instruments': ['AAA-PERP'] }, '/clients/0', 'no market maker quotes "BBB-PERP"'],
    [{ '/marketMakers/0/asset': 'EUR' }, '/marketMakers/0/asset', 'there is no asset "EUR"'],
    [{ '/instruments/0/pool': 'other' }, '/instruments/0/pool', 'there is no pool "other"'],
    [{ '/instruments/0/kind': 'option' }, '/instruments/0/kind', 'perpetual, future'],
    [
      { '/instruments/0/kind': 'future' },
      '/instruments/0/expiryDate',
      'a future and an option have an expiry',
    ],
    [{ '/instruments/0/tickSize': '0' }, '/instruments/0/tickSize', 'must be a positive decimal'],
    [{ '/instruments/0/tickSize': '0.00001' }, '/instruments/0/tickSize', 'whole minor units'],
    [
      { '/instruments/0/takerFeeRate': '0.00000001' },
      '/instruments/0/takerFeeRate',
      'finer than one part per million',
    ],
    [{ '/instruments/0/takerFeeRate': '-0.1' }, '/instruments/0/takerFeeRate', 'must be from 0'],
    [{ '/instruments/0/takerFeeRate': 0.0005 }, '/instruments/0/takerFeeRate', 'must be string'],
    [
      { '/instruments/0/fundingRatePerDay': '0.02' },
      '/instruments/0/fundingRatePerDay',
      'is above fundingRateMax',
    ],
    [{ '/instruments/0/tiers/1/notionalCap': '1' }, '/instruments/0/tiers/1', 'bracket_cap_not_above_floor'],
    [{ '/instruments/1/id': 'AAA-PERP' }, '/instruments', '"AAA-PERP" is there twice'],
    [{ '/instruments/1/id': '../x' }, '/instruments/1/id', 'letters, digits'],
    [{ '/pools/1/id': 'major', '/instruments/2/pool': 'major' }, '/pools', '"major" is there twice'],
    [{ '/pools/0/insuranceFund/EUR': '5' }, '/pools/0/insuranceFund/EUR', 'there is no asset "EUR"'],
    [{ '/from': '2001-02-30' }, '/from', 'no such day'],
    [{ '/from': '2001-03-01', '/to': '2001-02-01' }, '/to', 'is before /from'],
    [{ '/moves': 'teleport' }, '/moves', 'stepped, jumps'],
  ];
  it.each(refusals)('refuses %j and says where', (changes, path, sentence) => {
    const read = readVenueFile(changed(changes));
    expect(read).toMatchObject({ ok: false, error: { path } });
    expect(!read.ok && read.error.message).toContain(sentence);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '"x"',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
    '{"__proto__": {"seed": "1"}}',
  ])('refuses what is no venue file at all', (text) => {
    expect(readVenueFile(text).ok).toBe(false);
  });
});
