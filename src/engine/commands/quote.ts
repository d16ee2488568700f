/**
 * A batch of quotes of named sources. Each price they are about is made anew of the newest of all its sources, and goes
 * through the guard that a finished one has: collateral at once, an index with the next mark of its instrument. Too few
 * sources left make the price suspect, so that nothing is decided at it (PRC-01, PRC-02, MAR-11).
 */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { guardPrice, TICKS_MAX } from '../guardPrice.js';
import { newPrices } from '../priceChange.js';
import { type Rejection, reject } from '../rejection.js';
import { sourcedIndex } from '../sourcedIndex.js';
import type { KeptSources } from '../sourceFields.js';
import { keptSourcesOf, type SourceTarget } from '../sourceStore.js';
import type { State } from '../state.js';
import { unknown } from './checks.js';
import { AHEAD_MAX_MS, findPriced, wokenBy } from './mark.js';

type Quote = KeptSources['quotes'][number];

export function decideQuote(situation: Situation, command: CommandOf<'quote'>): Decision {
  const { state, derived, timeMs } = situation;
  if (command.assets.length + command.instruments.length === 0) return reject('nothing_to_do');
  const found = quotesByRow(situation, command);
  if (!('assets' in found)) return found;
  const assets = [...found.assets].flatMap(([poolAssetRow, quotes]) => {
    const made = sourcedIndex(keptSourcesOf(state, 'assets', poolAssetRow), quotes, timeMs);
    return made === null ? [] : [{ poolAssetRow, ...made }];
  });
  const instruments = [...found.instruments].flatMap(([instrumentRow, quotes]) => {
    const made = sourcedIndex(keptSourcesOf(state, 'instruments', instrumentRow), quotes, timeMs);
    return made === null ? [] : [{ instrumentRow, ...made }];
  });
  if (assets.length + instruments.length === 0) return reject('time_backwards', newestOf(command));
  const quoted: EventOf<'quoted'> = {
    kind: 'quoted',
    assets: assets.map(({ sources, ...made }) => ({ ...made, sources: sources.map(assetSource) })),
    instruments: instruments.map(({ sources, price, ...made }) => ({
      ...made,
      indexTicks: price,
      sources: sources.map(indexSource),
    })),
  };
  const assetPrices = assets
    .filter(({ outcome }) => outcome !== 'nothingNew')
    .map(({ poolAssetRow, price }) =>
      guardPrice(state, { poolAssetRow, price, sourceTimeMs: timeMs, timeMs }),
    );
  if (assetPrices.length === 0) return [quoted];
  const acted = newPrices();
  for (const { poolAssetRow, verdict, price } of assetPrices)
    if (verdict === 'accepted' || verdict === 'confirmed') acted.assetPrices.set(poolAssetRow, price);
  const woken = wokenBy(situation, acted);
  return [
    quoted,
    { kind: 'marked', sourceTimeMs: timeMs, marks: [], assetPrices, woken },
    ...derived.notices().collect(acted),
  ];
}

interface Found {
  readonly assets: ReadonlyMap<number, readonly Quote[]>;
  readonly instruments: ReadonlyMap<number, readonly Quote[]>;
}

/** By row, so that the order in which they stand in the batch does not matter. */
function quotesByRow({ state, timeMs }: Situation, command: CommandOf<'quote'>): Found | Rejection {
  const found = { assets: new Map<number, Quote[]>(), instruments: new Map<number, Quote[]>() };
  for (const { pool, asset, source, price, timeMs: madeMs } of command.assets) {
    const row = findPriced(state, pool, asset);
    if (typeof row === 'object') return row;
    const quote = { source, price, timeMs: madeMs };
    const fault = addQuote(state, { target: 'assets', row, of: asset, into: found.assets, quote, timeMs });
    if (fault !== null) return fault;
  }
  for (const { instrument, source, indexTicks, timeMs: madeMs } of command.instruments) {
    const row = state.instruments.names.rowOf(instrument);
    if (row < 0) return unknown('unknown_instrument', instrument);
    const quote = { source, price: indexTicks, timeMs: madeMs };
    const into = found.instruments;
    const fault = addQuote(state, { target: 'instruments', row, of: instrument, into, quote, timeMs });
    if (fault !== null) return fault;
  }
  return { assets: inOrder(found.assets), instruments: inOrder(found.instruments) };
}

function addQuote(
  state: State,
  at: {
    readonly target: SourceTarget;
    readonly row: number;
    /** What it is a price of. */
    readonly of: string;
    readonly into: Map<number, Quote[]>;
    readonly quote: Quote;
    readonly timeMs: number;
  },
): Rejection | null {
  const { target, row, of, into, quote, timeMs } = at;
  const { source, price } = quote;
  const { rules } = keptSourcesOf(state, target, row);
  if (rules === null || rules.sources.every((each) => each.source !== source))
    return reject('unknown_source', { id: of, source: source.slice(0, 80) });
  if (price > TICKS_MAX || price < -TICKS_MAX)
    return reject('invalid_price', { source, price: price.toString() });
  if (quote.timeMs > timeMs + AHEAD_MAX_MS)
    return reject('source_time_ahead', { sourceTimeMs: quote.timeMs, timeMs });
  const quotes = into.get(row) ?? [];
  if (quotes.some((each) => each.source === source))
    return reject('invalid_definition', { field: target, rule: 'each source of a price once' });
  into.set(row, [...quotes, quote]);
  return null;
}

function inOrder(rows: Map<number, Quote[]>): Map<number, Quote[]> {
  return new Map([...rows].sort(([a], [b]) => a - b));
}

function newestOf({ assets, instruments }: CommandOf<'quote'>): { readonly sourceTimeMs: number } {
  const times = [...assets, ...instruments].map(({ timeMs }) => timeMs);
  return { sourceTimeMs: times.reduce((a, b) => Math.max(a, b), 0) };
}

type Counted = NonNullable<ReturnType<typeof sourcedIndex>>['sources'][number];

function assetSource({ source, verdict, quote, countedPrice, sharePpm }: Counted) {
  const { price: quotedPrice, timeMs: quoteTimeMs } = quote;
  return { source, verdict, quotedPrice, quoteTimeMs, countedPrice, sharePpm };
}

function indexSource({ source, verdict, quote, countedPrice: countedTicks, sharePpm }: Counted) {
  const { price: quotedTicks, timeMs: quoteTimeMs } = quote;
  return { source, verdict, quotedTicks, quoteTimeMs, countedTicks, sharePpm };
}
