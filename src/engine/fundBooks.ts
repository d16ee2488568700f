/**
 * The insurance fund's roll-forward, line by line since the pool opened: what came in, by source, and what went out,
 * by use. Kept with each posting; the lines sum to the fund's balance (law 5).
 */
import type { FlowName, Transfer } from '../isolation/index.js';
import { pairKey, poolLedgerRow, type State } from './state.js';

type Line =
  | 'fundFees'
  | 'fundSurplus'
  | 'fundSeized'
  | 'fundInterest'
  | 'fundRecovered'
  | 'fundInjected'
  | 'fundConvertedIn'
  | 'fundConvertedOut'
  | 'fundDrawn'
  | 'fundDrawnDown'
  | 'fundMovedIn'
  | 'fundMovedOut'
  | 'fundCompensated';

/** Lines in the order of the statement; those that go out have a minus. */
export const FUND_LINES: Readonly<Record<Line, 1n | -1n>> = {
  fundFees: 1n,
  fundSurplus: 1n,
  fundSeized: 1n,
  fundInterest: 1n,
  fundRecovered: 1n,
  fundInjected: 1n,
  fundConvertedIn: 1n,
  fundConvertedOut: -1n,
  fundDrawn: -1n,
  fundDrawnDown: -1n,
  fundMovedIn: 1n,
  fundMovedOut: -1n,
  fundCompensated: -1n,
};

/** The line of each flow that has a fund at one end; `moveFund` has one at both. */
export const LINE_OF_FLOW: Readonly<Partial<Record<FlowName, Line>>> = {
  liquidationFee: 'fundFees',
  surplus: 'fundSurplus',
  seize: 'fundSeized',
  lendingReserve: 'fundInterest',
  recover: 'fundRecovered',
  fundTopUp: 'fundInjected',
  fundConvertIn: 'fundConvertedIn',
  fundConvertOut: 'fundConvertedOut',
  cover: 'fundDrawn',
  fundDrawDown: 'fundDrawnDown',
  compensateFund: 'fundCompensated',
};

export function countFundFlow(state: State, { flow, from, to, amount }: Transfer): void {
  if (flow === 'moveFund') {
    addToLine(state, 'fundMovedOut', from, amount);
    return addToLine(state, 'fundMovedIn', to, amount);
  }
  const line = LINE_OF_FLOW[flow];
  if (line !== undefined) addToLine(state, line, FUND_LINES[line] > 0n ? to : from, amount);
}

/** Recovered money also goes to others: what is not a fund's is passed over. */
function addToLine(state: State, line: Line, ledgerRow: number, amount: bigint): void {
  const { ledger, poolAssets } = state;
  const row = state.poolAssetRows.get(pairKey(ledger.poolOf(ledgerRow), ledger.assetOf(ledgerRow)));
  if (row === undefined || ledgerRow !== poolLedgerRow(state, row, 'insuranceFund')) return;
  poolAssets[line].set(row, poolAssets[line].get(row) + amount);
}

/** What the lines leave in the fund: it opened with nothing. */
export function fundClosing({ poolAssets }: State, poolAssetRow: number): bigint {
  let closing = 0n;
  for (const [line, sign] of Object.entries(FUND_LINES) as [Line, bigint][])
    closing += sign * poolAssets[line].get(poolAssetRow);
  return closing;
}
