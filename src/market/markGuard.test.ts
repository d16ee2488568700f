import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardMark, isMarkUsable, type MarkGuard, type MarkState } from './markGuard.js';

const guard: MarkGuard = {
  markMaxAgeMs: 1_000,
  markMaxJumpPpm: 100_000n,
  markConfirmations: 3,
  markTicksMax: 10_000n,
};
const fresh: MarkState = {
  markTicks: 0n,
  sourceTimeMs: 0,
  lastSourceTimeMs: 0,
  pendingTicks: 0n,
  pendingCount: 0,
  isSuspect: false,
};
const NOW = 1_000_000;

/** Feeds marks one after the other, each a millisecond newer. */
function feed(marks: readonly bigint[], state: MarkState = fresh) {
  const verdicts: string[] = [];
  for (const [at, markTicks] of marks.entries()) {
    const nowMs = NOW + at;
    const { verdict, next } = guardMark(state, guard, { markTicks, sourceTimeMs: nowMs, nowMs });
    verdicts.push(verdict);
    state = { ...next, lastSourceTimeMs: nowMs };
  }
  return { verdicts, state };
}

describe('the guard on marks', () => {
  it.each<[string, readonly bigint[], readonly string[], bigint]>([
    ['the first mark acts, however large', [9_999n], ['accepted'], 9_999n],
    ['a small move acts', [1_000n, 1_100n], ['accepted', 'accepted'], 1_100n],
    ['a fall just inside the limit acts', [1_000n, 900n], ['accepted', 'accepted'], 900n],
    ['a jump waits', [1_000n, 1_101n], ['accepted', 'heldJump'], 1_000n],
    [
      'enough marks in agreement confirm it',
      [1_000n, 500n, 510n, 520n],
      ['accepted', 'heldJump', 'heldJump', 'confirmed'],
      520n,
    ],
    [
      'one that disagrees starts anew',
      [1_000n, 500n, 2_000n, 2_010n],
      ['accepted', 'heldJump', 'heldJump', 'heldJump'],
      1_000n,
    ],
    [
      'agreement is with the last, so that a run may drift',
      [1_000n, 500n, 545n, 590n],
      ['accepted', 'heldJump', 'heldJump', 'confirmed'],
      590n,
    ],
    [
      'back near the last good one all is forgotten',
      [1_000n, 500n, 1_050n, 500n, 510n],
      ['accepted', 'heldJump', 'accepted', 'heldJump', 'heldJump'],
      1_050n,
    ],
    [
      'a bad mark does not count',
      [1_000n, 500n, 0n, 510n, 520n],
      ['accepted', 'heldJump', 'ignoredBad', 'heldJump', 'confirmed'],
      520n,
    ],
    [
      'zero, negative and beyond all bounds',
      [1_000n, 0n, -1n, 10_001n],
      ['accepted', 'ignoredBad', 'ignoredBad', 'ignoredBad'],
      1_000n,
    ],
    ['bad before anything else', [0n, 10_000n], ['ignoredBad', 'accepted'], 10_000n],
  ])('%s (PRC-01)', (_name, marks, verdicts, markTicks) => {
    const found = feed(marks);
    expect(found.verdicts).toEqual(verdicts);
    expect(found.state.markTicks).toBe(markTicks);
  });

  it('lets no mark move the price that does not act, and never a bad one (PRC-01)', () => {
    const mark = fc.tuple(fc.bigInt({ min: -20n, max: 12_000n }), fc.integer({ min: 0, max: 3_000 }));
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 40 }), (marks) => {
        let state = fresh;
        let now = NOW;
        for (const [markTicks, age] of marks) {
          now += 10;
          const sourceTimeMs = now - age;
          const { verdict, next } = guardMark(state, guard, { markTicks, sourceTimeMs, nowMs: now });
          const hasActed = verdict === 'accepted' || verdict === 'confirmed';
          expect(next.markTicks).toBe(hasActed ? markTicks : state.markTicks);
          expect(next.sourceTimeMs).toBe(hasActed ? sourceTimeMs : state.sourceTimeMs);
          if (hasActed) {
            expect(markTicks > 0n && markTicks <= guard.markTicksMax && age <= guard.markMaxAgeMs).toBe(true);
            expect(isMarkUsable(next, guard, now)).toBe(true);
          }
          if (isMarkUsable(next, guard, now))
            expect([next.pendingTicks, next.isSuspect]).toEqual([0n, false]);
          state = next;
        }
      }),
    );
  });

  it('is not moved by the same tick delivered again and again: only a newer one confirms (PRC-01)', () => {
    const jumped = feed([1_000n, 500n]).state;
    const again = { markTicks: 500n, sourceTimeMs: jumped.lastSourceTimeMs, nowMs: NOW + 9 };
    let state = jumped;
    for (let i = 0; i < 5; i++) state = guardMark(state, guard, again).next;
    expect([state.markTicks, state.pendingCount]).toEqual([1_000n, 1]);
    expect(guardMark(state, guard, { ...again, sourceTimeMs: NOW + 9 }).next.pendingCount).toBe(2);
  });

  it('lets age decide to the millisecond, and an older source time than the last act on nothing (PRC-01, PRC-03)', () => {
    const at = (sourceTimeMs: number, state = fresh) =>
      guardMark(state, guard, { markTicks: 5n, sourceTimeMs, nowMs: NOW }).verdict;
    expect([at(NOW - 1_000), at(NOW - 1_001), at(NOW + 60)]).toEqual([
      'accepted',
      'ignoredStale',
      'accepted',
    ]);
    expect(at(NOW - 1, { ...fresh, lastSourceTimeMs: NOW })).toBe('ignoredOld');
    expect(at(NOW, { ...fresh, lastSourceTimeMs: NOW })).toBe('accepted');
  });
});

describe('a usable mark', () => {
  const good: MarkState = { ...fresh, markTicks: 5n, sourceTimeMs: NOW, lastSourceTimeMs: NOW };

  it.each<[string, Partial<MarkState>, number, boolean]>([
    ['good and fresh', {}, NOW, true],
    ['at its age limit', {}, NOW + 1_000, true],
    ['a millisecond older', {}, NOW + 1_001, false],
    ['never set', { markTicks: 0n }, NOW, false],
    ['with a jump that waits', { pendingTicks: 9n }, NOW, false],
    ['suspect', { isSuspect: true }, NOW, false],
  ])('%s: %o at %i is %s (PRC-01)', (_name, changes, nowMs, isUsable) => {
    expect(isMarkUsable({ ...good, ...changes }, guard, nowMs)).toBe(isUsable);
  });
});
