import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FundLine, type FundStatement, rollForward } from './fundRollForward.js';
import { FUND_SOURCES } from './waterfallLayers.js';

const line = (kind: FundLine['kind'], amountMinor: bigint, isPoolSound = true): FundLine => ({
  kind,
  amountMinor,
  isPoolSound,
});
const statement = (fields: Partial<FundStatement>): FundStatement => ({
  openingMinor: 100n,
  lines: [],
  closingMinor: 100n,
  ...fields,
});
const faultOf = (fields: Partial<FundStatement>) => {
  const result = rollForward(statement(fields));
  return result.ok ? null : result.error;
};

describe('the roll-forward of a fund', () => {
  it('adds up: opening, what came in, what went out, closing', () => {
    const lines = [line('fees', 20n), line('draw', 110n), line('injection', 50n), line('drawDown', 5n)];
    const result = rollForward(statement({ lines, closingMinor: 55n }));
    expect(result.ok && result.value.totals.filter(({ amountMinor }) => amountMinor > 0n)).toEqual([
      { kind: 'fees', amountMinor: 20n },
      { kind: 'injection', amountMinor: 50n },
      { kind: 'draw', amountMinor: 110n },
      { kind: 'drawDown', amountMinor: 5n },
    ]);
  });

  it('must balance: a fund that did not roll over its close is found', () => {
    expect(faultOf({ lines: [line('fees', 20n)], closingMinor: 100n })).toEqual({
      code: 'does_not_balance',
      line: null,
      balanceMinor: 120n,
    });
  });

  it.each([
    {
      name: 'a draw before the injection that pays it',
      lines: [line('draw', 120n), line('injection', 50n)],
      at: 0,
      code: 'spent_before_paid_in',
    },
    {
      name: 'a draw-down while the pool is not sound (LIQ-09)',
      lines: [line('drawDown', 5n, false)],
      at: 0,
      code: 'drawn_down_while_unsound',
    },
    {
      name: 'a line of nothing',
      lines: [line('fees', 1n), line('draw', 0n)],
      at: 1,
      code: 'amount_not_positive',
    },
  ])('refuses $name', ({ lines, at, code }) => {
    expect(faultOf({ lines })).toMatchObject({ code, line: at });
  });

  it('refuses an opening below zero', () => {
    expect(faultOf({ openingMinor: -1n })).toMatchObject({ code: 'opening_below_zero' });
  });

  it('accepts a statement exactly where its lines lead from opening to closing and never below zero', () => {
    const lines = fc.array(
      fc.record({
        kind: fc.constantFrom(...FUND_SOURCES, 'draw' as const, 'drawDown' as const),
        amountMinor: fc.bigInt({ min: 1n, max: 30n }),
        isPoolSound: fc.constant(true),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 60n }),
        lines,
        fc.bigInt({ min: -2n, max: 2n }),
        (opening, drawn, off) => {
          const balances = [opening];
          for (const { kind, amountMinor } of drawn) {
            const signed = kind.startsWith('draw') ? -amountMinor : amountMinor;
            balances.push((balances.at(-1) as bigint) + signed);
          }
          const closingMinor = (balances.at(-1) as bigint) + off;
          const isRight = off === 0n && balances.every((balance) => balance >= 0n);
          const result = rollForward(statement({ openingMinor: opening, lines: drawn, closingMinor }));
          expect(result.ok).toBe(isRight);
          if (!result.ok) return;
          const sum = result.value.totals.reduce(
            (total, { kind, amountMinor }) => total + (kind.startsWith('draw') ? -amountMinor : amountMinor),
            opening,
          );
          expect(sum).toBe(closingMinor);
        },
      ),
      { numRuns: 300 },
    );
  });
});
