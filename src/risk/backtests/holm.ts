/**
 * P-values of many tests judged together: S. Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6 (1979). The i-th smallest of m is multiplied by m - i + 1, and none is less than
 * the one before. Rejecting what is under 5% errs on any true null with a chance of 5% at most, however they depend.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted: number[] = new Array(pValues.length);
  let least = 0;
  for (const [rank, at] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues[at] as number) * (pValues.length - rank)));
    adjusted[at] = least;
  }
  return adjusted;
}
