import { describe, expect, it } from 'vitest';
import { type HeldAccount, planTransfers } from './transfers.js';

const HELD: readonly HeldAccount[] = [
  { id: 'main', legs: ['a', 'b', 'c'], collateral: 100 },
  { id: 'side', legs: ['d'], collateral: 5 },
];

describe('transfers of a plan', () => {
  it('keep the account that shares most legs, and meet the largest need first', () => {
    const found = planTransfers(HELD, [
      { legs: ['a', 'b'], margin: 40 },
      { legs: ['c'], margin: 30 },
      { legs: ['d'], margin: 12 },
    ]);
    expect(found).toEqual({
      ok: true,
      value: {
        accounts: ['main', null, 'side'],
        moves: [
          { from: 'main', to: 1, amount: 30 },
          { from: 'main', to: 2, amount: 7 },
        ],
        released: 23,
      },
    });
  });

  it('ask for money from outside once accounts have no more', () => {
    const found = planTransfers(HELD, [
      { legs: ['a', 'b', 'c'], margin: 90 },
      { legs: ['d'], margin: 40 },
    ]);
    expect(found.ok && found.value.moves).toEqual([
      { from: 'main', to: 1, amount: 10 },
      { from: null, to: 1, amount: 25 },
    ]);
  });

  it('free an account that no planned one takes over, and lose nothing', () => {
    const found = planTransfers(HELD, [{ legs: ['a', 'b', 'c', 'd'], margin: 103 }]);
    expect(found).toEqual({
      ok: true,
      value: { accounts: ['main'], moves: [{ from: 'side', to: 0, amount: 3 }], released: 2 },
    });
  });

  it('are refused for legs of no account or two, names twice and collateral that is none', () => {
    const all = [{ legs: ['a', 'b', 'c', 'd'], margin: 1 }];
    const code = (held: readonly HeldAccount[], planned = all) => {
      const found = planTransfers(held, planned);
      return found.ok ? 'ok' : `${found.error.code} ${found.error.field}`;
    };
    const [main, side] = HELD as [HeldAccount, HeldAccount];
    expect(code([main, { ...side, id: 'main' }])).toBe('duplicate_id accounts');
    expect(code([main, { ...side, legs: ['a', 'd'] }])).toBe('duplicate_id accounts');
    expect(code([main])).toBe('bad_parameter accounts');
    expect(code(HELD, [{ legs: ['a'], margin: 1 }])).toBe('bad_parameter accounts');
    expect(code([main, { ...side, collateral: -1 }])).toBe('bad_parameter collateral');
    expect(code([main, { ...side, collateral: Number.NaN }])).toBe('not_finite collateral');
  });
});
