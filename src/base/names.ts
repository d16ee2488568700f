/** Names of a table's rows: a name is given once and stands for its row for good. */
import type { UndoLog } from './undoLog.js';

export class Names {
  private readonly rows = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly undo: UndoLog;

  constructor(undo: UndoLog) {
    this.undo = undo;
  }

  /** The row of a name, or -1. */
  rowOf(name: string): number {
    return this.rows.get(name) ?? -1;
  }

  nameOf(row: number): string {
    return this.texts[row] as string;
  }

  get count(): number {
    return this.texts.length;
  }

  /** Gives the next row its name. */
  add(name: string): void {
    const row = this.texts.length;
    this.texts.push(name);
    this.rows.set(name, row);
    this.undo.push(() => {
      this.texts.pop();
      this.rows.delete(name);
    });
  }

  all(): readonly string[] {
    return this.texts;
  }
}
