import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveBrackets } from '../../margin/index.js';
import { ewmaNormalModel } from '../models/ewmaNormal.js';
import { filteredModel } from '../models/filteredHistorical.js';
import { steppedReturns, VOLATILITY_STEP } from '../procyclicality/impulse.js';
import { ANTI_PROCYCLICAL_POLICIES } from '../procyclicality/policy.js';
import { quantizeRatePpmUp } from '../quantize.js';
import { concentrationLadder, type LadderStep, liquidityLadder } from './addOnLadder.js';
import { liquidationCost } from './liquidationCost.js';
import { PARAMETER_RULES, type ParameterRules } from './parameterRules.js';
import { proposeHaircut } from './proposeHaircut.js';
import { type ParameterProposal, type ParameterQuestion, proposeParameters } from './proposeParameters.js';
import { tamedRate } from './tamedRate.js';

const RETURNS = steppedReturns({ ...VOLATILITY_STEP, daysBefore: 700, daysAfter: 1 });
const LIQUIDITY = { dailyVolumeMinor: 1_000_000n, halfSpread: 0.0005, volatility: 0.02 };
const QUESTION: ParameterQuestion = {
  instrument: 'BTC-PERP',
  returns: RETURNS,
  returnDays: 1,
  model: ewmaNormalModel(),
  liquidity: LIQUIDITY,
  capsMinor: [10_000n, 100_000n, 400_000n, 2_500_000n],
  rules: PARAMETER_RULES,
};

function proposed(question: Partial<ParameterQuestion> = {}): ParameterProposal {
  const result = proposeParameters({ ...QUESTION, ...question });
  if (!result.ok) throw new Error(`${result.error.field} ${result.error.code}`);
  return result.value;
}

function refusal(question: Partial<ParameterQuestion>): string | null {
  const result = proposeParameters({ ...QUESTION, ...question });
  return result.ok ? null : `${result.error.field} ${result.error.code}`;
}

describe('the cost of closing a position', () => {
  it('is a longer period for size, half the spread, and the square root of the share of volume', () => {
    const at = (size: bigint) => liquidationCost(size, LIQUIDITY, { rules: PARAMETER_RULES, returnDays: 1 });
    expect(at(100_000n)).toMatchObject({ periodDays: 1, horizonFactor: 1 });
    expect(at(400_000n).periodDays).toBeCloseTo(4, 12);
    expect(at(400_000n).horizonFactor).toBeCloseTo(2, 12);
    expect(at(250_000n).costRate).toBeCloseTo(0.0005 + 0.02 * 0.5, 12);
  });

  it('never scales the loss of a period down', () => {
    const rules = { ...PARAMETER_RULES, periodDaysMin: 0.1 };
    expect(liquidationCost(1n, LIQUIDITY, { rules, returnDays: 1 })).toMatchObject({
      periodDays: 0.1,
      horizonFactor: 1,
    });
  });
});

describe('the rate of the coming period', () => {
  it('is the worse of both sides, and never below what the model asks', () => {
    const question = { returns: RETURNS, model: filteredModel(), confidence: '0.99' };
    const plain = tamedRate({ ...question, policy: ANTI_PROCYCLICAL_POLICIES.none });
    const tamed = tamedRate({ ...question, policy: ANTI_PROCYCLICAL_POLICIES.default });
    if (!plain.ok || !tamed.ok) throw new Error('refused');
    expect(plain.value.rate).toBe(plain.value.modelRate);
    expect(tamed.value.modelRate).toBe(plain.value.modelRate);
    expect(tamed.value.rate).toBeGreaterThanOrEqual(plain.value.rate);
    const mirrored = tamedRate({
      ...question,
      model: ewmaNormalModel({ favourableCap: Number.POSITIVE_INFINITY }),
      returns: RETURNS.map((move) => -move),
      policy: ANTI_PROCYCLICAL_POLICIES.none,
    });
    const same = tamedRate({
      ...question,
      model: ewmaNormalModel({ favourableCap: Number.POSITIVE_INFINITY }),
      policy: ANTI_PROCYCLICAL_POLICIES.none,
    });
    if (!mirrored.ok || !same.ok) throw new Error('refused');
    expect(mirrored.value.rate).toBeCloseTo(same.value.rate, 12);
  });
});

