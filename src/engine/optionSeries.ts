/**
 * Which options belong together. Those of a pool with one underlying are priced by one price, so they count it in the
 * same steps; those that also settle in one asset and expire together are a series, and settle as one.
 */
import { parseDecimal } from '../base/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import type { Situation } from './decision.js';
import { type Rejection, reject } from './rejection.js';
import { INSTRUMENT_STATUS, listedInstrument } from './state.js';

/** The options of an instrument's series, itself among them, by row; an instrument that is no option is alone. */
export function seriesOf({ state, derived }: Situation, instrumentRow: number): readonly number[] {
  const { option } = listedInstrument(state, instrumentRow);
  if (option === null) return [instrumentRow];
  const { pool, poolAsset } = state.instruments;
  return derived.instrumentsOf(pool.get(instrumentRow)).filter((row) => {
    const other = listedInstrument(state, row).option;
    return (
      other !== null &&
      other.underlying === option.underlying &&
      other.expiryMs === option.expiryMs &&
      poolAsset.get(row) === poolAsset.get(instrumentRow)
    );
  });
}

/** Strikes and prices of options on one underlying compare only where their steps are the same. */
export function optionListingFault(
  { state, derived }: Situation,
  { option }: InstrumentDefinition,
  poolRow: number,
): Rejection | null {
  if (option === null) return null;
  const { underlying, underlyingTickSize } = option;
  for (const row of derived.instrumentsOf(poolRow)) {
    const listed = listedInstrument(state, row).definition;
    const other = listed.option;
    if (other === null || other.underlying !== underlying) continue;
    if (state.instruments.status.get(row) === INSTRUMENT_STATUS.settled) continue;
    if (isSameDecimal(other.underlyingTickSize, underlyingTickSize)) return null;
    return reject('invalid_definition', {
      field: 'option.underlyingTickSize',
      rule: 'must be that of the other options on the underlying in the pool',
      listed: listed.id,
      expected: other.underlyingTickSize,
    });
  }
  return null;
}

/** The same number, however many zeros are written behind it. */
function isSameDecimal(a: string, b: string): boolean {
  const [one, other] = [parseDecimal(a), parseDecimal(b)];
  if (!one.ok || !other.ok) return false;
  return one.value.digits === other.value.digits && one.value.scale === other.value.scale;
}
