import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimeMs } from '../base/units.js';
import { guardMark, type MarkState } from '../market/index.js';
import type { PriceBar } from './priceHistory.js';
import { barCount, MOVES, type PathInstrument, pricePath, waypoints } from './pricePath.js';

const DAY_MS = 86_400_000;

function bar(
  day: number,
  prices: readonly [open: number, high: number, low: number, close: number],
): PriceBar {
  const [openTicks, highTicks, lowTicks, closeTicks] = prices.map(BigInt) as [bigint, bigint, bigint, bigint];
  return { timeMs: day * DAY_MS, openTicks, highTicks, lowTicks, closeTicks };
}

function path(of: {
  instrument?: string;
  bars: readonly PriceBar[];
  jumpPpm?: bigint;
  confirmations?: number;
}): PathInstrument {
  return {
    instrument: of.instrument ?? 'X',
    bars: of.bars,
    markMaxJumpPpm: of.jumpPpm ?? 1_000_000n,
    markConfirmations: of.confirmations ?? 2,
  };
}

const stepped = { moves: 'stepped', intervalMs: DAY_MS } as const;
const jumps = { moves: 'jumps', intervalMs: DAY_MS } as const;

function prices(instruments: readonly PathInstrument[], options: typeof stepped | typeof jumps): string[] {
  return [...pricePath(instruments, options)].map(({ marks }) =>
    marks.map(({ instrument, priceTicks }) => `${instrument}=${priceTicks}`).join(' '),
  );
}

describe('waypoints', () => {
  it.each([
    ['the high is farther by ratio', [100, 130, 80, 90], [100, 130, 80, 90]],
    ['the low is farther by ratio, though nearer by distance', [100, 124, 80, 90], [100, 80, 124, 90]],
    ['both are equally far by ratio: the low first', [100, 125, 80, 90], [100, 80, 125, 90]],
    ['nothing moves', [100, 100, 100, 100], [100, 100, 100, 100]],
  ] as const)('orders a bar: %s', (_, given, expected) => {
    expect(waypoints(bar(0, given))).toEqual(expected.map(BigInt));
  });
});

