/** Every input of a liquidation's predicate, and its answer, from the state just before it (OPS-03). */
import { hasClosedForm } from '../engine/accountParts.js';
import { type Engine, listedInstrument, type State } from '../engine/index.js';
import { accountFigures } from './isolatedAccountView.js';
import type { JsonObject } from './json.js';
import {
  formatAmount,
  formatFunding,
  formatIndex,
  formatMark,
  formatPpm,
  formatQuantity,
  instrumentScale,
} from './scale.js';
import { wholeAccountJson } from './wholeAccountView.js';

/** Where the mark came from that decided. */
export interface LastMark {
  readonly sequence: number;
  readonly sourceTimeMs: number;
}

interface Moment {
  /** By instrument row. */
  readonly lastMarks: ReadonlyMap<number, LastMark>;
  readonly timeMs: number;
}

export function liquidationDecision(engine: Engine, accountRow: number, at: Moment): JsonObject {
  return hasClosedForm(engine.state, accountRow)
    ? isolatedDecision(engine.state, accountRow, at)
    : wholeDecision(engine, accountRow, at);
}

function isolatedDecision(state: State, accountRow: number, at: Moment): JsonObject {
  const { accounts, instruments, positions } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  const scale = instrumentScale(state, instrumentRow);
  const listed = listedInstrument(state, instrumentRow);
  const figures = accountFigures(state, accountRow);
  const { view } = figures;
  const entryFundingIndex = positions.fundingIndex.get(accounts.firstPosition.get(accountRow));
  return {
    ...markJson(state, instrumentRow, at),
    collateral: formatAmount(view.collateral, scale),
    quantity: formatQuantity(view.lots, listed),
    cost: formatAmount(view.cost, scale),
    fundingIndex: formatFunding(instruments.fundingIndex.get(instrumentRow), scale),
    entryFundingIndex: formatFunding(entryFundingIndex, scale),
    leverage: formatPpm(view.leverage),
    maintenanceBasis: listed.definition.maintenanceBasis,
    unrealizedPnl: formatAmount(figures.unrealizedPnl, scale),
    equity: formatAmount(figures.equity, scale),
    initialMargin: formatAmount(figures.initial, scale),
    maintenanceMargin: formatAmount(figures.maintenance, scale),
    lines: figures.lines.map(({ name, amount }) => ({ name, amount: formatAmount(amount, scale) })),
    liquidationPrice: figures.liquidationPrice,
    bankruptcyPrice: figures.bankruptcyPrice,
    liquidatable: figures.isLiquidatable,
  };
}

/** Several positions and assets: each with the price it was judged at. */
function wholeDecision({ state, derived }: Engine, accountRow: number, at: Moment): JsonObject {
  const view = wholeAccountJson({ state, derived, timeMs: at.timeMs }, accountRow);
  const { equity, initialMargin, maintenanceMargin, lines, collateral, positions, liquidatable } = view;
  return {
    asset: view.asset,
    leverage: view.leverage,
    equity,
    initialMargin,
    maintenanceMargin,
    collateral: collateral.map(({ asset, balance, profit, price, haircut, value }) => {
      return { asset, balance, profit, price, haircut, value };
    }),
    positions: positions.map(({ symbol, leg, side, contracts, unrealizedPnl, accruedFunding }) => {
      const instrumentRow = state.instruments.names.rowOf(symbol);
      const mark = markJson(state, instrumentRow, at);
      return { instrument: symbol, leg, side, quantity: contracts, ...mark, unrealizedPnl, accruedFunding };
    }),
    lines: lines.map((line) => ({ ...line })),
    liquidatable,
  };
}

function markJson(state: State, instrumentRow: number, { lastMarks, timeMs }: Moment) {
  const { instruments } = state;
  const listed = listedInstrument(state, instrumentRow);
  const { sequence, sourceTimeMs } = lastMarks.get(instrumentRow) ?? { sequence: 0, sourceTimeMs: 0 };
  const underlying =
    listed.option === null
      ? {}
      : { underlyingPrice: formatIndex(instruments.indexTicks.get(instrumentRow), listed) };
  return {
    markPrice: formatMark(instruments.markTicks.get(instrumentRow), listed),
    ...underlying,
    markSequence: sequence,
    markSourceTimeMs: sourceTimeMs,
    markAgeMs: timeMs - instruments.markTimeMs.get(instrumentRow),
  };
}
