/**
 * Adds the items to the end of the list. `append(list, items)` puts every item on the call stack first, and a crisis has
 * more of them than fit there.
 */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** The smallest of row numbers; -1 for none. */
export function lowestRow(rows: readonly number[]): number {
  return rows.reduce((lowest, row) => (lowest < 0 || row < lowest ? row : lowest), -1);
}
