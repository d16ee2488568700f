/** The books of quotes that the slow model keeps of a price made of sources. */
import type { AssetSourceRules, IndexSourceRules } from '../engine/sourceFields.js';

export interface SlowQuote {
  readonly price: bigint;
  readonly timeMs: number;
}

export interface SlowSources {
  rules: (IndexSourceRules & Partial<Pick<AssetSourceRules, 'redemption'>>) | null;
  /** The newest of each source. */
  readonly quotes: Map<string, SlowQuote>;
  /** 0: none. */
  index: SlowQuote | null;
}

export function noSources(): SlowSources {
  return { rules: null, quotes: new Map(), index: null };
}
