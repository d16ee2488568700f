/**
 * The flat form of a document unfolded into the long one: collateral becomes assets and amounts, what a position says of
 * its instrument becomes an instrument and its prices. Nothing is computed; where each part was written is remembered, so
 * that refusals and warnings point there.
 */
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import { BookDocument } from './bookSchema.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { unknownInstrument } from './calcFaults.js';
import { own } from './calcLookup.js';
import { shapeError } from './calcShape.js';

/** Places of the long form, and where they were written; the longest that fits is meant. */
export type WrittenPaths = ReadonlyMap<string, string>;

export interface UnfoldedBook {
  readonly document: unknown;
  readonly paths: WrittenPaths;
}

/** An object with `positions` and no list of accounts. */
export function isBook(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'positions') &&
    !Object.hasOwn(value, 'marginAccounts')
  );
}

export function unfoldBook(value: unknown): Result<UnfoldedBook, CalcError> {
  if (!VALIDATOR.Check(value)) return err(shapeError(VALIDATOR.Errors(value), value));
  const paths = new Map<string, string>();
  const unnamed = unnamedInstrument(value) ?? describedTwice(value);
  if (unnamed !== null) return err(unnamed);
  const prices = pricesOf(value);
  if (!prices.ok) return prices;
  const {
    marginMode,
    id = 'book',
    collateral,
    positions,
    orders = [],
    instruments: _listed,
    ...shared
  } = value;
  const instruments = instrumentsOf(value, paths);
  const document = {
    ...shared,
    assets: assetsOf(value, instruments, paths),
    instruments,
    marks: prices.value.marks,
    indexPrices: prices.value.indexPrices,
    marginAccounts: [
      {
        id,
        marginMode,
        collateral: amountsOf(collateral, 'balance'),
        debts: amountsOf(collateral, 'debt'),
        positions: positions.map(accountPosition),
        orders,
      },
    ],
  };
  notePaths(value, prices.value.places, paths);
  return ok({ document, paths });
}

/** Where a place of the long form was written. */
export function writtenPath(paths: WrittenPaths, path: string): string {
  const steps = path.split('/');
  for (let length = steps.length; length > 1; length--) {
    const start = steps.slice(0, length).join('/');
    const written = paths.get(start);
    if (written !== undefined) return `${written}${path.slice(start.length)}`;
  }
  return path;
}

const VALIDATOR = Compile(BookDocument);

type Position = BookDocument['positions'][number];

function accountPosition({
  instrument,
  side,
  contracts,
  entryPrice,
  leverage,
  leg,
  accruedFunding,
}: Position) {
  return { instrument, side, quantity: contracts, ...given({ entryPrice, leverage, leg, accruedFunding }) };
}

/** What a position says of its instrument; empty where it only names it. */
function inlineOf(position: Position): object {
  const {
    instrument: _instrument,
    side: _side,
    contracts: _contracts,
    entryPrice: _entry,
    leverage: _leverage,
    leg: _leg,
    accruedFunding: _funding,
    markPrice: _mark,
    indexPrice: _index,
    ...inline
  } = position;
  return inline;
}

function instrumentsOf(
  { instruments = [], positions }: BookDocument,
  paths: Map<string, string>,
): readonly object[] {
  const found: object[] = instruments.map(({ markPrice: _mark, indexPrice: _index, ...rest }) =>
    withSettle(rest),
  );
  const names = new Set(instruments.map(({ id }) => id));
  for (const [at, position] of positions.entries()) {
    const inline = inlineOf(position);
    if (names.has(position.instrument)) continue;
    const place = pointer('instruments', found.length);
    paths.set(place, pointer('positions', at));
    paths.set(`${place}/id`, pointer('positions', at, 'instrument'));
    names.add(position.instrument);
    found.push(withSettle({ id: position.instrument, ...inline }));
  }
  return found;
}

/** The settlement asset follows from the payoff. */
function withSettle(instrument: object): object {
  const { settle, payoff, base, quote } = instrument as Readonly<Record<string, string | undefined>>;
  return { ...instrument, ...given({ settle: settle ?? (payoff === 'inverse' ? base : quote) }) };
}

/** A position that describes no instrument, in a book that lists some but not this one. */
function unnamedInstrument({ instruments = [], positions }: BookDocument): CalcError | null {
  if (instruments.length === 0) return null;
  const names = new Set(instruments.map(({ id }) => id));
  for (const [at, position] of positions.entries()) {
    if (Object.keys(inlineOf(position)).length > 0) names.add(position.instrument);
    if (!names.has(position.instrument)) {
      return unknownInstrument(pointer('positions', at, 'instrument'), position.instrument);
    }
  }
  return null;
}

