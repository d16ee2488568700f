/**
 * From losses per scenario to one risk: the larger of the worst grid scenario and the expected shortfall of the sample.
 *
 * Expected shortfall is the fractional estimator (Acerbi and Tasche, "On the coherence of expected shortfall", Journal of
 * Banking & Finance 26, 2002): of n losses L(1) >= L(2) >= ... and a tail of N / D, with m = floor(n N / D) whole members,
 *
 *   ES = (L(1) + ... + L(m) + (n N / D - m) x L(m+1)) / (n N / D)
 *
 * in whole numbers: weights D for the m worst and n N - m D for the next, over n N. Rounded up once.
 */
import { divCeil, min } from '../../base/integers.js';
import type { ScenarioSet } from './scenarioView.js';

/** The scenarios that decided, with their weights over `denominator`. */
export interface ScenarioRisk {
  readonly kind: 'worst' | 'shortfall';
  /** Weighted sum of the members' losses over the denominator, rounded up. */
  readonly risk: bigint;
  /** In order of loss, the worst first; none where the risk is 0. */
  readonly members: readonly TailMember[];
  readonly denominator: bigint;
}

export interface TailMember {
  /** In the set's list. */
  readonly scenarioAt: number;
  readonly weight: bigint;
  readonly loss: bigint;
}

/** Losses of any one scale, none negative. Where both are the same the grid is named. */
export function scenarioRisk(set: ScenarioSet, losses: readonly bigint[]): ScenarioRisk {
  const worst = worstOfGrid(set, losses);
  const shortfall = sampleShortfall(set, losses);
  return shortfall.risk > worst.risk ? shortfall : worst;
}

/** Of the core and tail scenarios; the first one where several are as bad. */
export function worstOfGrid(set: ScenarioSet, losses: readonly bigint[]): ScenarioRisk {
  let worst: TailMember | null = null;
  set.scenarios.forEach(({ tier }, scenarioAt) => {
    const loss = losses[scenarioAt] as bigint;
    if (tier !== 'sample' && loss > (worst?.loss ?? 0n)) worst = { scenarioAt, weight: 1n, loss };
  });
  return riskOf('worst', worst === null ? [] : [worst], 1n);
}

/** Of the sample scenarios; 0 without any. */
export function sampleShortfall(set: ScenarioSet, losses: readonly bigint[]): ScenarioRisk {
  const { tailNumerator, tailDenominator } = set.parameters;
  const sample = worstFirst(set, losses);
  const denominator = BigInt(sample.length) * tailNumerator;
  const members: TailMember[] = [];
  let left = denominator;
  for (const { scenarioAt, loss } of sample) {
    if (left === 0n || loss === 0n) break;
    const weight = min(left, tailDenominator);
    members.push({ scenarioAt, weight, loss });
    left -= weight;
  }
  return riskOf('shortfall', members, denominator);
}

function worstFirst(set: ScenarioSet, losses: readonly bigint[]) {
  return losses
    .map((loss, scenarioAt) => ({ scenarioAt, loss }))
    .filter(({ scenarioAt }) => set.scenarios[scenarioAt]?.tier === 'sample')
    .sort((a, b) => (a.loss > b.loss ? -1 : a.loss < b.loss ? 1 : a.scenarioAt - b.scenarioAt));
}

function riskOf(
  kind: ScenarioRisk['kind'],
  members: readonly TailMember[],
  denominator: bigint,
): ScenarioRisk {
  const sum = members.reduce((total, { weight, loss }) => total + weight * loss, 0n);
  return { kind, risk: sum === 0n ? 0n : divCeil(sum, denominator), members, denominator };
}
