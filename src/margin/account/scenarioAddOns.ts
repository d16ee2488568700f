/**
 * What is asked beyond the scenarios, and the floors under them. With q the lots of an instrument, N(q) their notional,
 * r rates in ppm, each amount valued at its asset's price and rounded up:
 *
 *   stand-alone          the risk of the instrument by itself, without any collateral
 *   short-option minimum sum over instruments of max(0, -q) x minimum per lot
 *   basis                r x sum over underlyings of min(long, short), where long and short are sums over expiries of
 *                        the part above and below 0 of the expiry's net delta notional
 *   liquidity            N(q) x half spread + sum over steps of N(lots in the step) x r
 *   concentration        sum over steps of N(lots in the step) x r
 *   minimum charge       r x sum over instruments of N(q)
 *
 * Steps are marginal: a lot more costs its own step's rate, so nothing jumps, and rates that rise make a convex charge.
 */
import { divCeil, max, min, PPM } from '../../base/integers.js';
import type { Lots } from '../../base/units.js';
import type { Fraction } from '../../market/payoff.js';
import type { Range } from './accountBox.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import { grouped } from './groups.js';
import {
  type HeldAsset,
  type HeldInstrument,
  leastPnl,
  type ScenarioHoldings,
  shockedPpm,
  sizeOf,
} from './scenarioHoldings.js';
import { damped } from './scenarioLoss.js';
import { scenarioRisk } from './scenarioMeasure.js';
import { type AddOnStep, SCENARIO_SCALE } from './scenarioView.js';

/** Sum of the stand-alone risks, valuation minor units x VALUE_SCALE. */
export function standAloneScaled(holdings: ScenarioHoldings): bigint {
  return sumOf(holdings.instruments, (held) => standAloneOf(holdings, held));
}

function standAloneOf(holdings: ScenarioHoldings, held: HeldInstrument): bigint {
  const asset = settlement(holdings, held);
  const losses = holdings.set.scenarios.map((scenario, at) => {
    const loss = -leastPnl(held, at);
    return loss <= 0n ? 0n : damped(scenario, valueCeil(asset, loss * shockedPpm(asset, at), PPM));
  });
  return scenarioRisk(holdings.set, losses).risk;
}

export function shortMinimumScaled(holdings: ScenarioHoldings): bigint {
  return sumOf(holdings.instruments, (held) => {
    const minimum = max(0n, -held.lots.low) * held.row.shortMinimumPerLot;
    return minimum === 0n ? 0n : valueCeil(settlement(holdings, held), minimum, 1n);
  });
}

/** An amount in settlement minor units x SCENARIO_SCALE x scale, at the high end of the asset's price. */
function valueCeil({ price, terms }: HeldAsset, numerator: bigint, scale: bigint): bigint {
  const amount = { numerator, denominator: SCENARIO_SCALE * scale };
  return requirementValueScaledCeil({ price: price.high, terms }, amount);
}

export interface UnderlyingCharge {
  readonly underlying: string;
  readonly scaled: bigint;
}

/** Of each underlying that has something matched. */
export function basisCharges(holdings: ScenarioHoldings): readonly UnderlyingCharge[] {
  const rate = holdings.set.parameters.basisRatePpm;
  return grouped(holdings.instruments, ({ row }) => row.underlying)
    .map((of) => ({
      underlying: (of[0] as HeldInstrument).row.underlying,
      scaled: divCeil(matchedScaled(holdings, of) * rate, PPM),
    }))
    .filter(({ scaled }) => scaled > 0n);
}

/** Long against short of different expiries of one underlying. */
function matchedScaled(holdings: ScenarioHoldings, of: readonly HeldInstrument[]): bigint {
  let long = 0n;
  let short = 0n;
  for (const ofExpiry of grouped(of, ({ row }) => row.expiryMs)) {
    const ranges = ofExpiry.map((held) => deltaNotional(holdings, held));
    long += max(
      0n,
      sumOf(ranges, ({ high }) => high),
    );
    short += max(
      0n,
      sumOf(ranges, ({ low }) => -low),
    );
  }
  return min(long, short);
}

