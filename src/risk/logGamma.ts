/**
 * The logarithm of the gamma function for x > 0: Stirling's series with Bernoulli numbers (M. Abramowitz, I. Stegun,
 * Handbook of Mathematical Functions, 6.1.41) at x + 8 or more, brought down by Gamma(x + 1) = x Gamma(x).
 */
export function logGamma(x: number): number {
  let [shifted, product] = [x, 1];
  while (shifted < 8) {
    product *= shifted;
    shifted += 1;
  }
  const r = 1 / (shifted * shifted);
  let series = 0;
  for (let i = COEFFICIENTS.length - 1; i >= 0; i--) series = series * r + (COEFFICIENTS[i] as number);
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + series / shifted - Math.log(product)
  );
}

const HALF_LOG_TWO_PI = 0.9189385332046728;
const COEFFICIENTS = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
