/**
 * Takes instruments out of a pool and into another, with everything of theirs that the pool keys: isolated accounts with
 * their collateral, positions, cost and orders, what settlement and funding owe them, and a stated share of the insurance
 * fund in their settlement asset. One step, at no price: nobody's equity changes (LED-05). Both pools must be sound and at
 * rest before (law 8), and both have the cash they owe afterwards (ISO-06).
 */
import { divFloor, PPM, unreachable } from '../../base/index.js';
import { FUNDING_SCALE } from '../../market/index.js';
import { assetsOf, positionsOf } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { divideFund } from '../fundDivision.js';
import { hasOpenLosses } from '../openLosses.js';
import { poolOpenFault } from '../poolStatus.js';
import { type Rejection, reject } from '../rejection.js';
import {
  ACCOUNT_STATUS,
  listedInstrument,
  pairKey,
  poolLedgerRow,
  type State,
  settleAssetRow,
} from '../state.js';
import { findTrading, poolFault, unknown } from './checks.js';

/** How many accounts a refusal names. */
const NAMED_MAX = 10;

export function decideMoveInstrument(situation: Situation, command: CommandOf<'moveInstrument'>): Decision {
  const { state } = situation;
  const { instrument, toPool, fundSharePpm } = command;
  const instrumentRow = findTrading(state, instrument);
  if (typeof instrumentRow === 'object') return instrumentRow;
  const toPoolRow = state.pools.names.rowOf(toPool);
  if (toPoolRow < 0) return unknown('unknown_pool', toPool);
  return move(situation, { instrumentRows: [instrumentRow], toPoolRow, fundSharePpm });
}

/** All or none of them. The other pool has been opened by now where it was not there, as `prepare` does. */
export function decideSplitPool(situation: Situation, command: CommandOf<'splitPool'>): Decision {
  const { state } = situation;
  const { pool, toPool, instruments, fundSharePpm } = command;
  const fromPoolRow = state.pools.names.rowOf(pool);
  if (fromPoolRow < 0) return unknown('unknown_pool', pool);
  const toPoolRow = state.pools.names.rowOf(toPool);
  if (toPoolRow < 0) return reject('invalid_id', { id: toPool.slice(0, 80) });
  const field = 'instruments';
  if (instruments.length === 0) return reject('invalid_definition', { field, rule: 'at least one' });
  if (new Set(instruments).size < instruments.length)
    return reject('invalid_definition', { field, rule: 'each once' });
  const instrumentRows: number[] = [];
  for (const instrument of instruments) {
    const row = findTrading(state, instrument);
    if (typeof row === 'object') return row;
    if (state.instruments.pool.get(row) !== fromPoolRow)
      return reject('instrument_not_in_pool', { pool, instrument });
    instrumentRows.push(row);
  }
  return move(situation, { instrumentRows, toPoolRow, fundSharePpm });
}

interface Move {
  /** Of one pool. */
  readonly instrumentRows: readonly number[];
  readonly toPoolRow: number;
  readonly fundSharePpm: bigint | null;
}

function move(situation: Situation, moved: Move): Decision {
  const { state } = situation;
  const { instrumentRows, toPoolRow, fundSharePpm } = moved;
  if (fundSharePpm !== null && (fundSharePpm < 0n || fundSharePpm > PPM))
    return reject('invalid_definition', { field: 'fundSharePpm', rule: 'from 0 to 1,000,000' });
  const fromPoolRow = state.instruments.pool.get(instrumentRows[0] as number);
  const unready = pairFault(state, fromPoolRow, toPoolRow) ?? restFault(situation, [fromPoolRow, toPoolRow]);
  if (unready !== null) return unready;
  for (const row of instrumentRows) {
    const bound = bindingFault(situation, row, toPoolRow);
    if (bound !== null) return bound;
  }
  const parts = divideFund(situation, { fromPoolRow, instrumentRows, fundSharePpm });
  const events = instrumentRows.map((row, at) =>
    movedInstrument(state, { instrumentRow: row, toPoolRow, fundMinor: parts[at] as bigint }),
  );
  return cashFault(state, events) ?? events;
}

