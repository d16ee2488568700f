/** The tables of the page on options, computed by src/margin/account. */
import { formatMinor } from '../src/base/index.js';
import { type LegView, optionRequirement, type RequirementKind } from '../src/margin/index.js';
import { type Fraction, valueAtMark } from '../src/market/index.js';
import { BTC, optionLeg, USDT } from '../src/testkit/accountFixture.js';
import { minus, plus, type Rational, rational, up } from '../src/testkit/rational.js';
import { slowWorstLoss } from '../src/testkit/slowOptions.js';
import { table } from './markdown.js';

export const OPTION_EXAMPLES: Readonly<Record<string, () => string>> = {
  'options-shorts': shortsExample,
  'options-spreads': spreadsExample,
  'options-cover': coverExample,
  'options-apart': apartExample,
};

const LOTS = 1000n;

/** Shorts of 1 BTC with the underlying at 40,000. */
function shortsExample(): string {
  const shorts: readonly (readonly [string, LegView, typeof money])[] = [
    ['call 41,000 at 1,400', option('call', 41_000n, -LOTS, 1_400n), money],
    ['call 60,000 at 50', option('call', 60_000n, -LOTS, 50n), money],
    ['put 38,000 at 900', option('put', 38_000n, -LOTS, 900n), money],
    ['call 41,000 at 0.035 BTC', inverse('call', 41_000n, 3_500n), coins],
    ['put 38,000 at 0.0225 BTC', inverse('put', 38_000n, 2_250n), coins],
  ];
  const rows = shorts.map(([name, short, show]) => {
    const value = valueAt([short]);
    const stated = (kind: RequirementKind) => show(minus(requiredOf(kind, [short]), value));
    return [
      name,
      show(value),
      show(requiredOf('initial', [short])),
      show(requiredOf('maintenance', [short])),
      stated('initial'),
      stated('maintenance'),
    ];
  });
  return table(
    ['short of 1 BTC', 'value', 'initial', 'maintenance', 'initial as venues state it', 'maintenance'],
    rows,
  );
}

/** On 1 BTC at 40,000. */
function spreadsExample(): string {
  const spreads: readonly (readonly [string, readonly LegView[]])[] = [
    ['call 40,000 sold', [CALL_40.sold]],
    ['call 40,000 sold, 41,000 bought', [CALL_40.sold, CALL_41.bought]],
    ['call 40,000 bought, 41,000 sold', [CALL_40.bought, CALL_41.sold]],
    [
      'calls 39,000 and 41,000 bought, 40,000 sold twice',
      [CALL_39.bought, twice(CALL_40.sold), CALL_41.bought],
    ],
    [
      'iron condor: puts 37,000 / 38,000, calls 41,000 / 42,000',
      [PUT_37.bought, PUT_38.sold, CALL_41.sold, CALL_42.bought],
    ],
    ['call 40,000 sold, the same of a later expiry bought', [CALL_40.sold, LATER]],
  ];
  const rows = spreads.map(([name, legs]) => {
    const alone = plus(...legs.map((leg) => requiredOf('initial', [leg])));
    const worst = slowWorstLoss(legs);
    const required = requiredOf('initial', legs);
    return [
      name,
      money(alone),
      worst === null ? 'no bound' : money(worst),
      money(valueAt(legs)),
      money(required),
      money(minus(required, valueAt(legs))),
    ];
  });
  return table(
    ['options', 'each by itself', 'worst loss W', 'value V', 'initial together', 'less V: cash'],
    rows,
  );
}

/** A sold call and fewer and fewer covers. */
function coverExample(): string {
  const rows = [1000n, 600n, 0n].map((lots) => {
    const legs = [CALL_40.sold, ...(lots === 0n ? [] : [{ ...CALL_41.bought, lots }])];
    return [
      formatMinor(lots, 3),
      money(minus(requiredOf('initial', legs), valueAt(legs))),
      money(minus(requiredOf('maintenance', legs), valueAt(legs))),
    ];
  });
  return table(['call 41,000 bought, BTC', 'cash for initial margin', 'cash for maintenance margin'], rows);
}