/** Signed, rounded away from 0. */
function deltaNotional(holdings: ScenarioHoldings, held: HeldInstrument): Range {
  const { lots, row } = held;
  const asset = settlement(holdings, held);
  const { low: least, high: most } = held.notionalPerLot;
  const [low, high] = row.deltaPpm < 0n ? [lots.high, lots.low] : [lots.low, lots.high];
  const at = (signedPpm: bigint, end: 'low' | 'high', { numerator, denominator }: Fraction) => {
    const size = signedPpm < 0n ? -signedPpm : signedPpm;
    const amount = { numerator: numerator * size, denominator: denominator * PPM };
    const value = requirementValueScaledCeil({ price: asset.price[end], terms: asset.terms }, amount);
    return signedPpm < 0n ? -value : value;
  };
  const [lowPpm, highPpm] = [low * row.deltaPpm, high * row.deltaPpm];
  return {
    low: lowPpm < 0n ? at(lowPpm, 'high', most) : at(lowPpm, 'low', least),
    high: highPpm > 0n ? at(highPpm, 'high', most) : at(highPpm, 'low', least),
  };
}

export interface InstrumentCharge {
  readonly instrument: number;
  readonly scaled: bigint;
}

/** Of each instrument that has any. */
export function liquidityCharges(holdings: ScenarioHoldings): readonly InstrumentCharge[] {
  return instrumentCharges(
    holdings,
    ({ row }, lots) => row.halfSpreadPpm * lots + byStep(row.liquidity, lots),
  );
}

/** Of each instrument that has any. */
export function concentrationCharges(holdings: ScenarioHoldings): readonly InstrumentCharge[] {
  return instrumentCharges(holdings, ({ row }, lots) => byStep(row.concentration, lots));
}

export function minimumChargeScaled(holdings: ScenarioHoldings): bigint {
  const rate = holdings.set.parameters.minimumChargePpm;
  return sumOf(holdings.instruments, (held) => notionalCeil(holdings, held, rate * sizeOf(held.lots)));
}

function instrumentCharges(
  holdings: ScenarioHoldings,
  lotsPpmOf: (held: HeldInstrument, lots: Lots) => bigint,
): readonly InstrumentCharge[] {
  return holdings.instruments
    .map((held) => ({
      instrument: held.row.instrument,
      scaled: notionalCeil(holdings, held, lotsPpmOf(held, sizeOf(held.lots))),
    }))
    .filter(({ scaled }) => scaled > 0n);
}

/** Lots in each step x its rate. */
function byStep(steps: readonly AddOnStep[], lots: Lots): bigint {
  return steps.reduce((sum, { fromLots, ratePpm }, at) => {
    const next = steps[at + 1];
    const upTo = next === undefined ? lots : min(lots, next.fromLots);
    return sum + max(0n, upTo - fromLots) * ratePpm;
  }, 0n);
}

/** The notional of lots x ppm, at the high ends. */
function notionalCeil(holdings: ScenarioHoldings, held: HeldInstrument, lotsPpm: bigint): bigint {
  if (lotsPpm === 0n) return 0n;
  const { price, terms } = settlement(holdings, held);
  const { numerator, denominator } = held.notionalPerLot.high;
  const amount = { numerator: numerator * lotsPpm, denominator: denominator * PPM };
  return requirementValueScaledCeil({ price: price.high, terms }, amount);
}

function settlement({ assets }: ScenarioHoldings, { settleAt }: HeldInstrument): HeldAsset {
  return assets[settleAt] as HeldAsset;
}

function sumOf<T>(items: readonly T[], scaledOf: (item: T) => bigint): bigint {
  return items.reduce((sum, item) => sum + scaledOf(item), 0n);
}
