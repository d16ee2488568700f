/**
 * Money that is lent to an account while its positions are made: it comes in before the fills and leaves the venue after
 * them. Profit to the mark does not count for the margin of the fill it comes with, and a position at a loss may be made
 * before the profit it is carried by; once all is there, the account stands by itself.
 */
import { max, min, mulDivFloor, PPM } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import type { Book } from './book.js';
import { type BookTerms, notionalOf, profitOf, valuedAt } from './bookTerms.js';
import type { PlacedAccount } from './placeAccounts.js';

export interface Bridges {
  readonly before: readonly ExternalCommand[];
  readonly after: readonly ExternalCommand[];
}

export function bridges(book: Book, terms: BookTerms, accounts: readonly PlacedAccount[]): Bridges {
  const before: ExternalCommand[] = [];
  const after: ExternalCommand[] = [];
  for (const account of accounts) {
    const amountMinor = bridgeOf(book, terms, account);
    if (amountMinor === 0n) continue;
    const client = account.owner;
    const asset = settleOf(book, terms, account);
    const target = { account: account.id, asset: account.instrument === null ? asset : null, amountMinor };
    const id = `bridge/${before.length}`;
    before.push(
      { kind: 'announceDeposit', deposit: id, client, asset, amountMinor },
      { kind: 'finalizeDeposit', deposit: id },
      { kind: 'allocate', ...target },
    );
    after.push(
      { kind: 'release', ...target },
      { kind: 'requestWithdrawal', withdrawal: id, client, asset, amountMinor },
      { kind: 'sendWithdrawal', withdrawal: id },
      { kind: 'settleWithdrawal', withdrawal: id },
    );
  }
  return { before, after };
}

/** What its losses, and margin to open on, are more than its collateral counts for; 0 for an account that has enough. */
function bridgeOf(book: Book, terms: BookTerms, account: PlacedAccount): bigint {
  const { instrument, positions, collateral } = account;
  const settle = settleOf(book, terms, account);
  const valued = (asset: string, amount: bigint) =>
    instrument === null ? valuedAt(book, terms, asset, amount) : amount;
  let needed = 1_000n;
  for (const position of positions) {
    const traded = terms.instruments.get(position.instrument)!;
    const asset = traded.instrument.definition.settle;
    const loss = min(0n, valued(asset, profitOf(traded, position)));
    needed += valued(asset, notionalOf(traded, position)) / 500n - loss;
  }
  const held = collateral.reduce((sum, { asset, amountMinor }) => {
    const haircut = asset === settle ? 0n : (terms.assets.get(asset)?.collateral?.haircutPpm ?? PPM);
    return sum + mulDivFloor(valued(asset, amountMinor), PPM - haircut, PPM);
  }, 0n);
  return max(0n, needed - held);
}

/** The asset the account is lent. */
function settleOf(book: Book, terms: BookTerms, { instrument }: PlacedAccount): string {
  return instrument === null
    ? book.valuationAsset
    : terms.instruments.get(instrument)!.instrument.definition.settle;
}
