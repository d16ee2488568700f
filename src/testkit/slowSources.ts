/** Judges prices made of sources: its own books of quotes, and the index as exact fractions (PRC-01, PRC-02, MAR-11). */
import type { CommandOf } from '../engine/command.js';
import type { EventOf } from '../engine/event.js';
import type { IndexSourceRules } from '../engine/sourceFields.js';
import type { SlowBooks, SlowInstrument, SlowPoolAsset } from './slowBooks.js';
import { Disagreement, demand, type EventContext } from './slowDemand.js';
import type { SlowQuote, SlowSources } from './slowSourceBooks.js';
import { isWithin } from './slowValues.js';

const PPM = 1_000_000n;

type Sent = SlowQuote & { readonly source: string };

/** What was sent of one price, by whichever of its names. */
function sentFor(books: SlowBooks, command: CommandOf<'quote'>, at: SlowPoolAsset | SlowInstrument): Sent[] {
  if (!('listed' in at)) {
    const [pool, asset] = [books.pools[at.pool]?.id, books.assets[at.asset]?.id];
    return command.assets.filter((each) => each.pool === pool && each.asset === asset);
  }
  const { id } = at.listed.definition;
  return command.instruments
    .filter(({ instrument }) => instrument === id)
    .map(({ source, indexTicks, timeMs }) => ({ source, price: indexTicks, timeMs }));
}

/** What the event says of one price, whichever it is of. */
interface Made {
  readonly outcome: EventOf<'quoted'>['assets'][number]['outcome'];
  readonly price: bigint;
  readonly counted: readonly { readonly source: string; readonly counts: boolean }[];
}

export function judgeQuoted({ books, command, timeMs }: EventContext, event: EventOf<'quoted'>): void {
  if (command.kind !== 'quote') throw new Disagreement('quotes out of nothing');
  for (const { poolAssetRow, price, outcome, sources } of event.assets) {
    const counted = sources.map((each) => ({ source: each.source, counts: each.countedPrice > 0n }));
    const at = books.poolAssets[poolAssetRow] as SlowPoolAsset;
    judgeMade(at.sources, sentFor(books, command, at), { price, outcome, counted }, timeMs);
  }
  for (const { instrumentRow, indexTicks: price, outcome, sources } of event.instruments) {
    const counted = sources.map((each) => ({ source: each.source, counts: each.countedTicks > 0n }));
    const at = books.instruments[instrumentRow] as SlowInstrument;
    judgeMade(at.sources, sentFor(books, command, at), { price, outcome, counted }, timeMs);
  }
}

function judgeMade(of: SlowSources, sent: readonly Sent[], made: Made, nowMs: number): void {
  const { rules } = of;
  if (rules === null) throw new Disagreement('MAR-11: a price of sources that nobody declared');
  const newer = sent.filter(({ source, timeMs }) => timeMs > (of.quotes.get(source)?.timeMs ?? 0));
  demand(newer.length > 0, () => 'PRC-03: quotes that are no newer make a price');
  const known = new Map<string, SlowQuote>(of.quotes);
  for (const { source, ...quote } of newer) known.set(source, quote);
  const due = slowIndex(rules, known, nowMs);
  const counts = made.counted.filter((each) => each.counts).map(({ source }) => source);
  demand(
    counts.join() === [...due.counted].sort().join(),
    () => `MAR-11: ${counts.join()} count, by the rules ${[...due.counted].join()}`,
  );
  const isNewer = newer.some(({ source }) => due.counted.has(source));
  const outcome = due.exact === null ? 'tooFewSources' : isNewer ? 'composed' : 'nothingNew';
  demand(made.outcome === outcome, () => `MAR-11: an index is ${made.outcome}, not ${outcome}`);
  if (due.exact === null) return demand(made.price === 0n, () => 'PRC-01: a price of too few sources');
  const { redemption = null } = rules;
  if (redemption === null)
    return demand(
      isWithin(made.price, due.exact, 1n) && made.price * due.exact.below <= due.exact.above,
      () => `MAR-11: an index of ${made.price}, exactly ${due.exact?.above}/${due.exact?.below}`,
    );
  const floor = redemption.isOpen ? (redemption.price * (PPM - redemption.feePpm)) / PPM : 0n;
  const plain = due.exact.above / due.exact.below;
  const floored = plain > floor ? plain : floor;
  demand(
    made.price === (floored < redemption.price ? floored : redemption.price),
    () => `MAR-11: redeemable at ${redemption.price}, index ${plain}: ${made.price}`,
  );
}

