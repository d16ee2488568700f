/** The pools a policy makes of a book's instruments, and what each gets of the insurance money. */
import type { Minor } from '../base/index.js';
import type { Book, BookHolding, BookPool } from './book.js';
import { type BookTerms, notionalOf, valuedAt } from './bookTerms.js';
import type { Policy, PoolRule } from './policy.js';

export interface PlacedPool {
  readonly id: string;
  readonly instruments: readonly string[];
  readonly funds: readonly BookHolding[];
  readonly rules: PoolRules;
}

/** How the pool liquidates and who bears its losses. */
export type PoolRules = Omit<BookPool, 'id'>;

/**
 * Pools in the order of the book's instruments; one without an instrument is not there. Insurance money in an asset goes
 * to pools that deal in it; where none does, it stays with the venue.
 */
export function placePools(book: Book, terms: BookTerms, policy: Policy): readonly PlacedPool[] {
  const instruments = new Map<string, string[]>();
  for (const { definition, pool } of book.instruments) {
    const id = poolOf(policy.pools, definition.id, pool);
    instruments.set(id, [...(instruments.get(id) ?? []), definition.id]);
  }
  const ids = [...instruments.keys()];
  const interest = openInterest(book, terms);
  const shared = sharedPools(book, policy);
  const settleOf = (name: string) => terms.instruments.get(name)!.instrument.definition.settle;
  const isKept = (id: string, asset: string) =>
    (instruments.get(id) as string[]).some((name) => settleOf(name) === asset) ||
    (shared.has(id) && (asset === book.valuationAsset || terms.assets.get(asset)?.collateral !== null));
  const weightOf = (id: string) =>
    (instruments.get(id) as string[]).reduce((sum, name) => sum + (interest.get(name) ?? 0n), 0n);
  const funds = ids.map((): BookHolding[] => []);
  for (const { asset, amountMinor, pool } of book.funds) {
    const own = policy.funds === 'given' && pool !== null ? ids.filter((id) => id === pool) : [];
    const takers = (own.length > 0 ? own : ids).filter((id) => isKept(id, asset));
    for (const [at, share] of proportional(amountMinor, takers.map(weightOf)).entries())
      if (share > 0n) funds[ids.indexOf(takers[at] as string)]!.push({ asset, amountMinor: share });
  }
  const reserved = proportional(policy.layers?.venueCapitalMinor ?? 0n, ids.map(weightOf));
  return ids.map((id, at) => ({
    id,
    instruments: instruments.get(id) as string[],
    funds: funds[at] as BookHolding[],
    rules: rulesOf(book, policy, {
      id,
      reservedMinor: reserved[at] as bigint,
      isValued: isKept(id, book.valuationAsset),
    }),
  }));
}

function rulesOf(
  { pools = [], valuationAsset: asset }: Book,
  { liquidation, layers, ownRules = false }: Policy,
  {
    id,
    reservedMinor,
    isValued,
  }: { readonly id: string; readonly reservedMinor: Minor; readonly isValued: boolean },
): PoolRules {
  const own = ownRules ? pools.find((pool) => pool.id === id) : undefined;
  const base = own ?? { liquidation, waterfalls: [], reserved: [] };
  if (layers === undefined || !isValued) return base;
  const reserved = reservedMinor > 0n ? [{ asset, amountMinor: reservedMinor }] : [];
  return { ...base, waterfalls: [{ asset, waterfall: layers.waterfall }], reserved };
}

/** Pools with cross accounts, which deal in all collateral. */
function sharedPools({ accounts, instruments }: Book, policy: Policy): ReadonlySet<string> {
  if (policy.accounts === 'isolated') return new Set();
  const givenPool = new Map(instruments.map(({ definition, pool }) => [definition.id, pool]));
  return new Set(
    accounts
      .filter(({ mode }) => policy.accounts === 'cross' || mode !== 'isolated')
      .flatMap(({ positions }) => positions)
      .map(({ instrument }) => poolOf(policy.pools, instrument, givenPool.get(instrument) ?? null)),
  );
}

/** The pool of an instrument under a rule. */
export function poolOf(rule: PoolRule, instrument: string, given: string | null): string {
  switch (rule.kind) {
    case 'one':
      return rule.pool;
    case 'perInstrument':
      return instrument;
    case 'groups':
      return rule.groups.find(({ instruments }) => instruments.includes(instrument))?.pool ?? rule.rest;
    case 'given':
      return given ?? rule.rest;
  }
}

/** Shares of an amount by weight, rounded down; what is left over goes to the first with the largest weight. */
export function proportional(amount: Minor, weights: readonly bigint[]): readonly Minor[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const shares = weights.map((weight) => (total === 0n ? 0n : (amount * weight) / total));
  const left = amount - shares.reduce((sum, share) => sum + share, 0n);
  const heaviest = weights.reduce((best, weight, at) => (weight > weights[best]! ? at : best), 0);
  return shares.map((share, at) => (at === heaviest ? share + left : share));
}

/** Value of all longs and shorts of each instrument at its mark, in valuation minor units. */
function openInterest(book: Book, terms: BookTerms): ReadonlyMap<string, bigint> {
  const interest = new Map<string, bigint>();
  for (const { positions } of book.accounts) {
    for (const position of positions) {
      const traded = terms.instruments.get(position.instrument)!;
      const { settle } = traded.instrument.definition;
      const value = valuedAt(book, terms, settle, notionalOf(traded, position));
      interest.set(position.instrument, (interest.get(position.instrument) ?? 0n) + value);
    }
  }
  return interest;
}
