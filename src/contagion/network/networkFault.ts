/** What can be wrong with a network: the rule that is broken, and at which field, row and column. */

export type NetworkFaultCode =
  | 'no_nodes'
  | 'too_many_nodes'
  | 'not_square'
  | 'length_differs'
  | 'not_finite'
  | 'negative_amount'
  | 'self_liability'
  | 'share_out_of_range'
  | 'not_positive'
  | 'unknown_node'
  | 'target_above_limit'
  | 'leverage_below_one'
  | 'loss_above_assets';

export interface NetworkFault {
  readonly code: NetworkFaultCode;
  /** Name of the field of the method's input. */
  readonly field: string;
  /** Row, and column where the field is a matrix; empty for the field itself. */
  readonly at: readonly number[];
}

/** Nodes of the exact methods at most: their numbers grow by digits with every node. */
export const EXACT_NODES_MAX = 64;

/** Nodes of the methods in floating point at most. */
export const FLOAT_NODES_MAX = 1_000;

export function networkFault(
  code: NetworkFaultCode,
  field: string,
  at: readonly number[] = [],
): NetworkFault {
  return { code, field, at };
}

/** Whether there are nodes, and not too many; null where all is well. */
export function countFault(field: string, count: number, max: number): NetworkFault | null {
  if (count === 0) return networkFault('no_nodes', field);
  return count > max ? networkFault('too_many_nodes', field) : null;
}

/** Whether a matrix has `rows` rows of `columns` values each; null where it has. */
export function shapeFault(
  field: string,
  matrix: readonly (readonly unknown[])[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): NetworkFault | null {
  const code = rows === columns ? 'not_square' : 'length_differs';
  if (matrix.length !== rows) return networkFault(code, field);
  const row = matrix.findIndex(({ length }) => length !== columns);
  return row < 0 ? null : networkFault(code, field, [row]);
}

/** The first fault of a list of checks, done in order. */
export function firstFault(checks: readonly (() => NetworkFault | null)[]): NetworkFault | null {
  for (const check of checks) {
    const found = check();
    if (found !== null) return found;
  }
  return null;
}

/** The first value of a list that breaks a rule. */
export function valueFault<T>(
  code: NetworkFaultCode,
  field: string,
  values: readonly T[],
  isBad: (value: T, row: number) => boolean,
): NetworkFault | null {
  const row = values.findIndex(isBad);
  return row < 0 ? null : networkFault(code, field, [row]);
}

/** The first value of a matrix that breaks a rule. */
export function cellFault<T>(
  code: NetworkFaultCode,
  field: string,
  matrix: readonly (readonly T[])[],
  isBad: (value: T, row: number, column: number) => boolean,
): NetworkFault | null {
  for (const [row, values] of matrix.entries()) {
    const column = values.findIndex((value, at) => isBad(value, row, at));
    if (column >= 0) return networkFault(code, field, [row, column]);
  }
  return null;
}
