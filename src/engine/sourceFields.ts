/** The sources a price is made of, as commands, events and snapshots write them. */
import { bool, type Infer, i64, list, nullable, oneOf, record, text, u32, whole } from '../base/index.js';
import { SOURCE_VERDICTS } from '../market/index.js';

/** Of what sources, and by which rules: src/market/priceIndex.ts. */
export const SOURCE_RULES = {
  sources: list(
    record({
      source: text,
      weight: u32,
      /** A quote older than this does not count. */
      maxAgeMs: whole,
      /** The book of the market that the price is for. */
      isOwnBook: bool,
    }),
  ),
  sourcesMin: u32,
  outlierPpm: i64,
  clipPpm: i64,
  ownBookSharePpm: i64,
};

/** What redeeming the collateral pays while it is open: valuation minor units x ASSET_PRICE_SCALE per minor unit. */
const redemption = nullable(record({ price: i64, feePpm: i64, isOpen: bool }));

export const indexRules = record(SOURCE_RULES);
export const assetRules = record({ ...SOURCE_RULES, redemption });
export type IndexSourceRules = Infer<typeof indexRules>;
export type AssetSourceRules = Infer<typeof assetRules>;

export const keptSources = record({
  /** Of the last definition, also of one that took the sources back. */
  revision: u32,
  /** Null: the price comes finished. */
  rules: nullable(assetRules),
  /** The newest of each source, by its name. */
  quotes: list(record({ source: text, price: i64, timeMs: whole })),
  /** The index as it was last made; a price of 0: too few sources were left. Null: never yet. */
  index: nullable(record({ price: i64, timeMs: whole })),
});
export type KeptSources = Infer<typeof keptSources>;

/** tooFewSources: there is no price now; nothingNew: nothing that counts has a newer quote, so the price is no newer either. */
export const INDEX_OUTCOMES = ['composed', 'tooFewSources', 'nothingNew'] as const;

/** What each source had to say, and what became of it. */
export const countedAssetSources = list(
  record({
    source: text,
    verdict: oneOf(SOURCE_VERDICTS),
    /** Its newest quote; 0 at time 0 where it has none. */
    quotedPrice: i64,
    quoteTimeMs: whole,
    /** What it counted as; 0 where it did not. */
    countedPrice: i64,
    sharePpm: i64,
  }),
);
export const countedIndexSources = list(
  record({
    source: text,
    verdict: oneOf(SOURCE_VERDICTS),
    quotedTicks: i64,
    quoteTimeMs: whole,
    countedTicks: i64,
    sharePpm: i64,
  }),
);
