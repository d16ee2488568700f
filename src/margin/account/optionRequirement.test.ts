import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fraction } from '../../market/payoff.js';
import { BTC, optionLeg, USDT } from '../../testkit/accountFixture.js';
import { compare, plus, type Rational, rational } from '../../testkit/rational.js';
import { slowAlone, slowOptionRequirement, slowPayoff, slowValue } from '../../testkit/slowOptions.js';
import { legProfit } from './accountEquity.js';
import { subtractFractions, sumFractions } from './fractions.js';
import type { RequirementKind } from './legRequirement.js';
import { optionRequirement } from './optionRequirement.js';
import type { LegView, OptionMarginTerms, OptionTerms } from './view.js';

describe('a short option requires what venues ask for it less its value, which equity has lost already', () => {
  it('an ETH put of 1,850 at 2,098, marked at 2.4: 212.2 and 159.75 each (Bit.com, USDT options, November 2023)', () => {
    const put = quoted({ optionType: 'put', strike: 1850n, spot: 2098n, mark: 240n, lots: -50n });
    expect(asVenue('initial', put)).toBe(10_610n * CENTS);
    expect(asVenue('maintenance', put)).toBe(798_750n);
  });

  it('a BTC call of 31,000 at 30,000, marked at 300: 1,260 with a fee of 0.2% in the rate (Bybit, December 2023)', () => {
    const margin = { ...DERIBIT, maintenanceRatePpm: 32_000n };
    const call = quoted({
      optionType: 'call',
      strike: 31_000n,
      spot: 30_000n,
      mark: 30_000n,
      lots: -1n,
      margin,
    });
    expect(asVenue('maintenance', call)).toBe(1_260n * CENTS);
  });

  it('5 index calls of 1,550 at 1,460.61, marked at 0.90: 101,816 at 20% and 10% (OptionsHouse, rates of Cboe)', () => {
    const margin = { initialRatePpm: 200_000n, initialFloorRatePpm: 100_000n, maintenanceRatePpm: 100_000n };
    const call = leg({
      optionType: 'call',
      strikeTicks: 155_000n,
      indexTicks: 146_061n,
      markTicks: 90n,
      lots: -500n,
      margin,
    });
    expect(asVenue('initial', call)).toBe(101_816n * CENTS);
    const near = { ...call, option: { ...optionOf(call), strikeTicks: 162_000n } };
    expect(asVenue('initial', near)).toBe(7_348_050n);
  });

  it('in coin: 0.15 less the distance, at least 0.1, and 0.075; a put that is worth more than a coin on that (Deribit)', () => {
    // Of 1 BTC, mark ticks of 0.0001: 0.15 - 1,000 / 50,000 and 0.05, then a floor, then a put of three times the price.
    const near = inCoin({ optionType: 'call', strike: 51_000n, spot: 50_000n, mark: 500n });
    expect(asVenue('initial', near)).toBe(1_800n);
    expect(asVenue('maintenance', near)).toBe(1_250n);
    const far = inCoin({ optionType: 'put', strike: 40_000n, spot: 50_000n, mark: 100n });
    expect(asVenue('initial', far)).toBe(1_100n);
    const deep = inCoin({ optionType: 'put', strike: 150_000n, spot: 50_000n, mark: 20_000n });
    expect(asVenue('maintenance', deep)).toBe(21_500n);
    expect(asVenue('initial', deep)).toBe(21_500n);
  });

  it('and no more than it can still lose: a put its strike, a call in coin a coin, less its value (FND-07)', () => {
    const put = quoted({ optionType: 'put', strike: 10n, spot: 2_000n, mark: 1n, lots: -1n });
    expect(total('initial', [put])).toBe(999n);
    const call = inCoin({ optionType: 'call', strike: 1_000n, spot: 50_000n, mark: 9_800n });
    expect(total('initial', [call])).toBe(200n);
    expect(total('maintenance', [call])).toBe(200n);
  });
});

