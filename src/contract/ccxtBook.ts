/**
 * What CCXT answered about one account: positions, and where they are there balances and tiers; from one text that holds
 * all of them, or from one for each.
 */
import { err, ok, type Result } from '../base/result.js';
import { type CcxtHolding, ccxtHoldings } from './ccxtBalance.js';
import { type CcxtPosition, ccxtPosition } from './ccxtPosition.js';
import { fieldOf, listOf, objectOf, parseTexts, type TextObject, type Texts } from './ccxtText.js';

export interface CcxtBook {
  readonly positions: readonly CcxtPosition[];
  /** Null: no balance was given, so that what stands behind cross positions is not known. */
  readonly holdings: readonly CcxtHolding[] | null;
  readonly tiers: Texts | null;
}

/** Texts of JSON. `balance` and `tiers` win over what `positions` holds besides. */
export interface CcxtInput {
  readonly positions: string;
  readonly balance?: string | undefined;
  readonly tiers?: string | undefined;
}

export interface CcxtFault {
  readonly code: 'malformed_json' | 'not_ccxt' | 'bad_position';
  /** Which of the inputs. */
  readonly input: keyof CcxtInput;
  readonly message: string;
  /** JSON pointer into it. */
  readonly path: string;
}

export function readCcxtBook(input: CcxtInput): Result<CcxtBook, CcxtFault> {
  const main = parsed('positions', input.positions);
  if (!main.ok) return main;
  const balance = input.balance === undefined ? ok(null) : parsed('balance', input.balance);
  if (!balance.ok) return balance;
  const tiers = input.tiers === undefined ? ok(null) : parsed('tiers', input.tiers);
  if (!tiers.ok) return tiers;

  const whole = objectOf(main.value);
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
  const held =
    objectOf(balance.value ?? undefined) ?? objectOf(whole === null ? undefined : fieldOf(whole, 'balance'));
  if (input.balance !== undefined && objectOf(balance.value ?? undefined) === null) {
    return err(notAnObject('balance', 'fetchBalance'));
  }
  return ok({
    positions: positions.value,
    holdings: held === null ? null : ccxtHoldings(held),
    tiers: tiers.value ?? (whole === null ? null : (fieldOf(whole, 'leverageTiers') ?? null)),
  });
}

function readPositions(list: readonly Texts[], place: string): Result<readonly CcxtPosition[], CcxtFault> {
  const positions: CcxtPosition[] = [];
  for (const [at, item] of list.entries()) {
    const path = `${place}/${at}`;
    const object: TextObject | null = objectOf(item);
    const found = object === null ? err('is no object') : ccxtPosition(object);
    if (!found.ok)
      return err({ code: 'bad_position', input: 'positions', message: `position ${found.error}`, path });
    if (found.value !== null) positions.push(found.value);
  }
  return ok(positions);
}

function parsed(input: keyof CcxtInput, text: string): Result<Texts, CcxtFault> {
  const found = parseTexts(text);
  if (found.ok) return found;
  return err({ code: 'malformed_json', input, message: `${found.error.message}`, path: found.error.path });
}

function notAnObject(input: keyof CcxtInput, method: string): CcxtFault {
  return { code: 'not_ccxt', input, message: `an object as ${method} returns it is needed`, path: '' };
}
