import { describe, expect, it } from 'vitest';
import type { Fraction } from '../../market/payoff.js';
import { BTC, optionLeg, USDT } from '../../testkit/accountFixture.js';
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

  it('2 iron condors 50 / 53 / 67 / 70 on a share of 100: 600 of cash (tastyworks)', () => {
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

  it('in coin: a call spread over its long strike; a put spread sold is covered for as much as pays without end', () => {
    const low = inCoin({ optionType: 'call', strike: 50_000n, spot: 50_000n, mark: 500n, lots: -1n });
    const high = {
      ...inCoin({ optionType: 'call', strike: 62_500n, spot: 50_000n, mark: 200n, lots: 1n }),
      instrument: 2,
    };
    // (62,500 - 50,000) / 62,500 of a coin is more than what a short asks for; at 51,200 it is less.
    expect(cashFor('initial', [low, high])).toBe(2_000n);
    const close = { ...high, markTicks: 400n, option: { ...optionOf(high), strikeTicks: 51_200n } };
    expect(cashFor('initial', [low, close])).toBe(235n);
    const sold = inCoin({ optionType: 'put', strike: 50_000n, spot: 50_000n, mark: 500n, lots: -1n });
    const under = {
      ...inCoin({ optionType: 'put', strike: 49_000n, spot: 50_000n, mark: 400n, lots: 1n }),
      instrument: 2,
    };
    // What 1 pays at 49,000 covers 0.98: the short's own margin and value, 0.2, behind the rest, and the worst of 0.98
    // against 1, at 49,000 itself, 0.98 x 1 / 49.
    expect(cashFor('initial', [sold])).toBe(2_000n);
    expect(cashFor('initial', [sold, under])).toBe(240n);
    const over = { ...under, markTicks: 600n, option: { ...optionOf(under), strikeTicks: 51_000n } };
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
    expect(required.map(({ isCapped }) => isCapped)).toEqual([true, true]);
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

describe('options need no more together than held apart (MAR-10)', () => {
  // Marks of Black-76 at a volatility of 60%, seven days before expiry, to the cent.
  const at = { spot: 43_100n };
  const one = (optionType: 'call' | 'put', strike: bigint, mark: bigint, lots: bigint) => ({
    ...quoted({ ...at, optionType, strike, mark, lots }),
    instrument: Number(strike) + (optionType === 'call' ? 0 : 1),
  });
  const put50 = one('put', 50_000n, 695_683n, 1n);
  const put38 = one('put', 38_000n, 9_503n, -1n);
  const call45 = one('call', 45_000n, 70_206n, 1n);
  const call38 = one('call', 38_000n, 519_503n, -1n);

  it('a call sold is no longer tied to the nearest call bought where that one earns more beside a put spread', () => {
    const parts = [[put50, put38, call45], [call38]];
    const apart = (kind: RequirementKind) => parts.reduce((sum, legs) => sum + total(kind, legs), 0n);
    const together = (kind: RequirementKind) => total(kind, [put50, put38, call45, call38]);
    // The pairs of nearest strikes, the calls and the puts, would need 7,000 and what all are worth: 9,368.83.
    expect(['initial', 'maintenance'].map((kind) => together(kind as RequirementKind))).toEqual([
      902_886n,
      579_636n,
    ]);
    expect([apart('initial'), apart('maintenance')]).toEqual([902_886n, 579_636n]);
  });
});

const CENTS = 100n;
const DERIBIT: OptionMarginTerms = {
  initialRatePpm: 150_000n,
  initialFloorRatePpm: 100_000n,
  maintenanceRatePpm: 75_000n,
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

function optionOf({ option }: LegView): OptionTerms {
  return option as OptionTerms;
}