describe('a long option requires its value', () => {
  it('so that it backs nothing else, and an account of long options is worth no less than it requires (FND-05)', () => {
    const long = call(3_900_000n, 10n, 100_000n);
    expect(total('initial', [long])).toBe(10n * USDT);
    expect(total('maintenance', [long])).toBe(10n * USDT);
  });
});

describe('a spread requires no more than its worst loss and its value (FND-05)', () => {
  it('10 iron condors 160 / 170 / 180 / 190 on a share of 100: 10,000 of cash (Interactive Brokers)', () => {
    const condor = [
      share({ optionType: 'put', strike: 160n, mark: 40n, lots: 10n }),
      share({ optionType: 'put', strike: 170n, mark: 150n, lots: -10n }),
      share({ optionType: 'call', strike: 180n, mark: 160n, lots: -10n }),
      share({ optionType: 'call', strike: 190n, mark: 30n, lots: 10n }),
    ];
    expect(cashFor('initial', condor)).toBe(10_000n * CENTS);
    expect(cashFor('maintenance', condor)).toBe(10_000n * CENTS);
  });

  it('2 iron condors 50 / 53 / 67 / 70 on a share of 100: 600 of cash (tastytrade)', () => {
    const at = { spot: 60n };
    const condor = [
      share({ ...at, optionType: 'put', strike: 50n, mark: 80n, lots: 2n }),
      share({ ...at, optionType: 'put', strike: 53n, mark: 125n, lots: -2n }),
      share({ ...at, optionType: 'call', strike: 67n, mark: 200n, lots: -2n }),
      share({ ...at, optionType: 'call', strike: 70n, mark: 75n, lots: 2n }),
    ];
    expect(cashFor('initial', condor)).toBe(600n * CENTS);
  });

  it('a vertical sold: the distance of its strikes; bought: nothing beyond what was paid (Cboe rule 12.3)', () => {
    const low = (lots: bigint) => call(4_000_000n, lots, 120_000n, 1);
    const high = (lots: bigint) => call(4_100_000n, lots, 80_000n, 2);
    expect(cashFor('initial', [low(-10n), high(10n)])).toBe(10n * USDT);
    expect(cashFor('initial', [low(10n), high(-10n)])).toBe(0n);
    expect(total('initial', [low(10n), high(-10n)])).toBe(4n * USDT);
  });

  it('butterflies and boxes: what they can lose together, not the sum of their pairs', () => {
    const butterfly = [
      call(3_900_000n, 10n, 150_000n, 1),
      call(4_000_000n, -20n, 100_000n, 2),
      call(4_100_000n, 10n, 60_000n, 3),
    ];
    expect(cashFor('initial', butterfly)).toBe(0n);
    const shortBox = [
      call(3_900_000n, -10n, 150_000n, 1),
      call(4_000_000n, 10n, 100_000n, 2),
      put(3_900_000n, 10n, 60_000n, 3),
      put(4_000_000n, -10n, 110_000n, 4),
    ];
    expect(cashFor('initial', shortBox)).toBe(10n * USDT);
  });

  it('a calendar whose cover expires last: nothing; the other way round the short stands alone', () => {
    const near = (lots: bigint) => call(4_000_000n, lots, 80_000n, 1, 1000);
    const far = (lots: bigint) => call(4_000_000n, lots, 150_000n, 2, 2000);
    expect(cashFor('initial', [near(-10n), far(10n)])).toBe(0n);
    expect(cashFor('initial', [near(10n), far(-10n)])).toBe(cashFor('initial', [far(-10n)]));
  });

  it('in coin: a call spread over its long strike; a put spread sold has no bound and is not covered', () => {
    const low = inCoin({ optionType: 'call', strike: 50_000n, spot: 50_000n, mark: 500n, lots: -1n });
    const high = {
      ...inCoin({ optionType: 'call', strike: 62_500n, spot: 50_000n, mark: 200n, lots: 1n }),
      instrument: 2,
    };
    // (62,500 - 50,000) / 62,500 of a coin is more than what a short asks for; at 51,200 it is less.
    expect(cashFor('initial', [low, high])).toBe(2_000n);
    const close = { ...high, option: { ...optionOf(high), strikeTicks: 51_200n } };
    expect(cashFor('initial', [low, close])).toBe(234n + 1n);
    const sold = inCoin({ optionType: 'put', strike: 50_000n, spot: 50_000n, mark: 500n, lots: -1n });
    const under = {
      ...inCoin({ optionType: 'put', strike: 49_000n, spot: 50_000n, mark: 400n, lots: 1n }),
      instrument: 2,
    };
    expect(cashFor('initial', [sold, under])).toBe(cashFor('initial', [sold]));
    const over = { ...under, option: { ...optionOf(under), strikeTicks: 51_000n } };
    expect(cashFor('initial', [sold, over])).toBe(0n);
  });

  it('only for as many as are covered; the rest stand alone, and all of them when the cover is sold', () => {
    const short = call(4_000_000n, -10n, 120_000n, 1);
    const cover = (lots: bigint) => call(4_050_000n, lots, 100_000n, 2);
    const alone = cashFor('initial', [short]);
    expect(alone).toBe(72n * USDT);
    expect(cashFor('initial', [short, cover(4n)])).toBe((alone * 6n) / 10n + 2n * USDT);
    expect(cashFor('initial', [short, cover(10n)])).toBe(5n * USDT);
    const required = optionRequirement([short, cover(10n)]);
    expect(required.map(({ isCapped }) => isCapped)).toEqual([true, false]);
    expect(optionRequirement([short]).map(({ isCapped }) => isCapped)).toEqual([false]);
  });

  it('takes the cover that leaves the least to lose, and options of any contract size for what they are', () => {
    const short = call(4_000_000n, -10n, 120_000n, 1);
    const [worse, better] = [call(4_200_000n, 10n, 50_000n, 2), call(4_020_000n, 5n, 110_000n, 3)];
    expect(cashFor('initial', [short, worse, better])).toBe(1n * USDT + 10n * USDT);
    const tenfold = {
      ...better,
      lots: 1n,
      option: { ...optionOf(better), unit: 100n },
      terms: { ...better.terms, unit: 100n },
    };
    expect(cashFor('initial', [short, tenfold])).toBe(2n * USDT);
  });
});

