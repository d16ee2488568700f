import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fraction } from '../../market/payoff.js';
import { account, btc, usdt } from '../../testkit/accountFixture.js';
import { describeMarginModel } from '../../testkit/marginModelContract.js';
import { optionChains } from '../../testkit/optionChains.js';
import { compare, minus, plus, type Rational, rational, ZERO } from '../../testkit/rational.js';
import { slowAlone, slowOptionRequirement, slowPayoff, slowValue } from '../../testkit/slowOptions.js';
import { legProfit } from './accountEquity.js';
import { isAccountLiquidatable } from './accountHealth.js';
import { accountRequirement } from './accountRequirement.js';
import { LEGS_COVERED_TOGETHER } from './coverProgram.js';
import { subtractFractions, sumFractions } from './fractions.js';
import type { RequirementKind } from './legRequirement.js';
import { optionRequirement } from './optionRequirement.js';
import type { AccountView, LegView, OptionMarginTerms, OptionTerms } from './view.js';

describe('what options require, over random chains', () => {
  const kinds: readonly RequirementKind[] = ['initial', 'maintenance'];
  const runs = { numRuns: 300 };

  it('is what the worst belief about what options will pay leaves to pay, on the long legs and on the short ones', () => {
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
    fc.assert(fc.property(optionChains({ sizeMax: 6 }), check), { numRuns: 150 });
    expect(bounded).toBeGreaterThan(30);
  });

  it('is enough at any price of a common expiry, each short owing no more than its margin and its value (FND-05)', () => {
    const check = (legs: readonly LegView[], prices: readonly bigint[]) => {
      for (const kind of kinds) {
        const cash = toRational(subtractFractions(requiredSum(kind, legs), valueSum(legs)));
        const strikes = legs.map((one) => optionOf(one).strikeTicks);
        for (const price of [...strikes, ...prices]) {
          const owed = legs.map((one) => {
            const due = minus(ZERO, slowPayoff(one, rational(price)));
            const margin = minus(slowAlone(kind, one), slowValue(one));
            return one.lots > 0n || compare(due, margin) < 0 ? due : margin;
          });
          expect(compare(cash, plus(...owed))).toBeGreaterThanOrEqual(0);
        }
      }
    };
    const prices = fc.array(fc.bigInt(1n, 10n ** 6n), { maxLength: 6 });
    fc.assert(fc.property(optionChains({ expiries: [1000] }), prices, check), runs);
  });

  it('covers whatever a chain of bounded loss can settle at, where a short by itself asks for more than that', () => {
    let covered = 0;
    const check = (legs: readonly LegView[], prices: readonly bigint[]) => {
      const whole = legs.map((one) => ({ ...one, option: { ...optionOf(one), margin: WHOLE } }));
      if (!isCovered(whole)) return;
      covered++;
      const cash = toRational(subtractFractions(requiredSum('maintenance', whole), valueSum(whole)));
      for (const price of [...prices, ...whole.map((one) => optionOf(one).strikeTicks)]) {
        const paid = plus(...whole.map((one) => slowPayoff(one, rational(price))));
        expect(compare(plus(cash, paid), rational(0n))).toBeGreaterThanOrEqual(0);
      }
    };
    const prices = fc.array(fc.bigInt(1n, 10n ** 6n), { maxLength: 6 });
    fc.assert(fc.property(optionChains({ expiries: [1000] }), prices, check), { numRuns: 600 });
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
    fc.assert(fc.property(optionChains(), check), runs);
  });

  it('is no more to maintain than to open', () => {
    const check = (legs: readonly LegView[]) => {
      const [initial, maintenance] = kinds.map((kind) => toRational(requiredSum(kind, legs)));
      expect(compare(maintenance as Rational, initial as Rational)).toBeLessThanOrEqual(0);
    };
    fc.assert(fc.property(optionChains(), check), runs);
  });

  it('is no more than for the lots held apart, however each position is split (MAR-10)', () => {
    let together = 0;
    const check = (legs: readonly LegView[], shares: readonly bigint[]) => {
      const part = (one: LegView, at: number) => (one.lots * (shares[at] as bigint)) / 100n;
      const first = legs.map((one, at) => ({ ...one, lots: part(one, at) }));
      const second = legs.map((one, at) => ({ ...one, lots: one.lots - part(one, at) }));
      const held = [first, second].map((of) => of.filter(({ lots }) => lots !== 0n));
      for (const kind of kinds) {
        const apart = plus(...held.map((of) => toRational(requiredSum(kind, of))));
        const order = compare(toRational(requiredSum(kind, legs)), apart);
        expect(order).toBeLessThanOrEqual(0);
        if (order < 0) together++;
      }
    };
    const shares = fc.array(fc.oneof(fc.constantFrom(0n, 100n), fc.bigInt(0n, 100n)), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(fc.property(optionChains({ legsMax: 8 }), shares, check), { numRuns: 400 });
    expect(together).toBeGreaterThan(40);
  });

  it('is the same whatever prices the book was asked at before', () => {
    const check = (legs: readonly LegView[], marks: readonly bigint[], indexTicks: bigint) => {
      const fresh = legs.map((one) => ({ ...one, instrument: one.instrument + 100, lots: one.lots * 3n }));
      const elsewhere = legs.map((one, at) => ({ ...one, markTicks: marks[at] as bigint, indexTicks }));
      for (const kind of kinds) requiredSum(kind, elsewhere);
      for (const kind of kinds) {
        const { numerator, denominator } = requiredSum(kind, fresh);
        expect(toRational(requiredSum(kind, legs))).toEqual(rational(numerator, 3n * denominator));
      }
    };
    const marks = fc.array(fc.bigInt(1n, 400n), { minLength: 6, maxLength: 6 });
    fc.assert(fc.property(optionChains(), marks, fc.bigInt(1n, 300n), check), runs);
  });

  it('is enough, and no more than apart, for more legs than are covered together', () => {
    const check = (legs: readonly LegView[], prices: readonly bigint[]) => {
      const back = [...legs].reverse();
      for (const kind of kinds) {
        const required = toRational(requiredSum(kind, legs));
        expect(toRational(requiredSum(kind, back))).toEqual(required);
        const apart = plus(...legs.map((one) => slowAlone(kind, one)));
        expect(compare(required, apart)).toBeLessThanOrEqual(0);
        const cash = minus(required, plus(...legs.map(slowValue)));
        for (const price of prices) {
          const owed = legs.map((one) => {
            const due = minus(ZERO, slowPayoff(one, rational(price)));
            const margin = minus(slowAlone(kind, one), slowValue(one));
            return one.lots > 0n || compare(due, margin) < 0 ? due : margin;
          });
          expect(compare(cash, plus(...owed))).toBeGreaterThanOrEqual(0);
        }
      }
    };
    const large = optionChains({
      expiries: [1000],
      legsMin: LEGS_COVERED_TOGETHER + 1,
      legsMax: LEGS_COVERED_TOGETHER + 10,
    });
    fc.assert(fc.property(large, fc.array(fc.bigInt(1n, 400n), { maxLength: 4 }), check), { numRuns: 25 });
  });

  it('grows with the chain in proportion, and with a lone position always', () => {
    const check = (legs: readonly LegView[], times: bigint) => {
      const grown = legs.map((one) => ({ ...one, lots: one.lots * times }));
      for (const kind of kinds) {
        const { numerator, denominator } = requiredSum(kind, legs);
        expect(toRational(requiredSum(kind, grown))).toEqual(rational(numerator * times, denominator));
      }
    };
    fc.assert(fc.property(optionChains(), fc.bigInt(1n, 50n), check), runs);
  });

  it('does not depend on the order of the legs', () => {
    const check = (legs: readonly LegView[]) => {
      const back = [...legs].reverse();
      const required = new Map(optionRequirement(back).map((one) => [one.leg, one]));
      for (const one of optionRequirement(legs)) expect(required.get(one.leg)).toEqual(one);
    };
    fc.assert(fc.property(optionChains(), check), runs);
  });

  it('lets no long option that expires first stand for a short (FND-05)', () => {
    const check = (legs: readonly LegView[]) => {
      const early = legs.filter(({ lots }) => lots > 0n).map((one) => expiring(one, 1000));
      const late = legs.filter(({ lots }) => lots < 0n).map((one) => expiring(one, 2000));
      for (const kind of kinds) {
        const apart = [requiredSum(kind, early), ...late.map((one) => requiredSum(kind, [one]))];
        expect(toRational(requiredSum(kind, [...early, ...late]))).toEqual(toRational(sumFractions(apart)));
      }
    };
    fc.assert(fc.property(optionChains(), check), runs);
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
    fc.assert(fc.property(optionChains(), fc.nat(), fc.bigInt(1n, 200n), check), runs);
  });
});

describeMarginModel({
  name: 'options of one account',
  cases: optionChains().map(accountOf),
  requirement: accountRequirement,
  isLiquidatable: isAccountLiquidatable,
  emptied: (view) => ({ ...view, legs: [] }),
  lone: {
    cases: optionChains().map(([one]) => accountOf([one as LegView])),
    grown: (view, times) => ({
      ...view,
      legs: view.legs.map((one) => ({ ...one, lots: one.lots * times })),
    }),
  },
  heldApart: {
    cases: optionChains().map(accountOf),
    parts: splitInTwo,
    // The exact amounts never do (below); their lines are rounded up one by one.
    roundingMinor: 1n,
  },
  shownPrices: { because: 'no price is shown for an option, whose mark and underlying move together' },
});

/** Every other lot, and every other leg whole: each position on one side in both. */
function splitInTwo(view: AccountView): readonly AccountView[] {
  const ofFirst = ({ lots }: LegView, at: number) => (at % 3 === 0 ? lots / 2n : at % 3 === 1 ? lots : 0n);
  const first = view.legs.map((one, at) => ({ ...one, lots: ofFirst(one, at) }));
  const second = view.legs.map((one, at) => ({ ...one, lots: one.lots - ofFirst(one, at) }));
  return [first, second].map((legs) => ({ ...view, legs: legs.filter(({ lots }) => lots !== 0n) }));
}

/** So much that every bounded loss is less. */
const WHOLE: OptionMarginTerms = {
  initialRatePpm: 10n ** 15n,
  initialFloorRatePpm: 10n ** 15n,
  maintenanceRatePpm: 10n ** 15n,
};

function accountOf(legs: readonly LegView[]): AccountView {
  return account({ assets: [usdt(1_000n), btc(1_000n, { price: 40_000n })], legs });
}

function expiring(one: LegView, expiryMs: number): LegView {
  return { ...one, option: { ...optionOf(one), expiryMs } };
}

/** Of each type as much is bought as is sold; of puts in coin, whose loss a lower strike does not bound, none is sold. */
function isCovered(legs: readonly LegView[]): boolean {
  return (['call', 'put'] as const).every((optionType) => {
    const ofType = legs.filter((one) => optionOf(one).optionType === optionType);
    const isSold = ofType.some(({ lots }) => lots < 0n);
    const net = ofType.reduce((sum, one) => sum + one.lots * optionOf(one).unit, 0n);
    return (
      !isSold || (net >= 0n && !(optionType === 'put' && optionOf(ofType[0] as LegView).payoff === 'inverse'))
    );
  });
}

function requiredSum(kind: RequirementKind, legs: readonly LegView[]): Fraction {
  return sumFractions(optionRequirement(legs).map((one) => one[kind]));
}

function valueSum(legs: readonly LegView[]): Fraction {
  return sumFractions(legs.map(legProfit));
}

function toRational({ numerator, denominator }: Fraction): Rational {
  return rational(numerator, denominator);
}

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
