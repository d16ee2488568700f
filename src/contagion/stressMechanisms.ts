/**
 * What a crisis's mechanisms do to a venue in a stress run, by what its policy lets them: a feed that stands at its floor,
 * a market nobody may enter, a vault that stands behind every pool it is divided among.
 */
import { mulDivFloor, PPM, type Ppm } from '../base/index.js';
import type { Book, BookFund } from './book.js';
import { bookTerms, notionalOf, valuedAt } from './bookTerms.js';
import type { Crisis, Mechanism } from './crisis.js';
import { isAtWork } from './crisisChange.js';
import { decimalPpm } from './crisisNumbers.js';
import type { StressPolicy } from './stressSettings.js';

export interface FeedsNow {
  /** Assets whose feed brings nothing. */
  readonly silent: ReadonlySet<string>;
  /** Assets whose feed never says less than this factor of the price before the crisis. */
  readonly floors: ReadonlyMap<string, Ppm>;
}

/** Frozen feeds at this minute: silent where the policy guards them; else at their floor, with the price above it. */
export function feedsNow(crisis: Crisis, policy: StressPolicy, minute: number): FeedsNow {
  const frozen = activeOf(crisis, 'frozenFeed', minute);
  const assets = frozen.flatMap((mechanism) => mechanism.assets);
  if (policy.frozenFeed === 'guarded') return { silent: new Set(assets), floors: new Map() };
  return {
    silent: new Set(),
    floors: new Map(
      frozen.flatMap(({ assets: names, floorPpm }) =>
        floorPpm === null ? [] : names.map((asset) => [asset, floorPpm] as const),
      ),
    ),
  };
}

/** Assets in whose market nobody takes the other side, because open interest is over its cap and the venue stops all. */
export function closedMarkets(crisis: Crisis, policy: StressPolicy, minute: number): ReadonlySet<string> {
  if (policy.overCap !== 'closed') return new Set();
  return new Set(activeOf(crisis, 'openInterestCapExceeded', minute).flatMap(({ assets }) => assets));
}

/**
 * The vault of the venue's liquidator as insurance money from no pool: as many times the longs of the assets concerned as
 * it was times the position it took over. A policy with one pool puts all of it behind each market; one with several
 * divides it by open interest.
 */
export function vaultFunds(book: Book, crisis: Crisis): readonly BookFund[] {
  const terms = bookTerms(book);
  return crisis.mechanisms.flatMap(({ kind, assets, figures }): BookFund[] => {
    const { vaultDollars, positionDollars } = figures;
    if (kind !== 'sharedLiquidatorVault' || vaultDollars === undefined || positionDollars === undefined)
      return [];
    let longsMinor = 0n;
    for (const { positions } of book.accounts)
      for (const position of positions) {
        const traded = terms.instruments.get(position.instrument)!;
        const { base, settle } = traded.instrument.definition;
        if (position.lots > 0n && assets.includes(base))
          longsMinor += valuedAt(book, terms, settle, notionalOf(traded, position));
      }
    const timesPpm = (decimalPpm(vaultDollars) * PPM) / decimalPpm(positionDollars);
    const amountMinor = mulDivFloor(longsMinor, timesPpm, PPM);
    return amountMinor === 0n ? [] : [{ asset: book.valuationAsset, amountMinor, pool: null }];
  });
}

function activeOf(crisis: Crisis, kind: Mechanism['kind'], minute: number): readonly Mechanism[] {
  return crisis.mechanisms.filter((mechanism) => mechanism.kind === kind && isAtWork(mechanism, minute));
}
