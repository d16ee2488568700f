/**
 * The margin functions against a slow, obvious model in rational numbers that shares no code with them:
 * maintenance margin there is a sum over brackets, as a tax is, and knows no maintenance amount.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PPM } from '../base/integers.js';
import { fillValueTowardsZero, unitValue } from '../market/payoff.js';
import {
  bankruptcyMark,
  bankruptcyPrice,
  canOpen,
  deriveBrackets,
  equity,
  equityFloor,
  healthPpm,
  type IsolatedView,
  initialMarginCeil,
  isFullyCovered,
  isLiquidatable,
  liquidationMark,
  liquidationPrice,
  liquidationUnitValue,
  type MarginTerms,
  maintenanceMargin,
  maintenanceMarginCeil,
  marginRatioCeil,
  maximumSizeLots,
  removableFloor,
  requirement,
  roundUp,
} from './index.js';

const RUNS = { numRuns: 400 };

describe('margin against the slow model', () => {
  it('agrees on equity and maintenance margin at any mark (MAR-05, MAR-07, FND-01)', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view, markTicks }) => {
        expect(slow(equity(terms, view, markTicks))).toEqual(slowEquity(terms, view, markTicks));
        expect(slow(maintenanceMargin(terms, view, markTicks))).toEqual(
          slowMaintenance(terms, view, markTicks),
        );
      }),
      RUNS,
    );
  });

  it('agrees on who is liquidatable at any mark (LIQ-10, FND-07)', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view, markTicks }) => {
        expect(isLiquidatable(terms, view, markTicks)).toBe(slowIsLiquidatable(terms, view, markTicks));
      }),
      RUNS,
    );
  });

  it('shows a price at which the account is liquidatable, one step inside it is not, on any grid (LIQ-11, FND-02)', () => {
    fc.assert(
      fc.property(cases(), fc.bigInt(1n, 50n), ({ terms, view }, grid) => {
        const price = liquidationPrice(terms, view, grid);
        const isBelow = view.lots > 0n;
        if (price.kind === 'price') {
          const inside = isBelow ? price.markTicks + grid : price.markTicks - grid;
          expect(price.markTicks % grid).toBe(0n);
          expect(slowIsLiquidatable(terms, view, price.markTicks)).toBe(true);
          if (inside > 0n) expect(slowIsLiquidatable(terms, view, inside)).toBe(false);
          return;
        }
        for (const steps of [1n, 2n, 3n, 1000n, 10n ** 9n, 10n ** 15n, 10n ** 40n]) {
          expect(slowIsLiquidatable(terms, view, steps * grid)).toBe(price.kind === 'always');
        }
      }),
      RUNS,
    );
  });

  it('is liquidatable exactly on one side of the threshold value, at every mark (LIQ-11)', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view, markTicks }) => {
        fc.pre(view.lots !== 0n);
        const threshold = liquidationUnitValue(terms, view);
        const here = unitValue(terms, markTicks);
        const difference = here.numerator * threshold.denominator - threshold.numerator * here.denominator;
        const isReached = view.lots > 0n ? difference <= 0n : difference >= 0n;
        expect(isLiquidatable(terms, view, markTicks)).toBe(isReached && !isFullyCovered(terms, view));
      }),
      RUNS,
    );
  });

  it('meets maintenance margin at the exact liquidation mark and zero equity at the exact bankruptcy mark', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view }) => {
        const liquidation = liquidationMark(terms, view);
        if (liquidation.kind === 'price') {
          const [fineTerms, fineMark] = onMark(terms, liquidation.markTicks);
          expect(slowEquity(fineTerms, view, fineMark)).toEqual(slowMaintenance(fineTerms, view, fineMark));
        }
        const bankruptcy = bankruptcyMark(terms, view);
        if (bankruptcy !== null) {
          const [fineTerms, fineMark] = onMark(terms, bankruptcy);
          expect(slowEquity(fineTerms, view, fineMark)).toEqual(ZERO);
        }
      }),
      RUNS,
    );
  });

  it('puts bankruptcy at or beyond liquidation', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view }) => {
        const liquidation = liquidationPrice(terms, view);
        const bankruptcy = bankruptcyPrice(terms, view);
        if (liquidation.kind !== 'price' || bankruptcy.kind !== 'price') return;
        const gap = liquidation.markTicks - bankruptcy.markTicks;
        expect(view.lots > 0n ? gap >= 0n : gap <= 0n).toBe(true);
      }),
      RUNS,
    );
  });

  it('never gets worse when collateral is added (MAR-02)', () => {
    fc.assert(
      fc.property(cases(), fc.bigInt(0n, 10n ** 12n), ({ terms, view, markTicks }, added) => {
        const richer = { ...view, collateral: view.collateral + added };
        if (!isLiquidatable(terms, view, markTicks))
          expect(isLiquidatable(terms, richer, markTicks)).toBe(false);
      }),
      RUNS,
    );
  });
});

describe('requirement', () => {
  it('adds up, line by line, to totals that are rounded up once (MAR-12, LED-03)', () => {
    fc.assert(
      fc.property(cases(), fc.bigInt(1n, 1000n), ({ terms: fine, view, markTicks }, roundingStep) => {
        const terms = { ...fine, roundingStep };
        const { initial, maintenance, order, lines } = requirement(terms, view, markTicks);
        const sum = (of: string) =>
          lines.filter((line) => line.of === of).reduce((a, line) => a + line.amount, 0n);
        expect([sum('initial'), sum('maintenance'), sum('order')]).toEqual([initial, maintenance, order]);
        expect(initial).toBe(initialMarginCeil(terms, view, markTicks));
        expect(maintenance).toBe(maintenanceMarginCeil(terms, view, markTicks));
        expect(initial >= 0n && maintenance >= 0n && order === 0n).toBe(true);
        expect(maintenance - roundUp(maintenanceMargin(terms, view, markTicks), 1n) < roundingStep).toBe(
          true,
        );
      }),
      RUNS,
    );
  });

  it('is continuous and non-decreasing where brackets meet (MAR-07)', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view }) => {
        const atNotional = (cost: bigint) =>
          maintenanceMargin(
            { ...terms, maintenanceBasis: 'entry', closeFee: 'none' },
            { ...view, cost, lots: 1n },
            1n,
          );
        for (const { notionalCap } of terms.brackets) {
          if (notionalCap === null) continue;
          const at = atNotional(notionalCap);
          const above = atNotional(notionalCap + 1n);
          expect(at.denominator).toBe(above.denominator);
          // One minor unit more of notional costs at most one minor unit more of margin.
          const step = above.numerator - at.numerator;
          expect(step >= 0n && step < at.denominator).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('health', () => {
  it('says the same in ratio and in ppm as the predicate does', () => {
    fc.assert(
      fc.property(cases(), ({ terms, view, markTicks }) => {
        fc.pre(view.lots !== 0n && !isFullyCovered(terms, view));
        const required = maintenanceMargin(terms, view, markTicks).numerator;
        const ppm = healthPpm(terms, view, markTicks);
        const ratio = marginRatioCeil(terms, view, markTicks);
        if (required === 0n) {
          expect([ppm, ratio]).toEqual([null, 0n]);
          return;
        }
        const isBad = isLiquidatable(terms, view, markTicks);
        if (isBad) expect(ppm! <= PPM).toBe(true);
        else expect(ppm! >= PPM).toBe(true);
        if (ratio === null) expect(isBad).toBe(true);
        else expect(isBad ? ratio >= PPM : ratio <= PPM).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('removable', () => {
  it('leaves an account that is healthy and holds its initial margin, and nothing to take twice (MAR-03)', () => {
    fc.assert(
      fc.property(cases(), fc.bigInt(1n, 10n ** 6n), ({ terms, view, markTicks }, indexTicks) => {
        const amount = removableFloor(terms, view, { markTicks, indexTicks });
        expect(amount >= 0n && (amount === 0n || amount <= view.collateral)).toBe(true);
        if (amount === 0n || view.lots === 0n) return;
        const left = { ...view, collateral: view.collateral - amount };
        expect(isLiquidatable(terms, left, markTicks)).toBe(false);
        for (const price of [markTicks, indexTicks]) {
          // The requirement of the account before removal: its closing fee may grow as collateral goes.
          const needed = initialMarginCeil(terms, view, price);
          expect(equityFloor(terms, left, price) >= needed).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('maximum size', () => {
  it('passes, and one lot more does not', () => {
    fc.assert(
      fc.property(
        cases(),
        fc.bigInt(1n, 10n ** 4n),
        fc.boolean(),
        ({ terms, view, markTicks }, priceTicks, isLong) => {
          const opening = {
            side: isLong ? ('long' as const) : ('short' as const),
            priceTicks,
            markTicks,
            freeCollateral: view.collateral < 0n ? 0n : view.collateral,
            leverage: view.leverage,
          };
          const lots = maximumSizeLots(terms, opening);
          if (lots > 0n) expect(canOpen(terms, opening, lots)).toBe(true);
          expect(canOpen(terms, opening, lots + 1n)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });
});

// Random accounts -----------------------------------------------------------------------------------------

interface Case {
  readonly terms: MarginTerms;
  readonly view: IsolatedView;
  readonly markTicks: bigint;
}

/** Accounts near their triggers more often than not, with every payoff, side, basis and fee. */
function cases(): fc.Arbitrary<Case> {
  return fc
    .record({
      payoff: fc.constantFrom('linear' as const, 'inverse' as const),
      unitRaw: fc.bigInt(1n, 10n ** 4n),
      markTicksPerTick: fc.constantFrom(1n, 3n, 10n, 100n),
      maintenanceBasis: fc.constantFrom('entry' as const, 'mark' as const),
      initialBasis: fc.constantFrom('entry' as const, 'mark' as const),
      closeFee: fc.constantFrom('none' as const, 'inRate' as const, 'inMargin' as const),
      takerFeeRate: fc.bigInt(0n, 3000n),
      rates: fc.array(fc.bigInt(0n, 150_000n), { minLength: 1, maxLength: 5 }),
      capShares: fc.array(fc.bigInt(1n, 300n), { minLength: 5, maxLength: 5 }),
      isLastOpen: fc.boolean(),
      unrealizedProfitShare: fc.bigInt(0n, PPM),
      removalFloorRate: fc.bigInt(0n, 200_000n),
      lots: fc.oneof(
        { weight: 12, arbitrary: fc.bigInt(-1000n, 1000n) },
        { weight: 1, arbitrary: fc.constant(0n) },
      ),
      entryTicks: fc.bigInt(1n, 10n ** 4n),
      collateralShare: fc.oneof(fc.bigInt(0n, 300_000n), fc.bigInt(0n, 2_500_000n)),
      fundingShare: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0n) },
        { weight: 4, arbitrary: fc.bigInt(-200_000n, 200_000n) },
        { weight: 1, arbitrary: fc.bigInt(-3_000_000n, 3_000_000n) },
      ),
      leverageTimes: fc.bigInt(1n, 150n),
      markShare: fc.oneof(fc.bigInt(700_000n, 1_300_000n), fc.bigInt(1n, 5_000_000n)),
    })
    .map((raw): Case => {
      const unit = raw.payoff === 'linear' ? raw.unitRaw : raw.unitRaw * 10n ** 6n;
      const { payoff, markTicksPerTick, takerFeeRate, closeFee, lots } = raw;
      const cost = fillValueTowardsZero({ payoff, unit }, { lots, priceTicks: raw.entryTicks });
      const notional = cost < 0n ? -cost : cost;
      const rates = [...raw.rates].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      let cap = 0n;
      const brackets = deriveBrackets(
        rates.map((rate, index) => {
          cap += (notional * raw.capShares[index]!) / 100n + 1n;
          return {
            notionalCap: index === rates.length - 1 && raw.isLastOpen ? null : cap,
            initialMarginRate: rate * 2n,
            maintenanceMarginRate: rate,
            leverageMax: null,
          };
        }),
        { rateScale: PPM, closingRate: closeFee === 'inRate' ? takerFeeRate : 0n },
      );
      if (!brackets.ok) throw new Error(`the generator made bad brackets: ${brackets.error.code}`);
      const collateral = (notional * raw.collateralShare) / PPM;
      const fundingScale = PPM;
      const fundingPerLot = lots === 0n ? raw.fundingShare : (notional * raw.fundingShare) / lots;
      const markTicks = (raw.entryTicks * markTicksPerTick * raw.markShare) / PPM;
      return {
        terms: {
          payoff,
          unit,
          markTicksPerTick,
          maintenanceBasis: raw.maintenanceBasis,
          initialBasis: raw.initialBasis,
          closeFee,
          takerFeeRate,
          rateScale: PPM,
          fundingScale,
          roundingStep: 1n,
          brackets: brackets.value,
          unrealizedProfitShare: raw.unrealizedProfitShare,
          removalFloorRate: raw.removalFloorRate,
        },
        view: { collateral, lots, cost, fundingPerLot, leverage: raw.leverageTimes * PPM },
        markTicks: markTicks < 1n ? 1n : markTicks,
      };
    });
}