describe('proposed parameters', () => {
  it('are whole steps, not below the rates that made them and less than a step above', () => {
    const { brackets, reasons } = proposed();
    for (const [at, { initialMarginRatePpm, maintenanceMarginRatePpm }] of brackets.entries()) {
      const { initialRate, maintenanceRate, because } = reasons[at] as (typeof reasons)[number];
      for (const [ppm, rate] of [
        [initialMarginRatePpm, initialRate],
        [maintenanceMarginRatePpm, maintenanceRate],
      ] as const) {
        expect(ppm % PARAMETER_RULES.stepPpm).toBe(0n);
        if (because === 'unknown' || rate === null) continue;
        expect(Number(ppm)).toBeGreaterThanOrEqual(rate * 1e6);
        expect(Number(ppm)).toBeLessThan(rate * 1e6 + Number(PARAMETER_RULES.stepPpm) + 1);
      }
    }
    expect(reasons.map(({ because }) => because)).toEqual([
      'liquidity',
      'liquidity',
      'liquidity',
      'liquidity',
      'unknown',
    ]);
  });

  it('are brackets that the margin rules accept, on any liquidity', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 12n),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (dailyVolumeMinor, halfSpread, volatility) => {
          const { brackets } = proposed({ liquidity: { dailyVolumeMinor, halfSpread, volatility } });
          const inputs = brackets.map((bracket) => ({
            notionalCap: bracket.notionalCapMinor,
            initialMarginRate: bracket.initialMarginRatePpm,
            maintenanceMarginRate: bracket.maintenanceMarginRatePpm,
            leverageMax: bracket.leverageMaxPpm,
          }));
          const derived = deriveBrackets(inputs, { rateScale: 1_000_000n, closingRate: 600n });
          expect(derived.ok ? null : derived.error).toBeNull();
        },
      ),
      { numRuns: 30, seed: 5 },
    );
  });

  it('ask more when volume falls, and name the largest rate', () => {
    const rates = (dailyVolumeMinor: bigint) =>
      proposed({ liquidity: { ...LIQUIDITY, dailyVolumeMinor } }).brackets.map(
        (bracket) => bracket.initialMarginRatePpm,
      );
    const [deep, thin] = [rates(1_000_000n), rates(100_000n)];
    for (const [at, rate] of deep.entries()) expect(thin[at]).toBeGreaterThanOrEqual(rate);
    expect(thin[1]).toBeGreaterThan(deep[1] as bigint);
    const { reasons } = proposed({ liquidity: { ...LIQUIDITY, dailyVolumeMinor: 1n } });
    expect(reasons[3]?.because).toBe('largest');
  });

  it('are neutral without liquidity, and say so', () => {
    const { brackets, reasons, neutral } = proposed({ liquidity: null });
    expect(neutral).toEqual(['liquidity']);
    expect(brackets).toHaveLength(1);
    expect(brackets[0]?.notionalCapMinor).toBeNull();
    expect(reasons[0]).toMatchObject({ because: 'model', liquidation: null });
    expect(proposed().neutral).toEqual([]);
  });

  it('are the same from the same inputs, and name what made them', () => {
    expect(proposed()).toEqual(proposed({ returns: RETURNS.slice(), model: ewmaNormalModel() }));
    expect(proposed().basis).toMatchObject({
      model: 'ewmaNormal',
      returns: 701,
      policy: 'default',
      horizonExponent: 0.5,
      initial: { confidence: '0.99' },
      maintenance: { confidence: '0.975' },
    });
  });

  it('are refused where history, rules, caps or liquidity are no good', () => {
    expect(refusal({ returns: RETURNS.slice(0, 20) })).toBe('returns too_few');
    expect(refusal({ returns: new Float64Array(700) })).toMatch(/constant|not_finite/);
    expect(refusal({ capsMinor: [10n, 10n] })).toBe('capsMinor bad_range');
    expect(refusal({ capsMinor: [] })).toBe('capsMinor too_few');
    expect(refusal({ liquidity: { ...LIQUIDITY, dailyVolumeMinor: 0n } })).toBe(
      'dailyVolumeMinor bad_parameter',
    );
    expect(refusal({ liquidity: { ...LIQUIDITY, halfSpread: Number.NaN } })).toBe('halfSpread bad_parameter');
    const withRules = (rules: Partial<ParameterRules>) =>
      refusal({ rules: { ...PARAMETER_RULES, ...rules } });
    expect(withRules({ participation: 0 })).toBe('participation bad_parameter');
    expect(withRules({ maintenanceConfidence: '0.999' })).toBe('maintenanceConfidence bad_parameter');
    expect(withRules({ initialConfidence: '1' })).toBe('confidence bad_confidence');
    expect(withRules({ stepPpm: 3n })).toBe('initialMaxPpm bad_parameter');
  });
});

