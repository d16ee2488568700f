/**
 * How near a book is to spreading losses, read from what it holds: before anything has happened.
 *
 *   amplification   spectral radius of  sum over k of |x_ik| |x_jk| / (C_i D_k):  what i loses of its equity C_i when j sells
 *                   all it has, as long as impact is linear; from 1 on a sell-off feeds itself
 *   overlap         of two pools, the cosine of what they hold, each asset weighted by 1 / D_k: 0 where they share nothing
 *   cover two       per pool and move, what the two largest losers leave of its fund and of its winners' profit
 *   deleveraging    per instrument, side and move, what would have to be deleveraged over what winners there could give
 *
 * x holdings at the mark, C equity, D_k depth: value whose sale moves the price by all of it. R. Cont, E. Schaanning,
 * "Monitoring indirect contagion", Journal of Banking and Finance 104 (2019); cover two is the standard for clearing houses
 * of CPMI-IOSCO, "Principles for financial market infrastructures", 2012, principle 4.
 */
import { ok, type Result } from '../base/index.js';
import type { Book } from './book.js';
import { bookTerms } from './bookTerms.js';
import { coverTwo, type PoolCover } from './earlyCover.js';
import { type DeleveragingNeed, deleveragingNeed } from './earlyDeleveraging.js';
import { type Holding, heldAccounts } from './earlyHoldings.js';
import { spectralRadius } from './network/spectralRadius.js';
import { type PlacementFault, placeAccounts } from './placeAccounts.js';
import { placePools } from './placePools.js';
import type { Policy } from './policy.js';

export interface EarlyWarningSettings {
  /** Moves of every price, simple returns over -1: -0.2 is a fall by a fifth. */
  readonly moves: readonly number[];
  /** Depth within 1% of the price as a share of what is held of it. */
  readonly depthShareAtOnePercent: number;
}

export const EARLY_WARNING_SETTINGS: EarlyWarningSettings = {
  moves: [-0.3, -0.2, -0.1, 0.1, 0.2, 0.3],
  depthShareAtOnePercent: 0.05,
};

export interface EarlyWarning {
  /** With the bounds of its computation. */
  readonly amplification: { readonly radius: number; readonly lower: number; readonly upper: number };
  /** Pools that hold something in common, each pair once, the closest first. */
  readonly overlaps: readonly { readonly pools: readonly [string, string]; readonly cosine: number }[];
  readonly covers: readonly PoolCover[];
  readonly deleveraging: readonly DeleveragingNeed[];
}

/** Of a book without a fault, put into pools and accounts by the policy. Sums are in units of the valuation asset. */
export function earlyWarning(
  book: Book,
  policy: Policy,
  settings: EarlyWarningSettings = EARLY_WARNING_SETTINGS,
): Result<EarlyWarning, PlacementFault> {
  const steps = earlyWarningSteps(book, policy, settings);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, yielding between its pieces: who has other work to do does it then. The longest looks once at each account. */
export function* earlyWarningSteps(
  book: Book,
  policy: Policy,
  settings: EarlyWarningSettings = EARLY_WARNING_SETTINGS,
): Generator<void, Result<EarlyWarning, PlacementFault>> {
  const terms = bookTerms(book);
  const placed = placeAccounts(book, terms, policy);
  if (!placed.ok) return placed;
  yield;
  const accounts = heldAccounts(book, terms, placed.value.accounts);
  yield;
  const holdings = accounts.flatMap(({ holdings }) => holdings);
  const depths = depthsOf(holdings, settings);
  const amplification = amplificationOf(accounts, depths);
  yield;
  const overlaps = overlapsOf(accounts, depths);
  const covers: PoolCover[] = [];
  const deleveraging: DeleveragingNeed[] = [];
  for (const pool of placePools(book, terms, policy)) {
    for (const move of settings.moves) {
      yield;
      covers.push(...coverTwo({ book, terms, accounts, moves: [move] }, pool));
      yield;
      deleveraging.push(...deleveragingNeed({ book, terms, accounts, moves: [move] }, pool));
    }
  }
  return ok({ amplification, overlaps, covers, deleveraging });
}

type Depths = ReadonlyMap<string, number>;

/** Linear from the depth within 1%: value that would move the price by all of it. */
function depthsOf(holdings: readonly Holding[], { depthShareAtOnePercent }: EarlyWarningSettings): Depths {
  const held = new Map<string, number>();
  for (const { key, value } of holdings) held.set(key, (held.get(key) ?? 0) + Math.abs(value) / 2);
  return new Map([...held].map(([key, value]) => [key, (value * depthShareAtOnePercent) / 0.01]));
}

type Held = ReturnType<typeof heldAccounts>[number];

/** Of accounts with equity; reckoned between assets, of which there are few: both products have the same radius. */
function amplificationOf(accounts: readonly Held[], depths: Depths) {
  const keys = [...depths.keys()];
  const matrix = keys.map(() => keys.map(() => 0));
  for (const { equity, holdings } of accounts) {
    if (equity <= 0) continue;
    for (const one of holdings)
      for (const other of holdings) {
        const [row, column] = [keys.indexOf(one.key), keys.indexOf(other.key)];
        const share = Math.abs(one.value * other.value) / (equity * (depths.get(other.key) as number));
        (matrix[row] as number[])[column] = ((matrix[row] as number[])[column] as number) + share;
      }
  }
  return spectralRadius(matrix);
}

function overlapsOf(accounts: readonly Held[], depths: Depths): EarlyWarning['overlaps'] {
  const byPool = new Map<string, Map<string, number>>();
  for (const { pool, holdings } of accounts) {
    const sums = byPool.get(pool) ?? new Map<string, number>();
    byPool.set(pool, sums);
    for (const { key, value } of holdings) sums.set(key, (sums.get(key) ?? 0) + Math.abs(value));
  }
  const product = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
    [...a].reduce((sum, [key, value]) => sum + (value * (b.get(key) ?? 0)) / (depths.get(key) as number), 0);
  const pools = [...byPool];
  return pools
    .flatMap(([one, a], index) =>
      pools.slice(index + 1).map(([other, b]) => ({
        pools: [one, other] as const,
        cosine: product(a, b) / Math.sqrt(product(a, a) * product(b, b)),
      })),
    )
    .filter(({ cosine }) => cosine > 0)
    .sort((a, b) => b.cosine - a.cosine);
}
