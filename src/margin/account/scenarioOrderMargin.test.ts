import { describe, expect, it } from 'vitest';
import { leg, linearTerms, order } from '../../testkit/accountFixture.js';
import type { AccountView, LegView, OrderView } from '../index.js';
import { lotsWithOrders } from './scenarioOrderMargin.js';

describe('the lots an instrument may come to have', () => {
  const buy = (lots: bigint, of: Partial<OrderView> = {}) =>
    order({ side: 'buy', lots, priceTicks: 1n, ...of });
  const sell = (lots: bigint, of: Partial<OrderView> = {}) =>
    order({ side: 'sell', lots, priceTicks: 1n, ...of });
  const reducing = { isReduceOnly: true };
  const [long, short] = [{ leg: 'long' as const }, { leg: 'short' as const }];

  it.each<[string, readonly LegView[], readonly OrderView[], [bigint, bigint]]>([
    ['nothing held', [], [buy(5n), buy(2n), sell(3n)], [-3n, 7n]],
    ['a long', [held(4n)], [buy(5n), sell(6n)], [-2n, 9n]],
    [
      'reduce-only orders on both sides of a long',
      [held(4n)],
      [buy(5n, reducing), sell(6n, reducing)],
      [0n, 4n],
    ],
    [
      'reduce-only orders on both sides of a short',
      [held(-4n)],
      [buy(5n, reducing), sell(6n, reducing)],
      [-4n, 0n],
    ],
    ['a reduce-only sale first, then a plain one', [held(4n)], [sell(3n, reducing), sell(5n)], [-4n, 4n]],
    ['a long leg, sold out at most', [held(4n, 'long')], [sell(9n, long), buy(1n, long)], [0n, 5n]],
    ['a short leg, bought back at most', [held(-4n, 'short')], [buy(9n, short), sell(1n, short)], [-5n, 0n]],
    [
      'both legs, of which one has orders',
      [held(4n, 'long'), held(-3n, 'short')],
      [sell(2n, long)],
      [-1n, 1n],
    ],
    [
      'both legs with orders',
      [held(4n, 'long'), held(-3n, 'short')],
      [sell(9n, long), buy(9n, short)],
      [-3n, 4n],
    ],
  ])('with %s (ORD-02)', (_name, legs, orders, [low, high]) => {
    expect(lotsWithOrders(account(legs, orders)).get(0)).toEqual({ low, high });
  });

  it('are those of instruments with orders only', () => {
    expect([...lotsWithOrders(account([held(4n)], [buy(1n, { instrument: 3 })])).keys()]).toEqual([3]);
  });
});

function held(lots: bigint, side: LegView['leg'] = 'net'): LegView {
  return leg(linearTerms(), { lots, leg: side, entryTicks: 1n, markTicks: 1n });
}

function account(legs: readonly LegView[], orders: readonly OrderView[]): AccountView {
  return { mode: 'portfolio', legRule: 'net', assets: [], legs, orders, orderTerms: [] };
}
