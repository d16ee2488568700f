/**
 * The judge: follows an engine command by command with the slow books and compares everything after each,
 * balances, positions, queues, totals, laws and hashes, by full scans.
 */
import { hashText } from '../base/index.js';
import { assetsOf, positionsOf } from '../engine/accountParts.js';
import { type Command, isInternal } from '../engine/command.js';
import {
  type Engine,
  type EngineRecord,
  keptLevelOf,
  keptSourcesOf,
  type Recorded,
} from '../engine/index.js';
import { checkEverything } from '../engine/rebuild.js';
import { decodeRecord, encodeRecord } from '../engine/record.js';
import {
  ACCOUNT_STATUS,
  INSTRUMENT_STATUS,
  POOL_STATUS,
  type State,
  TAKEOVER_STATUS,
} from '../engine/state.js';
import { wholeStateHash } from '../engine/stateHash.js';
import { NEVER_NEGATIVE, trialBalance } from '../ledger/index.js';
import { LEGS, MARGIN_MODES } from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import {
  emptyBooks,
  openPositionsOf,
  type SlowBooks,
  type SlowInstrument,
  settleAssetOf,
} from './slowBooks.js';
import { Disagreement, demand, type EventContext } from './slowDemand.js';
import { judgeEvent } from './slowEvents.js';
import { judgeDueLevels } from './slowLevels.js';
import { applySlowly } from './slowModel.js';
import { judgeOrderBooks, judgeRefusal } from './slowOrders.js';
import { compareRelated } from './slowRelated.js';
import { judgeDueParameters } from './slowRules.js';
import { isSlowlyLiquidatable, mayDecide, slowCash, slowOutstanding, sumOf } from './slowValues.js';

export interface Judge {
  readonly books: SlowBooks;
  /** Judges what a command and its work did, and then the whole state. */
  see(engine: Engine, recorded: Recorded): void;
}

export function createJudge(): Judge {
  const books = emptyBooks();
  const shares: EventContext['shares'] = new Map();
  let hashBefore = '';

  function follow(record: EngineRecord): void {
    const bytes = encodeRecord(record);
    const again = encodeRecord(decodeRecord(bytes));
    demand(hex(bytes) === hex(again), () => 'a record does not survive its encoding');
    if (record.outcome.kind === 'rejected') return judgeRefusal(books, record);
    const command: Command = record.command;
    judgeDueParameters(books, record.timeMs, record.outcome.events);
    judgeDueLevels(books, record.timeMs, record.outcome.events);
    for (const event of record.outcome.events) {
      judgeEvent({ books, command, isInternal: isInternal(command), timeMs: record.timeMs, shares }, event);
      applySlowly(books, event, record.timeMs);
      judgeLaws(books);
    }
  }

  return {
    books,
    see(engine, { record, work }) {
      for (const each of [record, ...work]) {
        try {
          follow(each);
        } catch (error) {
          throw new Disagreement(
            `${each.command.kind} (record ${each.sequence}): ${(error as Error).message}`,
            { cause: error },
          );
        }
      }
      const hash = hashText(engine.stateHash());
      demand(
        hash === hashText(wholeStateHash(engine.state)),
        () => 'the running state hash is not the whole one',
      );
      checkEverything(engine.state);
      if (record.outcome.kind === 'rejected' && work.length === 0)
        return demand(
          hash === hashBefore,
          () => `OPS-01: a refused ${record.command.kind} changed the state`,
        );
      hashBefore = hash;
      compare(books, engine.state);
      judgeQueues(books, record.timeMs);
      for (const { total } of trialBalance(engine.state.ledger))
        demand(total === 0n, () => `law 1: the trial balance is ${total}`);
    },
  };
}

/** The laws on the slow books, by full scans. */
function judgeLaws(books: SlowBooks): void {
  for (const [asset, { id }] of books.assets.entries()) {
    const sum = sumOf(books, (balance) => balance.asset === asset);
    demand(sum === 0n, () => `law 1: ${id} sums to ${sum}`);
  }
  for (const { kind, balance } of books.balances)
    demand(balance >= 0n || !NEVER_NEGATIVE.has(kind), () => `law 3: a ${kind} account is at ${balance}`);
  for (const [row, { listed }] of books.instruments.entries()) {
    let lots = 0n;
    for (const position of books.positions) if (position.instrument === row) lots += position.lots;
    demand(lots === 0n, () => `law 2: lots of ${listed.definition.id} sum to ${lots}`);
  }
  for (const poolAsset of books.poolAssets) judgePool(books, poolAsset);
  judgeOrderBooks(books);
}

