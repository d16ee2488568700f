/**
 * Is expected shortfall right? C. Acerbi and B. Szekely, "Back-testing expected shortfall", Risk (December 2014). With
 * losses L positive, V value at risk, E expected shortfall, a = 1 - confidence, T periods, N of them hits:
 *
 *     Z1 = 1 - (1 / N) sum over hits of L / E        the size of hits, given that there are so many
 *     Z2 = 1 - (1 / (T a)) sum over hits of L / E    size and number together
 *
 * Both have mean 0 where the forecasts are right and are negative where shortfall is too small. Under the null a hit comes
 * with probability a in each period and its loss beyond V is of a stated law. Z1 is simulated at the hits that were, Z2
 * with hits drawn too. The p-value is the chance of a Z so low or lower.
 */
import { type Random, seededRandom } from '../../base/random.js';
import { type BacktestSeries, hitsOf, tailProbabilityOf } from './series.js';
import { drawHits, type Simulation } from './simulatedHits.js';
import { excessDrawer, type TailLaw } from './tailLaw.js';

export interface ShortfallTest {
  /** Null for Z1 without a hit. */
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** What 5% of the simulated statistics are at or below. */
  readonly criticalValue: number | null;
}

/** Of Z2 at 97.5% over 250 periods: what the authors find at 5% and at 0.01%, nearly the same for all but the heaviest tails. */
export const STANDARD_Z2_CRITICAL = { fivePercent: -0.7, oneInTenThousand: -1.8 } as const;

export interface ShortfallSeries extends BacktestSeries {
  readonly expectedShortfall: Float64Array;
}

export interface ShortfallSimulation extends Simulation {
  readonly law: TailLaw;
}

/** Z1: the size of hits. */
export function acerbiSzekelyZ1(series: ShortfallSeries, simulation: ShortfallSimulation): ShortfallTest {
  const { at } = hitsOf(series);
  if (at.length === 0) return { statistic: null, pValue: null, criticalValue: null };
  const shares = at.map((t) => atRiskShare(series, t));
  return simulatedTest(
    1 - lossOverShortfall(series, at) / at.length,
    series,
    simulation,
    (random, excess) => {
      const drawn = shares.reduce((sum, share) => sum + share + (1 - share) * excess(random), 0);
      return 1 - drawn / at.length;
    },
  );
}

/** Z2: size and number of hits. */
export function acerbiSzekelyZ2(series: ShortfallSeries, simulation: ShortfallSimulation): ShortfallTest {
  const tail = tailProbabilityOf(series.confidence) as number;
  const periods = series.losses.length;
  const shares = series.losses.map((_, t) => atRiskShare(series, t));
  const observed = 1 - lossOverShortfall(series, hitsOf(series).at) / (periods * tail);
  return simulatedTest(observed, series, simulation, (random, excess) => {
    let drawn = 0;
    for (const t of drawHits(random, periods, tail)) {
      const share = shares[t] as number;
      drawn += share + (1 - share) * excess(random);
    }
    return 1 - drawn / (periods * tail);
  });
}

/** V / E: what of the shortfall is reached before a loss is beyond value at risk. */
function atRiskShare({ valueAtRisk, expectedShortfall }: ShortfallSeries, t: number): number {
  return (valueAtRisk[t] as number) / (expectedShortfall[t] as number);
}

function lossOverShortfall({ losses, expectedShortfall }: ShortfallSeries, at: readonly number[]): number {
  return at.reduce((sum, t) => sum + (losses[t] as number) / (expectedShortfall[t] as number), 0);
}

function simulatedTest(
  statistic: number,
  { confidence }: ShortfallSeries,
  { draws, seed, law }: ShortfallSimulation,
  draw: (random: Random, excess: (random: Random) => number) => number,
): ShortfallTest {
  const random = seededRandom(seed);
  const excess = excessDrawer(law, tailProbabilityOf(confidence) as number);
  const drawn = Float64Array.from({ length: draws }, () => draw(random, excess)).sort();
  const below = drawn.reduce((count, value) => count + (value <= statistic ? 1 : 0), 0);
  return {
    statistic,
    pValue: (1 + below) / (1 + draws),
    criticalValue: drawn[Math.max(0, Math.ceil(draws * 0.05) - 1)] ?? null,
  };
}