/** At 43,100, marks of 60% and seven days. */
function apartExample(): string {
  const at = (leg: LegView) => ({ ...leg, indexTicks: 4_310_000n });
  const cents = (leg: LegView, markTicks: bigint) => ({ ...at(leg), markTicks });
  const bought = cents(option('put', 50_000n, LOTS, 0n), 695_683n);
  const low = { ...cents(option('put', 38_000n, -LOTS, 0n), 9_503n), instrument: 1 };
  const call = { ...cents(option('call', 45_000n, LOTS, 0n), 70_206n), instrument: 2 };
  const sold = { ...cents(option('call', 38_000n, -LOTS, 0n), 519_503n), instrument: 3 };
  const books: readonly (readonly [string, readonly LegView[]])[] = [
    ['all four', [bought, low, call, sold]],
    ['put 50,000 and call 45,000 bought, put 38,000 sold', [bought, low, call]],
    ['call 38,000 sold', [sold]],
    ['put 50,000 bought, put 38,000 sold', [bought, low]],
    ['call 45,000 bought, call 38,000 sold', [call, sold]],
  ];
  const rows = books.map(([name, legs]) => [
    name,
    money(valueAt(legs)),
    money(requiredOf('initial', legs)),
    money(requiredOf('maintenance', legs)),
  ]);
  return table(['options', 'value V', 'initial', 'maintenance'], rows);
}

const CALL_39 = both('call', 39_000n, 2_300n, 1);
const CALL_40 = both('call', 40_000n, 1_800n, 2);
const CALL_41 = both('call', 41_000n, 1_400n, 3);
const CALL_42 = both('call', 42_000n, 1_050n, 4);
const PUT_37 = both('put', 37_000n, 700n, 5);
const PUT_38 = both('put', 38_000n, 1_000n, 6);
const LATER = { ...option('call', 40_000n, LOTS, 2_600n, 2000), instrument: 7 };

function both(optionType: 'call' | 'put', strike: bigint, mark: bigint, instrument: number) {
  const of = (lots: bigint) => ({ ...option(optionType, strike, lots, mark), instrument });
  return { bought: of(LOTS), sold: of(-LOTS) };
}

function twice(leg: LegView): LegView {
  return { ...leg, lots: leg.lots * 2n };
}

/** Linear, prices in USDT. */
function option(
  optionType: 'call' | 'put',
  strike: bigint,
  lots: bigint,
  mark: bigint,
  expiryMs = 1000,
): LegView {
  return optionLeg({
    ...{ optionType, lots, expiryMs },
    strikeTicks: strike * 100n,
    markTicks: mark * 100n,
    indexTicks: 4_000_000n,
  });
}

/** Short, settled in coin, its mark in ticks of 0.00001 BTC. */
function inverse(optionType: 'call' | 'put', strike: bigint, markTicks: bigint): LegView {
  return optionLeg({
    ...{ optionType, markTicks, payoff: 'inverse', lots: -LOTS },
    strikeTicks: strike * 100n,
    indexTicks: 4_000_000n,
  });
}

function requiredOf(kind: RequirementKind, legs: readonly LegView[]): Rational {
  return plus(...optionRequirement(legs).map((one) => exact(one[kind])));
}

function valueAt(legs: readonly LegView[]): Rational {
  return plus(...legs.map(({ terms, lots, markTicks }) => exact(valueAtMark(terms, lots, markTicks))));
}

function exact({ numerator, denominator }: Fraction): Rational {
  return rational(numerator, denominator);
}

function money(amount: Rational): string {
  return formatMinor(up(amount), decimalsOf(USDT));
}

function coins(amount: Rational): string {
  return `${formatMinor(up(amount), decimalsOf(BTC))} BTC`;
}

function decimalsOf(minorPerWhole: bigint): number {
  return minorPerWhole.toString().length - 1;
}
