/** `fetchLeverageTiers` (by symbol), or `fetchMarketLeverageTiers` (a list), as tiers of the calculator. */
import { parseDecimal } from '../base/decimal.js';
import { pointer } from './calcError.js';
import type { CalcTier } from './calcSchema.js';
import type { CcxtPartFault } from './ccxtBook.js';
import { unreadableNumber } from './ccxtPositionFaults.js';
import { fieldOf, listOf, numberOf, objectOf, type TextObject, type Texts, textOf } from './ccxtText.js';

/** Null where there are no tiers of the symbol. Amounts of maintenance are left out: they follow from the rates. */
export function ccxtTiers(source: Texts | null, symbol: string): readonly CalcTier[] | null {
  const rows = rowsOf(source, symbol).map(({ row }) => row);
  const tiers: CalcTier[] = [];
  for (const [at, row] of rows.entries()) {
    const rate = numberOf(row, 'maintenanceMarginRate');
    if (rate === null) return null;
    const isLast = at === rows.length - 1;
    const cap = numberOf(row, 'maxNotional');
    const floor = floorOf(numberOf(row, 'minNotional'), tiers.at(-1)?.notionalCap ?? null);
    const leverage = numberOf(row, 'maxLeverage');
    tiers.push({
      ...(floor === null ? {} : { notionalFloor: floor }),
      notionalCap: isLast && cap === '0' ? null : cap,
      maintenanceMarginRate: rate,
      ...(leverage === null ? {} : { maxLeverage: leverage }),
    });
  }
  return tiers.length === 0 ? null : tiers;
}

/** JSON pointer to a tier of a symbol, counted from 0, from the tiers on. */
export function ccxtTierPath(source: Texts | null, symbol: string, tier: number): string {
  const found = rowsOf(source, symbol)[tier];
  return found?.path ?? '';
}

interface TierRow {
  readonly row: TextObject;
  readonly path: string;
}

function rowsOf(source: Texts | null, symbol: string): readonly TierRow[] {
  const object = objectOf(source ?? undefined);
  const list = object === null ? listOf(source ?? undefined) : listOf(fieldOf(object, symbol));
  const place = object === null ? '' : pointer(symbol);
  return (list ?? []).flatMap((item, at) => {
    const row = objectOf(item);
    if (row === null || (textOf(row, 'symbol') ?? symbol) !== symbol) return [];
    return [{ row, path: `${place}${pointer(at)}` }];
  });
}

const TIER_NUMBERS = ['minNotional', 'maxNotional', 'maintenanceMarginRate', 'maxLeverage'] as const;

/** What of the tiers cannot be read: of every symbol, whether a position needs them or not. */
export function tiersFault(source: Texts): CcxtPartFault | null {
  const object = objectOf(source);
  if (object === null) {
    const list = listOf(source);
    return list === null
      ? { path: '', message: 'an object as fetchLeverageTiers returns it, or a list of tiers, is needed' }
      : rowsFault(list, '');
  }
  for (const [symbol, rows] of Object.entries(object)) {
    const list = listOf(rows);
    const path = pointer(symbol);
    if (list === null) return { path, message: `the tiers of ${symbol} are a list` };
    const fault = rowsFault(list, path);
    if (fault !== null) return fault;
  }
  return null;
}

function rowsFault(rows: readonly Texts[], place: string): CcxtPartFault | null {
  for (const [at, item] of rows.entries()) {
    const path = `${place}${pointer(at)}`;
    const row = objectOf(item);
    if (row === null) return { path, message: 'a tier is an object' };
    for (const field of TIER_NUMBERS) {
      const rule = unreadableNumber(fieldOf(row, field));
      if (rule !== null) return { path: `${path}/${field}`, message: `${field} ${rule}` };
    }
    if (numberOf(row, 'maintenanceMarginRate') === null)
      return { path: `${path}/maintenanceMarginRate`, message: 'maintenanceMarginRate is missing' };
  }
  return null;
}

/** Some venues list a tier from one unit above the cap before it: it joins, and nothing can be held in between. */
function floorOf(floor: string | null, before: string | null): string | null {
  if (floor === null || before === null) return floor;
  const [a, b] = [parseDecimal(floor), parseDecimal(before)];
  if (!a.ok || !b.ok) return floor;
  const scale = Math.max(a.value.scale, b.value.scale);
  const gap =
    a.value.digits * 10n ** BigInt(scale - a.value.scale) -
    b.value.digits * 10n ** BigInt(scale - b.value.scale);
  return gap >= 0n && gap <= 10n ** BigInt(scale) ? null : floor;
}
