/**
 * The requirement of a whole account, with lines that say where it comes from and add up to it exactly (MAR-12).
 * Charges are summed at VALUE_SCALE and the sum is rounded up once; a line is a difference of running totals rounded up,
 * so no unit is lost between them.
 */
import type { Minor } from '../../base/units.js';
import { type Charge, type ChargePart, type ChargeSource, totalScaled } from './charge.js';
import { valueCeil } from './collateralValue.js';
import type { RequirementKind } from './legRequirement.js';
import { orderCharges } from './orderMargin.js';
import { positionCharges, positionTotalScaled } from './positionCharges.js';
import type { AccountView } from './view.js';

/** Valuation minor units, rounded up. */
export interface AccountRequirement {
  readonly initial: Minor;
  readonly maintenance: Minor;
  readonly order: Minor;
  readonly lines: readonly AccountRequirementLine[];
}

export interface AccountRequirementLine extends ChargeSource {
  /** The total this line is part of. */
  readonly of: RequirementKind | 'order';
  readonly part: ChargePart;
  readonly detail: string | null;
  /** Valuation minor units; the lines of a total sum to it. */
  readonly amount: Minor;
}

export function accountRequirement(view: AccountView): AccountRequirement {
  const initial = linesOf('initial', positionCharges('initial', view));
  const maintenance = linesOf('maintenance', positionCharges('maintenance', view));
  const order = linesOf('order', orderCharges(view));
  return {
    initial: totalOf(initial),
    maintenance: totalOf(maintenance),
    order: totalOf(order),
    lines: [...initial, ...maintenance, ...order],
  };
}

/** Of positions and debts, valuation minor units x VALUE_SCALE. */
export function accountMaintenanceScaled(view: AccountView): bigint {
  return positionTotalScaled('maintenance', view);
}

/** Of positions and debts, valuation minor units x VALUE_SCALE. */
export function accountInitialScaled(view: AccountView): bigint {
  return positionTotalScaled('initial', view);
}

/** Of open orders, valuation minor units x VALUE_SCALE. */
export function accountOrderScaled(view: AccountView): bigint {
  return totalScaled(orderCharges(view));
}

function linesOf(
  of: AccountRequirementLine['of'],
  charges: readonly Charge[],
): readonly AccountRequirementLine[] {
  let scaledSoFar = 0n;
  let soFar = 0n;
  return charges.map(({ scaled, ...charge }) => {
    scaledSoFar += scaled;
    const next = valueCeil(scaledSoFar);
    const line = { of, ...charge, amount: next - soFar };
    soFar = next;
    return line;
  });
}

function totalOf(lines: readonly AccountRequirementLine[]): Minor {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}
