/**
 * DebtRank as first defined (S. Battiston et al., Scientific Reports 2, 2012): a node in distress passes it on in the
 * step after it entered, and never again, so that no walk goes round a circle twice.
 *
 *   W[j][i] = min(1, what j owes i / E_i)
 *   h_i(t) = min(1, h_i(t - 1) + sum of W[j][i] x h_j(t - 1) over the j that are distressed at t - 1)
 *
 * Undistressed nodes with h > 0 become distressed, distressed ones inactive.
 */
export function originalDebtRank(
  leverage: readonly (readonly number[])[],
  shock: readonly number[],
): { distress: number[]; steps: number; hasConverged: boolean } {
  let distress = [...shock];
  let isActive = shock.map((lost) => lost > 0);
  const wasActive = [...isActive];
  let steps = 0;
  while (isActive.includes(true)) {
    const passing = isActive.flatMap((active, j) => (active ? [j] : []));
    const before = distress;
    distress = before.map((lost, i) =>
      Math.min(
        1,
        passing.reduce(
          (sum, j) => sum + Math.min(1, leverage[i]?.[j] as number) * (before[j] as number),
          lost,
        ),
      ),
    );
    isActive = distress.map((lost, i) => lost > 0 && !wasActive[i]);
    isActive.forEach((active, i) => {
      if (active) wasActive[i] = true;
    });
    steps += 1;
  }
  return { distress, steps, hasConverged: true };
}
