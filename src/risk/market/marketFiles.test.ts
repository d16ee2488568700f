import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.js';
import { alignMarket } from './alignedMarket.js';
import { liquidityByAsset } from './assetLiquidity.js';
import { readLiquidityFile } from './liquidityFile.js';
import { readMarketFiles } from './marketFiles.js';
import { priceOddities } from './priceReport.js';

const HEAD = 'date,open,high,low,close,volume';
const DAY = (day: number, rest = '10,11,9,10,5') => `2020-01-${String(day).padStart(2, '0')},${rest}`;

describe('candle files as a market', () => {
  it('gives bars, one interval, gaps and lengths', () => {
    const btc = [HEAD, DAY(1), DAY(2), DAY(3), DAY(6), DAY(7)].join('\n');
    const eth = [
      '# a remark',
      'close,low,high,open,time',
      ...[2, 3, 4].map((day) => `10,9,11,10,2020-01-0${day}`),
    ];
    const files = must(
      readMarketFiles([
        { asset: 'BTC', text: btc },
        { asset: 'ETH', text: eth.join('\n') },
      ]),
    );
    expect(files.intervalMs).toBe(86_400_000);
    expect(files.series[0]?.bars[0]).toMatchObject({ open: 10, high: 11, low: 9, close: 10, volume: 5 });
    expect(files.series[1]?.bars[0]?.volume).toBeNull();
    expect(files.reports[0]).toMatchObject({ bars: 5, gaps: [{ line: 5 }] });
    const market = must(alignMarket(files.series, files));
    expect(market.dates).toEqual(['2020-01-02', '2020-01-03', '2020-01-04', '2020-01-07']);
    expect([...(market.assets[0]?.returns ?? [])]).toEqual([0, 0, Number.NaN, 0]);
    expect(market.assets[0]?.lows[0]).toBeCloseTo(-0.1, 15);
    expect(market.assets[0]?.missing).toEqual(['2020-01-04']);
    expect(market.assets[1]?.first).toBe(1);
  });

  it('takes any interval', () => {
    const hour = (at: number) => `${1_577_836_800_000 + at * 3_600_000},1,1,1,1`;
    const text = ['timestamp,open,high,low,close', hour(0), hour(1), hour(2)].join('\n');
    const files = must(readMarketFiles([{ asset: 'BTC', text }]));
    expect(files.intervalMs).toBe(3_600_000);
    expect(must(alignMarket(files.series, files)).dates[0]).toBe('2020-01-01T01:00:00.000Z');
  });

  it.each([
    ['a price of zero', [HEAD, DAY(1), DAY(2, '10,11,0,10,5')], 'price_not_positive', 3],
    ['a price below zero', [HEAD, DAY(1), DAY(2, '10,11,-9,10,5')], 'price_not_positive', 3],
    ['a missing price', [HEAD, DAY(1), DAY(2, '10,11,9,,5')], 'price_unreadable', 3],
    ['a word for a price', [HEAD, DAY(1), DAY(2, '10,11,9,NaN,5')], 'price_unreadable', 3],
    ['a missing volume', [HEAD, DAY(1), DAY(2, '10,11,9,10,')], 'volume_unreadable', 3],
    ['a volume below zero', [HEAD, DAY(1, '10,11,9,10,-1')], 'volume_unreadable', 2],
    ['a date that is there twice', [HEAD, DAY(1), DAY(2), DAY(2)], 'time_duplicate', 4],
    ['dates that go back', [HEAD, DAY(2), DAY(1)], 'time_backwards', 3],
    ['a high below the close', [HEAD, DAY(1, '10,11,9,12,5')], 'bar_inconsistent', 2],
    ['two volumes', [`${HEAD},volume`, DAY(1, '10,11,9,10,5,5')], 'header_unreadable', 1],
    ['a single bar', [HEAD, DAY(1)], 'no_bars', null],
  ])('refuses %s', (_, lines, code, line) => {
    const read = readMarketFiles([{ asset: 'BTC', text: lines.join('\n') }]);
    expect(read).toMatchObject({ ok: false, error: { asset: 'BTC', code, line } });
  });

  it('refuses bars of different lengths, and no file', () => {
    const days = [HEAD, DAY(1), DAY(2)].join('\n');
    const weeks = [HEAD, DAY(1), DAY(8)].join('\n');
    const read = readMarketFiles([
      { asset: 'BTC', text: days },
      { asset: 'ETH', text: weeks },
    ]);
    expect(read).toMatchObject({ error: { asset: 'ETH', code: 'interval_differs' } });
    expect(readMarketFiles([])).toMatchObject({ error: { code: 'no_bars' } });
  });
});

