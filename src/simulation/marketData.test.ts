import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleVenue } from './exampleVenue.js';
import { readMarketData } from './marketData.js';
import { pricePath } from './pricePath.js';
import { readVenueFile, type Venue } from './venueFile.js';

function venue(change: Partial<Venue> = {}): Venue {
  const read = readVenueFile(JSON.stringify(exampleVenue('1')));
  if (!read.ok) throw new Error(read.error.message);
  return { ...read.value, ...change };
}

function daily(days: readonly number[]): string {
  const line = (day: number) => `2020-01-${String(day).padStart(2, '0')},10,12,9,11`;
  return ['date,open,high,low,close', ...days.map(line)].join('\n');
}

const texts = (byFile: Readonly<Record<string, string>>) => (file: string) =>
  byFile[file] ?? daily([1, 2, 3, 4, 5]);
const none = texts({});

describe('readMarketData', () => {
  it('gives the bars between the dates, each instrument with its own guards', async () => {
    const read = await readMarketData(
      venue({ fromMs: Date.UTC(2020, 0, 2), toMs: Date.UTC(2020, 0, 5) }),
      none,
    );
    expect(
      read.ok && read.value.instruments.map(({ instrument, bars }) => [instrument, bars.length]),
    ).toEqual([
      ['AAA-PERP', 3],
      ['BBB-PERP', 3],
      ['CCC-PERP', 3],
    ]);
    expect(read).toMatchObject({ ok: true, value: { intervalMs: 86_400_000, gaps: [] } });
    expect(read.ok && read.value.instruments[0]!.markMaxJumpPpm).toBe(20_000n);
  });

  it('refuses a missing day inside the dates and ignores one outside', async () => {
    const holed = texts({ 'bbb-usd-daily.csv': daily([1, 2, 4, 5, 6]) });
    const refused = await readMarketData(venue(), holed);
    expect(refused).toMatchObject({ ok: false, error: { file: 'bbb-usd-daily.csv' } });
    expect(!refused.ok && refused.error.message).toMatch(
      /^line 4: no bars between 2020-01-02.* and 2020-01-04/,
    );
    expect((await readMarketData(venue({ fromMs: Date.UTC(2020, 0, 4) }), holed)).ok).toBe(true);
    const allowed = await readMarketData(venue({ gapsAllowed: true }), holed);
    expect(allowed.ok && allowed.value.gaps).toMatchObject([{ instrument: 'BBB-PERP' }]);
  });

  it('refuses bars of different length, dates without bars, bad lines and prices beyond the instrument', async () => {
    const hourly = 'date,open,high,low,close\n2020-01-01T00:00,1,1,1,1\n2020-01-01T01:00,1,1,1,1\n';
    const cases: readonly [Promise<unknown>, string][] = [
      [readMarketData(venue(), texts({ 'ccc-usd-daily.csv': hourly })), 'its bars are 3600000 ms long'],
      [readMarketData(venue({ fromMs: Date.UTC(2021, 0, 1) }), none), 'has no bar between the dates played'],
      [readMarketData(venue(), texts({ 'aaa-usd-daily.csv': 'x' })), 'line 1: the header must name'],
      [
        readMarketData(
          venue(),
          texts({ 'aaa-usd-daily.csv': daily([1]).replace(',12,', ',99999999999999,') }),
        ),
        'a price of 2020-01-01T00:00:00.000Z is above what AAA-PERP can carry',
      ],
    ];
    for (const [read, sentence] of cases) {
      expect(await read).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining(sentence) as string },
      });
    }
  });
});

/** The files stay where they are; without the variable there is nothing to read and the test says so. */
const REAL = process.env['BULKHEAD_MARKET_DATA'] ?? '';

describe.skipIf(!existsSync(REAL))('readMarketData on real history (BULKHEAD_MARKET_DATA)', () => {
  it('reads and plays BTC, ETH, BNB and SOL from 2020 to 2022, SOL from its first bar', async () => {
    const text = readFileSync(new URL('../../market/history.venue.json', import.meta.url), 'utf8');
    const real = readVenueFile(text);
    if (!real.ok) throw new Error(real.error.message);
    const read = await readMarketData(real.value, (file) => readFileSync(join(REAL, file), 'utf8'));
    if (!read.ok) throw new Error(read.error.message);
    const { instruments, intervalMs } = read.value;
    expect(instruments.map(({ bars }) => bars.length)).toEqual([1096, 1096, 1096, 996]);
    expect(instruments[0]!.bars[0]).toMatchObject({ openTicks: 719_489n });

    const steps = [...pricePath(instruments, { moves: 'stepped', intervalMs })];
    expect(steps.length).toBeGreaterThan(4 * 1096);
    const crash = steps.filter(({ barTimeMs }) => barTimeMs === Date.UTC(2020, 2, 12));
    expect(crash.length).toBeGreaterThan(8);
    expect(crash.every(({ marks }) => marks.length === 3)).toBe(true);
  });
});
