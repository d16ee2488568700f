/**
 * What of a pool's insurance fund goes along with instruments that leave it: a stated share, or their share of the value of
 * all open interest in the pool that settles in the same asset, at the marks. Rounded down: the pool that stays keeps the rest.
 */
import { divFloor, PPM } from '../base/index.js';
import { valueAtMark } from '../market/index.js';
import type { Situation } from './decision.js';
import { fundBalance } from './soundness.js';
import { listedInstrument, type State } from './state.js';

export interface FundDivision {
  readonly fromPoolRow: number;
  readonly instrumentRows: readonly number[];
  /** Of the fund in each settlement asset; null: by the value of open interest. */
  readonly fundSharePpm: bigint | null;
}

/** Minor units of each instrument's settlement asset. A stated share goes with the first instrument of each asset. */
export function divideFund(
  { state, derived }: Situation,
  { fromPoolRow, instrumentRows, fundSharePpm }: FundDivision,
): readonly bigint[] {
  const assetOf = (row: number) => state.instruments.poolAsset.get(row);
  return instrumentRows.map((row, at) => {
    const fund = fundBalance(state, assetOf(row));
    if (fundSharePpm !== null) {
      const isFirst = instrumentRows.findIndex((each) => assetOf(each) === assetOf(row)) === at;
      return isFirst ? divFloor(fund * fundSharePpm, PPM) : 0n;
    }
    const all = derived
      .instrumentsOf(fromPoolRow)
      .filter((each) => assetOf(each) === assetOf(row))
      .reduce((sum, each) => sum + openValue(state, each), 0n);
    return all === 0n ? 0n : divFloor(fund * openValue(state, row), all);
  });
}

/** Size of the value of the open interest at the mark, minor units rounded down; 0 where there is none. */
function openValue(state: State, instrumentRow: number): bigint {
  const lots = state.totals.openInterest.get(instrumentRow);
  if (lots === 0n) return 0n;
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const { numerator, denominator } = valueAtMark(
    marginTerms,
    lots,
    state.instruments.markTicks.get(instrumentRow),
  );
  return divFloor(numerator < 0n ? -numerator : numerator, denominator);
}
