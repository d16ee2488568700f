/**
 * Does a group gain on its legs alone wherever one looks: in every stretch of time, with the margin of the other
 * stretches, and in nearly all resamples of days? A gain in the whole sample alone is mostly luck.
 */
import { type Random, seededRandom } from '../../base/index.js';
import { type Book, type Days, groupFigures, objective } from './groupCost.js';
import { gains } from './partitionSearch.js';
import { type Group, legsOf } from './partitions.js';
import type { PlanRules } from './planRules.js';

export interface GroupEvidence {
  /** Objective of the legs alone less that of the group, by stretch, oldest first: margin of the other stretches. */
  readonly gainByBlock: readonly number[];
  /** Part of the resamples with a gain. */
  readonly resampleShare: number;
  readonly isStable: boolean;
}

/** Days that set margins, days that judge them. */
export interface Trial {
  readonly set: Days;
  readonly judged: Days;
}

export interface Trials {
  readonly byBlock: readonly Trial[];
  readonly resampled: readonly Trial[];
}

/** The same days to the last for the same seed. */
export function trialsOf(days: number, { blocks, resamples, resampledDays, seed }: PlanRules): Trials {
  const all = daysBetween(0, days);
  const edges = Array.from({ length: blocks + 1 }, (_, at) => Math.floor((at * days) / blocks));
  const stretches = Array.from({ length: blocks }, (_, at) => ({
    from: edges[at] as number,
    to: edges[at + 1] as number,
  }));
  const random = seededRandom(seed);
  return {
    byBlock: stretches.map(({ from, to }) => ({
      set: all.filter((day) => day < from || day >= to),
      judged: daysBetween(from, to),
    })),
    resampled: Array.from({ length: resamples }, () => {
      const drawn = circularBlocks(days, resampledDays, random);
      return { set: drawn, judged: drawn };
    }),
  };
}

export function groupEvidence(book: Book, rules: PlanRules, trials: Trials): (group: Group) => GroupEvidence {
  const costs = new Map<Trial, (group: Group) => number>();
  for (const trial of [...trials.byBlock, ...trials.resampled])
    costs.set(
      trial,
      remembered((group) => objective(rules, groupFigures(book, group, trial.set, trial.judged))),
    );
  const gainOf = (group: Group, trial: Trial) => {
    const cost = costs.get(trial) as (group: Group) => number;
    const alone = legsOf(group).reduce((sum, leg) => sum + cost(1 << leg), 0);
    const together = cost(group);
    return gains(alone, together) ? alone - together : Math.min(0, alone - together);
  };
  return remembered((group) => {
    const gainByBlock = trials.byBlock.map((trial) => gainOf(group, trial));
    const isSteady = gainByBlock.every((gain) => gain > 0);
    const held = trials.resampled.filter((trial) => gainOf(group, trial) > 0).length;
    const resampleShare = held / trials.resampled.length;
    return {
      gainByBlock,
      resampleShare,
      isStable: isSteady && resampleShare >= rules.resampleShareMin,
    };
  });
}

export function remembered<T>(of: (group: Group) => T): (group: Group) => T {
  const known = new Map<Group, T>();
  return (group) => {
    const found = known.get(group);
    if (found !== undefined) return found;
    const made = of(group);
    known.set(group, made);
    return made;
  };
}

export function daysBetween(from: number, to: number): Days {
  return Int32Array.from({ length: to - from }, (_, at) => from + at);
}

/** D. Politis, J. Romano, in: Exploring the Limits of Bootstrap (1992). */
function circularBlocks(days: number, blockLength: number, random: Random): Days {
  const drawn = new Int32Array(days);
  let start = 0;
  for (let at = 0; at < days; at++) {
    if (at % blockLength === 0) start = random.between(0, days - 1);
    drawn[at] = (start + (at % blockLength)) % days;
  }
  return drawn;
}
