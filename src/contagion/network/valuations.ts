/**
 * What a claim is worth, in the four ways that the literature takes most; P. Barucca et al. (2020) put them side by side.
 * With E0 the equity before the shock and h = 1 - E / E0, within 0 and 1, the part of it that is lost.
 */
import type { Valuation } from './networkValuation.js';

interface Opening {
  /** Equity of each node before the shock, above zero. */
  readonly equity: readonly number[];
  /** Part of the face that is left of a claim on a node without equity, 0 to 1. */
  readonly recovery: number;
}

/**
 * 1 - (1 - R) x h: a claim loses as its debtor loses equity. M. Bardoscia, S. Battiston, F. Caccioli, G. Caldarelli,
 * "DebtRank: a microscopic foundation for shock propagation", PLoS ONE 10 (2015).
 */
export function linearValuation({ equity, recovery }: Opening): Valuation {
  return (left, j) => 1 - (1 - recovery) * equityLost(left, equity[j] as number);
}

/**
 * 1 - (1 - R) x h x exp(a x (h - 1)): at a = 0 linear, for a large one a claim falls only near failure. M. Bardoscia,
 * F. Caccioli, J. Perotti, G. Vivaldo, G. Caldarelli, "Distress propagation in complex networks: the case of non-linear
 * DebtRank", PLoS ONE 11 (2016).
 */
export function nonlinearValuation({
  equity,
  recovery,
  alpha,
}: Opening & { readonly alpha: number }): Valuation {
  return (left, j) => {
    const lost = equityLost(left, equity[j] as number);
    return 1 - (1 - recovery) * lost * Math.exp(alpha * (lost - 1));
  };
}

/** Whole while the debtor has no negative equity, the fixed part R below. C. Furfine (2003). */
export function fixedRecoveryValuation(recovery: number): Valuation {
  return (left) => (left >= 0 ? 1 : recovery);
}

/** Whole while equity is not negative; below, what the debtor has over what it owes. L. Eisenberg, T. Noe (2001). */
export function clearingValuation(due: readonly number[]): Valuation {
  return (left, j) => {
    const owes = due[j] as number;
    return left >= 0 || owes === 0 ? 1 : Math.max(0, (left + owes) / owes);
  };
}

/** The part of its first equity that a node has lost. */
export function equityLost(left: number, opening: number): number {
  return Math.min(1, Math.max(0, 1 - left / opening));
}
