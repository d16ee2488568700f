/** Lists, a page at a time: each answers as of one sequence, and says where to go on. */
import {
  accountSummary,
  assetViews,
  clientRow,
  collateralRows,
  type HoldingsFilter,
  instrumentView,
  insuranceFundRows,
  LIST_LIMIT_MAX,
  levelRow,
  liquidationsRow,
  markRow,
  orderRows,
  type Page,
  poolView,
  positionRows,
  type Reader,
  readAccountsQuery,
  readHoldingsQuery,
  readPageQuery,
  readWalletsQuery,
  riskParametersRow,
  walletRows,
} from '../contract/index.js';
import type { State } from '../engine/index.js';
import { ownAccounts, ownClients } from './access/ownRows.js';
import { isBound, type Principal } from './access/principal.js';
import type { Sight } from './guardedHost.js';
import { okReply, refuseIssues, under } from './reply.js';
import type { Handler } from './routes.js';

/** Accounts whose positions are reckoned take long. */
const HOLDINGS_LIMIT = 100;

export const getAssets = list('assets', readPageQuery, {
  size: ({ assets }) => assets.table.size,
  rows: (sight, row) => [assetViews(sight)[row]],
});
export const getInstruments = list('instruments', readPageQuery, {
  size: ofInstruments,
  rows: (sight, row) => [instrumentView(sight, row)],
});
export const getMarks = list('marks', readPageQuery, {
  size: ofInstruments,
  rows: (sight, row) => [markRow(sight, row)],
});
export const getLevels = list('levels', readPageQuery, {
  size: ofInstruments,
  rows: (sight, row) => [levelRow(sight, row)],
});
export const getRiskParameters = list('riskParameters', readPageQuery, {
  size: ofInstruments,
  rows: (sight, row) => [riskParametersRow(sight, row)],
});
export const getPools = list('pools', readPageQuery, {
  size: ofPools,
  rows: (sight, row) => [poolView(sight, row)],
});
export const getCollateral = list('collateral', readPageQuery, { size: ofPools, rows: collateralRows });
export const getLiquidations = list('liquidations', readPageQuery, {
  size: ofPools,
  rows: (sight, row) => [liquidationsRow(sight, row)],
});
export const getInsuranceFunds = list('insuranceFunds', readPageQuery, {
  size: ofPools,
  rows: insuranceFundRows,
});
export const getClients = list('clients', readPageQuery, {
  size: ofClients,
  own: ownClients,
  rows: (sight, row) => [clientRow(sight, row)],
});
export const getWallets = list('wallets', readWalletsQuery, {
  size: ofClients,
  own: ownClients,
  rows: (sight, row, { client }) =>
    client === undefined || sight.state.clients.names.nameOf(row) === client ? walletRows(sight, row) : [],
});
export const getAccounts = list('accounts', readAccountsQuery, {
  size: ofAccounts,
  own: ownAccounts,
  rows: (sight, row, filter) => (isWanted(sight, row, filter) ? [accountSummary(sight, row)] : []),
});
export const getPositions = list('positions', readHoldingsQuery, {
  size: ofAccounts,
  own: ownAccounts,
  limit: HOLDINGS_LIMIT,
  rows: (sight, row, filter) =>
    isWanted(sight, row, filter)
      ? positionRows(sight, row).filter(({ symbol }) => isOf(filter.instrument, symbol))
      : [],
});
export const getOrders = list('orders', readHoldingsQuery, {
  size: ofAccounts,
  own: ownAccounts,
  rows: (sight, row, filter) =>
    isWanted(sight, row, filter)
      ? orderRows(sight, row).filter(({ instrument }) => isOf(filter.instrument, instrument))
      : [],
});

interface Source<Q> {
  readonly size: (state: State) => number;
  /** Rows of the table that are a caller's own, where it is bound; absent where all may see all. */
  readonly own?: (state: State, caller: Principal) => readonly number[];
  /** What a row of the table gives; nothing where it is not asked for. */
  readonly rows: (sight: Sight, row: number, query: Q) => readonly unknown[];
  /** Rows of the table looked at for one answer, where the query does not say. */
  readonly limit?: number;
}

/**
 * Rows never go away, so that a cursor is the row where the page before has ended. Who is bound goes through its own rows, and counts
 * these alone: how many there are of others is not to be read from a cursor.
 */
function list<Q extends Page>(key: string, read: Reader<Q>, source: Source<Q>): Handler {
  const { size, rows, limit, own } = source;
  return (host, request) =>
    host.read((sight) => {
      const query = read(request.query);
      if (!query.ok) throw refuseIssues(under('/query', query.error));
      const from = Number(query.value.cursor ?? 0);
      const most = Number(query.value.limit ?? limit ?? LIST_LIMIT_MAX);
      const ownRows = own !== undefined && isBound(request.caller) ? own(sight.state, request.caller) : null;
      const all = ownRows === null ? size(sight.state) : ownRows.length;
      const end = Math.min(all, from + most);
      const found: unknown[] = [];
      for (let at = from; at < end; at++) {
        const row = ownRows === null ? at : (ownRows[at] as number);
        for (const one of rows(sight, row, query.value)) found.push(one);
      }
      const next = end < all ? String(end) : null;
      return okReply({ sequence: sight.state.clock.sequence, timeMs: sight.timeMs, [key]: found, next });
    });
}

type AccountsFilter = Pick<HoldingsFilter, 'client' | 'account' | 'pool'>;

function isWanted({ state }: Sight, row: number, { client, account, pool }: AccountsFilter): boolean {
  const { accounts, clients, pools } = state;
  return (
    isOf(account, accounts.names.nameOf(row)) &&
    isOf(client, clients.names.nameOf(accounts.client.get(row))) &&
    isOf(pool, pools.names.nameOf(accounts.pool.get(row)))
  );
}

function isOf(wanted: string | undefined, name: string): boolean {
  return wanted === undefined || wanted === name;
}

function ofInstruments({ instruments }: State): number {
  return instruments.table.size;
}

function ofPools({ pools }: State): number {
  return pools.table.size;
}

function ofClients({ clients }: State): number {
  return clients.table.size;
}

function ofAccounts({ accounts }: State): number {
  return accounts.table.size;
}
