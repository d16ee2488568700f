/** In which account each open position stands, from one close to the next, under what the levels allow. */
import type { IsolationLevel } from '../levels/index.js';
import { LEVEL_ALLOWANCES } from './levelAllowance.js';
import type { Episode } from './policyBook.js';

export interface PlacedLeg {
  readonly asset: string;
  readonly value: number;
  /** Margined together with the others of its account that are. */
  readonly isOffset: boolean;
}

export interface PlacedAccount {
  /** The same account has the same key on each day. */
  readonly key: string;
  readonly legs: readonly PlacedLeg[];
  /** False where a level holds collateral above the requirement. */
  readonly removal: boolean;
}

export interface Placed {
  readonly accounts: readonly PlacedAccount[];
  /** Positions that moved out of a shared account now. */
  readonly carved: number;
  /** Positions that stay in a shared account though their level allows none: their owner has not consented. */
  readonly grandfathered: number;
  /** Value of positions that may not be opened: their owners go without until they may. */
  readonly refusedValue: number;
}

/** Open positions of an episode, by asset. */
export type Standing = ReadonlyMap<string, 'shared' | 'alone'>;

export const NOTHING_OPEN: Standing = new Map();

/**
 * A position is opened where its owner wishes and the level lets it. One that is open moves only out of a shared account,
 * when its level allows no sharing and its owner consents; calm does not move it back.
 */
export function placeEpisode(
  { owner, wish, consents, from, legs }: Episode,
  before: Standing,
  levelOf: (asset: string) => IsolationLevel,
): { readonly placed: Placed; readonly standing: Standing } {
  const standing = new Map<string, 'shared' | 'alone'>();
  let [carved, grandfathered, refusedValue] = [0, 0, 0];
  for (const { asset, value } of legs) {
    const { opening, sharing } = LEVEL_ALLOWANCES[levelOf(asset)];
    const was = before.get(asset);
    if (was === undefined) {
      if (opening) standing.set(asset, wish !== 'isolated' && sharing ? 'shared' : 'alone');
      else refusedValue += Math.abs(value);
    } else if (was === 'shared' && !sharing) {
      standing.set(asset, consents ? 'alone' : 'shared');
      if (consents) carved += 1;
      else grandfathered += 1;
    } else standing.set(asset, was);
  }
  const placedLegs = legs
    .filter(({ asset }) => standing.has(asset))
    .map(({ asset, value }) => ({
      asset,
      value,
      place: standing.get(asset),
      isOffset: wish === 'portfolio' && LEVEL_ALLOWANCES[levelOf(asset)].offsets,
    }));
  const accountOf = (key: string, own: readonly PlacedLeg[]): PlacedAccount => ({
    key: `${owner}/${from}/${key}`,
    legs: own.map(({ asset, value, isOffset }) => ({ asset, value, isOffset })),
    removal: own.every(({ asset }) => LEVEL_ALLOWANCES[levelOf(asset)].removal),
  });
  const shared = placedLegs.filter(({ place }) => place === 'shared');
  const alone = placedLegs.filter(({ place }) => place === 'alone');
  const accounts = [
    ...(shared.length === 0 ? [] : [accountOf('shared', shared)]),
    ...alone.map((leg) => accountOf(leg.asset, [leg])),
  ];
  return { placed: { accounts, carved, grandfathered, refusedValue }, standing };
}