describe('what is odd about prices', () => {
  const random = seededRandom('odd');
  let price = 100;
  const bars = Array.from({ length: 200 }, (_, day) => {
    const open = price;
    price = open * (1 + 0.02 * (random.unit() - 0.5));
    const [high, low] = [Math.max(open, price), Math.min(open, price)];
    return { timeMs: day, open, high, low, close: price, volume: null };
  });

  it('finds nothing in calm prices', () => expect(priceOddities(bars)).toEqual([]));

  it('names a print that is taken back, a fall that stays, a spike and a feed that stands still', () => {
    const changed = bars.map((bar, day) => {
      const fall = day >= 100 ? 0.5 : 1;
      const base = {
        ...bar,
        open: bar.open * fall,
        high: bar.high * fall,
        low: bar.low * fall,
        close: bar.close * fall,
      };
      if (day === 50) return { ...base, close: base.close * 3, high: base.high * 3 };
      if (day === 150) return { ...base, low: base.low / 2 };
      return base;
    });
    const last = changed.at(-1) as (typeof changed)[number];
    const frozen = { ...last, open: last.close, high: last.close, low: last.close };
    const odd = priceOddities([...changed, ...[200, 201, 202].map((timeMs) => ({ ...frozen, timeMs }))]);
    expect(odd.map(({ kind, timeMs }) => [kind, timeMs])).toEqual([
      ['jump', 50],
      ['jump', 51],
      ['jump', 100],
      ['spike', 150],
      ['frozen', 200],
    ]);
    expect(odd[0]).toMatchObject({ reversed: true });
    expect(odd[2]).toMatchObject({ reversed: false });
    expect(odd[4]).toMatchObject({ bars: 3 });
  });
});

describe('liquidity files', () => {
  const COLUMNS =
    'date,venue,instrument,volume,best_bid,best_ask,bid_depth_10,ask_depth_10,bid_depth_50,ask_depth_50';
  const ROW = '2020-01-01,one,BTC-PERP,1e9,99,101,1000,1100,5000,';

  it('gives snapshots, what is not known as null', () => {
    const text = [COLUMNS, ROW, '2020-01-01,two,BTC-PERP,,,,,,,'].join('\n');
    expect(must(readLiquidityFile(text))).toEqual([
      {
        timeMs: Date.UTC(2020, 0, 1),
        venue: 'one',
        instrument: 'BTC-PERP',
        volume: 1e9,
        bestBid: 99,
        bestAsk: 101,
        openInterest: null,
        largestPosition: null,
        depths: [
          { basisPoints: 10, bid: 1000, ask: 1100 },
          { basisPoints: 50, bid: 5000, ask: null },
        ],
      },
      expect.objectContaining({ venue: 'two', volume: null, bestBid: null }),
    ]);
  });

  it('takes open interest and the largest position where they are stated, and gives each asset its own', () => {
    const rows = ['BTC-PERP,100,7', 'btc/usdt:usdt,,3', 'ETH-PERP,50,', 'AAA_X,1,1'].map(
      (row) => `2020-01-01,one,${row}`,
    );
    const text = ['time,venue,instrument,open_interest,largest_position', ...rows].join('\n');
    const read = must(readLiquidityFile(text));
    expect(read.map(({ openInterest, largestPosition }) => [openInterest, largestPosition])).toEqual([
      [100, 7],
      [null, 3],
      [50, null],
      [1, 1],
    ]);
    const { byAsset, unused } = liquidityByAsset(read, ['BTC', 'ETH', 'ETH-PERP']);
    const names = [...byAsset].map(([asset, own]) => [asset, own.map(({ instrument }) => instrument)]);
    // An asset that bears the instrument's name goes before that of its base.
    expect(names).toEqual([
      ['BTC', ['BTC-PERP', 'btc/usdt:usdt']],
      ['ETH-PERP', ['ETH-PERP']],
    ]);
    expect(unused).toEqual(['AAA_X']);
  });

  it.each([
    [
      'an open interest below zero',
      ['date,venue,instrument,open_interest', '2020-01-01,a,b,-1'],
      'number_negative',
      2,
    ],
    ['no venue column', ['date,instrument', '2020-01-01,x'], 'header_unreadable', 1],
    ['a depth with one side', ['date,venue,instrument,bid_depth_5', ''], 'header_unreadable', 1],
    ['a column twice', [`${COLUMNS},volume`], 'header_unreadable', 1],
    ['no row', [COLUMNS], 'no_rows', null],
    ['an empty file', [''], 'header_unreadable', null],
    ['a row too short', [COLUMNS, '2020-01-01,one'], 'column_count', 2],
    ['a bad time', [COLUMNS, ROW.replace('2020-01-01', 'x')], 'time_unreadable', 2],
    ['times that go back', [COLUMNS, ROW, ROW.replace('2020', '2019')], 'time_backwards', 3],
    ['a snapshot twice', [COLUMNS, ROW, ROW], 'snapshot_duplicate', 3],
    ['no name', [COLUMNS, ROW.replace('one', '')], 'name_missing', 2],
    ['a word', [COLUMNS, ROW.replace('1e9', 'much')], 'number_unreadable', 2],
    ['a volume below zero', [COLUMNS, ROW.replace('1e9', '-1')], 'number_negative', 2],
    ['a price of zero', [COLUMNS, ROW.replace('99', '0')], 'price_not_positive', 2],
    ['a crossed book', [COLUMNS, ROW.replace('99', '101')], 'book_crossed', 2],
    ['depth that falls', [COLUMNS, ROW.replace('5000', '500')], 'depth_falls', 2],
  ])('refuses %s', (_, lines, code, line) => {
    expect(readLiquidityFile(lines.join('\n'))).toMatchObject({ ok: false, error: { code, line } });
  });
});

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