/** Two pools that work alike: what an account may do does not change by the move. */
function pairFault(state: State, fromRow: number, toRow: number): Rejection | null {
  const { pools } = state;
  const [from, to] = [fromRow, toRow].map((row) => pools.names.nameOf(row)) as [string, string];
  const quarantined = poolFault(state, fromRow) ?? poolFault(state, toRow);
  if (quarantined !== null) return quarantined;
  const ending = poolOpenFault(state, toRow);
  if (ending !== null) return ending;
  const unlike = (rule: string) => reject('pools_unlike', { from, to, rule });
  if (fromRow === toRow) return unlike('it is in that pool already');
  if (pools.isDesk.get(fromRow) === 1 || pools.isDesk.get(toRow) === 1)
    return unlike('a pool that trades against the outside keeps its instruments');
  return pools.needsOrders.get(fromRow) === pools.needsOrders.get(toRow)
    ? null
    : unlike('one admits orders, the other fills');
}

/** No queue, takeover, open deficit or stale mark, and no halt that the move would end or bring. */
function restFault(situation: Situation, poolRows: readonly number[]): Rejection | null {
  const { state, timeMs } = situation;
  for (const row of poolRows) {
    const pool = state.pools.names.nameOf(row);
    if (hasOpenLosses(situation, row)) return reject('losses_open', { pool });
    if (state.pools.settlingCount.get(row) > 0) return reject('pool_at_work', { pool, work: 'an expiry' });
    if (state.pools.haltedUntilMs.get(row) > timeMs) return reject('pool_at_work', { pool, work: 'a halt' });
  }
  return null;
}

/** What ties the instrument to its pool. */
function bindingFault(situation: Situation, instrumentRow: number, toPoolRow: number): Rejection | null {
  const { state, timeMs } = situation;
  const { definition } = listedInstrument(state, instrumentRow);
  const bound = (rule: string) =>
    reject('instrument_bound', {
      instrument: definition.id,
      toPool: state.pools.names.nameOf(toPoolRow),
      rule,
    });
  if (definition.instrumentKind === 'spot' || definition.option !== null)
    return bound('spot pairs and options share what is keyed by their pool');
  if (definition.expiryMs !== null && timeMs >= definition.expiryMs) return bound('it has expired');
  if (state.instruments.scheduled.has(instrumentRow)) return bound('parameters are on their way');
  const { assetFault, sharedAccounts } = holdersOf(state, instrumentRow);
  if (sharedAccounts.length > 0) {
    const names = sharedAccounts.slice(0, NAMED_MAX).map((row) => state.accounts.names.nameOf(row));
    return reject('shared_holders', {
      instrument: definition.id,
      count: sharedAccounts.length,
      accounts: names.join(', '),
    });
  }
  return assetFault ? bound('an account that moves holds or owes another asset of the pool') : null;
}

/** Cross and portfolio accounts that hold the instrument or have orders in it; and whether an isolated one has more than its settlement asset. */
function holdersOf(state: State, instrumentRow: number) {
  const { accounts, accountAssets, instruments, ledger, orders, positions } = state;
  const poolRow = instruments.pool.get(instrumentRow);
  const sharedAccounts: number[] = [];
  let assetFault = false;
  for (let row = 0; row < accounts.table.size; row++) {
    if (accounts.pool.get(row) !== poolRow || accounts.status.get(row) !== ACCOUNT_STATUS.open) continue;
    const isIn = accounts.instrument.get(row) === instrumentRow;
    if (isIn) {
      assetFault ||= assetsOf(state, row).some(
        (at) =>
          accountAssets.debtShares.get(at) !== 0n ||
          (accountAssets.poolAsset.get(at) !== instruments.poolAsset.get(instrumentRow) &&
            ledger.balance(accountAssets.ledgerRow.get(at)) !== 0n),
      );
      continue;
    }
    const holds = positionsOf(state, row).some(
      (at) => positions.instrument.get(at) === instrumentRow && positions.lots.get(at) !== 0n,
    );
    const hasOrders = [...(state.openOrders.get(row) ?? [])].some(
      (order) => orders.instrument.get(order) === instrumentRow,
    );
    if (holds || hasOrders) sharedAccounts.push(row);
  }
  return { sharedAccounts, assetFault };
}

type Moved = EventOf<'instrumentMoved'>;

