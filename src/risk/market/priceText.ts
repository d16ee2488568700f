/** Price text of data files to an exact decimal. Unlike amounts on the wire it may carry an exponent. */
import { type Decimal, err, ok, parseDecimal, type Result } from '../../base/index.js';

const WITH_EXPONENT = /^([^eE]+)[eE]([+-]?[0-9]{1,2})$/;

/** Reads "963.65802", "0.00001" and "1.2e-05", which spreadsheets and data tools write; exactly. */
export function parsePrice(text: string): Result<Decimal, 'not_a_decimal'> {
  const parts = WITH_EXPONENT.exec(text);
  const parsed = parseDecimal(parts?.[1] ?? text);
  if (!parsed.ok) return err('not_a_decimal');
  const scale = parsed.value.scale - Number(parts?.[2] ?? 0);
  if (scale >= 0) return ok({ digits: parsed.value.digits, scale });
  return ok({ digits: parsed.value.digits * 10n ** BigInt(-scale), scale: 0 });
}
