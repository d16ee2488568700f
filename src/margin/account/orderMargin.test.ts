/** Order margin on small round figures: linear at 10x and a taker fee of 0.05%, so an order of 4,000 costs 400 and 2. */
import { describe, expect, it } from 'vitest';
import { account, leg, linearTerms, optionLeg, order, USDT, usdt } from '../../testkit/accountFixture.js';
import {
  type AccountView,
  accountAvailableFloor,
  accountRequirement,
  isolatedOrderMarginCeil,
  type OrderView,
} from '../index.js';

const MARK = 4_000_000n;
const flat = leg(linearTerms(), { lots: 0n, entryTicks: MARK, markTicks: MARK });
const held = (lots: bigint) => leg(linearTerms(), { lots, entryTicks: MARK, markTicks: MARK });
const buy = (lots: bigint, priceTicks = MARK) => order({ side: 'buy', lots, priceTicks });
const sell = (lots: bigint, priceTicks = MARK) => order({ side: 'sell', lots, priceTicks });

describe('order margin', () => {
  it.each([
    ['no order', 0n, [], 0n],
    ['a buy', 0n, [buy(100n)], 402_000_000n],
    ['a sale', 0n, [sell(100n)], 402_000_000n],
    ['the larger side of both', 0n, [buy(100n), sell(150n)], 603_000_000n],
    ['a buy above the mark: its open loss of 40 too', 0n, [buy(100n, 4_040_000n)], 442_020_000n],
    ['a buy below the mark: no gain for it', 0n, [buy(100n, 3_960_000n)], 401_980_000n],
    ['a sale that reduces', 100n, [sell(100n)], 0n],
    ['a sale of reduce-only beyond the position', 100n, [{ ...sell(500n), isReduceOnly: true }], 0n],
    ['a sale that flips into as much: the fee alone', 100n, [sell(200n)], 2_000_000n],
    ['a sale that flips into more', 100n, [sell(300n)], 404_000_000n],
    ['sales of which the best priced reduces', 100n, [sell(100n, 4_400_000n), sell(100n)], 2_200_000n],
    ['a buy on top of the position', 100n, [buy(100n)], 402_000_000n],
    ['a buy that reduces a short beside a sale', -100n, [buy(100n), sell(100n)], 402_000_000n],
  ])('of %s (MAR-06)', (_, lots, orders: readonly OrderView[], expected) => {
    const legs = lots === 0n ? [] : [held(lots)];
    const view = account({ legs, orders, orderTerms: [flat] });
    expect(accountRequirement(view).order).toBe(expected);
    const { cost, fundingPerLot, leverage } = held(lots);
    const isolated = { collateral: 0n, lots, cost, fundingPerLot, leverage };
    expect(isolatedOrderMarginCeil(linearTerms(), isolated, { markTicks: MARK, orders })).toBe(expected);
  });

  it('is charged on the order price where margin is charged on entry (MAR-05)', () => {
    const terms = linearTerms({ initialBasis: 'entry' });
    const orderTerms = [leg(terms, { lots: 0n, entryTicks: MARK, markTicks: MARK })];
    const view = account({ orders: [buy(100n, 3_000_000n)], orderTerms });
    expect(accountRequirement(view).order).toBe(301_500_000n);
  });

  it('names each part of it in a line (MAR-12)', () => {
    const view = account({ orders: [buy(100n, 4_040_000n)], orderTerms: [flat] });
    expect(accountRequirement(view).lines).toEqual([
      { ...LINE, part: 'orderMargin', amount: 400_000_000n },
      { ...LINE, part: 'openLoss', amount: 40_000_000n },
      { ...LINE, part: 'openFee', amount: 2_020_000n },
    ]);
  });

  it('is no posting: equity stays, what is available falls by it (LED-02)', () => {
    const without = account({ assets: [usdt(1000n * USDT)], orderTerms: [flat] });
    const view: AccountView = { ...without, orders: [buy(100n)] };
    expect(accountAvailableFloor(without) - accountAvailableFloor(view)).toBe(402n * USDT);
  });

  it.each([
    ['larger', 402n],
    ['net', 402n],
    ['both', 603n],
  ] as const)('of a long and a short leg is under the rule %s %s USDT', (legRule, expected) => {
    const orders = [
      { ...buy(100n), leg: 'long' as const },
      { ...sell(50n), leg: 'short' as const },
    ];
    const view = account({ legRule, orders, orderTerms: [flat] });
    expect(accountRequirement(view).order).toBe(expected * USDT);
  });

  it('is never asked of the side that can only close a leg', () => {
    const long = { ...held(100n), leg: 'long' as const };
    const orders = [{ ...sell(900n), leg: 'long' as const }];
    expect(accountRequirement(account({ legs: [long], orders })).order).toBe(0n);
  });
});

describe('order margin of options', () => {
  const call = optionLeg({
    ...{ optionType: 'call', strikeTicks: MARK, lots: 10n, markTicks: 200_000n, indexTicks: MARK },
  });
  const of = (fields: Partial<OrderView>) =>
    order({ instrument: 50, side: 'buy', lots: 10n, priceTicks: 210_000n, ...fields });

  it('is the premium in full and the fee where a buy opens (FND-05)', () => {
    const view = account({ orders: [of({})], orderTerms: [{ ...call, lots: 0n }] });
    expect(accountRequirement(view).lines.map(({ part, amount }) => [part, amount])).toEqual([
      ['premium', 21n * USDT],
      ['openFee', 10_500n],
    ]);
  });

  it('is asked of the sale of a cover: its short is back at its own margin (FND-05)', () => {
    const cover = { ...call, instrument: 51, option: { ...call.option!, strikeTicks: MARK - 100_000n } };
    const short = { ...call, lots: -10n };
    const orders = [of({ instrument: 51, side: 'sell', isReduceOnly: true })];
    const covered = account({ assets: [usdt(0n)], legs: [short, cover], orders });
    // 0.075 x 400, and 0.15 x 400 for initial margin, of a short that was covered by a lower strike.
    const before = accountRequirement({ ...covered, orders: [] });
    expect(before.initial - before.maintenance).toBe(0n);
    expect(accountRequirement(covered).order).toBe(60n * USDT - before.initial);
    expect(accountRequirement({ ...covered, legs: [short], orders: [] }).initial).toBe(60n * USDT);
  });

  it('is nothing where a long one is sold that covers no short, and a short one is bought back', () => {
    const sale = account({ legs: [call], orders: [of({ side: 'sell' })] });
    expect(accountRequirement(sale).order).toBe(0n);
    const purchase = account({ legs: [{ ...call, lots: -10n }], orders: [of({})] });
    expect(accountRequirement(purchase).order).toBe(0n);
  });
});

const LINE = { of: 'order', instrument: 0, leg: 'net', asset: 0, detail: null };
