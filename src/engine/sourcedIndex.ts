/**
 * What the kept sources of a price and newer quotes make now. The index is as old as the moment it is made: how old what it
 * is made of may be is each source's own limit.
 */
import { composeIndex, type PriceIndex, type PriceSource, redeemablePrice } from '../market/index.js';
import type { INDEX_OUTCOMES, KeptSources } from './sourceFields.js';
import { keptSourcesOf } from './sourceStore.js';
import type { State } from './state.js';

type Quote = KeptSources['quotes'][number];

export interface SourcedIndex {
  readonly outcome: (typeof INDEX_OUTCOMES)[number];
  /** 0: no price. */
  readonly price: bigint;
  readonly sources: readonly (PriceIndex['sources'][number] & { readonly quote: Quote })[];
}

/** Null where every quote is as old as what is kept, or older. */
export function sourcedIndex(
  kept: KeptSources,
  brought: readonly Quote[],
  nowMs: number,
): SourcedIndex | null {
  const { rules, quotes } = kept;
  const newer = brought.filter(({ source, timeMs }) => timeMs > timeOf(quotes, source));
  if (rules === null || newer.length === 0) return null;
  const known = [...newer, ...quotes];
  const sources = rules.sources.map((of): PriceSource => {
    const quote = known.find(({ source }) => source === of.source) ?? null;
    return { ...of, quote, weight: BigInt(of.weight) };
  });
  const made = composeIndex(sources, rules, nowMs);
  const isNewer = made.sources.some(
    ({ source, countedPrice }) => countedPrice > 0n && newer.some((each) => each.source === source),
  );
  const redeemed =
    made.price === null || rules.redemption === null
      ? made.price
      : redeemablePrice(made.price, rules.redemption);
  return {
    outcome: made.price === null ? 'tooFewSources' : isNewer ? 'composed' : 'nothingNew',
    price: redeemed ?? 0n,
    sources: made.sources.map((each) => ({
      ...each,
      quote: known.find(({ source }) => source === each.source) ?? {
        source: each.source,
        price: 0n,
        timeMs: 0,
      },
    })),
  };
}

function timeOf(quotes: readonly Quote[], source: string): number {
  return quotes.find((quote) => quote.source === source)?.timeMs ?? 0;
}

/** The index that comes with the next mark of the instrument, or null where it has no sources; 0: there is none that may decide. */
export function sourcedIndexTicks(state: State, instrumentRow: number, nowMs: number): bigint | null {
  const { rules, index } = keptSourcesOf(state, 'instruments', instrumentRow);
  if (rules === null) return null;
  const { markMaxAgeMs } = state.instruments.listed[instrumentRow]?.definition ?? { markMaxAgeMs: 0 };
  return index !== null && nowMs - index.timeMs <= markMaxAgeMs ? index.price : 0n;
}

/** Whether the index of the instrument may decide what leaves: one that comes with the mark is as good as the mark. */
export function hasUsableIndex(state: State, instrumentRow: number, nowMs: number): boolean {
  return sourcedIndexTicks(state, instrumentRow, nowMs) !== 0n;
}
