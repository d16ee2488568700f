/**
 * The undo log: what state looked like before the open step. It serves dry runs, baskets and the step that
 * broke a law. Column writes are kept in flat arrays, the rare rest as closures.
 */

/** A column whose rows can be put back. */
export interface Restorable {
  restore(row: number, value: bigint | number): void;
}

export class UndoLog {
  private readonly targets: (Restorable | (() => void))[] = [];
  private readonly rows: number[] = [];
  private readonly values: (bigint | number)[] = [];
  private length = 0;

  /** A point to roll back to. */
  mark(): number {
    return this.length;
  }

  write(column: Restorable, row: number, before: bigint | number): void {
    const at = this.length++;
    this.targets[at] = column;
    this.rows[at] = row;
    this.values[at] = before;
  }

  /** For what is not a column: `undo` puts it back. */
  push(undo: () => void): void {
    const at = this.length++;
    this.targets[at] = undo;
    this.rows[at] = 0;
    this.values[at] = 0;
  }

  /** Puts everything back that changed since `to`, latest first. */
  rollback(to: number): void {
    while (this.length > to) {
      const at = --this.length;
      const target = this.targets[at] as Restorable | (() => void);
      if (typeof target === 'function') target();
      else target.restore(this.rows[at] as number, this.values[at] as bigint | number);
    }
  }

  /** Forgets: the step stands. */
  clear(): void {
    this.length = 0;
  }
}
