/** An instrument of an account as the scenarios price it, in units that floating point can leave as whole numbers. */
import { assert } from '../base/assert.js';
import type { LegView } from '../margin/index.js';
import { divNearest, type ScenarioInstrument } from '../risk/index.js';
import type { BookContext } from './bookInstrument.js';
import { optionVolatility } from './bookOptions.js';
import { underlyingPrices } from './bookScale.js';
import { decimalOf, finest } from './calcDecimal.js';
import type { CheckedInstrument } from './calcDocument.js';
import { known } from './calcLookup.js';

export interface PricedLeg {
  readonly instrument: ScenarioInstrument;
  /** From the units it was priced in to those of the leg. */
  readonly inUnits: (pnl: bigint) => bigint;
}

/**
 * Options are priced in floating point and leave it as 64-bit numbers: in units coarse enough to fit, and still far finer
 * than what a double holds.
 */
export function pricedLeg({ checked, scale }: BookContext, id: string, leg: LegView): PricedLeg {
  const instrument = known(checked.instruments, id);
  const { underlyingDecimals } = known(scale.instruments, id);
  const underlying = underlyingOf(instrument);
  if (leg.option === null) {
    const future = { terms: leg.terms, markTicks: leg.markTicks };
    return {
      instrument: { kind: 'future', instrument: leg.instrument, underlying, ...future },
      inUnits: (pnl) => pnl,
    };
  }
  const { forward } = underlyingPrices(checked, instrument);
  const { strike = '0' } = instrument;
  const decimals = pricedDecimals([forward, strike]);
  const forwardTicks = ticksOf(forward, decimals);
  const strikeTicks = ticksOf(strike, decimals);
  const { unit, payoff } = leg.option;
  const largest = PRICED_MAX / (payoff === 'linear' ? forwardTicks + strikeTicks : 1n) || 1n;
  const coarse = unit < largest ? unit : largest;
  const finer = payoff === 'linear' ? underlyingDecimals - decimals : 0;
  const volatility = optionVolatility(checked, instrument);
  assert(volatility !== null, 'an option without a volatility was refused with the document');
  return {
    instrument: {
      kind: 'option',
      instrument: leg.instrument,
      underlying,
      option: { ...leg.option, unit: coarse, strikeTicks },
      forwardTicks,
      volatility,
    },
    inUnits: (pnl) =>
      finer >= 0
        ? divNearest(pnl * unit * 10n ** BigInt(finer), coarse)
        : divNearest(pnl * unit, coarse * 10n ** BigInt(-finer)),
  };
}

/** As fine as the texts are, and coarse enough for `PRICED_MAX`. */
function pricedDecimals(prices: readonly string[]): number {
  let decimals = finest(prices);
  while (prices.reduce((sum, price) => sum + ticksOf(price, decimals), 0n) > PRICED_MAX) decimals -= 1;
  return decimals;
}

/** To the nearest, and never under one. */
function ticksOf(text: string, decimals: number): bigint {
  const { digits, scale } = decimalOf(text);
  const shift = decimals - scale;
  const ticks = shift >= 0 ? digits * 10n ** BigInt(shift) : divNearest(digits, 10n ** BigInt(-shift));
  return ticks < 1n ? 1n : ticks;
}

/** Times a price that may rise sixfold and SCENARIO_SCALE this stays inside 64 bits. */
const PRICED_MAX = 10n ** 12n;

export function underlyingOf({ underlying, base }: CheckedInstrument): string {
  return underlying ?? base;
}
