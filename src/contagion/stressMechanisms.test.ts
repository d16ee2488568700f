import { describe, expect, it } from 'vitest';
import { changedCrisis, NO_CHANGE } from './crisisChange.js';
import { findCrisis } from './crisisLibrary.js';
import { ALL_CROSS } from './policy.js';
import { bookOf, SHARED_VAULT_2025 } from './replays/index.js';
import { closedMarkets, feedsNow, vaultFunds } from './stressMechanisms.js';
import type { StressPolicy } from './stressSettings.js';

const crisis = (id: string) => findCrisis(id)!;
const POLICY: StressPolicy = { ...ALL_CROSS, collateralPrice: 'index', frozenFeed: 'lastPrice' };

describe('a frozen feed', () => {
  const terra = crisis('2022-05-09-terra');

  it('stands at its floor while it is frozen: 0.107 of 83 dollars', () => {
    expect(feedsNow(terra, POLICY, 4_319)).toEqual({ silent: new Set(), floors: new Map() });
    expect(feedsNow(terra, POLICY, 4_320)).toEqual({
      silent: new Set(),
      floors: new Map([['LUNA', 1_289n]]),
    });
  });

  it('brings nothing where the policy guards it (PRC-01)', () => {
    const guarded = feedsNow(terra, { ...POLICY, frozenFeed: 'guarded' }, 4_320);
    expect(guarded).toEqual({ silent: new Set(['LUNA']), floors: new Map() });
  });
});

describe('a market over its open-interest cap', () => {
  it('is closed to all where the policy says so, and while it lasts', () => {
    const jelly = crisis('2025-03-26-jelly');
    const closed = (minute: number) => [...closedMarkets(jelly, { ...POLICY, overCap: 'closed' }, minute)];
    expect([29, 30, 119, 120].map(closed)).toEqual([[], ['JELLY'], ['JELLY'], []]);
    expect(closedMarkets(jelly, POLICY, 30)).toEqual(new Set());
  });
});

describe("a liquidator's vault", () => {
  const jelly = crisis('2025-03-26-jelly');
  const book = bookOf(SHARED_VAULT_2025.book);

  it('is as many times the longs of its market as it was times the position: 240 million of 4', () => {
    const [vault] = vaultFunds(book, jelly);
    // 441,054 lots of 1,000 at 0.0095.
    const longsMinor = 441_054n * 9_500_000n;
    expect(vault).toEqual({ asset: 'USDC', amountMinor: 60n * longsMinor, pool: null });
  });

  it('is not there without the mechanism, nor in a crisis that has none', () => {
    const without = changedCrisis(jelly, { ...NO_CHANGE, without: ['sharedLiquidatorVault'] });
    expect(vaultFunds(book, without)).toEqual([]);
    expect(vaultFunds(book, crisis('2020-03-12-bitmex'))).toEqual([]);
  });
});
