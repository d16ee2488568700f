/**
 * The spectral radius of a matrix without negative values: above 1, distress grows on its way round the network.
 *
 * It is the largest of those of the groups of nodes that reach one another. In a group the powers of B + I lead to its
 * one positive vector x, and at each step min and max of (B x)_i / x_i enclose the radius (L. Collatz, "Einschliessungssatz
 * fuer die charakteristischen Zahlen von Matrizen", Mathematische Zeitschrift 48, 1942; H. Wielandt, the same 52, 1950).
 */
import { stronglyConnected } from './stronglyConnected.js';

export interface SpectralRadius {
  /** The middle of the bounds. */
  readonly radius: number;
  readonly lower: number;
  readonly upper: number;
}

const STEPS_MAX = 20_000;
const RELATIVE_WIDTH = 1e-12;

/** A square matrix of finite numbers from 0 up. Bounds are as close as 20,000 steps bring them. */
export function spectralRadius(matrix: readonly (readonly number[])[]): SpectralRadius {
  const groups = stronglyConnected(matrix).map((nodes) => radiusOfGroup(matrix, nodes));
  const lower = Math.max(0, ...groups.map((group) => group.lower));
  const upper = Math.max(0, ...groups.map((group) => group.upper));
  return { radius: (lower + upper) / 2, lower, upper };
}

function radiusOfGroup(matrix: readonly (readonly number[])[], nodes: readonly number[]) {
  const [first] = nodes as readonly [number, ...number[]];
  if (nodes.length === 1) {
    const own = matrix[first]?.[first] as number;
    return { lower: own, upper: own };
  }
  const inside = nodes.map((i) => nodes.map((j) => matrix[i]?.[j] as number));
  // Added to the diagonal so that no circle of one length keeps the vector turning; of the size of the matrix itself.
  const shift = Math.max(...inside.map((row) => row.reduce((sum, value) => sum + value, 0)));
  let [lower, upper] = [0, shift];
  let vector = inside.map(() => 1);
  for (let step = 0; step < STEPS_MAX && upper - lower > RELATIVE_WIDTH * upper; step++) {
    const image = inside.map((row) => row.reduce((sum, value, j) => sum + value * (vector[j] as number), 0));
    const ratios = image.map((value, i) => value / (vector[i] as number));
    lower = Math.max(lower, ratios.reduce(smaller));
    upper = Math.min(upper, ratios.reduce(larger));
    const moved = image.map((value, i) => value + (shift / 2) * (vector[i] as number));
    const size = moved.reduce(larger);
    vector = moved.map((value) => value / size);
  }
  return { lower, upper };
}

function smaller(a: number, b: number): number {
  return a < b ? a : b;
}

function larger(a: number, b: number): number {
  return a > b ? a : b;
}
