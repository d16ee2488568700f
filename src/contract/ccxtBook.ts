/**
 * What CCXT answered about one account: positions, and where they are there balances and tiers; from one text that holds
 * all of them, or from one for each.
 */
import { err, ok, type Result } from '../base/result.js';
import { pointer } from './calcError.js';
import { balanceFault, type CcxtHolding, ccxtHoldings } from './ccxtBalance.js';
import { type CcxtMarkets, ccxtMarkets } from './ccxtMarkets.js';
import { type CcxtPosition, ccxtPosition } from './ccxtPosition.js';
import { fieldOf, listOf, objectOf, parseTexts, type TextObject, type Texts } from './ccxtText.js';
import { tiersFault } from './ccxtTiers.js';

export interface CcxtBook {
  readonly positions: readonly CcxtPosition[];
  /** Null: no balance was given, so that what stands behind cross positions is not known. */
  readonly holdings: readonly CcxtHolding[] | null;
  readonly tiers: Texts | null;
  /** Where the tiers were written. */
  readonly tiersPlace: CcxtPlace;
  readonly markets: CcxtMarkets;
}

/** A place in one of the inputs. */
export interface CcxtPlace {
  readonly input: keyof CcxtInput;
  readonly path: string;
}

/** Texts of JSON. `balance`, `tiers` and `markets` win over what `positions` holds besides. */
export interface CcxtInput {
  readonly positions: string;
  readonly balance?: string | undefined;
  readonly tiers?: string | undefined;
  /** `loadMarkets`: steps of prices and taker fees. */
  readonly markets?: string | undefined;
}

export interface CcxtFault {
  readonly code:
    | 'malformed_json'
    | 'not_ccxt'
    | 'bad_position'
    | 'duplicate_position'
    | 'bad_balance'
    | 'bad_tiers'
    | 'bad_markets';
  /** Which of the inputs. */
  readonly input: keyof CcxtInput;
  readonly message: string;
  /** JSON pointer into it. */
  readonly path: string;
}

export function readCcxtBook(input: CcxtInput): Result<CcxtBook, CcxtFault> {
  const main = parsed('positions', input.positions);
  if (!main.ok) return main;
  const whole = objectOf(main.value);
  const balance = partOf(input, 'balance', whole, 'balance');
  if (!balance.ok) return balance;
  const tiers = partOf(input, 'tiers', whole, 'leverageTiers');
  if (!tiers.ok) return tiers;
  const markets = partOf(input, 'markets', whole, 'markets');
  if (!markets.ok) return markets;

  const list = listOf(whole === null ? main.value : fieldOf(whole, 'positions'));
  if (list === null) {
    return err({
      code: 'not_ccxt',
      input: 'positions',
      message:
        'a list of positions as fetchPositions returns it is needed, or an object with one in `positions`',
      path: whole === null ? '' : '/positions',
    });
  }
  const positions = readPositions(list, whole === null ? '' : '/positions');
  if (!positions.ok) return positions;
  const held = balance.value.value;
  const heldFault = held === null ? null : balanceFault(held);
  if (heldFault !== null) return err(placed('bad_balance', balance.value.place, heldFault));
  const tierFault = tiers.value.value === null ? null : tiersFault(tiers.value.value);
  if (tierFault !== null) return err(placed('bad_tiers', tiers.value.place, tierFault));
  const listed = ccxtMarkets(markets.value.value);
  if (!listed.ok) return err(placed('bad_markets', markets.value.place, listed.error));
  return ok({
    positions: positions.value,
    holdings: held === null ? null : ccxtHoldings(objectOf(held) as TextObject),
    tiers: tiers.value.value,
    tiersPlace: tiers.value.place,
    markets: listed.value,
  });
}

/** Something wrong inside a part of the input. */
export interface CcxtPartFault {
  /** JSON pointer from the part on. */
  readonly path: string;
  readonly message: string;
}

function placed(code: CcxtFault['code'], { input, path }: CcxtPlace, fault: CcxtPartFault): CcxtFault {
  return {
    code: fault.path === '' ? 'not_ccxt' : code,
    input,
    message: fault.message,
    path: `${path}${fault.path}`,
  };
}

interface Part {
  readonly value: Texts | null;
  readonly place: CcxtPlace;
}

/** From a text of its own, else from beside the positions; null where neither has it. */
function partOf(
  input: CcxtInput,
  name: 'balance' | 'tiers' | 'markets',
  whole: TextObject | null,
  field: string,
): Result<Part, CcxtFault> {
  const text = input[name];
  if (text === undefined) {
    const value = whole === null ? null : (fieldOf(whole, field) ?? null);
    return ok({ value, place: { input: 'positions', path: pointer(field) } });
  }
  const own = parsed(name, text);
  if (!own.ok) return own;
  const place = { input: name, path: '' };
  if (own.value !== null) return ok({ value: own.value, place });
  return err({ code: 'not_ccxt', input: name, message: 'is null', path: '' });
}

function readPositions(list: readonly Texts[], place: string): Result<readonly CcxtPosition[], CcxtFault> {
  const positions: CcxtPosition[] = [];
  for (const [at, item] of list.entries()) {
    const path = `${place}/${at}`;
    const object: TextObject | null = objectOf(item);
    const found = object === null ? err({ field: '', message: 'is no object' }) : ccxtPosition(object, path);
    if (!found.ok) {
      const { field, message } = found.error;
      return err({
        code: 'bad_position',
        input: 'positions',
        message: field === '' ? `position ${message}` : message,
        path: field === '' ? path : `${path}${pointer(field)}`,
      });
    }
    if (found.value === null) continue;
    const before = sameAs(found.value, positions);
    if (before !== undefined) {
      return err({
        code: 'duplicate_position',
        input: 'positions',
        message: `${before.symbol} ${before.side} is listed already, at ${before.path}`,
        path,
      });
    }
    positions.push(found.value);
  }
  return ok(positions);
}

/** The same symbol, side and mode, unless the venue names them apart. */
function sameAs(position: CcxtPosition, others: readonly CcxtPosition[]): CcxtPosition | undefined {
  return others.find(
    ({ id, symbol, side, marginMode }) =>
      symbol === position.symbol &&
      side === position.side &&
      (marginMode ?? 'cross') === (position.marginMode ?? 'cross') &&
      (id === null || position.id === null || id === position.id),
  );
}

function parsed(input: keyof CcxtInput, text: string): Result<Texts, CcxtFault> {
  const found = parseTexts(text);
  if (found.ok) return found;
  return err({ code: 'malformed_json', input, message: `${found.error.message}`, path: found.error.path });
}
