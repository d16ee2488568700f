/** Who holds how much of which asset: the input of the methods of fire sales, in money. */
import { numbersFault } from './exposureNetwork.js';
import {
  cellFault,
  countFault,
  FLOAT_NODES_MAX,
  firstFault,
  type NetworkFault,
  networkFault,
  shapeFault,
  valueFault,
} from './networkFault.js';

export interface Holdings {
  /** `held[i][k]`: money that node i has in asset k at the prices before. */
  readonly held: readonly (readonly number[])[];
  /** Money that moves the price of each asset by all of itself, if the first small step went on; above zero. */
  readonly depth: readonly number[];
}

/** Null for holdings that the methods take: as many rows as nodes, as many columns as assets. */
export function holdingsFault({ held, depth }: Holdings): NetworkFault | null {
  return firstFault([
    () => countFault('held', held.length, FLOAT_NODES_MAX),
    () => countFault('depth', depth.length, FLOAT_NODES_MAX),
    () => shapeOf(held, depth.length),
    () => cellFault('not_finite', 'held', held, (amount) => !Number.isFinite(amount)),
    () => cellFault('negative_amount', 'held', held, (amount) => amount < 0),
    () => numbersFault('depth', depth),
    () => valueFault('not_positive', 'depth', depth, (value) => value <= 0),
  ]);
}

/** Whether a list has one finite number from 0 up for each of `count`. */
export function amountsFault(field: string, values: readonly number[], count: number): NetworkFault | null {
  return (
    lengthFault(field, values, count) ??
    numbersFault(field, values) ??
    valueFault('negative_amount', field, values, (value) => value < 0)
  );
}

export function lengthFault(field: string, values: readonly unknown[], count: number): NetworkFault | null {
  return values.length === count ? null : networkFault('length_differs', field);
}

/** Sum over the assets of each node. */
export function rowSums(matrix: readonly (readonly number[])[]): number[] {
  return matrix.map((row) => sum(row));
}

/** Sum over the nodes of each asset. */
export function columnSums(matrix: readonly (readonly number[])[], columns: number): number[] {
  return Array.from({ length: columns }, (_, k) => sum(matrix.map((row) => row[k] as number)));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** More nodes than assets or fewer is as it should be; a square of another size is not "not square". */
function shapeOf(held: Holdings['held'], columns: number): NetworkFault | null {
  const found = shapeFault('held', held, { rows: held.length, columns });
  return found === null ? null : networkFault('length_differs', found.field, found.at);
}