describe('what options require, over random chains', () => {
  const kinds: readonly RequirementKind[] = ['initial', 'maintenance'];
  const runs = { numRuns: 300 };

  it('is what the slow model finds piece by piece, on the long legs and on the short ones', () => {
    let bounded = 0;
    const check = (legs: readonly LegView[]) => {
      for (const kind of kinds) {
        const slow = slowOptionRequirement(kind, legs);
        const required = optionRequirement(legs);
        const side = (isLong: boolean) =>
          sumFractions(required.filter(({ leg: { lots } }) => lots > 0n === isLong).map((one) => one[kind]));
        expect(toRational(side(true))).toEqual(slow.long);
        expect(toRational(side(false))).toEqual(slow.short);
        if (compare(slow.total, plus(...legs.map((one) => slowAlone(kind, one)))) < 0) bounded++;
      }
    };
    fc.assert(fc.property(chains({ sizeMax: 6 }), check), { numRuns: 150 });
    expect(bounded).toBeGreaterThan(30);
  });

  it('is enough at any price of a common expiry, each short owing no more than its margin and its value (FND-05)', () => {
    const check = (legs: readonly LegView[], prices: readonly bigint[]) => {
      for (const kind of kinds) {
        const cash = toRational(subtractFractions(requiredSum(kind, legs), valueSum(legs)));
        const strikes = legs.map((one) => optionOf(one).strikeTicks);
        for (const price of [...strikes, ...prices]) {
          const owed = legs.map((one) => {
            const due = rational(
              -1n * slowPayoff(one, rational(price)).n,
              slowPayoff(one, rational(price)).d,
            );
            const margin = plus(slowAlone(kind, one), negative(slowValue(one)));
            return one.lots > 0n || compare(due, margin) < 0 ? due : margin;
          });
          expect(compare(cash, plus(...owed))).toBeGreaterThanOrEqual(0);
        }
      }
    };
    const prices = fc.array(fc.bigInt(1n, 10n ** 6n), { maxLength: 6 });
    fc.assert(fc.property(chains({ expiries: [1000] }), prices, check), runs);
  });

  it('covers whatever a chain of bounded loss can settle at, where a short by itself asks for more than that', () => {
    let covered = 0;
    const check = (legs: readonly LegView[], prices: readonly bigint[]) => {
      const whole = legs.map((one) => ({ ...one, option: { ...optionOf(one), margin: WHOLE } }));
      if (whole.some(isUncovered(whole))) return;
      covered++;
      const cash = toRational(subtractFractions(requiredSum('maintenance', whole), valueSum(whole)));
      for (const price of [...prices, ...whole.map((one) => optionOf(one).strikeTicks)]) {
        const paid = plus(...whole.map((one) => slowPayoff(one, rational(price))));
        expect(compare(plus(cash, paid), rational(0n))).toBeGreaterThanOrEqual(0);
      }
    };
    const prices = fc.array(fc.bigInt(1n, 10n ** 6n), { maxLength: 6 });
    fc.assert(fc.property(chains({ expiries: [1000] }), prices, check), { numRuns: 600 });
    expect(covered).toBeGreaterThan(60);
  });

  it("is never more than the sum of what each leg requires by itself, nor is any leg's part (MAR-10)", () => {
    const check = (legs: readonly LegView[]) => {
      const required = optionRequirement(legs);
      for (const kind of kinds)
        for (const one of required) {
          const alone = toRational(requiredSum(kind, [one.leg]));
          expect(compare(toRational(one[kind]), alone)).toBeLessThanOrEqual(0);
          expect(one[kind].numerator).toBeGreaterThanOrEqual(0n);
        }
    };
    fc.assert(fc.property(chains(), check), runs);
  });

  it('is no more to maintain than to open', () => {
    const check = (legs: readonly LegView[]) => {
      const [initial, maintenance] = kinds.map((kind) => toRational(requiredSum(kind, legs)));
      expect(compare(maintenance as Rational, initial as Rational)).toBeLessThanOrEqual(0);
    };
    fc.assert(fc.property(chains(), check), runs);
  });

  it('grows with the chain in proportion, and with a lone position always', () => {
    const check = (legs: readonly LegView[], times: bigint) => {
      const grown = legs.map((one) => ({ ...one, lots: one.lots * times }));
      for (const kind of kinds) {
        const { numerator, denominator } = requiredSum(kind, legs);
        expect(toRational(requiredSum(kind, grown))).toEqual(rational(numerator * times, denominator));
      }
    };
    fc.assert(fc.property(chains(), fc.bigInt(1n, 50n), check), runs);
  });

  it('does not depend on the order of the legs', () => {
    const check = (legs: readonly LegView[]) => {
      const back = [...legs].reverse();
      const required = new Map(optionRequirement(back).map((one) => [one.leg, one]));
      for (const one of optionRequirement(legs)) expect(required.get(one.leg)).toEqual(one);
    };
    fc.assert(fc.property(chains(), check), runs);
  });

  it('lets no long option that expires first stand for a short (FND-05)', () => {
    const check = (legs: readonly LegView[]) => {
      const early = legs.filter(({ lots }) => lots > 0n).map((one) => expiring(one, 1000));
      const late = legs.filter(({ lots }) => lots < 0n).map((one) => expiring(one, 2000));
      for (const kind of kinds) {
        const apart = [...early, ...late].map((one) => requiredSum(kind, [one]));
        expect(toRational(requiredSum(kind, [...early, ...late]))).toEqual(toRational(sumFractions(apart)));
      }
    };
    fc.assert(fc.property(chains(), check), runs);
  });

  it('never falls as a short asks for more, nor does what is left fall as a leg is worth more', () => {
    const check = (legs: readonly LegView[], at: number, more: bigint) => {
      const risen = legs.map((one, index) =>
        index === at % legs.length ? { ...one, markTicks: one.markTicks + more } : one,
      );
      const moved = risen[at % legs.length];
      if (moved === undefined || (moved.lots < 0n && optionOf(moved).optionType === 'put')) return;
      const left = (all: readonly LegView[]) =>
        toRational(subtractFractions(valueSum(all), requiredSum('maintenance', all)));
      const order = compare(left(risen), left(legs));
      expect(moved.lots > 0n ? order >= 0 : order <= 0).toBe(true);
      const dearer = legs.map((one) => ({ ...one, option: { ...optionOf(one), margin: WHOLE } }));
      const asked = [legs, dearer].map((all) => toRational(requiredSum('maintenance', all)));
      expect(compare(asked[0] as Rational, asked[1] as Rational)).toBeLessThanOrEqual(0);
    };
    fc.assert(fc.property(chains(), fc.nat(), fc.bigInt(1n, 200n), check), runs);
  });
});

