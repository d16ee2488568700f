/** Rows of the lists the service answers: clients, wallets, accounts, positions, orders, marks, funds, as short as a list needs them. */
import { formatMinor, parseMinor } from '../base/index.js';
import type { Situation, State } from '../engine/index.js';
import { MARGIN_MODES, type MarginMode } from '../margin/index.js';
import { accountView } from './accountView.js';
import type {
  AccountSummary,
  ClientRow,
  CollateralRow,
  InsuranceFundRow,
  LevelRow,
  LiquidationsRow,
  MarkRow,
  OrderRow,
  PositionRow,
  RiskParametersRow,
  WalletRow,
} from './answers.js';
import { isolationView } from './isolationView.js';
import type { JsonObject } from './json.js';
import { instrumentName } from './names.js';
import { poolView } from './poolView.js';
import { openOrders, statusOf } from './positionParts.js';
import { clientView, instrumentView } from './venueViews.js';

export function clientRow(situation: Situation, row: number): ClientRow {
  const { clients, groups } = situation.state;
  const { client, feeTier, accounts } = clientView(situation, row);
  const groupRow = clients.group.get(row);
  return {
    client,
    feeTier,
    group: groupRow < 0 ? null : groups.names.nameOf(groupRow),
    accounts: accounts.length,
  };
}

export function walletRows(situation: Situation, row: number): readonly WalletRow[] {
  const { assets } = situation.state;
  const { client, balances } = clientView(situation, row);
  return balances.map(({ asset, free, total, ...parts }) => {
    const decimals = assets.decimals.get(assets.names.rowOf(asset));
    return { client, asset, free, used: less(total, free, decimals), total, ...parts };
  });
}

export function accountSummary({ state }: Situation, row: number): AccountSummary {
  const { accounts, clients, pools } = state;
  return {
    account: accounts.names.nameOf(row),
    client: clients.names.nameOf(accounts.client.get(row)),
    mode: MARGIN_MODES[accounts.mode.get(row)] as MarginMode,
    instrument: instrumentName(state, accounts.instrument.get(row)),
    pool: pools.names.nameOf(accounts.pool.get(row)),
    status: statusOf(state, row),
  };
}

export function positionRows(situation: Situation, row: number): readonly PositionRow[] {
  const view = accountView(situation, row);
  const { account, client, pool } = view;
  const held = 'position' in view ? (view.position === null ? [] : [view.position]) : view.positions;
  return held.map((position) => ({ account, client, pool, ...position }));
}

export function orderRows({ state }: Situation, row: number): readonly OrderRow[] {
  const account = state.accounts.names.nameOf(row);
  const client = state.clients.names.nameOf(state.accounts.client.get(row));
  return openOrders(state, row).map((order) => ({ account, client, ...order }));
}

export function markRow(situation: Situation, row: number): MarkRow {
  const { instrument, markPrice, indexPrice, markTimeMs, markAgeMs, markUsable, pendingPrice, suspect } =
    instrumentView(situation, row);
  return { instrument, markPrice, indexPrice, markTimeMs, markAgeMs, markUsable, pendingPrice, suspect };
}

export function liquidationsRow(situation: Situation, poolRow: number): LiquidationsRow {
  const { pool, status, sound, queue, takeovers } = poolView(situation, poolRow);
  return { pool, status, sound, queue, takeovers };
}

export function insuranceFundRows(situation: Situation, poolRow: number): readonly InsuranceFundRow[] {
  const {
    pool,
    fundCoolDownMs: coolDownMs,
    fundRestsUntilMs: restsUntilMs,
    assets,
  } = poolView(situation, poolRow);
  return assets.map(({ asset, insuranceFund: balance, surplus, reservedCapital, fund: statement }) => ({
    pool,
    asset,
    balance,
    surplus,
    reservedCapital,
    coolDownMs,
    restsUntilMs,
    statement,
  }));
}

export function levelRow({ state }: Situation, row: number): LevelRow {
  return {
    instrument: state.instruments.names.nameOf(row),
    pool: poolOfInstrument(state, row),
    isolation: isolationView(state, row),
  };
}

export function riskParametersRow(situation: Situation, row: number): RiskParametersRow {
  const { state } = situation;
  const { instrument, isolation, definition } = instrumentView(situation, row);
  return {
    instrument,
    pool: poolOfInstrument(state, row),
    level: isolation.level,
    tiers: (definition['tiers'] as readonly JsonObject[] | undefined) ?? [],
  };
}

export function collateralRows(situation: Situation, poolRow: number): readonly CollateralRow[] {
  const { pool, assets } = poolView(situation, poolRow);
  return assets.flatMap(({ asset, collateral }) =>
    collateral === null ? [] : [{ pool, asset, ...collateral }],
  );
}

function poolOfInstrument({ instruments, pools }: State, row: number): string {
  return pools.names.nameOf(instruments.pool.get(row));
}

/** Both are written by this service, so that they can be read. */
function less(a: string, b: string, decimals: number): string {
  const [left, right] = [parseMinor(a, decimals), parseMinor(b, decimals)];
  return left.ok && right.ok ? formatMinor(left.value - right.value, decimals) : a;
}
