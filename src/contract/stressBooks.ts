/**
 * Books of orders for a stress run, as CCXT tells them: `{"BTC-PERP": {"bids": [[price, amount], ...], "asks": [...]}}` by
 * instrument, the best first, amounts in contracts. They stand around the mark that the book of accounts begins with.
 */
import { divideExactly, parseDecimal } from '../base/decimal.js';
import { err, ok, type Result } from '../base/index.js';
import {
  type Book,
  type BookInstrument,
  type BookLevel,
  type OrderBook,
  orderBookFault,
  type RelativeBook,
  relativeBook,
} from '../contagion/index.js';
import { decimalOf } from './calcDecimal.js';
import { fieldOf, listOf, objectOf, parseTexts, plainDecimal, type Texts } from './ccxtText.js';
import type { StressBookFault } from './stressCcxt.js';

export type StressBooks = ReadonlyMap<string, RelativeBook>;

const LEVELS_MAX = 1_000;

export function stressBooksOf(text: string, book: Book): Result<StressBooks, StressBookFault> {
  const read = parseTexts(text);
  if (!read.ok) return fault(read.error.path, read.error.message);
  const document = objectOf(read.value);
  if (document === null) return fault('', 'must be an object: a book of orders by instrument');
  const books = new Map<string, RelativeBook>();
  for (const [id, given] of Object.entries(document)) {
    const instrument = book.instruments.find(({ definition }) => definition.id === id);
    if (instrument === undefined) return fault(`/${id}`, 'is not an instrument of the book of accounts');
    const found = bookAround(given, instrument);
    if (!found.ok) return fault(`/${id}${found.error.path}`, found.error.rule);
    books.set(id, found.value);
  }
  return books.size === 0 ? fault('', 'has no book of orders') : ok(books);
}

function bookAround(given: Texts, instrument: BookInstrument): Result<RelativeBook, StressBookFault> {
  const object = objectOf(given);
  if (object === null) return fault('', 'must be an object with bids and asks');
  const [bids, asks] = [
    levelsOf(fieldOf(object, 'bids'), '/bids', instrument),
    levelsOf(fieldOf(object, 'asks'), '/asks', instrument),
  ];
  if (!bids.ok) return bids;
  if (!asks.ok) return asks;
  const levels: OrderBook = { bids: bids.value, asks: asks.value };
  const broken = orderBookFault(levels);
  if (broken !== null) return fault(`/${broken.field}`, `must be ${broken.rule}`);
  const { markTicks, definition } = instrument;
  const [bid, ask] = [levels.bids[0], levels.asks[0]].map(
    (level) => level && level.priceTicks * definition.markTicksPerTick,
  );
  if (bid !== undefined && bid > markTicks) return fault('/bids', 'must not be above the mark');
  if (ask !== undefined && ask < markTicks) return fault('/asks', 'must not be below the mark');
  return ok(relativeBook(levels, { markTicks, markTicksPerTick: definition.markTicksPerTick }));
}

function levelsOf(
  given: Texts | undefined,
  path: string,
  { definition }: BookInstrument,
): Result<BookLevel[], StressBookFault> {
  const rows = listOf(given);
  if (rows === null || rows.length > LEVELS_MAX)
    return fault(path, `must be a list of [price, amount], at most ${LEVELS_MAX}`);
  const levels: BookLevel[] = [];
  for (const [at, row] of rows.entries()) {
    const [price, amount] = listOf(row) ?? [];
    const priceTicks = stepsOf(price, definition.tickSize);
    if (priceTicks === null) return fault(`${path}/${at}/0`, `must be a multiple of ${definition.tickSize}`);
    const lots = stepsOf(amount, definition.lotSize);
    if (lots === null) return fault(`${path}/${at}/1`, `must be a multiple of ${definition.lotSize}`);
    levels.push({ priceTicks, lots });
  }
  return ok(levels);
}

/** How many steps the number is; null where it is none, or not a whole number of them. */
function stepsOf(text: Texts | undefined, step: string): bigint | null {
  const plain = typeof text === 'string' ? plainDecimal(text) : null;
  if (plain === null) return null;
  const parsed = parseDecimal(plain);
  return parsed.ok ? divideExactly(parsed.value, decimalOf(step)) : null;
}

function fault(path: string, rule: string): { readonly ok: false; readonly error: StressBookFault } {
  return err({ path, rule });
}
