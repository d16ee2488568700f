import { describe, expect, it } from 'vitest';
import type { Book } from './book.js';
import { exampleGenerator } from './bookGenerator.js';
import { warningLevels } from './earlyLevels.js';
import { type EarlyWarning, earlyWarning } from './earlyWarning.js';
import { generateBook } from './generateBook.js';
import { ALL_CROSS, ALL_ISOLATED, CROSS_IN_POOLS, type Policy } from './policy.js';

const MINOR = 10n ** 6n;
const template = exampleGenerator('x').instruments[1]!;

/** At a price of 100, lots of 1: `name` long or short so many, entered at 100, on so many dollars. */
function bookOf(
  accounts: readonly (readonly [name: string, dollars: number, ...lots: (readonly [string, number])[]])[],
  fund = 0,
): Book {
  const ids = [...new Set(accounts.flatMap(([, , ...positions]) => positions.map(([id]) => id)))];
  return {
    name: 'small',
    valuationAsset: 'USDT',
    assets: [{ id: 'USDT', decimals: 6, collateral: null }],
    instruments: ids.map((id) => ({
      definition: { ...template.definition, id, base: id, tickSize: '0.1', lotSize: '1' },
      markTicks: 10_000n,
      indexTicks: 10_000n,
      pool: null,
    })),
    accounts: accounts.map(([name, dollars, ...positions]) => ({
      id: name,
      owner: name,
      mode: 'cross',
      pool: null,
      collateral: [{ asset: 'USDT', amountMinor: BigInt(dollars) * MINOR }],
      positions: positions.map(([instrument, lots]) => ({
        instrument,
        lots: BigInt(lots),
        entryTicks: 1_000n,
      })),
    })),
    wallets: [],
    funds: fund === 0 ? [] : [{ asset: 'USDT', amountMinor: BigInt(fund) * MINOR, pool: null }],
  };
}

function warned(book: Book, policy: Policy, moves: readonly number[] = [-0.2]): EarlyWarning {
  const found = earlyWarning(book, policy, { moves, depthShareAtOnePercent: 0.05 });
  if (!found.ok) throw new Error(found.error.rule);
  return found.value;
}

const PAIR = bookOf(
  [
    ['ada', 1_000, ['X', 50]],
    ['bob', 5_000, ['X', -50]],
  ],
  300,
);

