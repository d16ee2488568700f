/** In which account each open position stands, from one close to the next, under what the levels allow. */
import { allowsMode, type IsolationLevel, LEVEL_EFFECTS } from '../../isolation/index.js';
import type { Episode } from './policyBook.js';

export interface PlacedLeg {
  readonly asset: string;
  readonly value: number;
}

export interface PlacedAccount {
  /** The same account has the same key on each day. */
  readonly key: string;
  readonly legs: readonly PlacedLeg[];
  /** Most that offsets may take off: the lowest that the levels of its positions leave, as a share; 0 without offsets. */
  readonly offsetCap: number;
  /** False where a level holds collateral above the requirement. */
  readonly removal: boolean;
}

export interface Placed {
  readonly accounts: readonly PlacedAccount[];
  /** Positions that moved out of a shared account now. */
  readonly carved: number;
  /** Positions that stay in a shared account though their level does not allow it: without consent, or at cross where portfolio accounts hold them. */
  readonly grandfathered: number;
  /** Value of positions that may not be opened: their owners go without until they may. */
  readonly refusedValue: number;
}

/** Open positions of an episode, by asset. */
export type Standing = ReadonlyMap<string, 'shared' | 'alone'>;

export const NOTHING_OPEN: Standing = new Map();

/**
 * A position is opened where its owner wishes if the level lets it, else alone. One that is open moves only out of a shared
 * account, when its level is beyond cross and its owner consents; calm does not move it back.
 */
export function placeEpisode(
  { owner, wish, consents, from, legs }: Episode,
  before: Standing,
  levelOf: (asset: string) => IsolationLevel,
): { readonly placed: Placed; readonly standing: Standing } {
  const standing = new Map<string, 'shared' | 'alone'>();
  let [carved, grandfathered, refusedValue] = [0, 0, 0];
  for (const { asset, value } of legs) {
    const level = levelOf(asset);
    const was = before.get(asset);
    if (was === undefined) {
      if (LEVEL_EFFECTS[level].opening === 'allowed')
        standing.set(asset, wish !== 'isolated' && allowsMode(level, wish) ? 'shared' : 'alone');
      else refusedValue += Math.abs(value);
    } else if (was === 'shared' && !allowsMode(level, 'cross') && consents) {
      standing.set(asset, 'alone');
      carved += 1;
    } else {
      standing.set(asset, was);
      if (was === 'shared' && !allowsMode(level, wish)) grandfathered += 1;
    }
  }
  const placedLegs = legs
    .filter(({ asset }) => standing.has(asset))
    .map(({ asset, value }) => ({
      asset,
      value,
      place: standing.get(asset),
    }));
  const accountOf = (key: string, own: readonly PlacedLeg[]): PlacedAccount => ({
    key: `${owner}/${from}/${key}`,
    legs: own.map(({ asset, value }) => ({ asset, value })),
    offsetCap:
      wish === 'portfolio'
        ? Math.min(...own.map(({ asset }) => Number(LEVEL_EFFECTS[levelOf(asset)].offsetCapPpm) / 1e6))
        : 0,
    removal: own.every(({ asset }) => LEVEL_EFFECTS[levelOf(asset)].removal === 'aboveFloor'),
  });
  const shared = placedLegs.filter(({ place }) => place === 'shared');
  const alone = placedLegs.filter(({ place }) => place === 'alone');
  const accounts = [
    ...(shared.length === 0 ? [] : [accountOf('shared', shared)]),
    ...alone.map((leg) => accountOf(leg.asset, [leg])),
  ];
  return { placed: { accounts, carved, grandfathered, refusedValue }, standing };
}