function judgePool(
  books: SlowBooks,
  { pool, asset, dust }: { pool: number; asset: number; dust: bigint },
): void {
  const of = (kind: string) =>
    sumOf(books, (balance) => balance.kind === kind && balance.pool === pool && balance.asset === asset);
  let [cost, entry, collateral] = [0n, 0n, 0n];
  for (const position of books.positions) {
    if (position.pool !== pool || settleAssetOf(books, position) !== asset) continue;
    cost += position.cost;
    entry += position.lots * position.fundingIndex;
  }
  for (const takeover of books.takeovers) {
    if (takeover.pool === pool && settleAssetOf(books, takeover) === asset) collateral += takeover.collateral;
  }
  demand(of('settlement') === -cost, () => `law 2: settlement ${of('settlement')}, cost ${cost}`);
  demand(of('funding') * FUNDING_SCALE === entry + dust, () => 'law 2: funding is not minus the accruals');
  demand(
    dust >= 0n && dust < FUNDING_SCALE,
    () => `FND-03: ${dust} of dust, whole units of it belong to rounding`,
  );
  demand(of('liquidation') === collateral, () => 'law 2: liquidation is not the collateral of its takeovers');
  demand(
    -of('receivable') === slowOutstanding(books, pool, asset),
    () => 'law 5: the receivable is not what is open',
  );
  demand(slowCash(books, pool, asset) >= 0n, () => `law 8: pool ${pool} has spent another's cash`);
}

/** Every account that is liquidatable at prices that may decide is queued or was taken over: the index is never late. */
function judgeQueues(books: SlowBooks, timeMs: number): void {
  for (const [row, account] of books.accounts.entries()) {
    const positions = openPositionsOf(books, row);
    const isTrading = positions.some(({ instrument }) => books.instruments[instrument]?.status === 'trading');
    // Whom new terms of liquidation reach the next mark finds out (MAR-08).
    // Between the steps of an expiry nobody is asked: what is settled last asks.
    const isAsked = positions.every(({ instrument }) => {
      const { isUnasked, status } = books.instruments[instrument] as SlowInstrument;
      return !isUnasked && status !== 'settling';
    });
    if (account.isQueued || !isTrading || !isAsked || !mayDecide(books, account, timeMs)) continue;
    demand(
      !isSlowlyLiquidatable(books, account),
      () => `LIQ-11: ${account.id} is liquidatable and nobody queued it`,
    );
  }
}