/** The same instrument on a grid so fine that an exact mark is whole on it. */
function onMark(
  terms: MarginTerms,
  mark: { readonly numerator: bigint; readonly denominator: bigint },
): readonly [MarginTerms, bigint] {
  return [{ ...terms, markTicksPerTick: terms.markTicksPerTick * mark.denominator }, mark.numerator];
}

// The slow model ------------------------------------------------------------------------------------------

/** A reduced quotient with a positive denominator. */
interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const ZERO: Rational = { n: 0n, d: 1n };

function slowEquity(terms: MarginTerms, view: IsolatedView, markTicks: bigint): Rational {
  const funding = rational(-view.lots * view.fundingPerLot, terms.fundingScale);
  const pnl = plus(slowValue(terms, view.lots, markTicks), rational(-view.cost, 1n));
  return plus(
    plus(rational(view.collateral, 1n), funding),
    view.lots === 0n ? rational(-view.cost, 1n) : pnl,
  );
}

function slowMaintenance(terms: MarginTerms, view: IsolatedView, markTicks: bigint): Rational {
  if (view.lots === 0n) return ZERO;
  const notional =
    terms.maintenanceBasis === 'entry'
      ? absolute(rational(view.cost, 1n))
      : absolute(slowValue(terms, view.lots, markTicks));
  let sum = ZERO;
  for (const { notionalFloor, notionalCap, maintenanceMarginRate } of terms.brackets) {
    const isLast =
      maintenanceMarginRate === terms.brackets.at(-1)!.maintenanceMarginRate &&
      notionalFloor === terms.brackets.at(-1)!.notionalFloor;
    const top = isLast || notionalCap === null ? notional : smaller(notional, rational(notionalCap, 1n));
    const within = plus(top, rational(-notionalFloor, 1n));
    if (within.n > 0n) sum = plus(sum, times(within, rational(maintenanceMarginRate, terms.rateScale)));
  }
  const taker = rational(terms.takerFeeRate, terms.rateScale);
  if (terms.closeFee === 'inRate') return plus(sum, times(notional, taker));
  if (terms.closeFee === 'inMargin') return plus(sum, times(slowBankruptcyNotional(terms, view), taker));
  return sum;
}

