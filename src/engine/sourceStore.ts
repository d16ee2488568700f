/**
 * The sources that prices are made of, and the newest quote of each: of collateral by pool asset, of indexes by instrument.
 * Kept beside the tables; the state hash sees each as a digest in its table.
 */
import { type ByteReader, ByteWriter } from '../base/canonicalBytes.js';
import { list, mixBytes, record, u32 } from '../base/index.js';
import type { EventOf } from './event.js';
import { type KeptSources, keptSources } from './sourceFields.js';
import type { State } from './state.js';

export interface SourceStore {
  readonly assets: Map<number, KeptSources>;
  readonly instruments: Map<number, KeptSources>;
}
export type SourceTarget = keyof SourceStore;

export function createSourceStore(): SourceStore {
  return { assets: new Map(), instruments: new Map() };
}

const NONE: KeptSources = { revision: 0, rules: null, quotes: [], index: null };

export function keptSourcesOf({ sources }: State, target: SourceTarget, row: number): KeptSources {
  return sources[target].get(row) ?? NONE;
}

/** Whether the price is made of sources, and so does not come finished. */
export function hasSources(state: State, target: SourceTarget, row: number): boolean {
  return keptSourcesOf(state, target, row).rules !== null;
}

/** Quotes of sources that stay are kept, and the index until the next batch makes it anew. */
export function defineSources(state: State, event: EventOf<'assetSourcesSet' | 'indexSourcesSet'>): void {
  const { revision, rules } = event;
  const [target, row] =
    event.kind === 'assetSourcesSet'
      ? (['assets', event.poolAssetRow] as const)
      : (['instruments', event.instrumentRow] as const);
  const named = new Set(rules?.sources.map(({ source }) => source));
  const before = keptSourcesOf(state, target, row);
  const quotes = before.quotes.filter(({ source }) => named.has(source));
  const kept = rules === null ? null : { redemption: null, ...rules };
  const index = rules === null ? null : before.index;
  put(state, target, { row, value: { revision, rules: kept, quotes, index } });
}

export function keepQuotes(state: State, event: EventOf<'quoted'>, timeMs: number): void {
  for (const { poolAssetRow: row, price, outcome, sources } of event.assets) {
    const quotes = sources.map((each) => ({ ...each, price: each.quotedPrice, timeMs: each.quoteTimeMs }));
    keep(state, 'assets', { row, price, outcome, quotes, timeMs });
  }
  for (const { instrumentRow: row, indexTicks, outcome, sources } of event.instruments) {
    const quotes = sources.map((each) => ({ ...each, price: each.quotedTicks, timeMs: each.quoteTimeMs }));
    keep(state, 'instruments', { row, price: indexTicks, outcome, quotes, timeMs });
  }
}

function keep(
  state: State,
  target: SourceTarget,
  made: {
    readonly row: number;
    readonly price: bigint;
    readonly outcome: EventOf<'quoted'>['assets'][number]['outcome'];
    readonly quotes: KeptSources['quotes'];
    readonly timeMs: number;
  },
): void {
  const { row, price, outcome, timeMs } = made;
  const before = keptSourcesOf(state, target, row);
  const quotes = made.quotes
    .filter((quote) => quote.timeMs > 0)
    .map(({ source, price, timeMs }) => ({ source, price, timeMs }));
  const index = outcome === 'nothingNew' ? before.index : { price, timeMs };
  put(state, target, { row, value: { ...before, quotes, index } });
}

function put(
  state: State,
  target: SourceTarget,
  { row, value }: { readonly row: number; readonly value: KeptSources },
): void {
  const kept = state.sources[target];
  const before = kept.get(row);
  kept.set(row, value);
  state.undo.push(() => {
    if (before === undefined) kept.delete(row);
    else kept.set(row, before);
  });
  const table = target === 'assets' ? state.poolAssets : state.instruments;
  table.sourcesDigest.set(row, digestOfSources(value));
}

/** What the state hash sees. */
export function digestOfSources(kept: KeptSources): bigint {
  const writer = new ByteWriter();
  keptSources.write(writer, kept);
  const [low, high] = mixBytes(writer.view());
  return BigInt.asIntN(64, (BigInt(high as number) << 32n) | BigInt(low as number));
}

const stored = list(record({ row: u32, value: keptSources }));

export function writeSources(writer: ByteWriter, sources: SourceStore): void {
  for (const kept of [sources.assets, sources.instruments]) {
    const rows = [...kept].sort(([a], [b]) => a - b);
    stored.write(
      writer,
      rows.map(([row, value]) => ({ row, value })),
    );
  }
}

export function readSources(reader: ByteReader, into: SourceStore): void {
  for (const kept of [into.assets, into.instruments])
    for (const { row, value } of stored.read(reader)) kept.set(row, value);
}