function movedInstrument(
  state: State,
  at: { readonly instrumentRow: number; readonly toPoolRow: number; readonly fundMinor: bigint },
): Moved {
  const { instrumentRow, toPoolRow: poolRow, fundMinor } = at;
  const { instruments, poolAssetRows } = state;
  const fromPoolAssetRow = instruments.poolAsset.get(instrumentRow);
  const assetRow = settleAssetRow(state, instrumentRow);
  const poolAssetRow = poolAssetRows.get(pairKey(poolRow, assetRow)) as number;
  const { accountRows, costMinor, fundingEntry } = belongings(state, instrumentRow);
  // What is under a minor unit stays with the pool that stays: the other has it as a leftover below zero.
  const fundingMinor = divFloor(fundingEntry, FUNDING_SCALE);
  const transfers: Moved['transfers'][number][] = [];
  const post = (flow: Parameters<typeof ledgerKindOf>[0], amount: bigint) => {
    if (amount === 0n) return;
    const rows = [fromPoolAssetRow, poolAssetRow].map((row) => poolLedgerRow(state, row, ledgerKindOf(flow)));
    const [from, to] = (amount > 0n ? rows : rows.reverse()) as [number, number];
    transfers.push({ flow, from, to, amount: amount > 0n ? amount : -amount });
  };
  post('moveSettlement', -costMinor);
  post('moveFunding', fundingMinor);
  post('moveFund', fundMinor);
  return {
    kind: 'instrumentMoved',
    instrumentRow,
    fromPoolRow: instruments.pool.get(instrumentRow),
    fromPoolAssetRow,
    poolRow,
    poolAssetRow,
    accountRows,
    costMinor,
    fundingEntry,
    movedDust: fundingMinor * FUNDING_SCALE - fundingEntry,
    fundMovedMinor: fundMinor,
    transfers,
  };
}

function ledgerKindOf(flow: 'moveSettlement' | 'moveFunding' | 'moveFund') {
  switch (flow) {
    case 'moveSettlement':
      return 'settlement';
    case 'moveFunding':
      return 'funding';
    case 'moveFund':
      return 'insuranceFund';
    default:
      return unreachable(flow);
  }
}

/** Isolated accounts of the instrument, closed ones too, and what their positions cost and have accrued. */
function belongings(state: State, instrumentRow: number) {
  const { accounts, positions } = state;
  const accountRows: number[] = [];
  let [costMinor, fundingEntry] = [0n, 0n];
  for (let row = 0; row < accounts.table.size; row++) {
    if (accounts.instrument.get(row) !== instrumentRow) continue;
    accountRows.push(row);
    const position = accounts.firstPosition.get(row);
    costMinor += positions.cost.get(position);
    fundingEntry += positions.lots.get(position) * positions.fundingIndex.get(position);
  }
  return { accountRows, costMinor, fundingEntry };
}

/** Law 8 of both pools, as they will be after each of the events. */
function cashFault(state: State, events: readonly Moved[]): Rejection | null {
  const cash = new Map<number, bigint>();
  const add = (row: number, change: bigint) =>
    cash.set(row, (cash.get(row) ?? state.totals.cash.get(row)) + change);
  for (const event of events) {
    const { fromPoolAssetRow, poolAssetRow } = event;
    const amount = moneyMoved(state, event);
    add(fromPoolAssetRow, -amount);
    add(poolAssetRow, amount);
    for (const row of [fromPoolAssetRow, poolAssetRow]) {
      const left = cash.get(row) as bigint;
      if (left >= 0n) continue;
      return reject('insufficient_pool_cash', {
        pool: state.pools.names.nameOf(state.poolAssets.pool.get(row)),
        missing: { minor: -left, assetRow: state.poolAssets.asset.get(row) },
      });
    }
  }
  return null;
}

/** What the accounts hold, and what is transferred besides. */
function moneyMoved(state: State, { accountRows, fromPoolAssetRow, fromPoolRow, transfers }: Moved): bigint {
  const { accountAssets, ledger } = state;
  let amount = 0n;
  for (const transfer of transfers)
    amount += ledger.poolOf(transfer.from) === fromPoolRow ? transfer.amount : -transfer.amount;
  for (const account of accountRows)
    for (const row of assetsOf(state, account))
      if (accountAssets.poolAsset.get(row) === fromPoolAssetRow)
        amount += ledger.balance(accountAssets.ledgerRow.get(row));
  return amount;
}