/** Row by row: the fast state and the slow books are the same. */
function compare(books: SlowBooks, state: State): void {
  const same = (what: string, fast: unknown, slow: unknown) =>
    demand(fast === slow, () => `${what}: the engine has ${String(fast)}, the slow books ${String(slow)}`);
  const { accounts, holdings, balances, positions, orders, takeovers, deficits } = books;
  const { instruments, pools, poolAssets, cash } = books;
  same('ledger accounts', state.ledger.table.size, balances.length);
  for (const [row, slow] of balances.entries()) {
    same(`balance of ${slow.kind} ${row}`, state.ledger.balance(row), slow.balance);
    same(`kind of ${row}`, state.ledger.kindOf(row), slow.kind);
    same(`asset of ${row}`, state.ledger.assetOf(row), slow.asset);
    same(`client of ${row}`, state.ledger.clientOf(row), slow.client);
    same(`pool of ${row}`, state.ledger.poolOf(row), slow.pool);
  }
  same('positions', state.positions.table.size, positions.length);
  for (const [row, slow] of positions.entries()) {
    same(`lots of ${row}`, state.positions.lots.get(row), slow.lots);
    same(`cost of ${row}`, state.positions.cost.get(row), slow.cost);
    same(`funding of ${row}`, state.positions.fundingIndex.get(row), slow.fundingIndex);
    same(`premium of ${row}`, state.positions.premium.get(row), slow.premium);
    same(`leg of ${row}`, LEGS[state.positions.leg.get(row)], slow.leg);
    same(`account of position ${row}`, state.positions.account.get(row), slow.account);
  }
  same('accounts', state.accounts.table.size, accounts.length);
  const own = { holdings: rowsByAccount(books, holdings), positions: rowsByAccount(books, positions) };
  for (const [row, slow] of accounts.entries()) {
    same(`${slow.id} closed`, state.accounts.status.get(row) === ACCOUNT_STATUS.closed, slow.isClosed);
    same(`${slow.id} queued`, state.accounts.isQueued.get(row) === 1, slow.isQueued);
    same(`${slow.id} leverage`, state.accounts.leveragePpm.get(row), slow.leveragePpm);
    same(`${slow.id} mode`, MARGIN_MODES[state.accounts.mode.get(row)], slow.mode);
    same(`${slow.id} instrument`, state.accounts.instrument.get(row), slow.instrument);
    same(`${slow.id} consent`, state.accounts.carveLeveragePpm.get(row), slow.carveLeveragePpm);
    same(`${slow.id} auto-margin`, state.accounts.autoMarginLeft.get(row), slow.autoMarginLeft);
    same(`${slow.id} hold`, state.accounts.walletHold.get(row), slow.hold);
    same(`assets of ${slow.id}`, inOrder(assetsOf(state, row)), own.holdings[row]);
    same(`positions of ${slow.id}`, inOrder(positionsOf(state, row)), own.positions[row]);
  }
  same('holdings', state.accountAssets.table.size, holdings.length);
  for (const [row, slow] of holdings.entries()) {
    same(`ledger of ${row}`, state.accountAssets.ledgerRow.get(row), slow.ledger);
    same(`principal of ${row}`, state.accountAssets.netPrincipal.get(row), slow.netPrincipal);
  }
  same('orders', state.orders.table.size, orders.length);
  for (const [row, slow] of orders.entries()) {
    same(`lots of order ${slow.id}`, state.orders.lots.get(row), slow.lots);
    same(`price of order ${slow.id}`, state.orders.priceTicks.get(row), slow.priceTicks);
    same(`account of order ${slow.id}`, state.orders.account.get(row), slow.account);
  }
  same('takeovers', state.takeovers.table.size, takeovers.length);
  for (const [row, slow] of takeovers.entries()) {
    same(`${slow.id} collateral`, state.takeovers.collateral.get(row), slow.collateral);
    same(`${slow.id} closed`, state.takeovers.status.get(row) === TAKEOVER_STATUS.closed, slow.isClosed);
  }
  same('deficits', state.deficits.table.size, deficits.length);
  for (const [row, slow] of deficits.entries()) {
    same(`deficit ${row}`, state.deficits.amount.get(row), slow.amount);
    same(`deficit ${row} covered`, state.deficits.covered.get(row), slow.covered);
    same(`deficit ${row} shared`, state.deficits.shared.get(row), slow.shared);
  }
  compareRelated(books, state);
  for (const [row, slow] of instruments.entries()) {
    same(`mark of ${row}`, state.instruments.markTicks.get(row), slow.markTicks);
    same(`pending of ${row}`, state.instruments.pendingTicks.get(row), slow.pendingTicks);
    same(`suspect ${row}`, state.instruments.isSuspect.get(row) === 1, slow.isSuspect);
    same(`index of ${row}`, state.instruments.fundingIndex.get(row), slow.fundingIndex);
    same(`reduce-only ${row}`, state.instruments.isReduceOnly.get(row) === 1, slow.isReduceOnly);
    const { inForce, liquidationLevel, next } = keptLevelOf(state, row);
    same(
      `index of sources ${row}`,
      keptSourcesOf(state, 'instruments', row).index?.price,
      slow.sources.index?.price,
    );
    same(`level of ${row}`, inForce.level, slow.isolation.level);
    same(`level of ${row} for liquidation`, liquidationLevel, slow.isolation.ofLiquidation);
    same(`level of ${row} that waits`, next?.level, slow.isolation.next?.level);
    same(`terms that wait of ${row}`, state.instruments.scheduled.has(row), slow.scheduled !== null);
    same(`status of ${row}`, state.instruments.status.get(row), INSTRUMENT_STATUS[slow.status]);
  }
  for (const [row, slow] of pools.entries()) {
    same(`pool ${slow.id} sound`, state.pools.isSound.get(row) === 1, slow.isSound);
    same(`pool ${slow.id} halted`, state.pools.isQuarantined.get(row) === 1, slow.isQuarantined);
    same(`pool ${slow.id} status`, state.pools.status.get(row), POOL_STATUS[slow.status]);
  }
  same('pool assets', state.poolAssets.table.size, poolAssets.length);
  for (const [row, slow] of poolAssets.entries()) {
    same(`price of pool asset ${row}`, state.poolAssets.price.get(row), slow.markTicks);
    same(`pending price of ${row}`, state.poolAssets.pendingPrice.get(row), slow.pendingTicks);
    same(`dust of ${row}`, state.poolAssets.fundingDust.get(row), slow.dust);
    same(`collateral ${row}`, state.poolAssets.isCollateral.get(row) === 1, slow.collateral !== null);
  }
  same('cash movements', state.cash.table.size, cash.length);
}

/** Of each account the rows that are its own, as text. */
function rowsByAccount(books: SlowBooks, rows: readonly { readonly account: number }[]): string[] {
  const found: number[][] = books.accounts.map(() => []);
  for (const [row, { account }] of rows.entries()) found[account]?.push(row);
  return found.map(inOrder);
}

function inOrder(rows: readonly number[]): string {
  return [...rows].sort((a, b) => a - b).join();
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
