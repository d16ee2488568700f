import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fraction } from '../market/payoff.js';
import { compare, minus, over, type Rational, rational, size, times } from '../testkit/rational.js';
import {
  compareScores,
  DELEVERAGE_SCORES,
  type DeleverageCandidate,
  type DeleverageScore,
  deleverageScore,
  effectiveLeverage,
  unhedgedLots,
} from './deleverageScore.js';
import { reduced } from './fraction.js';

/** 2 lots bought at 100, worth 150 each: profit 100, cost 200, notional 300, equity 200. */
const LONG: DeleverageCandidate = { row: 1, lots: 2n, cost: 200n, markValue: 300n, collateral: 100n };
/** 2 lots sold at 100, worth 50 each: profit 100, cost 200, notional 100, equity 200. */
const SHORT: DeleverageCandidate = { row: 1, lots: -2n, cost: -200n, markValue: -100n, collateral: 100n };

const scoreOf = (
  score: DeleverageScore,
  candidate: DeleverageCandidate,
  payoff: 'linear' | 'inverse' = 'linear',
) => {
  const found = deleverageScore({ score, payoff }, candidate);
  if (typeof found === 'string') return found;
  const { numerator, denominator } = reduced(found);
  return `${numerator}/${denominator}`;
};

describe('deleverage scores', () => {
  // BitMEX, "Auto-Deleveraging": PnL percentage 100 / 200, bankruptcy value 200 - 100, leverage 300 / (300 - 100).
  it('of BitMEX are PnL percentage times effective leverage (LIQ-06)', () => {
    expect(scoreOf('bitmex', LONG)).toBe('3/4');
    expect(scoreOf('bitmex', SHORT)).toBe('1/4');
  });

  // Binance: PnL percentage over the notional at the mark, 100 / 300, times 300 / (100 + 100).
  it('of Binance are PnL percentage times notional over balance with unrealized PnL', () => {
    expect(scoreOf('binance', LONG)).toBe('1/2');
    expect(scoreOf('binance', SHORT)).toBe('1/2');
  });

  // Bybit: price change 150 / 100 - 1 and 1 - 50 / 100, times leverage: chosen, or effective 300 / 200 and 100 / 200.
  it('of Bybit are price change times leverage', () => {
    expect(scoreOf('bybit', { ...LONG, leveragePpm: 10_000_000n })).toBe('5/1');
    expect(scoreOf('bybit', { ...SHORT, leveragePpm: 10_000_000n })).toBe('5/1');
    expect(scoreOf('bybit', LONG)).toBe('3/4');
    expect(scoreOf('bybit', SHORT)).toBe('1/4');
  });

  // OKX: (100 / 100) / (100 / 300) and (100 / 100) / (100 / 100).
  it('of OKX are return on the balance over the balance by notional', () => {
    expect(scoreOf('okx', LONG)).toBe('3/1');
    expect(scoreOf('okx', SHORT)).toBe('1/1');
  });

  // Hyperliquid: (150 / 100) x (300 / 200) and, as printed also for shorts, (50 / 100) x (100 / 200).
  it('of Hyperliquid are mark over entry times notional over account value', () => {
    expect(scoreOf('hyperliquid', LONG)).toBe('9/4');
    expect(scoreOf('hyperliquid', SHORT)).toBe('1/4');
  });

  it('of Hyperliquid would put a loser first, so losers have none (LIQ-06)', () => {
    const loser: DeleverageCandidate = { row: 2, lots: 2n, cost: 200n, markValue: 190n, collateral: 12n };
    const printed = over(rational(190n * 190n), rational(200n * 2n));
    expect(compare(printed, rational(9n, 4n))).toBe(1);
    expect(scoreOf('hyperliquid', loser)).toBe('noProfit');
  });

  it.each(DELEVERAGE_SCORES)('%s: only winners with equity and a position have one', (score) => {
    expect(scoreOf(score, { ...LONG, lots: 0n })).toBe('noPosition');
    expect(scoreOf(score, { ...LONG, markValue: 200n })).toBe('noProfit');
    expect(scoreOf(score, { ...LONG, markValue: 199n })).toBe('noProfit');
    expect(scoreOf(score, { ...LONG, collateral: -100n })).toBe('noEquity');
  });

  it('stand before all others where nothing was paid or nothing stands behind', () => {
    const free = deleverageScore({ score: 'bitmex', payoff: 'linear' }, { ...LONG, cost: 0n }) as Fraction;
    const bare = deleverageScore(
      { score: 'okx', payoff: 'linear' },
      { ...LONG, collateral: -1n },
    ) as Fraction;
    const best = { numerator: 10n ** 30n, denominator: 1n };
    for (const first of [free, bare]) {
      expect(compareScores(first, best)).toBe(1);
      expect(compareScores(best, first)).toBe(-1);
      expect(compareScores(first, first)).toBe(0);
    }
  });

  it('count a hedged position with its net (LIQ-06)', () => {
    // Half of it is hedged: half the profit and half the notional, the same profit over cost.
    expect(scoreOf('bitmex', { ...LONG, netLots: 1n })).toBe('3/8');
    expect(scoreOf('binance', { ...LONG, netLots: 1n })).toBe('1/4');
    expect(scoreOf('okx', { ...LONG, netLots: 1n })).toBe('3/4');
    expect(scoreOf('hyperliquid', { ...LONG, netLots: 1n })).toBe('9/8');
    for (const score of DELEVERAGE_SCORES) expect(scoreOf(score, { ...LONG, netLots: 0n })).toBe('0/1');
  });

  it.each([
    { lots: 5n, netLots: 3n, unhedged: 3n },
    { lots: 5n, netLots: 8n, unhedged: 5n },
    { lots: 5n, netLots: -2n, unhedged: 0n },
    { lots: -5n, netLots: -3n, unhedged: 3n },
    { lots: -5n, netLots: 2n, unhedged: 0n },
  ])(
    'take $unhedged of $lots lots as not hedged where the net is $netLots',
    ({ lots, netLots, unhedged }) => {
      expect(unhedgedLots({ ...LONG, lots, netLots })).toBe(unhedged);
    },
  );

  it('are what the published formulas give from prices, for both payoffs and sides', () => {
    fc.assert(
      fc.property(quoted, fc.constantFrom(...DELEVERAGE_SCORES), (position, score) => {
        const candidate = candidateOf(position);
        const expected = published(position, score);
        const found = deleverageScore({ score, payoff: position.payoff }, candidate);
        if (expected === null) {
          expect(typeof found).toBe('string');
          return;
        }
        const { numerator, denominator } = found as Fraction;
        expect(rational(numerator, denominator)).toEqual(expected);
        const { numerator: above, denominator: below } = effectiveLeverage(candidate) as Fraction;
        const { notional, equity } = amountsOf(position);
        expect(rational(above, below)).toEqual(over(notional, equity));
      }),
      { numRuns: 300 },
    );
  });
});

