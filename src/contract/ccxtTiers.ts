/** `fetchLeverageTiers` (by symbol), or `fetchMarketLeverageTiers` (a list), as tiers of the calculator. */
import { parseDecimal } from '../base/decimal.js';
import type { CalcTier } from './calcSchema.js';
import { fieldOf, listOf, numberOf, objectOf, type Texts, textOf } from './ccxtText.js';

/** Null where there are no tiers of the symbol. Amounts of maintenance are left out: they follow from the rates. */
export function ccxtTiers(source: Texts | null, symbol: string): readonly CalcTier[] | null {
  const object = objectOf(source ?? undefined);
  const list = object === null ? listOf(source ?? undefined) : listOf(fieldOf(object, symbol));
  const rows = (list ?? [])
    .map((row) => objectOf(row))
    .filter((row) => row !== null)
    .filter((row) => (textOf(row, 'symbol') ?? symbol) === symbol);
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
