/**
 * What every margin model keeps, whatever it computes: one suite that each of them runs. A model is told by its subject:
 * how to draw accounts, ask for the requirement, take positions away, grow and split them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

export interface ContractRequirement {
  readonly initial: bigint;
  readonly maintenance: bigint;
  readonly order: bigint;
  readonly lines: readonly { readonly of: string; readonly amount: bigint }[];
}

/** An account as the model sees it is a `V`. Where a property does not apply to a model its part says why. */
export interface MarginModelSubject<V> {
  readonly name: string;
  /**
   * Any accounts, with initial and maintenance margin on one basis and a closing fee in both or in neither: else a move
   * of the price alone can part them.
   */
  readonly cases: fc.Arbitrary<V>;
  readonly requirement: (view: V) => ContractRequirement;
  readonly isLiquidatable: (view: V) => boolean;
  /** The same account without positions, debts and orders. */
  readonly emptied: (view: V) => V;
  readonly lone: {
    /** Accounts with one position. */
    readonly cases: fc.Arbitrary<V>;
    /** The position that many times as large, opened at the same price. */
    readonly grown: (view: V, times: bigint) => V;
  };
  readonly heldApart:
    | {
        /** Accounts without add-ons that only the whole has. */
        readonly cases: fc.Arbitrary<V>;
        /** The positions each in an account of its own, debts in one of theirs: together the same. */
        readonly parts: (view: V) => readonly V[];
        /** Where one amount is laid on several lines, each rounded up: that may reach the next minor unit. Default: none. */
        readonly roundingMinor?: bigint;
      }
    | NotApplicable;
  /** Each liquidation price that is shown: the account there, and one tick towards safety; null where that is no price. */
  readonly shownPrices:
    | ((view: V) => readonly { readonly there: V; readonly inside: V | null }[])
    | NotApplicable;
}

export interface NotApplicable {
  readonly because: string;
}

export function describeMarginModel<V>(subject: MarginModelSubject<V>, numRuns = 200): void {
  const { cases, requirement, isLiquidatable, lone, heldApart, shownPrices } = subject;

  describe(`the margin model ${subject.name}`, () => {
    it('asks for nothing without a position, and liquidates nobody (LIQ-10, LED-02)', () => {
      const check = (view: V) => {
        const emptied = subject.emptied(view);
        expect(requirement(emptied)).toEqual({ initial: 0n, maintenance: 0n, order: 0n, lines: [] });
        expect(isLiquidatable(emptied)).toBe(false);
      };
      fc.assert(fc.property(cases, check), { numRuns });
    });

    it('asks for no more maintenance than initial margin, and never for less than nothing', () => {
      const check = (view: V) => {
        const { initial, maintenance, order } = requirement(view);
        expect(0n <= maintenance && maintenance <= initial && order >= 0n).toBe(true);
      };
      fc.assert(fc.property(cases, check), { numRuns });
    });

    it('explains itself: lines sum to their totals exactly (MAR-12)', () => {
      const check = (view: V) => {
        const { lines, ...totals } = requirement(view);
        for (const of of ['initial', 'maintenance', 'order'] as const) {
          const sum = lines.filter((line) => line.of === of).reduce((a, { amount }) => a + amount, 0n);
          expect(sum).toBe(totals[of]);
        }
      };
      fc.assert(fc.property(cases, check), { numRuns });
    });

    it('never asks for less as a lone position grows', () => {
      const check = (view: V, times: bigint, more: bigint) => {
        const before = requirement(lone.grown(view, times));
        const after = requirement(lone.grown(view, times + more));
        expect(before.initial <= after.initial && before.maintenance <= after.maintenance).toBe(true);
      };
      const counts = fc.bigInt(1n, 40n);
      fc.assert(fc.property(lone.cases, counts, counts, check), { numRuns });
    });

    if (!('because' in heldApart))
      it('never asks for more than for the parts held apart (MAR-10)', () => {
        const check = (view: V) => {
          const whole = requirement(view);
          const parts = heldApart.parts(view).map(requirement);
          const { roundingMinor = 0n } = heldApart;
          for (const of of ['initial', 'maintenance'] as const)
            expect(whole[of] <= parts.reduce((sum, part) => sum + part[of], roundingMinor)).toBe(true);
        };
        fc.assert(fc.property(heldApart.cases, check), { numRuns });
      });

    if (typeof shownPrices === 'function')
      it('shows prices at which the predicate is true, one tick inside it is not (LIQ-11)', () => {
        let shown = 0;
        const check = (view: V) => {
          for (const { there, inside } of shownPrices(view)) {
            shown++;
            expect(isLiquidatable(there)).toBe(true);
            if (inside !== null) expect(isLiquidatable(inside)).toBe(false);
          }
        };
        fc.assert(fc.property(cases, check), { numRuns });
        expect(shown).toBeGreaterThan(0);
      });
  });
}
