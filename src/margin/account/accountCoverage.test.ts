/** Who can lose no more than the account holds: options at expiry over all prices, and what is held against debts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionCases } from '../../testkit/accountCases.js';
import { account, BTC, btc, optionLeg, USDT, usdt } from '../../testkit/accountFixture.js';
import { compare, least, over, plus, type Rational, rational, times } from '../../testkit/rational.js';
import { byExpiry, isAccountCovered, isAccountLiquidatable, type LegView, leastPayoff } from '../index.js';

const S = 4_000_000n;
const call = (strikeTicks: bigint, lots: bigint, markTicks = 100_000n) =>
  optionLeg({ optionType: 'call', strikeTicks, lots, markTicks, indexTicks: S });
const put = (strikeTicks: bigint, lots: bigint, markTicks = 100_000n) =>
  optionLeg({ optionType: 'put', strikeTicks, lots, markTicks, indexTicks: S });

describe('an account that cannot lose more than it has', () => {
  it.each([
    ['long options alone, with nothing left', 0n, [call(S, 10n), put(S, 10n)], true],
    ['a short call', 10n ** 15n, [call(S, -10n)], false],
    ['a short put with its strike in cash', 400n * USDT, [put(S, -10n)], true],
    ['a short put with one unit less', 400n * USDT - 1n, [put(S, -10n)], false],
    ['a short call under a long one of a lower strike', 0n, [call(S, -10n), call(S - 1n, 10n)], true],
    [
      'a short call under one of a strike 100 higher',
      (10n * USDT) / 10n,
      [call(S, -10n), call(S + 10_000n, 10n)],
      true,
    ],
    ['the same with one unit less', USDT - 1n, [call(S, -10n), call(S + 10_000n, 10n)], false],
    ['a short call with fewer long ones', 10n ** 15n, [call(S, -10n), call(S - 1n, 9n)], false],
  ] as const)('%s (FND-05, FND-07)', (_, balance, legs, isCovered) => {
    const view = account({ assets: [usdt(balance)], legs });
    expect(isAccountCovered(view)).toBe(isCovered);
    if (isCovered) expect(isAccountLiquidatable(view)).toBe(false);
  });

  it('a short inverse call with its coin, never a short inverse put (FND-07)', () => {
    const inverse = (optionType: 'call' | 'put') =>
      optionLeg({ optionType, payoff: 'inverse', strikeTicks: S, lots: -10n, markTicks: 1n, indexTicks: S });
    const holding = (coin: bigint, leg: LegView) =>
      account({ assets: [usdt(0n), btc(coin, { price: 40_000n })], legs: [leg] });
    expect(isAccountCovered(holding(BTC / 100n, inverse('call')))).toBe(true);
    expect(isAccountCovered(holding(BTC / 100n - 1n, inverse('call')))).toBe(false);
    expect(isAccountCovered(holding(1000n * BTC, inverse('put')))).toBe(false);
  });

  it('options that expire apart cover nothing of one another', () => {
    const later = { ...call(S, 10n), option: { ...call(S, 10n).option!, expiryMs: 2000 } };
    expect(isAccountCovered(account({ assets: [usdt(10n ** 15n)], legs: [call(S, -10n), later] }))).toBe(
      false,
    );
  });

  it('a debt is covered by its own asset alone (LIQ-10)', () => {
    const coin = btc(0n, { price: 40_000n, debt: BTC });
    expect(isAccountCovered(account({ assets: [usdt(10n ** 15n), coin] }))).toBe(false);
    expect(isAccountCovered(account({ assets: [usdt(0n), { ...coin, balance: BTC }] }))).toBe(true);
  });
});

describe('the least payoff of options that expire together', () => {
  it('is the least of a scan over prices of the underlying, and without bound where it goes on falling', () => {
    fc.assert(
      fc.property(optionCases(), (chain) => {
        for (const legs of byExpiry(chain)) {
          const strikes = legs.map(({ option }) => option!.strikeTicks);
          const far = 10n ** 9n;
          const prices = [
            rational(1n, far),
            ...strikes.map((k) => rational(k)),
            rational(17n),
            rational(far),
          ];
          const found = least(...prices.map((price) => slowPayoff(legs, price)));
          const bound = leastPayoff(legs);
          const further = [rational(1n, far * far), rational(far * far)];
          if (bound === null) {
            const fallen = least(...further.map((price) => slowPayoff(legs, price)));
            expect(compare(fallen, found) < 0 || fallen.n < -(10n ** 8n)).toBe(true);
            continue;
          }
          const answer = rational(bound.numerator, bound.denominator);
          expect(compare(answer, found) <= 0).toBe(true);
          for (const price of further) expect(compare(answer, slowPayoff(legs, price)) <= 0).toBe(true);
          // The end of the prices is only come near to.
          const nearest = least(found, ...further.map((price) => slowPayoff(legs, price)));
          expect(compare(plus(nearest, rational(-1n)), answer) <= 0).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function slowPayoff(legs: readonly LegView[], price: Rational): Rational {
  return plus(
    ...legs.map(({ option, lots }) => {
      const { optionType, payoff, strikeTicks, unit } = option!;
      const way = rational(optionType === 'call' ? 1n : -1n);
      const inside = times(way, plus(price, rational(-strikeTicks)));
      const quote = times(rational(lots * unit), inside.n > 0n ? inside : rational(0n));
      return payoff === 'linear' ? quote : over(quote, price);
    }),
  );
}
