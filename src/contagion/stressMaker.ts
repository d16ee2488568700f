/** The market behind the book of a stress run, as commands: whoever takes the other side of what is liquidated. */
import { assert } from '../base/index.js';
import type { ExternalCommand } from '../engine/index.js';
import type { Book } from './book.js';
import type { BookPlan } from './bookCommands.js';

/** What the market behind the book brings: no more than a wallet holds, and never short of it. */
const MARKET_MINOR = 2n ** 58n;

/** The market behind the book: whoever buys what is liquidated, and is never short of money itself. */
export function marketCommands(book: Book, plan: BookPlan): ExternalCommand[] {
  const settles = [...new Set(book.instruments.map(({ definition }) => definition.settle))];
  const client = MARKET;
  assert(!plan.accounts.some(({ owner }) => owner === client), 'the market is not an owner of the book');
  return [
    { kind: 'openClient', client },
    ...settles.flatMap((asset): ExternalCommand[] => [
      { kind: 'announceDeposit', deposit: `${MARKET}/${asset}`, client, asset, amountMinor: MARKET_MINOR },
      { kind: 'finalizeDeposit', deposit: `${MARKET}/${asset}` },
    ]),
    ...book.instruments.flatMap(({ definition: { id, settle } }): ExternalCommand[] => [
      {
        kind: 'openAccount',
        account: makerOf(id),
        client,
        marginMode: 'isolated',
        instrument: id,
        pool: null,
        hasLegs: false,
        leveragePpm: 1_000_000n,
      },
      {
        kind: 'allocate',
        account: makerOf(id),
        asset: null,
        amountMinor: MARKET_MINOR / BigInt(4 * countSettled(book, settle)),
      },
    ]),
  ];
}

const MARKET = 'the-market';

/** Its account in an instrument. */
export function makerOf(instrument: string): string {
  return `${MARKET}/${instrument}`;
}

function countSettled(book: Book, settle: string): number {
  return book.instruments.filter(({ definition }) => definition.settle === settle).length;
}
