/**
 * The standard normal distribution in doubles: density, distribution function and quantile.
 *
 * Distribution function: W. J. Cody, "Rational Chebyshev approximation for the error function", Mathematics of
 * Computation 23 (1969), in the form of his function ANORM (SPECFUN, ACM TOMS Algorithm 715, 1993). The lower tail
 * keeps its relative accuracy down to the smallest double. Quantile: M. J. Wichura, "Algorithm AS 241", Applied
 * Statistics 37 (1988), routine PPND16.
 */

/** Density at x. */
export function normalPdf(x: number): number {
  return INVERSE_ROOT_TWO_PI * halfSquareExp(Math.abs(x));
}

/** Probability of a value up to x. For a small upper tail ask for `normalCdf(-x)`: 1 - normalCdf(x) has lost it. */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  if (size <= CENTRE) return 0.5 + x * centreRatio(x * x);
  const tail = halfSquareExp(size) * tailRatio(size);
  return x < 0 ? tail : 1 - tail;
}

/** normalCdf(x) - 1/2: keeps all its digits near 0, for differences of values near one half. */
export function normalCdfLessHalf(x: number): number {
  return Math.abs(x) <= CENTRE ? x * centreRatio(x * x) : normalCdf(x) - 0.5;
}

/**
 * Probability of a value below -x, times exp(x^2 / 2), for x > 0: the tail without the factor that vanishes, for
 * differences of tails far out (Mills' ratio x density at 0).
 */
export function normalTailRatio(x: number): number {
  if (x > CENTRE) return tailRatio(x);
  return normalCdf(-x) / halfSquareExp(Math.abs(x));
}

/** The x with normalCdf(x) = p; minus and plus infinity at 0 and 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(QUANTILE_CENTRE_TOP, r)) / polynomial(QUANTILE_CENTRE_BOTTOM, r);
  }
  const smaller = q < 0 ? p : 1 - p;
  if (smaller === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(smaller));
  const x =
    r <= 5
      ? polynomial(QUANTILE_MIDDLE_TOP, r - 1.6) / polynomial(QUANTILE_MIDDLE_BOTTOM, r - 1.6)
      : polynomial(QUANTILE_TAIL_TOP, r - 5) / polynomial(QUANTILE_TAIL_BOTTOM, r - 5);
  return q < 0 ? -x : x;
}

/** (normalCdf(x) - 1/2) / x near 0, of x squared. */
function centreRatio(square: number): number {
  return polynomial(CENTRE_TOP, square) / polynomial(CENTRE_BOTTOM, square);
}

/** exp(x^2 / 2) x normalCdf(-x) away from 0. */
function tailRatio(x: number): number {
  if (x <= MIDDLE) return polynomial(MIDDLE_TOP, x) / polynomial(MIDDLE_BOTTOM, x);
  const r = 1 / (x * x);
  return (INVERSE_ROOT_TWO_PI - (r * polynomial(TAIL_TOP, r)) / polynomial(TAIL_BOTTOM, r)) / x;
}

/** exp(-x^2 / 2) for x >= 0: the square is split at sixteenths, so that its rounding is not magnified by exp. */
function halfSquareExp(x: number): number {
  if (x > 1e3) return 0;
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (x - head) * (x + head));
}

/** Coefficients from the constant up. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] as number);
  return sum;
}

const INVERSE_ROOT_TWO_PI = 0.3989422804014327;

/** Where Cody's three ranges meet. */
const CENTRE = 0.66291;
const MIDDLE = Math.sqrt(32);

const CENTRE_TOP = [
  18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837, 0.06568233791820745,
];
const CENTRE_BOTTOM = [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.20258190468824, 1];

const MIDDLE_TOP = [
  9842.714838383978, 11602.65143764735, 6848.190450536283, 2494.537585290372, 597.2702763948002,
  93.50665613217785, 8.883149794388375, 0.39894151208813466, 1.0765576773720192e-8,
];
const MIDDLE_BOTTOM = [
  19685.429676859992, 38912.00328609327, 34900.95272114598, 18615.571640885097, 6485.558298266761,
  1519.3775994075547, 235.387901782625, 22.266688044328117, 1,
];

const TAIL_TOP = [
  0.000029112874951168793, 0.001421619193227893, 0.02223527787064981, 0.1274011611602474, 0.215898534057957,
  0.02307344176494017,
];
const TAIL_BOTTOM = [
  0.00007297515550839662, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651, 1.284260096144911,
  1,
];

const QUANTILE_CENTRE_TOP = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const QUANTILE_CENTRE_BOTTOM = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const QUANTILE_MIDDLE_TOP = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const QUANTILE_MIDDLE_BOTTOM = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const QUANTILE_TAIL_TOP = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const QUANTILE_TAIL_BOTTOM = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
];
