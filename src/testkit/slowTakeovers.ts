/** Judges the liquidation of accounts: who, in what order, and that everything they had is with the pool afterwards. */
import { divFloor } from '../base/index.js';
import type { EventOf, PositionChange } from '../engine/event.js';
import type { Transfer } from '../isolation/index.js';
import {
  holdingOf,
  holdingsOf,
  openPositionsOf,
  positionRowsOf,
  type SlowAccount,
  type SlowBooks,
  type SlowPosition,
  settleAssetOf,
} from './slowBooks.js';
import { balanceAfter, demand, type EventContext } from './slowDemand.js';
import { isSlowlyLiquidatable, mayDecide, slowEquity } from './slowValues.js';

export function judgeTakeover(context: EventContext, event: EventOf<'takenOver'>): void {
  const { books } = context;
  judgeWhose(context, event.accountRow);
  const { instrument } = books.accounts[event.accountRow] as SlowAccount;
  const holding = holdingOf(books, event.accountRow, settleAssetOf(books, { instrument }));
  const balance = books.balances[holding?.ledger as number]?.balance as bigint;
  const moved = event.transfers.reduce((sum, { amount }) => sum + amount, 0n);
  demand(
    moved === balance && event.collateral === balance,
    () => `LIQ-03: ${moved} of ${balance} is taken over`,
  );
  const [position] = openPositionsOf(books, event.accountRow);
  const [left, taken] = event.positions;
  demand(left?.lots === 0n && left.cost === 0n, () => 'LIQ-03: the account is not flat after a takeover');
  demand(
    holdsAll(position as SlowPosition, taken),
    () => 'LIQ-03: the takeover does not hold what the account held',
  );
}

/** An account with several assets and positions: exactly zero in each, every position whole in a part of its own. */
export function judgeSharedTakeover(context: EventContext, event: EventOf<'accountTakenOver'>): void {
  const { books } = context;
  const { accountRow, parts, transfers } = event;
  judgeWhose(context, accountRow);
  for (const { ledger, asset } of holdingsOf(books, accountRow)) {
    const left = balanceAfter(books, transfers, ledger);
    demand(left === 0n, () => `LIQ-03: ${left} of asset ${asset} is left behind`);
    judgeParts(books, event, asset, transfers);
  }
  const open = positionRowsOf(books, accountRow).filter((row) => books.positions[row]?.lots !== 0n);
  demand(parts.length === open.length, () => `LIQ-03: ${parts.length} parts of ${open.length} positions`);
  demand(event.deficits.length === 0, () => 'ISO-02: a takeover leaves a deficit');
  const unmatched = new Set(parts);
  for (const row of open) {
    const before = books.positions[row] as SlowPosition;
    const left = event.positions.find(({ position }) => position === row);
    demand(
      left?.lots === 0n && left.cost === 0n && left.premium === 0n,
      () => `LIQ-03: position ${row} is not flat after a takeover`,
    );
    const part = [...unmatched].find(
      ({ instrumentRow, positionRow }) =>
        instrumentRow === before.instrument && holdsAll(before, takenIn(event, positionRow)),
    );
    demand(part !== undefined, () => `LIQ-03: no takeover holds what position ${row} held`);
    unmatched.delete(part);
  }
}

function takenIn({ positions }: EventOf<'accountTakenOver'>, row: number): PositionChange | undefined {
  return positions.find(({ position }) => position === row);
}

/** What moves to the liquidation account in an asset is what the parts that settle in it hold. */
function judgeParts(
  books: SlowBooks,
  { parts }: EventOf<'accountTakenOver'>,
  asset: number,
  transfers: readonly Transfer[],
): void {
  const own = parts.filter(
    ({ instrumentRow }) => settleAssetOf(books, { instrument: instrumentRow }) === asset,
  );
  const collateral = own.reduce((sum, part) => sum + part.collateral, 0n);
  const moved = (flow: string) =>
    transfers
      .filter((transfer) => transfer.flow === flow && books.balances[transfer.from]?.asset === asset)
      .reduce((sum, { amount }) => sum + amount, 0n);
  demand(
    collateral === moved('takeOver'),
    () => `LIQ-03: parts hold ${collateral}, ${moved('takeOver')} was moved`,
  );
  demand(
    own.length === 0 || moved('seize') === 0n,
    () => 'LIQ-03: collateral is seized in an asset that positions settle in',
  );
}

/** The account was queued, its prices may decide, it is liquidatable, and nobody who waits is deeper under water. */
function judgeWhose({ books, timeMs }: EventContext, accountRow: number): void {
  const account = books.accounts[accountRow] as SlowAccount;
  demand(
    account.isQueued && mayDecide(books, account, timeMs),
    () => 'PRC-01: a takeover without a queue or a usable mark',
  );
  demand(isSlowlyLiquidatable(books, account), () => `LIQ-11: ${account.id} is taken over and healthy`);
  const equity = equityOf(books, account);
  for (const [row, other] of books.accounts.entries()) {
    if (!other.isQueued || other.pool !== account.pool || openPositionsOf(books, row).length === 0) continue;
    if (!mayDecide(books, other, timeMs)) continue;
    demand(
      equity <= equityOf(books, other),
      () => `LIQ-04: ${other.id} is deeper under water than ${account.id}`,
    );
  }
}

function equityOf(books: SlowBooks, account: SlowAccount): bigint {
  const { above, below } = slowEquity(books, account);
  return divFloor(above, below);
}

function holdsAll(before: SlowPosition, taken: PositionChange | undefined): boolean {
  return (
    taken?.lots === before.lots && taken.cost === before.cost && taken.fundingIndex === before.fundingIndex
  );
}
