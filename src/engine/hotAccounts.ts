/** Accounts without a box: looked at with every change of one of their inputs. By input, so that others are not touched. */

export interface HotAccounts {
  has(accountRow: number): boolean;
  /** In place of the inputs it had. */
  set(accountRow: number, inputs: readonly number[]): void;
  remove(accountRow: number): void;
  /** Visits, in no order, each account that has the input. */
  collect(input: number, visit: (accountRow: number) => void): void;
}

export function createHotAccounts(): HotAccounts {
  const byInput = new Map<number, Set<number>>();
  const inputsOf = new Map<number, readonly number[]>();

  function remove(accountRow: number): void {
    for (const input of inputsOf.get(accountRow) ?? []) byInput.get(input)?.delete(accountRow);
    inputsOf.delete(accountRow);
  }

  return {
    has: (accountRow) => inputsOf.has(accountRow),
    set(accountRow, inputs) {
      remove(accountRow);
      inputsOf.set(accountRow, inputs);
      for (const input of inputs) {
        const accounts = byInput.get(input);
        if (accounts === undefined) byInput.set(input, new Set([accountRow]));
        else accounts.add(accountRow);
      }
    },
    remove,
    collect(input, visit) {
      for (const accountRow of byInput.get(input) ?? []) visit(accountRow);
    },
  };
}
