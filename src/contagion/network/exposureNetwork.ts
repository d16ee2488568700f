/** Who owes whom, in floating point, with the equity that stands behind: the input of the methods of distress. */
import {
  cellFault,
  countFault,
  FLOAT_NODES_MAX,
  firstFault,
  type NetworkFault,
  shapeFault,
  valueFault,
} from './networkFault.js';

export interface ExposureNetwork {
  /** Equity of each node before any shock, above zero, in money. */
  readonly equity: readonly number[];
  /** `owed[i][j]`: what i owes j, in the same money. */
  readonly owed: readonly (readonly number[])[];
}

/** Null for a network that the methods take. */
export function exposureNetworkFault({ equity, owed }: ExposureNetwork): NetworkFault | null {
  const count = equity.length;
  return firstFault([
    () => countFault('equity', count, FLOAT_NODES_MAX),
    () => shapeFault('owed', owed, { rows: count, columns: count }),
    () => numbersFault('equity', equity),
    () => valueFault('not_positive', 'equity', equity, (value) => value <= 0),
    () => cellFault('not_finite', 'owed', owed, (amount) => !Number.isFinite(amount)),
    () => cellFault('negative_amount', 'owed', owed, (amount) => amount < 0),
    () => cellFault('self_liability', 'owed', owed, (amount, i, j) => i === j && amount !== 0),
  ]);
}

/**
 * Leverage[i][j]: what j owes i as a multiple of i's equity, so that i loses Leverage[i][j] of its equity when j pays
 * nothing.
 */
export function leverageMatrix({ equity, owed }: ExposureNetwork): number[][] {
  return equity.map((own, i) => owed.map((row) => (row[i] as number) / own));
}

/** Whether all are numbers. */
export function numbersFault(field: string, values: readonly number[]): NetworkFault | null {
  return valueFault('not_finite', field, values, (value) => !Number.isFinite(value));
}

/** Whether all are shares, 0 to 1. */
export function sharesFault(field: string, values: readonly number[]): NetworkFault | null {
  return (
    numbersFault(field, values) ??
    valueFault('share_out_of_range', field, values, (value) => value < 0 || value > 1)
  );
}