describe('a rate in ppm', () => {
  it('is rounded up to a whole step', () => {
    expect([0, 0.0000001, 0.05, 0.050001].map((rate) => quantizeRatePpmUp(rate, 2_500n))).toEqual([
      0n,
      2_500n,
      50_000n,
      52_500n,
    ]);
    expect(() => quantizeRatePpmUp(Number.NaN, 1n)).toThrow('a rate is at least 0');
  });
});

describe('a haircut', () => {
  const QUESTION = {
    returns: RETURNS,
    returnDays: 1,
    model: ewmaNormalModel(),
    liquidity: LIQUIDITY,
    rules: PARAMETER_RULES,
  };
  const haircut = (question: Partial<Parameters<typeof proposeHaircut>[0]> = {}) => {
    const result = proposeHaircut({ ...QUESTION, ...question });
    if (!result.ok) throw new Error(`${result.error.field} ${result.error.code}`);
    return result.value;
  };

  it('is the fall of one period with the cost of a sale that fills it, rounded up', () => {
    const { haircutPpm, countedCapMinor, rate, tail, liquidation, because } = haircut();
    // A tenth of a day's volume in a day of margin period: the square root of a tenth of the volatility, and half the spread.
    expect(countedCapMinor).toBe(100_000n);
    expect(liquidation).toMatchObject({ periodDays: 1, horizonFactor: 1 });
    expect(rate).toBeCloseTo(tail.rate + 0.0005 + 0.02 * Math.sqrt(0.1), 12);
    expect(haircutPpm).toBe(quantizeRatePpmUp(rate, 2_500n));
    expect([tail.side, because]).toEqual(['long', 'liquidity']);
  });

  it('knows falls alone: an asset that leaps up and never falls so far is not worth less', () => {
    const leaps = Float64Array.from(RETURNS, (value) => (value > 0 ? 3 * value : value));
    const falls = leaps.map((value) => -value);
    expect(haircut({ returns: leaps, model: filteredModel() }).rate).toBeLessThan(
      haircut({ returns: falls, model: filteredModel() }).rate,
    );
    const sides = {
      returns: leaps,
      model: filteredModel(),
      confidence: '0.99',
      policy: PARAMETER_RULES.policy,
    };
    const both = tamedRate(sides);
    const holders = tamedRate({ ...sides, sides: ['long'] });
    if (!both.ok || !holders.ok) throw new Error('refused');
    expect(haircut({ returns: leaps, model: filteredModel() }).tail).toEqual(holders.value);
    expect(holders.value.rate).toBeLessThan(both.value.rate);
  });

  it('is of the price alone where liquidity is not known, and then caps nothing', () => {
    const { countedCapMinor, liquidation, rate, tail, neutral, because } = haircut({ liquidity: null });
    expect([countedCapMinor, liquidation, neutral, because]).toEqual([null, null, ['liquidity'], 'model']);
    expect(rate).toBe(tail.rate);
  });

  it('is at least one step and at most the whole, and its cap has two digits', () => {
    const stable = haircut({ returns: RETURNS.map((value) => value / 1e6), liquidity: null });
    expect(stable.haircutPpm).toBe(PARAMETER_RULES.stepPpm);
    const wild = haircut({ liquidity: { ...LIQUIDITY, halfSpread: 2 } });
    expect([wild.haircutPpm, wild.because]).toEqual([1_000_000n, 'largest']);
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (dailyVolumeMinor) => {
        const cap = haircut({ liquidity: { ...LIQUIDITY, dailyVolumeMinor } }).countedCapMinor as bigint;
        expect(cap.toString()).toMatch(/^[1-9][0-9]?0*$/);
        expect(Number(cap)).toBeLessThanOrEqual(Math.max(1, Number(dailyVolumeMinor) * 0.1 + 1e-6));
      }),
      { numRuns: 50 },
    );
  });

  it('is refused where the model, the rules or the liquidity are', () => {
    const refusal = (question: Partial<Parameters<typeof proposeHaircut>[0]>) => {
      const result = proposeHaircut({ ...QUESTION, ...question });
      return result.ok ? null : `${result.error.field} ${result.error.code}`;
    };
    expect(refusal({ returns: RETURNS.slice(0, 5) })).toBe('returns too_few');
    expect(refusal({ returnDays: 0 })).toBe('returnDays bad_parameter');
    expect(refusal({ rules: { ...PARAMETER_RULES, participation: 0 } })).toBe('participation bad_parameter');
    expect(refusal({ liquidity: { ...LIQUIDITY, dailyVolumeMinor: 0n } })).toBe(
      'dailyVolumeMinor bad_parameter',
    );
    expect(refusal({ liquidity: { ...LIQUIDITY, volatility: Number.NaN } })).toBe('volatility bad_parameter');
  });
});

