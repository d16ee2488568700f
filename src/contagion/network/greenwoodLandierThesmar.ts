/**
 * One round of fire sales by nodes that return to a target leverage: R. Greenwood, A. Landier, D. Thesmar, "Vulnerable
 * banks", Journal of Financial Economics 115 (2015).
 *
 *   loss_n = sum over k of a[n][k] x f_k           f: the part of its price that asset k loses in the shock
 *   sale_n = B_n x loss_n, at most what is left     B: target leverage, debt over equity
 *   q_k = sum over n of sale_n x a[n][k] / A_n      sold in proportion to what is held
 *   g_k = q_k / D_k, at most 1                      linear impact of the sales
 *   after_n = sum over k of a[n][k] x g_k           what the sales cost every holder
 *
 * Aggregate vulnerability = sum of after / sum of equity. It divides by who sold (systemicness) and by who lost
 * (indirect vulnerability, as a part of the own equity). The paper has no limit on sales and on prices; where one binds
 * here the answer says so.
 */
import { err, ok, type Result } from '../../base/index.js';
import { sharesFault } from './exposureNetwork.js';
import {
  amountsFault,
  columnSums,
  type Holdings,
  holdingsFault,
  lengthFault,
  rowSums,
  sum,
} from './holdings.js';
import { firstFault, type NetworkFault, valueFault } from './networkFault.js';

export interface TargetLeverageQuestion {
  readonly holdings: Holdings;
  /** Equity of each node before the shock, above zero, in money. */
  readonly equity: readonly number[];
  /** Debt over equity that each node returns to; null for that of its holdings: (A - E) / E. */
  readonly targetLeverage: readonly number[] | null;
  /** The part of its price that each asset loses, 0 to 1. */
  readonly shock: readonly number[];
}

export interface TargetLeverageAnswer {
  readonly nodes: readonly {
    readonly directLoss: number;
    readonly sale: number;
    /** Lost on its holdings because of all sales, its own among them. */
    readonly fireSaleLoss: number;
    /** What its own sales cost all holders, over the equity of all. These sum to the aggregate vulnerability. */
    readonly systemicness: number;
    /** Its `fireSaleLoss` over its own equity. */
    readonly indirectVulnerability: number;
    /** It would have to sell more than it has left. */
    readonly isSoldOut: boolean;
  }[];
  readonly assets: readonly {
    readonly sold: number;
    /** The part of its price that it loses to the sales. */
    readonly impact: number;
    readonly isWorthless: boolean;
  }[];
  readonly directLoss: number;
  readonly fireSaleLoss: number;
  readonly aggregateVulnerability: number;
}

export function greenwoodLandierThesmar(
  question: TargetLeverageQuestion,
): Result<TargetLeverageAnswer, NetworkFault> {
  const fault = questionFault(question);
  if (fault !== null) return err(fault);
  const { holdings, equity, shock } = question;
  const { held, depth } = holdings;
  const totals = rowSums(held);
  const target =
    question.targetLeverage ?? totals.map((all, n) => Math.max(0, all / (equity[n] as number) - 1));
  const lost = held.map((row) => dot(row, shock));
  const wanted = lost.map((loss, n) => (target[n] as number) * loss);
  const sales = wanted.map((sale, n) => Math.min(sale, (totals[n] as number) - (lost[n] as number)));
  const byAsset = held.map((row, n) =>
    row.map((amount) => (totals[n] === 0 ? 0 : ((sales[n] as number) * amount) / (totals[n] as number))),
  );
  const sold = columnSums(byAsset, depth.length);
  const impact = sold.map((amount, k) => Math.min(1, amount / (depth[k] as number)));
  const after = held.map((row) => dot(row, impact));
  const all = sum(equity);
  // Of what one unit sold of an asset costs all holders; where the price is gone already, its part of that.
  const costPerUnit = columnSums(held, depth.length).map((amount, k) =>
    sold[k] === 0 ? 0 : (amount * (impact[k] as number)) / (sold[k] as number),
  );
  return ok({
    nodes: held.map((_, n) => ({
      directLoss: lost[n] as number,
      sale: sales[n] as number,
      fireSaleLoss: after[n] as number,
      systemicness: dot(byAsset[n] as number[], costPerUnit) / all,
      indirectVulnerability: (after[n] as number) / (equity[n] as number),
      isSoldOut: (wanted[n] as number) > (sales[n] as number),
    })),
    assets: sold.map((amount, k) => ({
      sold: amount,
      impact: impact[k] as number,
      isWorthless: amount >= (depth[k] as number),
    })),
    directLoss: sum(lost),
    fireSaleLoss: sum(after),
    aggregateVulnerability: sum(after) / all,
  });
}

function questionFault({
  holdings,
  equity,
  targetLeverage,
  shock,
}: TargetLeverageQuestion): NetworkFault | null {
  const count = holdings.held.length;
  return firstFault([
    () => holdingsFault(holdings),
    () => amountsFault('equity', equity, count),
    () => valueFault('not_positive', 'equity', equity, (value) => value <= 0),
    () => (targetLeverage === null ? null : amountsFault('targetLeverage', targetLeverage, count)),
    () => lengthFault('shock', shock, holdings.depth.length),
    () => sharesFault('shock', shock),
  ]);
}

function dot(row: readonly number[], by: readonly number[]): number {
  return row.reduce((total, amount, k) => total + amount * (by[k] as number), 0);
}
