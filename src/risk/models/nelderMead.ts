/** The smallest value of a function of several numbers, by the simplex of J. Nelder, R. Mead, Computer Journal 7 (1965). */

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  readonly converged: boolean;
}

export interface SimplexSettings {
  /** First steps along each axis. */
  readonly steps: readonly number[];
  /** It stops when the corners differ by less in value. */
  readonly tolerance?: number;
  readonly evaluationsMax?: number;
}

/** Values that are not finite count as infinitely high. */
export function nelderMead(
  cost: (at: readonly number[]) => number,
  start: readonly number[],
  { steps, tolerance = 1e-9, evaluationsMax = 2000 }: SimplexSettings,
): Minimum {
  let evaluations = 0;
  const corner = (at: readonly number[]): Corner => {
    evaluations += 1;
    const value = cost(at);
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const moved = (axis: number) => start.map((x, i) => (i === axis ? x + (steps[axis] as number) : x));
  let corners = [corner(start), ...start.map((_, axis) => corner(moved(axis)))].sort(byValue);
  while (evaluations < evaluationsMax && spread(corners) > tolerance) {
    const worst = corners.at(-1) as Corner;
    const [best, second] = [corners[0] as Corner, corners.at(-2) as Corner];
    const centre = meanOf(corners.slice(0, -1));
    const along = (factor: number) =>
      corner(centre.map((x, i) => x + factor * ((worst.at[i] as number) - x)));
    let next = along(-1);
    if (next.value < best.value) next = lower(next, along(-2));
    else if (next.value >= second.value) {
      const inner = along(next.value < worst.value ? -0.5 : 0.5);
      next = inner.value < Math.min(next.value, worst.value) ? inner : worst;
    }
    corners =
      next === worst
        ? [best, ...corners.slice(1).map(({ at }) => corner(meanOf([best, { at, value: 0 }])))]
        : [...corners.slice(0, -1), next];
    corners.sort(byValue);
  }
  const { at, value } = corners[0] as Corner;
  return { at, value, converged: spread(corners) <= tolerance };
}

interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

function byValue(a: Corner, b: Corner): number {
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

function lower(a: Corner, b: Corner): Corner {
  return b.value < a.value ? b : a;
}

function spread(corners: readonly Corner[]): number {
  return (corners.at(-1) as Corner).value - (corners[0] as Corner).value;
}

function meanOf(corners: readonly Corner[]): number[] {
  const first = corners[0] as Corner;
  return first.at.map((_, i) => corners.reduce((sum, { at }) => sum + (at[i] as number), 0) / corners.length);
}