describe('early warning', () => {
  it('has for one market the amplification that is reckoned by hand', () => {
    // Both hold 5,000; depth 5 x 5,000. Of ada's equity a sale of it takes 5,000 x 5,000 / 25,000 / 1,000 = 1, of bob's 0.2.
    expect(warned(PAIR, ALL_CROSS).amplification.radius).toBeCloseTo(1.2, 9);
    const alone = bookOf([
      ['ada', 1_000, ['X', 50]],
      ['bob', 10 ** 9, ['X', -50]],
    ]);
    expect(warned(alone, ALL_CROSS).amplification.radius).toBeCloseTo(1, 4);
  });

  it('says which layers are left when the two largest losers default', () => {
    // A fall by 40% costs ada 2,000 of her 1,000: the fund pays 300 of the 1,000, bob's profit of 2,000 the rest.
    const [cover] = warned(PAIR, ALL_CROSS, [-0.4]).covers;
    expect(cover).toMatchObject({
      losers: [{ account: 'ada', loss: 1_000 }],
      fund: 300,
      byFund: 300,
      winners: 2_000,
      byWinners: 700,
      open: 0,
    });
    expect(warned(PAIR, ALL_CROSS, [-0.1]).covers[0]).toMatchObject({
      losers: [],
      byFund: 0,
      byWinners: 0,
      open: 0,
    });
  });

  it('takes the two largest of several, and never more', () => {
    const book = bookOf([
      ['a', 100, ['X', 10]],
      ['b', 200, ['X', 30]],
      ['c', 300, ['X', 20]],
      ['w', 9_000, ['X', -60]],
    ]);
    const [cover] = warned(book, ALL_CROSS, [-0.3]).covers;
    // Losses 300 - 100, 900 - 200, 600 - 300.
    expect(cover?.losers.map(({ account }) => account)).toEqual(['b', 'c']);
    expect(cover).toMatchObject({ byFund: 0, byWinners: 1_000, open: 0 });
  });

  it('sets what must be deleveraged against what winners hold', () => {
    const [need] = warned(PAIR, ALL_CROSS, [-0.4]).deleveraging;
    // The fund covers 300 of 1,000: seven tenths of 5,000.
    expect(need).toMatchObject({ instrument: 'X', side: 'long', capacity: 5_000 });
    expect(need?.needed).toBeCloseTo(3_500, 9);
    expect(warned(PAIR, ALL_CROSS, [0.1]).deleveraging).toEqual([]);
  });

  it('shows no overlap between isolated pools, where cross accounts tie pools by what is pledged', () => {
    const book = generateBook({ ...exampleGenerator('warn'), owners: 40 });
    expect(warned(book, ALL_ISOLATED).overlaps).toEqual([]);
    const tied = warned(book, CROSS_IN_POOLS).overlaps;
    expect(tied.length).toBeGreaterThan(0);
    for (const { cosine } of tied) {
      expect(cosine).toBeGreaterThan(0);
      expect(cosine).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it('changes nothing of one pool when another is there that shares nothing with it', () => {
    const other = bookOf([
      ['ada', 1_000, ['X', 50]],
      ['bob', 5_000, ['X', -50]],
      ['cyd', 50, ['Y', 5]],
      ['dan', 5_000, ['Y', -5]],
    ]);
    const alone = bookOf([
      ['ada', 1_000, ['X', 50]],
      ['bob', 5_000, ['X', -50]],
    ]);
    const ofX = ({ covers, deleveraging }: EarlyWarning) =>
      [covers, deleveraging].map((list) => list.filter(({ pool }) => pool === 'X'));
    const moves = [-0.5, -0.4, 0.4];
    expect(ofX(warned(other, ALL_ISOLATED, moves))).toEqual(ofX(warned(alone, ALL_ISOLATED, moves)));
    expect(warned(other, ALL_ISOLATED).amplification.radius).toBeGreaterThanOrEqual(
      warned(alone, ALL_ISOLATED).amplification.radius,
    );
  });
});

describe('the levels of an early warning', () => {
  it('say of each figure what it is, from where it counts, and where it is the worst', () => {
    const levels = (moves: readonly number[]) =>
      warningLevels(warned(PAIR, ALL_CROSS, moves)).map(({ figure, level, at }) => [figure, level, at]);
    expect(levels([-0.1])).toEqual([
      ['amplification', 'warning', null],
      ['overlap', 'calm', null],
      ['unpaid', 'calm', null],
      ['deleveraging', 'calm', null],
    ]);
    expect(levels([-0.1, -0.4])).toEqual([
      ['amplification', 'warning', null],
      ['overlap', 'calm', null],
      ['unpaid', 'watch', 'all at -40%'],
      ['deleveraging', 'watch', 'X long at -40%'],
    ]);
    // Bob is bankrupt himself where all rises by more than his money: his side has no winner but ada.
    const [, , unpaid] = warningLevels(warned(PAIR, ALL_CROSS, [3]));
    expect(unpaid).toMatchObject({ level: 'watch' });
  });

  it('warn where winners cannot pay either', () => {
    const thin = bookOf([
      ['a', 2_000, ['X', 100]],
      ['b', 2_000, ['X', -20]],
    ]);
    const levels = warningLevels(warned(thin, ALL_CROSS, [-0.5]));
    // a loses 5,000 of its 2,000; b wins 1,000: 2,000 of the 3,000 stays open.
    expect(levels[2]).toMatchObject({ figure: 'unpaid', level: 'warning' });
    expect(levels[2]?.value).toBeCloseTo((3_000 + 2_000) / 3_000, 9);
    expect(levels[3]).toMatchObject({ figure: 'deleveraging', level: 'warning' });
  });
});