/** A position as a trader sees it: prices, contracts and balance. */
interface Quoted {
  readonly payoff: 'linear' | 'inverse';
  readonly side: bigint;
  readonly lots: bigint;
  readonly entry: bigint;
  readonly mark: bigint;
  readonly balance: bigint;
  readonly leverage: bigint | null;
}

/** Minor units of one lot at a price of one: every quotient by a price comes out whole. */
const UNIT = 2520n;

const quoted: fc.Arbitrary<Quoted> = fc.record({
  payoff: fc.constantFrom('linear', 'inverse'),
  side: fc.constantFrom(1n, -1n),
  lots: fc.bigInt({ min: 1n, max: 5n }),
  entry: fc.bigInt({ min: 1n, max: 10n }),
  mark: fc.bigInt({ min: 1n, max: 10n }),
  balance: fc.bigInt({ min: -5_000n, max: 30_000n }),
  leverage: fc.option(fc.bigInt({ min: 1n, max: 100n })),
});

function candidateOf({ payoff, side, lots, entry, mark, balance, leverage }: Quoted): DeleverageCandidate {
  const value = (price: bigint) =>
    payoff === 'linear' ? side * lots * UNIT * price : (-side * lots * UNIT) / price;
  const chosen = leverage === null ? {} : { leveragePpm: leverage * 1_000_000n };
  return {
    row: 0,
    lots: side * lots,
    cost: value(entry),
    markValue: value(mark),
    collateral: balance,
    ...chosen,
  };
}

function amountsOf({ payoff, side, lots, entry, mark, balance }: Quoted) {
  const at = (price: bigint) =>
    payoff === 'linear' ? rational(lots * UNIT * price) : rational(lots * UNIT, price);
  const gain = minus(at(mark), at(entry));
  const pnl = times(gain, rational(payoff === 'linear' ? side : -side));
  return { pnl, cost: at(entry), notional: at(mark), equity: minus(pnl, rational(-balance)) };
}

function published(position: Quoted, score: DeleverageScore): Rational | null {
  const { pnl, cost, notional, equity } = amountsOf(position);
  if (pnl.n <= 0n || equity.n <= 0n) return null;
  const balance = rational(position.balance);
  switch (score) {
    case 'bitmex':
      return times(over(pnl, cost), over(notional, equity));
    case 'binance':
      return times(over(pnl, notional), over(notional, equity));
    case 'bybit': {
      const change = size(minus(over(rational(position.mark), rational(position.entry)), rational(1n)));
      return times(change, position.leverage === null ? over(notional, equity) : rational(position.leverage));
    }
    case 'okx':
      // Over zero is the highest: the model of fractions has no such number.
      return balance.n <= 0n ? rational(1n, 0n) : over(over(pnl, balance), over(balance, notional));
    case 'hyperliquid':
      return times(over(rational(position.mark), rational(position.entry)), over(notional, equity));
  }
}