function slowIsLiquidatable(terms: MarginTerms, view: IsolatedView, markTicks: bigint): boolean {
  if (view.lots === 0n || slowIsCovered(terms, view)) return false;
  const held = slowEquity(terms, view, markTicks);
  const required = slowMaintenance(terms, view, markTicks);
  return held.n * required.d <= required.n * held.d;
}

/** What is left of equity when the position is worth nothing, for the two positions that cannot be worth less. */
function slowIsCovered(terms: MarginTerms, view: IsolatedView): boolean {
  const isWorthSomething = terms.payoff === 'linear' ? view.lots > 0n : view.lots < 0n;
  return isWorthSomething && slowWorthless(terms, view).n >= 0n;
}

/** Equity if the position's value were zero. */
function slowWorthless(terms: MarginTerms, view: IsolatedView): Rational {
  return plus(
    rational(view.collateral - view.cost, 1n),
    rational(-view.lots * view.fundingPerLot, terms.fundingScale),
  );
}

/** Value of the position where equity is zero, if its sign is one the position can have. */
function slowBankruptcyNotional(terms: MarginTerms, view: IsolatedView): Rational {
  const worthless = slowWorthless(terms, view);
  const value = rational(-worthless.n, worthless.d);
  const isPositive = terms.payoff === 'linear' ? view.lots > 0n : view.lots < 0n;
  return isPositive === value.n > 0n && value.n !== 0n ? absolute(value) : ZERO;
}

function slowValue(terms: MarginTerms, lots: bigint, markTicks: bigint): Rational {
  const price = rational(markTicks, terms.markTicksPerTick);
  if (terms.payoff === 'linear') return times(rational(lots * terms.unit, 1n), price);
  return times(rational(-lots * terms.unit, 1n), rational(price.d, price.n));
}

function slow({
  numerator,
  denominator,
}: {
  readonly numerator: bigint;
  readonly denominator: bigint;
}): Rational {
  return rational(numerator, denominator);
}

function rational(n: bigint, d: bigint): Rational {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? ZERO : { n: n / a, d: d / a };
}

function plus(a: Rational, b: Rational): Rational {
  return rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

function times(a: Rational, b: Rational): Rational {
  return rational(a.n * b.n, a.d * b.d);
}

function smaller(a: Rational, b: Rational): Rational {
  return a.n * b.d <= b.n * a.d ? a : b;
}

function absolute(a: Rational): Rational {
  return { n: a.n < 0n ? -a.n : a.n, d: a.d };
}
