/** The sources a price is made of, as people read them: the rules, and what each source said last. */
import { type KeptSources, keptSourcesOf, type State } from '../engine/index.js';
import { listedInstrument } from '../engine/state.js';
import { formatAssetPrice, formatIndex, formatPpm, poolAssetRowScale } from './scale.js';

export interface SourcesView {
  /** Of the last definition, for the next to count on from. */
  readonly revision: number;
  readonly sources: readonly {
    readonly source: string;
    readonly weight: number;
    readonly maxAgeMs: number;
    readonly isOwnBook: boolean;
    /** Null before the first quote. */
    readonly price: string | null;
    readonly timeMs: number | null;
  }[];
  readonly sourcesMin: number;
  readonly outlierRate: string;
  readonly clipRate: string;
  readonly ownBookShare: string;
  readonly redemption: { readonly price: string; readonly feeRate: string; readonly isOpen: boolean } | null;
  /** As it was last made, before its guard; null: never yet, or too few sources were left. */
  readonly index: string | null;
  readonly indexTimeMs: number | null;
}

/** Null where the price comes finished. */
export function assetSourcesView(state: State, poolAssetRow: number): SourcesView | null {
  const scale = poolAssetRowScale(state, poolAssetRow);
  return view(keptSourcesOf(state, 'assets', poolAssetRow), (price) => formatAssetPrice(price, scale));
}

export function indexSourcesView(state: State, instrumentRow: number): SourcesView | null {
  const listed = listedInstrument(state, instrumentRow);
  return view(keptSourcesOf(state, 'instruments', instrumentRow), (ticks) => formatIndex(ticks, listed));
}

function view(
  { revision, rules, quotes, index }: KeptSources,
  format: (price: bigint) => string,
): SourcesView | null {
  if (rules === null) return null;
  const { redemption } = rules;
  return {
    revision,
    sources: rules.sources.map((each) => {
      const quote = quotes.find(({ source }) => source === each.source);
      return {
        ...each,
        price: quote === undefined ? null : format(quote.price),
        timeMs: quote === undefined ? null : quote.timeMs,
      };
    }),
    sourcesMin: rules.sourcesMin,
    outlierRate: formatPpm(rules.outlierPpm),
    clipRate: formatPpm(rules.clipPpm),
    ownBookShare: formatPpm(rules.ownBookSharePpm),
    redemption:
      redemption === null
        ? null
        : {
            price: format(redemption.price),
            feeRate: formatPpm(redemption.feePpm),
            isOpen: redemption.isOpen,
          },
    index: index === null || index.price === 0n ? null : format(index.price),
    indexTimeMs: index === null ? null : index.timeMs,
  };
}