const CENTS = 100n;
const DERIBIT: OptionMarginTerms = {
  initialRatePpm: 150_000n,
  initialFloorRatePpm: 100_000n,
  maintenanceRatePpm: 75_000n,
};
/** So much that every bounded loss is less. */
const WHOLE: OptionMarginTerms = {
  initialRatePpm: 10n ** 15n,
  initialFloorRatePpm: 10n ** 15n,
  maintenanceRatePpm: 10n ** 15n,
};

/** Prices and amounts in cents, of one underlying a lot. */
function leg(
  fields: Pick<OptionTerms, 'optionType' | 'strikeTicks'> &
    Pick<LegView, 'lots' | 'markTicks' | 'indexTicks'> & {
      readonly margin?: OptionMarginTerms;
      readonly unit?: bigint;
    },
): LegView {
  const { margin = DERIBIT, unit = 1n } = fields;
  const made = optionLeg(fields);
  return { ...made, terms: { ...made.terms, unit }, option: { ...optionOf(made), unit, margin } };
}

function quoted(fields: {
  readonly optionType: 'call' | 'put';
  readonly strike: bigint;
  readonly spot: bigint;
  readonly mark: bigint;
  readonly lots: bigint;
  readonly margin?: OptionMarginTerms;
}): LegView {
  const { strike, spot, mark, ...rest } = fields;
  return leg({ ...rest, strikeTicks: strike * CENTS, indexTicks: spot * CENTS, markTicks: mark });
}

