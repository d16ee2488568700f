/**
 * A margin account with several assets or positions as people read it: cross, portfolio, and isolated with an option.
 * Judged at the last good prices, as liquidation is.
 */
import { isLiquidatableNow, judgedAssetRow, mayDecide } from '../engine/accountHealth.js';
import { marginModeOf } from '../engine/accountMargin.js';
import type { Situation, State } from '../engine/index.js';
import { accountAvailableFloor, type MarginMode } from '../margin/index.js';
import { type CollateralView, collateralViews } from './collateralViews.js';
import { instrumentName } from './names.js';
import {
  type AccountStatus,
  type AmountLine,
  type OrderJson,
  openOrders,
  statusOf,
} from './positionParts.js';
import { assetScale, formatAmount, formatPpm } from './scale.js';
import { type WholeLine, wholeFigures } from './wholeFigures.js';
import { type WholePositionView, wholePositionViews } from './wholePositionViews.js';

export interface WholeAccountView {
  readonly account: string;
  readonly client: string;
  readonly mode: MarginMode;
  /** Of an isolated account with an option; null for the other modes. */
  readonly instrument: string | null;
  readonly pool: string;
  readonly status: AccountStatus;
  /** The asset in which the account is valued: unit of every amount here that names none. */
  readonly asset: string;
  readonly leverage: string;
  /** Whether long and short legs of an instrument are positions of their own. */
  readonly hasLegs: boolean;
  readonly equity: string;
  /** What new orders may use: unrealized profit at the share that counts, less initial and order margin. */
  readonly available: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** What its open orders ask for besides. */
  readonly orderMargin: string;
  /** Maintenance margin / equity, 8 decimals, rounded up; "0" when nothing is required, null when equity is not positive. */
  readonly marginRatio: string | null;
  readonly liquidatable: boolean;
  /** Whether its prices may decide about money now: all there, and one position's mark fresh. */
  readonly markUsable: boolean;
  /** Lines named after a total sum to it. */
  readonly lines: readonly AmountLine[];
  /** What it holds, in the order in which it came; the values sum to equity. */
  readonly collateral: readonly CollateralView[];
  readonly positions: readonly WholePositionView[];
  readonly orders: readonly OrderJson[];
}

export function wholeAccountJson(situation: Situation, accountRow: number): WholeAccountView {
  const { state, timeMs } = situation;
  const { accounts } = state;
  const scale = assetScale(state, judgedAssetRow(state, accountRow));
  const amount = (minor: bigint) => formatAmount(minor, scale);
  const figures = wholeFigures(state, accountRow);
  const { opening, required, equity } = figures;
  return {
    account: accounts.names.nameOf(accountRow),
    client: state.clients.names.nameOf(accounts.client.get(accountRow)),
    mode: marginModeOf(state, accountRow),
    instrument: instrumentName(state, accounts.instrument.get(accountRow)),
    pool: state.pools.names.nameOf(accounts.pool.get(accountRow)),
    status: statusOf(state, accountRow),
    asset: scale.asset,
    leverage: formatPpm(accounts.leveragePpm.get(accountRow)),
    hasLegs: accounts.hasLegs.get(accountRow) === 1,
    equity: amount(equity),
    available: amount(accountAvailableFloor(opening)),
    initialMargin: amount(required.initial),
    maintenanceMargin: amount(required.maintenance),
    orderMargin: amount(required.order),
    marginRatio: figures.marginRatio,
    liquidatable: isLiquidatableNow(state, accountRow),
    markUsable: mayDecide(state, accountRow, timeMs),
    lines: figures.lines.map((line) => lineJson(state, line, amount)),
    collateral: collateralViews(situation, accountRow, figures),
    positions: wholePositionViews(situation, accountRow, figures),
    orders: openOrders(state, accountRow),
  };
}

function lineJson(state: State, line: WholeLine, amount: (minor: bigint) => string): AmountLine {
  const { name, instrument, leg, asset, detail } = line;
  return {
    name,
    amount: amount(line.amount),
    ...(instrument === null ? {} : { instrument: state.instruments.names.nameOf(instrument) }),
    ...(leg === null || leg === 'net' ? {} : { leg }),
    ...(asset === null ? {} : { asset: state.assets.names.nameOf(asset) }),
    ...(detail === null ? {} : { detail }),
  };
}
