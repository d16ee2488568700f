/**
 * Brackets by notional. Maintenance margin = rate x notional - amount, with amounts derived so that it is
 * continuous where two brackets meet (MAR-07): amount(b+1) = amount(b) + cap(b) x (rate(b+1) - rate(b)).
 * As rates never fall, that is also the largest of all brackets' lines, which is what gives the
 * liquidation price a closed form.
 */
import { err, ok, type Result } from '../base/result.js';
import type { Minor } from '../base/units.js';
import type { Fraction } from '../market/payoff.js';
import { roundUp } from './rounding.js';
import type { Bracket } from './terms.js';

/** The position in `brackets` of the first bracket whose cap holds the notional; beyond all caps, the last. */
export function bracketIndex(brackets: readonly Bracket[], notional: Fraction): number {
  return bracketIndexOfWhole(brackets, roundUp(notional, 1n));
}

/** The same for a notional already rounded up: caps are whole, so rounding up never changes the bracket. */
export function bracketIndexOfWhole(brackets: readonly Bracket[], notional: Minor): number {
  const last = brackets.length - 1;
  for (let at = 0; at < last; at++) {
    if (notional <= (brackets[at] as Bracket).notionalCap!) return at;
  }
  return last;
}

/** A bracket as listed: without a floor it joins the one before, without an amount the amount is derived. */
export interface BracketInput {
  readonly notionalFloor?: Minor;
  readonly notionalCap: Minor | null;
  /** Null: that of the bracket before, and in the first bracket none: 1 / leverage alone decides. */
  readonly initialMarginRate: bigint | null;
  readonly maintenanceMarginRate: bigint;
  /** Minor units x rateScale. */
  readonly maintenanceAmount?: bigint;
  readonly leverageMax: bigint | null;
}

export const BRACKET_FAULTS = [
  'no_brackets',
  'bracket_floor_not_zero',
  'bracket_hole',
  'bracket_overlap',
  'bracket_cap_missing',
  'bracket_cap_not_above_floor',
  'maintenance_rate_out_of_range',
  'initial_rate_out_of_range',
  'maintenance_above_initial',
  'leverage_max_below_one',
  'maintenance_rate_falls',
  'initial_rate_falls',
  'leverage_max_rises',
  'maintenance_amount_discontinuous',
] as const;

export interface BracketFault {
  readonly code: (typeof BRACKET_FAULTS)[number];
  /** Which bracket, from 0. */
  readonly index: number;
  /** The value that would have been right, where there is one: minor units, or x rateScale for rates and amounts. */
  readonly expected: bigint | null;
}

/**
 * Checks brackets in order and gives them their floors and amounts. `closingRate` is the taker rate where it
 * is part of the maintenance rate, else 0n: the sum must stay below one, or nothing could ever be held.
 */
export function deriveBrackets(
  inputs: readonly BracketInput[],
  scale: { readonly rateScale: bigint; readonly closingRate: bigint },
): Result<readonly Bracket[], BracketFault> {
  if (inputs.length === 0) return err({ code: 'no_brackets', index: 0, expected: null });
  const brackets: Bracket[] = [];
  for (const [index, input] of inputs.entries()) {
    const before = brackets[index - 1] ?? null;
    const isLast = index === inputs.length - 1;
    const maintenanceAmount = before === null ? 0n : continuousAmount(before, input.maintenanceMarginRate);
    const fault =
      boundsFault(input, before, isLast) ??
      rateFault(input, before, scale) ??
      amountFault(input, maintenanceAmount);
    if (fault !== null) return err({ ...fault, index });
    brackets.push({
      notionalFloor: before?.notionalCap ?? 0n,
      notionalCap: input.notionalCap,
      initialMarginRate: input.initialMarginRate ?? before?.initialMarginRate ?? 0n,
      maintenanceMarginRate: input.maintenanceMarginRate,
      maintenanceAmount,
      leverageMax: input.leverageMax,
    });
  }
  return ok(brackets);
}

type FaultHere = Omit<BracketFault, 'index'>;

function continuousAmount(before: Bracket, rate: bigint): bigint {
  return before.maintenanceAmount + before.notionalCap! * (rate - before.maintenanceMarginRate);
}

function boundsFault(input: BracketInput, before: Bracket | null, isLast: boolean): FaultHere | null {
  const joins = before?.notionalCap ?? 0n;
  const floor = input.notionalFloor ?? joins;
  if (before === null && floor !== 0n) return { code: 'bracket_floor_not_zero', expected: 0n };
  if (floor > joins) return { code: 'bracket_hole', expected: joins };
  if (floor < joins) return { code: 'bracket_overlap', expected: joins };
  if (input.notionalCap === null) return isLast ? null : { code: 'bracket_cap_missing', expected: null };
  return input.notionalCap > floor ? null : { code: 'bracket_cap_not_above_floor', expected: null };
}

function rateFault(
  input: BracketInput,
  before: Bracket | null,
  { rateScale, closingRate }: { readonly rateScale: bigint; readonly closingRate: bigint },
): FaultHere | null {
  const { maintenanceMarginRate, initialMarginRate, leverageMax } = input;
  if (maintenanceMarginRate < 0n || maintenanceMarginRate + closingRate >= rateScale) {
    return { code: 'maintenance_rate_out_of_range', expected: null };
  }
  if (initialMarginRate !== null && (initialMarginRate < 0n || initialMarginRate > rateScale)) {
    return { code: 'initial_rate_out_of_range', expected: null };
  }
  if (leverageMax !== null && leverageMax < rateScale)
    return { code: 'leverage_max_below_one', expected: rateScale };
  if (isAboveInitial(input, rateScale)) return { code: 'maintenance_above_initial', expected: null };
  if (before === null) return null;
  if (maintenanceMarginRate < before.maintenanceMarginRate) {
    return { code: 'maintenance_rate_falls', expected: before.maintenanceMarginRate };
  }
  if (initialMarginRate !== null && initialMarginRate < before.initialMarginRate) {
    return { code: 'initial_rate_falls', expected: before.initialMarginRate };
  }
  if (before.leverageMax !== null && (leverageMax === null || leverageMax > before.leverageMax)) {
    return { code: 'leverage_max_rises', expected: before.leverageMax };
  }
  return null;
}

/** Against the initial rate, or where none is listed against what the largest leverage leaves. */
function isAboveInitial(input: BracketInput, rateScale: bigint): boolean {
  if (input.initialMarginRate !== null) return input.maintenanceMarginRate > input.initialMarginRate;
  return (
    input.leverageMax !== null && input.maintenanceMarginRate * input.leverageMax > rateScale * rateScale
  );
}

function amountFault(input: BracketInput, expected: bigint): FaultHere | null {
  const given = input.maintenanceAmount;
  return given === undefined || given === expected
    ? null
    : { code: 'maintenance_amount_discontinuous', expected };
}
