import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nearestTick,
  type PriceFaultCode,
  priceFaultText,
  readPriceHistory,
  sliceBars,
} from './priceHistory.js';

const CENT = { digits: 1n, scale: 2 };
const HEAD = 'date,open,high,low,close,volume';

describe('readPriceHistory', () => {
  it('reads eight significant digits to the nearest tick, without floats', () => {
    const read = readPriceHistory(`${HEAD}\n2017-01-01,963.65802,1003.08,958.69897,998.32501,147775008\n`, {
      tickSize: CENT,
    });
    const bar = {
      timeMs: Date.UTC(2017, 0, 1),
      openTicks: 96_366n,
      highTicks: 100_308n,
      lowTicks: 95_870n,
      closeTicks: 99_833n,
    };
    expect(read).toEqual({ ok: true, value: { bars: [bar], intervalMs: null, gaps: [] } });
  });

  it('takes columns in any order, remarks, quotes, CRLF, a byte order mark and milliseconds', () => {
    const text = [
      '\u{feff}# from somewhere',
      '"Close","Low","High","Open","Timestamp","Trades"',
      '11,9,12,10,1577836800000,4',
      '12,10,12,11,1577840400000,5',
      '',
      '',
    ].join('\r\n');
    const read = readPriceHistory(text, { tickSize: { digits: 1n, scale: 0 } });
    const bars = [
      { timeMs: 1577836800000, openTicks: 10n, highTicks: 12n, lowTicks: 9n, closeTicks: 11n },
      { timeMs: 1577840400000, openTicks: 11n, highTicks: 12n, lowTicks: 10n, closeTicks: 12n },
    ];
    expect(read).toEqual({ ok: true, value: { bars, intervalMs: 3_600_000, gaps: [] } });
  });

  const good = '2020-01-01,10,12,9,11,1';
  const refusals: readonly [
    what: string,
    lines: readonly string[],
    code: PriceFaultCode,
    line: number | null,
  ][] = [
    ['an empty file', [''], 'header_unreadable', null],
    ['a header alone', [HEAD], 'no_bars', null],
    ['a header without close', ['date,open,high,low', '2020-01-01,1,1,1'], 'header_unreadable', 1],
    ['two times in a header', ['date,timestamp,open,high,low,close'], 'header_unreadable', 1],
    ['a missing field', [HEAD, '2020-01-01,10,12,9,11'], 'column_count', 2],
    ['a blank line in the middle', [HEAD, good, '', '2020-01-02,10,12,9,11,1'], 'column_count', 3],
    ['a word for a price', [HEAD, '2020-01-01,10,NaN,9,11,1'], 'price_unreadable', 2],
    ['an empty price', [HEAD, '2020-01-01,,12,9,11,1'], 'price_unreadable', 2],
    ['a zero price', [HEAD, '2020-01-01,10,12,0,11,1'], 'price_not_positive', 2],
    ['a negative price', [HEAD, '2020-01-01,10,12,-9,11,1'], 'price_not_positive', 2],
    ['a price under half a tick', [HEAD, '2020-01-01,0.1,0.1,0.004,0.1,1'], 'price_under_tick', 2],
    ['a high under the low', [HEAD, '2020-01-01,10,9,12,11,1'], 'bar_inconsistent', 2],
    ['a close over the high', [HEAD, '2020-01-01,10,12,9,12.000001,1'], 'bar_inconsistent', 2],
    ['an open under the low', [HEAD, '2020-01-01,8,12,9,11,1'], 'bar_inconsistent', 2],
    ['a day twice', [HEAD, good, good], 'time_duplicate', 3],
    ['days that go back', [HEAD, '2020-01-02,10,12,9,11,1', good], 'time_backwards', 3],
    ['a day that does not exist', [HEAD, '2020-02-30,10,12,9,11,1'], 'time_unreadable', 2],
    ['an American date', [HEAD, '01/02/2020,10,12,9,11,1'], 'time_unreadable', 2],
    [
      'a missing day',
      [HEAD, good, ...['02', '03', '05'].map((day) => `2020-01-${day},10,12,9,11,1`)],
      'bars_missing',
      5,
    ],
  ];
  it.each(refusals)('refuses %s and names the line', (_, lines, code, line) => {
    const read = readPriceHistory(lines.join('\n'), { tickSize: CENT });
    expect(read).toMatchObject({ ok: false, error: { code, line } });
  });

  it('says in words which line is wrong', () => {
    const read = readPriceHistory(`${HEAD}\n2020-01-01,10,9,12,11,1`, { tickSize: CENT });
    expect(!read.ok && priceFaultText(read.error)).toBe(
      'line 2: low must be the least and high the greatest of the four prices: "2020-01-01,10,9,12,11,1"',
    );
  });

  it('reports gaps beside the bars where they are allowed', () => {
    const days = ['01', '02', '03', '06', '07'].map((day) => `2020-01-${day},10,12,9,11,1`);
    const read = readPriceHistory([HEAD, ...days].join('\n'), { tickSize: CENT, gapsAllowed: true });
    const gap = { afterMs: Date.UTC(2020, 0, 3), untilMs: Date.UTC(2020, 0, 6), line: 5 };
    expect(read).toMatchObject({ ok: true, value: { gaps: [gap], intervalMs: 86_400_000 } });
  });

  it('takes months of different lengths for an interval without gaps', () => {
    const months = ['01', '02', '03', '04', '05', '06'].map((month) => `2021-${month}-01,10,12,9,11,1`);
    expect(readPriceHistory([HEAD, ...months].join('\n'), { tickSize: CENT }).ok).toBe(true);
  });

  it('answers any text with bars or a refusal, never with an exception', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(HEAD, good, '2020-01-02,1e5,1e5,1E-2,3,0'))),
        (lines) => {
          const read = readPriceHistory(lines.join('\n'), { tickSize: CENT });
          expect(read.ok || read.error.message.length > 0).toBe(true);
        },
      ),
    );
  });
});

describe('nearestTick', () => {
  it('is at most half a tick away and takes half a tick upwards', () => {
    const price = fc.record({
      digits: fc.bigInt({ min: 0n, max: 10n ** 20n }),
      scale: fc.integer({ min: 0, max: 12 }),
    });
    const tick = fc.record({
      digits: fc.bigInt({ min: 1n, max: 1000n }),
      scale: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(price, tick, (exact, tickSize) => {
        const ticks = nearestTick(exact, tickSize);
        const twiceOff =
          2n *
          (ticks * tickSize.digits * 10n ** BigInt(exact.scale) -
            exact.digits * 10n ** BigInt(tickSize.scale));
        const oneTick = tickSize.digits * 10n ** BigInt(exact.scale);
        expect(twiceOff > -oneTick && twiceOff <= oneTick).toBe(true);
      }),
    );
  });
});

describe('sliceBars', () => {
  it('keeps the bars from a moment on and before another', () => {
    const bars = [1, 2, 3, 4].map((timeMs) => ({
      timeMs,
      openTicks: 1n,
      highTicks: 1n,
      lowTicks: 1n,
      closeTicks: 1n,
    }));
    expect(sliceBars(bars, { fromMs: 2, toMs: 4 }).map(({ timeMs }) => timeMs)).toEqual([2, 3]);
    expect(sliceBars(bars, { fromMs: null, toMs: null })).toHaveLength(4);
  });
});
