/** The likelihood of a t variable of variance 1, and the degrees of freedom that make a sample most likely. */
import { logGamma } from '../logGamma.js';

/** What does not depend on the value: log G((v + 1) / 2) - log G(v / 2) - log(pi (v - 2)) / 2. */
export function studentConstant(degrees: number): number {
  return logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(Math.PI * (degrees - 2));
}

/** Log density at z of a t variable of variance 1. */
export function studentLogDensity(z: number, degrees: number): number {
  return studentConstant(degrees) - ((degrees + 1) / 2) * Math.log1p((z * z) / (degrees - 2));
}

/** From 2.05 to 202, by golden section on log(v - 2): wider are not told apart from a normal variable. */
export function fitDegrees(residuals: Float64Array): number {
  const cost = (x: number) => {
    const degrees = 2 + Math.exp(x);
    let sum = 0;
    for (const z of residuals) sum += Math.log1p((z * z) / (degrees - 2));
    return ((degrees + 1) / 2) * sum - residuals.length * studentConstant(degrees);
  };
  return 2 + Math.exp(goldenSection(cost, Math.log(0.05), Math.log(200)));
}

function goldenSection(cost: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [costA, costB] = [cost(a), cost(b)];
  for (let step = 0; step < 40; step++) {
    if (costA < costB) {
      [high, b, costB] = [b, a, costA];
      a = high - GOLDEN * (high - low);
      costA = cost(a);
    } else {
      [low, a, costA] = [a, b, costB];
      b = low + GOLDEN * (high - low);
      costB = cost(b);
    }
  }
  return (low + high) / 2;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
