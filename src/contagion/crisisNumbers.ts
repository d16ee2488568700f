/** Decimal text of a crisis file as parts per million: exactly, or to the nearest, halves away from zero. */
import { type Decimal, type Ppm, parseDecimal } from '../base/index.js';
import { divNearest } from '../risk/index.js';

/** Of text that is known to be a decimal. */
export function decimalPpm(text: string): Ppm {
  const { digits, scale } = known(text);
  return divNearest(digits * 1_000_000n, 10n ** BigInt(scale));
}

/** price / start; the start is above 0. */
export function ratioPpm(price: string, start: string): Ppm {
  const [above, below] = [known(price), known(start)];
  return divNearest(
    above.digits * 10n ** BigInt(below.scale) * 1_000_000n,
    below.digits * 10n ** BigInt(above.scale),
  );
}

function known(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(`not a decimal: ${text}`);
  return parsed.value;
}
