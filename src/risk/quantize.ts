/**
 * The doors between the exact side and this one. Whole numbers come in through `toFloat`; what goes out into a record
 * goes through a door that says its unit and how it rounds. Nothing computed here enters state in any other way.
 */
import { assert, assertInt64, divCeil, divFloor } from '../base/index.js';

/** A whole number as a double: exact up to 2^53, else the nearest. */
export function toFloat(value: bigint): number {
  return Number(value);
}

/**
 * P&L of one long lot in settlement minor units x VALUE_SCALE. Rounded to the nearest, halves away from zero: the same
 * number serves the long and, with the other sign, the short, so no direction would be the cautious one for both. The
 * error is at most half a millionth of a minor unit per lot, beside that of the double itself.
 */
export function quantizeScenarioPnl(pnlScaled: number): bigint {
  return nearest(pnlScaled, 'a scenario P&L');
}

/** A mark in mark ticks: the nearest, and at least 1, since a mark of 0 is no price. */
export function quantizeMarkTicks(markTicks: number): bigint {
  const rounded = nearest(markTicks, 'a mark');
  return rounded < 1n ? 1n : rounded;
}

/** A relative move as ppm, to the nearest. */
export function quantizeMovePpm(move: number): bigint {
  return nearest(move * 1e6, 'a move');
}

/** A rate as ppm, up to the next whole multiple of `stepPpm`: a requirement is never rounded down. */
export function quantizeRatePpmUp(rate: number, stepPpm: bigint): bigint {
  assert(rate >= 0 && Number.isFinite(rate), () => `a rate is at least 0: ${rate}`);
  assert(stepPpm > 0n, 'a step is positive');
  return assertInt64(divCeil(BigInt(Math.ceil(rate * 1e6)), stepPpm) * stepPpm, 'a rate');
}

/** numerator / denominator to the nearest, halves away from zero: what the doors do, on exact numbers. */
export function divNearest(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, 'a denominator is positive');
  const half = divFloor(2n * (numerator < 0n ? -numerator : numerator) + denominator, 2n * denominator);
  return numerator < 0n ? -half : half;
}

function nearest(value: number, what: string): bigint {
  assert(Number.isFinite(value), () => `${what} is not a number: ${value}`);
  const size = Math.round(Math.abs(value));
  return assertInt64(BigInt(value < 0 ? -size : size), what);
}
