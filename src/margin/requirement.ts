/**
 * The requirement of an isolated account, with lines that say where it comes from and add up to it exactly
 * (MAR-12). A line is a difference of running totals rounded up, so no unit is lost between them.
 */
import type { MarkTicks, Minor } from '../base/units.js';
import { initialParts } from './initialMargin.js';
import { maintenanceParts } from './maintenanceMargin.js';
import { roundUp } from './rounding.js';
import type { MarginTerms } from './terms.js';
import type { IsolatedView } from './view.js';

export interface Requirement {
  readonly initial: Minor;
  readonly maintenance: Minor;
  /** Zero: an account without open orders. */
  readonly order: Minor;
  readonly lines: readonly RequirementLine[];
}

export interface RequirementLine {
  /** The total this line is part of. */
  readonly of: 'initial' | 'maintenance' | 'order';
  readonly part: 'position' | 'maintenanceAmount' | 'closeFee';
  /** Rounded so that the lines of a total sum to it; the maintenance amount is taken off, so it is negative. */
  readonly amount: Minor;
}

export function requirement(terms: MarginTerms, view: IsolatedView, markTicks: MarkTicks): Requirement {
  if (view.lots === 0n) return { initial: 0n, maintenance: 0n, order: 0n, lines: [] };
  const initialExact = initialParts(terms, view, markTicks);
  const maintenanceExact = maintenanceParts(terms, view, markTicks);
  const lines: RequirementLine[] = [];
  const initial = addLines(lines, terms.roundingStep, 'initial', initialExact.denominator, [
    ['position', initialExact.position],
    ['closeFee', initialExact.closeFee],
  ]);
  const maintenance = addLines(lines, terms.roundingStep, 'maintenance', maintenanceExact.denominator, [
    ['position', maintenanceExact.position],
    ['maintenanceAmount', -maintenanceExact.amount],
    ['closeFee', maintenanceExact.closeFee],
  ]);
  return { initial, maintenance, order: 0n, lines };
}

/** Adds a line per part that is not zero and answers with the total, rounded up once. */
function addLines(
  lines: RequirementLine[],
  roundingStep: bigint,
  of: RequirementLine['of'],
  denominator: bigint,
  parts: readonly (readonly [part: RequirementLine['part'], numerator: bigint])[],
): Minor {
  let numerator = 0n;
  let total = 0n;
  for (const [part, partNumerator] of parts) {
    if (partNumerator === 0n) continue;
    numerator += partNumerator;
    const next = roundUp({ numerator, denominator }, roundingStep);
    lines.push({ of, part, amount: next - total });
    total = next;
  }
  return total;
}