/** Both sides of an instrument may each describe it, alike; what \`instruments\` lists is described there. */
function describedTwice({ instruments = [], positions }: BookDocument): CalcError | null {
  const listed = new Map<string, string>(instruments.map(({ id }, at) => [id, pointer('instruments', at)]));
  const described = new Map<string, { readonly fields: string; readonly place: string }>();
  for (const [at, position] of positions.entries()) {
    const inline = inlineOf(position);
    if (Object.keys(inline).length === 0) continue;
    const place = pointer('positions', at);
    const before = described.get(position.instrument);
    const other = listed.get(position.instrument) ?? before?.place;
    const fields = JSON.stringify(Object.entries(inline).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (other !== undefined && before?.fields !== fields) {
      return calcError(
        'duplicate_id',
        `${place}/instrument`,
        `${position.instrument} is described otherwise at ${other}: describe it once, or alike`,
        { id: position.instrument, other },
      );
    }
    described.set(position.instrument, { fields, place });
  }
  return null;
}

interface Prices {
  readonly marks: Record<string, string>;
  readonly indexPrices: Record<string, string>;
  readonly places: ReadonlyMap<string, string>;
}

function pricesOf({ instruments = [], positions }: BookDocument): Result<Prices, CalcError> {
  const lists = { marks: emptyRecord(), indexPrices: emptyRecord() };
  const places = new Map<string, string>();
  const named = [
    ...instruments.map((item, at) => ({ item, id: item.id, place: pointer('instruments', at) })),
    ...positions.map((item, at) => ({ item, id: item.instrument, place: pointer('positions', at) })),
  ];
  for (const { item, id, place } of named) {
    for (const [list, field] of [
      ['marks', 'markPrice'],
      ['indexPrices', 'indexPrice'],
    ] as const) {
      const price = item[field];
      if (!places.has(pointer(list, id))) places.set(pointer(list, id), `${place}/${field}`);
      if (price === undefined) continue;
      const before = own(lists[list], id);
      if (before !== undefined && before !== price) {
        return err(
          calcError('conflicting_price', `${place}/${field}`, `${id} has another ${field} elsewhere`, {
            got: price,
            other: before,
          }),
        );
      }
      lists[list][id] = price;
      places.set(pointer(list, id), `${place}/${field}`);
    }
  }
  return ok({ ...lists, places });
}

/** What is listed as collateral, and what instruments settle in and totals are in beside it. */
function assetsOf(
  { collateral, valuationAsset }: BookDocument,
  instruments: readonly object[],
  paths: Map<string, string>,
): readonly object[] {
  const listed = collateral.map(({ asset, balance: _balance, debt: _debt, decimals = 8, ...terms }) => ({
    id: asset,
    decimals,
    ...terms,
  }));
  const settled = instruments.map((instrument) => (instrument as { readonly settle?: string }).settle);
  const others = new Set([valuationAsset, ...settled].filter((id) => id !== undefined));
  for (const { id } of listed) others.delete(id);
  const implied = [...others].map((id) => ({ id, decimals: 8 }));
  for (const at of implied.keys()) paths.set(pointer('assets', listed.length + at), '/collateral');
  return [...listed, ...implied];
}

/** An asset that is listed twice is refused by name, so that either amount will do here. */
function amountsOf(
  collateral: BookDocument['collateral'],
  field: 'balance' | 'debt',
): Record<string, string> {
  const amounts = emptyRecord();
  for (const held of collateral) {
    const amount = held[field] ?? (field === 'balance' ? '0' : undefined);
    if (amount !== undefined) amounts[held.asset] = amount;
  }
  return amounts;
}

function notePaths(
  book: BookDocument,
  places: ReadonlyMap<string, string>,
  paths: Map<string, string>,
): void {
  paths.set('/marginAccounts/0', '');
  for (const [place, written] of places) paths.set(place, written);
  for (const [at, { asset }] of book.collateral.entries()) {
    const written = pointer('collateral', at);
    paths.set(pointer('assets', at), written);
    paths.set(pointer('assets', at, 'id'), `${written}/asset`);
    paths.set(`/marginAccounts/0${pointer('collateral', asset)}`, `${written}/balance`);
    paths.set(`/marginAccounts/0${pointer('debts', asset)}`, `${written}/debt`);
  }
  for (const at of book.positions.keys()) {
    paths.set(
      `/marginAccounts/0${pointer('positions', at, 'quantity')}`,
      pointer('positions', at, 'contracts'),
    );
  }
}

/** Names come from the document: `__proto__` is one like any other. */
function emptyRecord(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

/** The fields that are there. */
function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
