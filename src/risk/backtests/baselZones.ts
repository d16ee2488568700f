/**
 * The three zones of the Basel Committee, "Supervisory framework for the use of 'backtesting' in conjunction with the
 * internal models approach to market risk capital requirements" (January 1996), by the rule behind its table, so that they
 * hold for any number of periods and any confidence: yellow begins at the count whose cumulative probability under an exact
 * model reaches 95%, red where it reaches 99.99%. For 250 days at 99%: green to 4, yellow 5 to 9, red from 10.
 */
import { binomialProbabilities } from '../distributions.js';
import type { HitCount } from './kupiec.js';

export type BaselZone = 'green' | 'yellow' | 'red';

export interface BaselZones {
  readonly zone: BaselZone;
  /** Probability of so many hits or fewer under an exact model. */
  readonly cumulativeProbability: number;
  /** The fewest hits that are yellow. */
  readonly yellowFrom: number;
  /** The fewest hits that are red. */
  readonly redFrom: number;
}

const YELLOW = 0.95;
const RED = 0.9999;

export function baselZones({ periods, hits, tailProbability }: HitCount): BaselZones {
  const probabilities = binomialProbabilities(periods, tailProbability);
  let cumulative = 0;
  let [yellowFrom, redFrom, upToHits] = [periods + 1, periods + 1, 1];
  for (let count = 0; count <= periods; count++) {
    cumulative += probabilities[count] as number;
    if (count === hits) upToHits = Math.min(1, cumulative);
    if (cumulative >= YELLOW) yellowFrom = Math.min(yellowFrom, count);
    if (cumulative >= RED) redFrom = Math.min(redFrom, count);
  }
  const zone = hits >= redFrom ? 'red' : hits >= yellowFrom ? 'yellow' : 'green';
  return { zone, cumulativeProbability: upToHits, yellowFrom, redFrom };
}