/** The index as a fraction, by the rules as the page on them has them; and whose quotes count. */
function slowIndex(
  rules: IndexSourceRules,
  known: ReadonlyMap<string, SlowQuote>,
  nowMs: number,
): {
  readonly exact: { readonly above: bigint; readonly below: bigint } | null;
  readonly counted: ReadonlySet<string>;
} {
  const fresh = rules.sources.flatMap((of) => {
    const quote = known.get(of.source);
    const isSound = quote !== undefined && quote.price > 0n && quote.timeMs >= nowMs - of.maxAgeMs;
    return isSound ? [{ ...of, price: quote.price, weight: BigInt(of.weight) }] : [];
  });
  if (fresh.length === 0) return { exact: null, counted: new Set() };
  const prices = fresh.map(({ price }) => price).sort((a, b) => Number(a - b));
  const [low, high] = [prices[(prices.length - 1) >> 1] as bigint, prices[prices.length >> 1] as bigint];
  const middle = (low + high) / 2n;
  const near = fresh.filter(({ price }) => {
    const distance = price > middle ? price - middle : middle - price;
    return distance * PPM <= middle * rules.outlierPpm;
  });
  const others = near.filter(({ isOwnBook }) => !isOwnBook).reduce((sum, { weight }) => sum + weight, 0n);
  const share = rules.ownBookSharePpm;
  let [above, below] = [0n, 0n];
  const counted = new Set<string>();
  for (const { source, price, weight, isOwnBook } of near) {
    // The band in whole prices, from inside.
    const least = (middle * (PPM - rules.clipPpm) + PPM - 1n) / PPM;
    const most = (middle * (PPM + rules.clipPpm)) / PPM;
    const price1 = price < least ? least : price;
    const price2 = price1 > most ? most : price1;
    // o / (o + others) is the share: o is others x share / (1 - share).
    const [full, cap] = share < PPM ? [weight * (PPM - share), others * share] : [weight, weight];
    const counts = isOwnBook && cap < full ? cap : full;
    if (counts === 0n) continue;
    counted.add(source);
    above += counts * price2;
    below += counts;
  }
  return { exact: counted.size < rules.sourcesMin || below === 0n ? null : { above, below }, counted };
}

export function applySourcesSlowly(
  books: SlowBooks,
  event: EventOf<'assetSourcesSet' | 'indexSourcesSet'>,
): void {
  const { sources } =
    event.kind === 'assetSourcesSet'
      ? (books.poolAssets[event.poolAssetRow] as SlowPoolAsset)
      : (books.instruments[event.instrumentRow] as SlowInstrument);
  const { rules } = event;
  sources.rules = rules;
  for (const source of [...sources.quotes.keys()])
    if (rules === null || !rules.sources.some((each) => each.source === source))
      sources.quotes.delete(source);
  if (rules === null) sources.index = null;
}

export function applyQuotesSlowly(books: SlowBooks, event: EventOf<'quoted'>, timeMs: number): void {
  for (const { poolAssetRow, price, outcome, sources } of event.assets) {
    const { sources: kept } = books.poolAssets[poolAssetRow] as SlowPoolAsset;
    for (const { source, quotedPrice, quoteTimeMs } of sources)
      if (quoteTimeMs > 0) kept.quotes.set(source, { price: quotedPrice, timeMs: quoteTimeMs });
    if (outcome !== 'nothingNew') kept.index = { price, timeMs };
  }
  for (const { instrumentRow, indexTicks, outcome, sources } of event.instruments) {
    const { sources: kept } = books.instruments[instrumentRow] as SlowInstrument;
    for (const { source, quotedTicks, quoteTimeMs } of sources)
      if (quoteTimeMs > 0) kept.quotes.set(source, { price: quotedTicks, timeMs: quoteTimeMs });
    if (outcome !== 'nothingNew') kept.index = { price: indexTicks, timeMs };
  }
}

/** The index that a mark brings of an instrument with sources; null: what was sent with it. */
export function slowIndexTicks({ sources, listed }: SlowInstrument, nowMs: number): bigint | null {
  const { rules, index } = sources;
  if (rules === null) return null;
  return index !== null && nowMs - index.timeMs <= listed.definition.markMaxAgeMs ? index.price : 0n;
}