/** A hundred shares a lot at 175 unless told, with the rates of Cboe. */
function share(fields: {
  readonly optionType: 'call' | 'put';
  readonly strike: bigint;
  readonly spot?: bigint;
  readonly mark: bigint;
  readonly lots: bigint;
}): LegView {
  const { strike, spot = 175n, mark, ...rest } = fields;
  const margin = { initialRatePpm: 200_000n, initialFloorRatePpm: 100_000n, maintenanceRatePpm: 100_000n };
  const made = leg({
    ...rest,
    strikeTicks: strike * CENTS,
    indexTicks: spot * CENTS,
    markTicks: mark,
    margin,
    unit: 100n,
  });
  return { ...made, instrument: Number(strike) };
}

/** Of one coin of 10,000 minor units; ticks of the underlying are a dollar, mark ticks a minor unit. */
function inCoin(fields: {
  readonly optionType: 'call' | 'put';
  readonly strike: bigint;
  readonly spot: bigint;
  readonly mark: bigint;
  readonly lots?: bigint;
}): LegView {
  const { optionType, strike, spot, mark, lots = -1n } = fields;
  const made = optionLeg({
    ...{ optionType, payoff: 'inverse', strikeTicks: strike, lots, markTicks: mark, indexTicks: spot },
    instrument: 1,
  });
  return { ...made, option: { ...optionOf(made), unit: BTC / 10_000n } };
}

function call(
  strikeTicks: bigint,
  lots: bigint,
  markTicks: bigint,
  instrument = 1,
  expiryMs = 1000,
): LegView {
  return optionLeg({
    ...{ optionType: 'call', strikeTicks, lots, markTicks, instrument, expiryMs },
    indexTicks: 4_000_000n,
  });
}

