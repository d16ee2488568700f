/** A lending pool of an asset inside a risk pool: what is lent, what it costs, who bears what. */
import type { Situation } from '../engine/index.js';
import { lenderBook, lendingCash, poolDebt, rateModelOf } from '../engine/lending.js';
import { borrowRateCeil, utilisationCeil } from '../engine/lendingRate.js';
import { formatAmount, formatPpm, poolAssetRowScale } from './scale.js';

export interface LendingView {
  /** Not lent now. */
  readonly cash: string;
  /** All debts as of the last accrual, rounded down. */
  readonly debt: string;
  /** What lenders have together: cash and debt less the insurance fund's share of interest. */
  readonly lenders: string;
  readonly reserveOwed: string;
  /** Share of what was lent that is out, rounded up. */
  readonly utilisation: string;
  /** What debts cost a year at this utilisation, rounded up. */
  readonly rate: string;
  readonly accruedTimeMs: number;
  readonly debtInitialRate: string;
  readonly debtMaintenanceRate: string;
  readonly accountDebtCap: string;
  readonly poolDebtCap: string;
}

/** Null where the pool does not lend the asset. */
export function lendingView({ state }: Situation, poolAssetRow: number): LendingView | null {
  const { poolAssets } = state;
  if (poolAssets.isLending.get(poolAssetRow) === 0) return null;
  const scale = poolAssetRowScale(state, poolAssetRow);
  const amount = (minor: bigint) => formatAmount(minor, scale);
  const book = { cash: lendingCash(state, poolAssetRow), debt: poolDebt(state, poolAssetRow) };
  const utilisation = utilisationCeil(book);
  return {
    cash: amount(book.cash),
    debt: amount(book.debt),
    lenders: amount(lenderBook(state, poolAssetRow).assets),
    reserveOwed: amount(poolAssets.reserveOwed.get(poolAssetRow)),
    utilisation: formatPpm(utilisation),
    rate: formatPpm(borrowRateCeil(rateModelOf(state, poolAssetRow), utilisation)),
    accruedTimeMs: poolAssets.accruedTimeMs.get(poolAssetRow),
    debtInitialRate: formatPpm(poolAssets.debtInitialPpm.get(poolAssetRow)),
    debtMaintenanceRate: formatPpm(poolAssets.debtMaintenancePpm.get(poolAssetRow)),
    accountDebtCap: amount(poolAssets.accountDebtCap.get(poolAssetRow)),
    poolDebtCap: amount(poolAssets.poolDebtCap.get(poolAssetRow)),
  };
}
