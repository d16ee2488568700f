/** A book under a policy, worked out and not yet written as commands: what the parts of `bookCommands` share. */
import type { TimeMs } from '../base/index.js';
import type { Book } from './book.js';
import type { BookTerms } from './bookTerms.js';
import type { HeldPosition } from './openingFills.js';
import type { PlacedMoney } from './placeAccounts.js';
import type { PlacedPool } from './placePools.js';
import type { Policy } from './policy.js';

export interface Plan {
  readonly book: Book;
  readonly terms: BookTerms;
  readonly policy: Policy;
  readonly pools: readonly PlacedPool[];
  readonly money: PlacedMoney;
  readonly timeMs: TimeMs;
  readonly hub: string;
  readonly dealerClient: string;
  readonly hubs: ReadonlyMap<string, string>;
  readonly held: ReadonlyMap<string, readonly HeldPosition[]>;
}

/** Pools with cross accounts in them: they value accounts and take collateral. */
export function crossPools({ money }: Plan): ReadonlySet<string> {
  return new Set(money.accounts.filter(({ instrument }) => instrument === null).map(({ pool }) => pool));
}