function put(strikeTicks: bigint, lots: bigint, markTicks: bigint, instrument: number): LegView {
  return optionLeg({
    ...{ optionType: 'put', strikeTicks, lots, markTicks, instrument },
    indexTicks: 4_000_000n,
  });
}

/** Chains of one underlying, one payoff, some contracts twice as large. */
function chains({ expiries = [1000, 2000], sizeMax = 20 } = {}): fc.Arbitrary<readonly LegView[]> {
  const one = fc.record({
    optionType: fc.constantFrom('call' as const, 'put' as const),
    strikeTicks: fc.oneof(
      fc.bigInt(8n, 14n).map((step) => step * 10n),
      fc.bigInt(1n, 300n),
    ),
    expiryMs: fc.constantFrom(...expiries),
    lots: fc.bigInt(BigInt(-sizeMax), BigInt(sizeMax)).filter((lots) => lots !== 0n),
    markTicks: fc.oneof(fc.bigInt(1n, 30n), fc.bigInt(1n, 400n)),
    unit: fc.constantFrom(1n, 2n),
  });
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      indexTicks: fc.bigInt(1n, 300n),
      all: fc.array(one, { minLength: 1, maxLength: 6 }),
      margin: fc.record({
        initialRatePpm: fc.bigInt(100_000n, 400_000n),
        initialFloorRatePpm: fc.bigInt(0n, 200_000n),
        maintenanceRatePpm: fc.bigInt(0n, 300_000n),
      }),
      markTicksPerTick: fc.constantFrom(1n, 3n),
    })
    .map(({ payoff, indexTicks, all, margin, markTicksPerTick }) =>
      all.map(({ unit, ...fields }, instrument) => {
        const made = optionLeg({ ...fields, payoff, indexTicks, instrument });
        return {
          ...made,
          terms: { ...made.terms, unit, markTicksPerTick },
          option: { ...optionOf(made), unit, margin },
        };
      }),
    );
}

function expiring(one: LegView, expiryMs: number): LegView {
  return { ...one, option: { ...optionOf(one), expiryMs } };
}

/** A short that no long is left for: of its type more is sold than bought, or in coin at strikes that do not bound it. */
function isUncovered(legs: readonly LegView[]): (one: LegView) => boolean {
  const net = (optionType: 'call' | 'put', weight: (option: OptionTerms) => bigint) =>
    legs
      .filter((one) => optionOf(one).optionType === optionType)
      .reduce((sum, one) => sum + one.lots * optionOf(one).unit * weight(optionOf(one)), 0n);
  return (one) =>
    one.lots < 0n &&
    (net('call', () => 1n) < 0n || net('put', () => 1n) < 0n || optionOf(one).payoff === 'inverse');
}

function requiredSum(kind: RequirementKind, legs: readonly LegView[]): Fraction {
  return sumFractions(optionRequirement(legs).map((one) => one[kind]));
}

function valueSum(legs: readonly LegView[]): Fraction {
  return sumFractions(legs.map(legProfit));
}

function total(kind: RequirementKind, legs: readonly LegView[]): bigint {
  return ceil(requiredSum(kind, legs));
}

/** What must lie behind the options besides themselves. */
function cashFor(kind: RequirementKind, legs: readonly LegView[]): bigint {
  return ceil(subtractFractions(requiredSum(kind, legs), valueSum(legs)));
}

/** Venues leave a short's value out of the balance and put it into the requirement. */
function asVenue(kind: RequirementKind, short: LegView): bigint {
  return ceil(subtractFractions(requiredSum(kind, [short]), legProfit(short)));
}

function ceil({ numerator, denominator }: Fraction): bigint {
  const quotient = numerator / denominator;
  return quotient * denominator < numerator ? quotient + 1n : quotient;
}

function toRational({ numerator, denominator }: Fraction): Rational {
  return rational(numerator, denominator);
}

function negative({ n, d }: Rational): Rational {
  return rational(-n, d);
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
