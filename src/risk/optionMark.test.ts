import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { black76Price } from './black76.js';
import { type OptionMarkInput, optionMarkTicks } from './optionMark.js';
import { black76InputOf, DAY_MS } from './scenarioPnl.js';

const NOW = 1_700_000_000_000;

/** A lot of 0.1 coin; the underlying in cents, the premium in ticks of 0.01 with ten mark ticks; 6 decimals. */
const linear: OptionMarkInput = {
  option: {
    optionType: 'call',
    payoff: 'linear',
    unit: 1_000n,
    strikeTicks: 7_000_000n,
    expiryMs: NOW + 30 * DAY_MS,
  },
  forwardTicks: 6_500_000n,
  volatility: 0.55,
  terms: { unit: 1_000n, markTicksPerTick: 10n },
  nowMs: NOW,
};

/** A lot of one coin with 8 decimals, its premium in ticks of 0.0001 coin with ten mark ticks. */
const inverse: OptionMarkInput = {
  ...linear,
  option: { ...linear.option, payoff: 'inverse', unit: 100_000_000n },
  terms: { unit: 10_000n, markTicksPerTick: 10n },
};

const ticks = (input: OptionMarkInput) => {
  const mark = optionMarkTicks(input);
  if (!mark.ok) throw new Error(mark.error.rule);
  return mark.value;
};

describe('the mark of an option', () => {
  it('is Black-76 in the ticks of the premium', () => {
    // A call of 65,000 struck at 70,000, 30 days, 55%: 2200.535 in quote, 0.033854 in coin.
    expect(ticks(linear)).toBe(2_200_535n);
    expect(ticks(inverse)).toBe(3_385n);
  });

  it('is within half a mark tick of the price, and never under one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(linear, inverse),
        fc.bigInt(1_000n, 50_000_000n),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.constantFrom('call' as const, 'put' as const),
        (base, forwardTicks, volatility, optionType) => {
          const input = { ...base, forwardTicks, volatility, option: { ...base.option, optionType } };
          const price = black76Price(black76InputOf(input, NOW)) * Number(input.option.unit);
          const exact = (price * Number(input.terms.markTicksPerTick)) / Number(input.terms.unit);
          const mark = Number(ticks(input));
          expect(mark === 1 ? exact < 1.5 : Math.abs(mark - exact) < 0.5 + 1e-9 * exact).toBe(true);
        },
      ),
    );
  });

  it('is the intrinsic value at expiry and after it', () => {
    for (const late of [0, 1, DAY_MS]) {
      const nowMs = linear.option.expiryMs + late;
      expect(ticks({ ...linear, nowMs })).toBe(1n);
      expect(ticks({ ...linear, nowMs, forwardTicks: 7_500_000n })).toBe(5_000_000n);
      expect(ticks({ ...inverse, nowMs, forwardTicks: 8_750_000n })).toBe(20_000n);
    }
  });

  it.each<[string, Partial<OptionMarkInput>, string]>([
    ['no forward', { forwardTicks: 0n }, 'forwardTicks'],
    ['no strike', { option: { ...linear.option, strikeTicks: 0n } }, 'strikeTicks'],
    ['a negative volatility', { volatility: -0.1 }, 'volatility'],
    ['a volatility that is no number', { volatility: Number.NaN }, 'volatility'],
  ])('is refused with %s', (_name, changes, field) => {
    expect(optionMarkTicks({ ...linear, ...changes })).toMatchObject({ ok: false, error: { field } });
  });
});