describe('pricePath', () => {
  it('plays open, far extreme, other extreme and close, spread over the bar', () => {
    const steps = [...pricePath([path({ bars: [bar(1, [100, 110, 95, 105])] })], stepped)];
    expect(steps.map(({ timeMs, leg, marks }) => [timeMs - DAY_MS, leg, marks[0]!.priceTicks])).toEqual([
      [0, 'open', 100n],
      [DAY_MS / 4, 'firstExtreme', 110n],
      [DAY_MS / 2, 'secondExtreme', 95n],
      [(DAY_MS * 3) / 4, 'close', 105n],
    ]);
  });

  it('takes a long fall in as many equal steps as keep the last one under the limit', () => {
    const fall = path({ bars: [bar(1, [100, 100, 60, 60])], jumpPpm: 100_000n });
    // 40 ticks in steps of at most 6: a step of 6 is 9.1 % of 66, one of 7 would be 10.4 % of 67.
    expect(prices([fall], stepped).slice(0, 8).join(' ')).toBe('X=100 X=95 X=89 X=83 X=78 X=72 X=66 X=60');
  });

  it('steps a gap between two bars as it steps a move inside one', () => {
    const gap = path({
      bars: [bar(1, [100, 100, 100, 100]), bar(2, [120, 120, 120, 120])],
      jumpPpm: 100_000n,
    });
    expect(prices([gap], stepped)).toEqual([
      'X=100',
      'X=100',
      'X=100',
      'X=100',
      'X=110',
      'X=120',
      'X=120',
      'X=120',
      'X=120',
    ]);
  });

  it('plays a gap whole, as often as the guard wants it confirmed, when moves are jumps', () => {
    const gap = path({
      bars: [bar(1, [100, 100, 100, 100]), bar(2, [60, 60, 60, 60])],
      jumpPpm: 100_000n,
      confirmations: 3,
    });
    expect(prices([gap], jumps).slice(4)).toEqual(['X=60', 'X=60', 'X=60', 'X=60', 'X=60', 'X=60']);
  });

  it('steps all instruments together, as often as the neediest wants', () => {
    const a = path({ instrument: 'A', bars: [bar(1, [100, 130, 100, 130])], jumpPpm: 100_000n });
    const b = path({ instrument: 'B', bars: [bar(1, [1000, 1009, 1000, 1009])], jumpPpm: 100_000n });
    expect(prices([a, b], stepped)).toEqual([
      'A=100 B=1000',
      'A=110 B=1003',
      'A=120 B=1006',
      'A=130 B=1009',
      'A=120 B=1006',
      'A=110 B=1003',
      'A=100 B=1000',
      'A=110 B=1003',
      'A=120 B=1006',
      'A=130 B=1009',
    ]);
  });

  it('lets an instrument take part from its first bar on and only in bars it has', () => {
    const flat = (day: number) => bar(day, [5, 5, 5, 5]);
    const a = path({ instrument: 'A', bars: [flat(1), flat(2), flat(3), flat(4)] });
    const b = path({ instrument: 'B', bars: [flat(2), flat(4)] });
    const present = [...pricePath([a, b], stepped)].map(({ barTimeMs, marks }) => [
      barTimeMs / DAY_MS,
      marks.length,
    ]);
    const four = (day: number, count: number) => Array.from({ length: 4 }, () => [day, count]);
    expect(present).toEqual([...four(1, 1), ...four(2, 2), ...four(3, 1), ...four(4, 2)]);
    expect(barCount([a, b])).toBe(4);
  });

  it('goes whole and confirmed where one tick alone is past the limit', () => {
    const coarse = path({
      bars: [bar(1, [5, 5, 5, 5]), bar(2, [7, 7, 7, 7])],
      jumpPpm: 100_000n,
      confirmations: 2,
    });
    expect(prices([coarse], stepped).slice(4)).toEqual(['X=7', 'X=7', 'X=7', 'X=7', 'X=7']);
  });

  it('marks the batch in which all prices of a leg are reached', () => {
    const rise = path({ bars: [bar(1, [100, 120, 100, 120])], jumpPpm: 100_000n });
    const ends = [...pricePath([rise], stepped)].filter(({ isLegEnd }) => isLegEnd);
    expect(ends.map(({ leg, marks }) => [leg, marks[0]!.priceTicks])).toEqual([
      ['open', 100n],
      ['firstExtreme', 120n],
      ['secondExtreme', 100n],
      ['close', 120n],
    ]);
  });

  it('reaches every price of every bar through the mark guard, in rising time, whatever the prices (PRC-01)', () => {
    const anyBar = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 5000 })));
    const anyInstrument = fc.record({
      bars: fc.array(anyBar, { minLength: 1, maxLength: 4 }),
      jumpPpm: fc.bigInt({ min: 1000n, max: 3_000_000n }),
      confirmations: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyInstrument, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...MOVES),
        (drawn, moves) => {
          const instruments = drawn.map(({ bars, jumpPpm, confirmations }, at) =>
            path({
              instrument: `I${at}`,
              jumpPpm,
              confirmations,
              bars: bars.map((four, day) => {
                const [low, open, close, high] = [...four].sort((x, y) => x - y) as [
                  number,
                  number,
                  number,
                  number,
                ];
                return bar(day, [open, high, low, close]);
              }),
            }),
          );
          expect(reachedThroughGuard(instruments, moves)).toEqual(
            instruments.map(({ bars }) => bars.flatMap((one) => [...waypoints(one)])),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never shows the guard a jump when moves are stepped and ticks are fine', () => {
    const price = fc.integer({ min: 1_000, max: 1_000_000 });
    const bars = fc.array(price, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(bars, fc.bigInt({ min: 10_000n, max: 2_000_000n }), (flat, jumpPpm) => {
        const only = path({ bars: flat.map((at, day) => bar(day, [at, at, at, at])), jumpPpm });
        let before = BigInt(flat[0]!);
        for (const { marks } of pricePath([only], stepped)) {
          const now = marks[0]!.priceTicks;
          const distance = now > before ? now - before : before - now;
          expect(distance * 1_000_000n <= jumpPpm * before).toBe(true);
          before = now;
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The guarded price of each instrument at the end of each leg. */
function reachedThroughGuard(instruments: readonly PathInstrument[], moves: 'stepped' | 'jumps'): bigint[][] {
  const reached: bigint[][] = instruments.map(() => []);
  const states: MarkState[] = instruments.map(() => ({
    markTicks: 0n,
    sourceTimeMs: 0,
    lastSourceTimeMs: 0,
    pendingTicks: 0n,
    pendingCount: 0,
    isSuspect: false,
  }));
  let last: TimeMs = -1;
  for (const step of pricePath(instruments, { moves, intervalMs: DAY_MS })) {
    expect(step.timeMs).toBeGreaterThan(last);
    last = step.timeMs;
    for (const mark of step.marks) {
      const at = instruments.findIndex(({ instrument }) => instrument === mark.instrument);
      const { markMaxJumpPpm, markConfirmations } = instruments[at]!;
      const guard = { markMaxAgeMs: 1, markMaxJumpPpm, markConfirmations, markTicksMax: 10n ** 9n };
      const arrival = { markTicks: mark.priceTicks, sourceTimeMs: step.timeMs, nowMs: step.timeMs };
      states[at] = guardMark(states[at]!, guard, arrival).next;
      if (step.isLegEnd) reached[at]!.push(states[at]!.markTicks);
    }
  }
  return reached;
}
