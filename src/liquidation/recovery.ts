/** Who gets back how much when part of a loss is recovered: those who paid, the last layer first (LIQ-08). */
import { assert } from '../base/assert.js';
import { min } from '../base/integers.js';
import { splitProRata } from './proRata.js';
import type { LayerPayment } from './waterfall.js';

/** What a payer of a layer still is out of: what it paid, less what came back before. */
export type OpenPayment = Pick<LayerPayment, 'layer' | 'payers'>;

export interface Returned {
  readonly layer: string;
  readonly row: number;
  readonly amountMinor: bigint;
}

/**
 * Back in the reverse order of the layers: those who were asked last are made whole first, the account that lost
 * comes last. Within a layer in proportion to what each paid, by largest remainder, equal ones the lower row first.
 * Nobody gets more than it paid; what is left over when all are whole is `excessMinor`.
 */
export function returnRecovery(recovery: {
  readonly amountMinor: bigint;
  /** In the order of the layers. */
  readonly payments: readonly OpenPayment[];
}): { readonly returned: readonly Returned[]; readonly excessMinor: bigint } {
  assert(recovery.amountMinor >= 0n, 'what is recovered is an amount');
  const returned: Returned[] = [];
  let left = recovery.amountMinor;
  for (const { layer, payers } of recovery.payments.toReversed()) {
    const byRow = payers.toSorted((a, b) => a.row - b.row);
    const paid = byRow.reduce((sum, { paysMinor }) => sum + paysMinor, 0n);
    const amount = min(left, paid);
    const items = byRow.map(({ paysMinor }) => ({ weight: paysMinor, cap: paysMinor }));
    for (const [i, amountMinor] of splitProRata({ amount, items }).entries()) {
      if (amountMinor > 0n) returned.push({ layer, row: byRow[i]?.row as number, amountMinor });
    }
    left -= amount;
  }
  return { returned, excessMinor: left };
}
