import { describe, expect, it } from 'vitest';
import { changedCrisis, isAtWork, NO_CHANGE } from './crisisChange.js';
import { CRISIS_IDS, findCrisis } from './crisisLibrary.js';
import { crisisPath } from './crisisPath.js';

const crisis = (id: string) => {
  const found = findCrisis(id);
  if (found === null) throw new Error(id);
  return found;
};

describe('a crisis with something left out', () => {
  it.each(CRISIS_IDS)('is the crisis itself when nothing is: %s', (id) => {
    expect(changedCrisis(crisis(id), NO_CHANGE)).toEqual(crisis(id));
  });

  it('keeps the depth it had where the book is not empty, and all prices', () => {
    const [whole, full] = [NO_CHANGE, { ...NO_CHANGE, without: ['emptyBook'] as const }].map((change) =>
      crisisPath(changedCrisis(crisis('2020-03-12-bitmex'), change), 'BTC'),
    );
    expect(whole?.map(({ stress }) => stress.depthPpm)).toContain(100_000n);
    expect(full?.every(({ stress }) => stress.depthPpm === 1_000_000n)).toBe(true);
    expect(full?.map(({ bookPpm, indexPpm }) => [bookPpm, indexPpm])).toEqual(
      whole?.map(({ bookPpm, indexPpm }) => [bookPpm, indexPpm]),
    );
  });

  it("has the own book at the index without ownBookCollateral, for that mechanism's assets only", () => {
    const change = { ...NO_CHANGE, without: ['ownBookCollateral'] as const };
    const own = crisis('2025-10-10-own-book');
    const apart = (asset: string, of = own) =>
      crisisPath(of, asset).filter(({ bookPpm, indexPpm }) => bookPpm !== indexPpm).length;
    for (const asset of ['USDe', 'wBETH', 'BNSOL']) {
      expect(apart(asset)).toBeGreaterThan(0);
      expect(apart(asset, changedCrisis(own, change))).toBe(0);
      // What the index does is what it did.
      expect(crisisPath(changedCrisis(own, change), asset).map(({ indexPpm }) => indexPpm)).toEqual(
        crisisPath(own, asset).map(({ indexPpm }) => indexPpm),
      );
    }
    expect(crisisPath(changedCrisis(own, change), 'BTC')).toEqual(crisisPath(own, 'BTC'));
  });

  it('leaves the book to the run, stands still, ends earlier or at another minute where it is told to', () => {
    const change = {
      ...NO_CHANGE,
      ownBookAsIndex: ['BTC'],
      still: ['ETH'],
      lastMinute: 960,
      ends: [{ kind: 'emptyBook' as const, minute: 955 }],
    };
    const changed = changedCrisis(crisis('2020-03-12-bitmex'), change);
    expect(changed.steps.at(-1)?.minute).toBe(960);
    expect(crisisPath(changed, 'BTC').every(({ bookPpm, indexPpm }) => bookPpm === indexPpm)).toBe(true);
    expect(crisisPath(changed, 'ETH').every(({ bookPpm }) => bookPpm === 1_000_000n)).toBe(true);
    const [empty] = changed.mechanisms.filter(({ kind }) => kind === 'emptyBook');
    expect([899, 900, 954, 955].map((minute) => isAtWork(empty!, minute))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
