/**
 * What one linear or inverse leg of a whole account requires in its settlement asset. As for an isolated account
 * (../maintenanceMargin.ts, ../initialMargin.ts):
 *
 *   maintenance = maintenance rate x notional - maintenance amount + closing fee
 *   initial     = notional x max(1 / leverage, initial rate) + closing fee
 *
 * with one difference. A closing fee kept in margin (`inMargin`) is charged there on the value at the account's own
 * bankruptcy price. A leg of a whole account has no such price, so here it is taker rate x value at the mark.
 */
import { abs } from '../../base/integers.js';
import { type Fraction, notionalAtMark } from '../../market/payoff.js';
import { initialParts } from '../initialMargin.js';
import { maintenanceParts } from '../maintenanceMargin.js';
import type { IsolatedView } from '../view.js';
import { addFractions, sumFractions } from './fractions.js';
import type { LegView } from './view.js';

/** The two requirements that positions and debts have. */
export type RequirementKind = 'initial' | 'maintenance';

/** One part of a requirement in settlement minor units, exact; a maintenance amount is negative. */
export interface RequirementPart {
  readonly part: 'position' | 'maintenanceAmount' | 'closeFee';
  readonly amount: Fraction;
}

/** The parts of a leg's requirement, those that are zero left out. Not for options. */
export function legRequirementParts(kind: RequirementKind, leg: LegView): readonly RequirementPart[] {
  if (leg.lots === 0n) return [];
  return kind === 'initial' ? initialPartsOf(leg) : maintenancePartsOf(leg);
}

/** In settlement minor units, exact. */
export function legRequirement(kind: RequirementKind, leg: LegView): Fraction {
  return sumFractions(legRequirementParts(kind, leg).map(({ amount }) => amount));
}

function maintenancePartsOf(leg: LegView): readonly RequirementPart[] {
  const { position, amount, closeFee, denominator } = maintenanceParts(
    leg.terms,
    isolated(leg),
    leg.markTicks,
  );
  const feeInRate: Fraction = { numerator: leg.terms.closeFee === 'inRate' ? closeFee : 0n, denominator };
  return nonZero([
    { part: 'position', amount: { numerator: position, denominator } },
    { part: 'maintenanceAmount', amount: { numerator: -amount, denominator } },
    { part: 'closeFee', amount: addFractions(feeInRate, feeInMargin(leg)) },
  ]);
}

function initialPartsOf(leg: LegView): readonly RequirementPart[] {
  const { position, denominator } = initialParts(leg.terms, isolated(leg), leg.markTicks);
  return nonZero([
    { part: 'position', amount: { numerator: position, denominator } },
    { part: 'closeFee', amount: feeInMargin(leg) },
  ]);
}

/** The leg as if it were alone: its collateral plays no part in what is taken from the isolated model. */
function isolated({ lots, cost, fundingPerLot, leverage }: LegView): IsolatedView {
  return { collateral: 0n, lots, cost, fundingPerLot, leverage };
}

function feeInMargin({ terms, lots, markTicks }: LegView): Fraction {
  const { numerator, denominator } = notionalAtMark(terms, lots, markTicks);
  const rate = terms.closeFee === 'inMargin' ? terms.takerFeeRate : 0n;
  return { numerator: rate * abs(numerator), denominator: denominator * terms.rateScale };
}

function nonZero(parts: readonly RequirementPart[]): readonly RequirementPart[] {
  return parts.filter(({ amount }) => amount.numerator !== 0n);
}
