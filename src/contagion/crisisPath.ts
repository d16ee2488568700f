/** The crisis as a path: at each of its steps, where prices and depth stand for an asset. */
import { PPM, type Ppm } from '../base/index.js';
import type { Book } from './book.js';
import type { Crisis } from './crisis.js';
import { NO_STRESS, type Stress } from './impactStress.js';

export interface PathPoint {
  readonly minute: number;
  /** Price over the price before the crisis, on the venue's own book and in the index. */
  readonly bookPpm: Ppm;
  readonly indexPpm: Ppm;
  readonly stress: Stress;
}

/** One point for each step. What is said of an asset, or of `*` where it is not named, holds until it is said anew. */
export function crisisPath(crisis: Crisis, asset: string): readonly PathPoint[] {
  const name = namesOf(crisis).has(asset) ? asset : '*';
  let [bookPpm, indexPpm, stress] = [PPM, PPM, NO_STRESS];
  return crisis.steps.map(({ minute, shocks, depth }) => {
    for (const shock of shocks) {
      if (shock.asset !== name) continue;
      if (shock.on !== 'index') bookPpm = shock.factorPpm;
      if (shock.on !== 'ownBook') indexPpm = shock.factorPpm;
    }
    const found = depth.find((entry) => entry.asset === name);
    if (found !== undefined) stress = { depthPpm: found.multiplierPpm, gapPpm: found.gapPpm };
    return { minute, bookPpm, indexPpm, stress };
  });
}

/** Assets that the crisis says something about, by name. */
export function namesOf(crisis: Crisis): ReadonlySet<string> {
  return new Set(
    crisis.steps.flatMap(({ shocks, depth }) => [...shocks, ...depth].map(({ asset }) => asset)),
  );
}

/** Assets that the crisis names and the book neither trades nor takes as collateral, in order: nothing of them is played. */
export function unplayedAssets(
  crisis: Crisis,
  book: Pick<Book, 'assets' | 'instruments' | 'valuationAsset'>,
): string[] {
  const played = new Set([
    '*',
    ...book.instruments.map(({ definition }) => definition.base),
    ...book.assets
      .filter(({ id, collateral }) => collateral !== null && id !== book.valuationAsset)
      .map(({ id }) => id),
  ]);
  return [...namesOf(crisis)].filter((name) => !played.has(name)).sort();
}
