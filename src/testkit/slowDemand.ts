/** What every part of the judge uses: its complaint, and what it knows when an event comes. */
import type { Command } from '../engine/command.js';
import type { FlowName, Transfer } from '../isolation/index.js';
import type { SlowBooks } from './slowBooks.js';

export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

export function demand(isRight: boolean, sentence: () => string): asserts isRight {
  if (!isRight) throw new Disagreement(sentence());
}

export interface EventContext {
  readonly books: SlowBooks;
  readonly command: Command;
  readonly isInternal: boolean;
  readonly timeMs: number;
  /** What each account has realized in each asset, and not shared, since its pool was last sound; by row of the holding. */
  readonly shares: Map<number, { realized: bigint }>;
}

/** Net movement of one ledger account in an event by the flows named. */
export function netOf(
  transfers: readonly Transfer[],
  row: number,
  flows: { readonly receive?: readonly FlowName[]; readonly pay?: readonly FlowName[] },
): bigint {
  let net = 0n;
  for (const { flow, from, to, amount } of transfers) {
    if (to === row && flows.receive?.includes(flow)) net += amount;
    if (from === row && flows.pay?.includes(flow)) net -= amount;
  }
  return net;
}

/** What a ledger account holds once the transfers are done, those of one flow left out. */
export function balanceAfter(
  books: SlowBooks,
  transfers: readonly Transfer[],
  row: number,
  without?: FlowName,
): bigint {
  let balance = books.balances[row]?.balance as bigint;
  for (const { flow, from, to, amount } of transfers) {
    if (flow === without) continue;
    balance += to === row ? amount : from === row ? -amount : 0n;
  }
  return balance;
}