describe('what size adds', () => {
  const charge = (steps: readonly LadderStep[], size: number) =>
    steps.reduce((sum, { fromMinor, ratePpm }, at) => {
      const end = Number(steps[at + 1]?.fromMinor ?? Number.POSITIVE_INFINITY);
      return sum + (Math.max(0, Math.min(size, end) - Number(fromMinor)) * Number(ratePpm)) / 1e6;
    }, 0);

  it('is never less than the law it stands for, up to its last step, and rises with size', () => {
    const { dailyVolumeMinor, volatility } = LIQUIDITY;
    const volume = Number(dailyVolumeMinor);
    const liquidity = liquidityLadder(LIQUIDITY, PARAMETER_RULES);
    const concentration = concentrationLadder(0.06, LIQUIDITY, PARAMETER_RULES);
    const period = volume * PARAMETER_RULES.participation;
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const size = share * volume;
        const cost = volatility * Math.sqrt(share) * size;
        expect(charge(liquidity, size)).toBeGreaterThanOrEqual(cost - 1e-9);
        const multiple = size / period;
        const extra = multiple > 1 ? 0.06 * (Math.sqrt(multiple) - 1) * size : 0;
        expect(charge(concentration, size)).toBeGreaterThanOrEqual(extra - 1e-9);
        if (multiple <= 1) expect(charge(concentration, size)).toBe(0);
      }),
    );
    for (const steps of [liquidity, concentration])
      for (const [at, { fromMinor, ratePpm }] of steps.entries()) {
        expect(ratePpm % PARAMETER_RULES.stepPpm).toBe(0n);
        expect(fromMinor).toBeGreaterThan(steps[at - 1]?.fromMinor ?? -1n);
        expect(ratePpm).toBeGreaterThan(steps[at - 1]?.ratePpm ?? 0n);
      }
  });

  it('is at most the whole', () => {
    const wild = concentrationLadder(0.9, LIQUIDITY, PARAMETER_RULES);
    expect(wild.at(-1)?.ratePpm).toBe(1_000_000n);
    expect(wild.every(({ ratePpm }) => ratePpm <= 1_000_000n)).toBe(true);
  });
});
