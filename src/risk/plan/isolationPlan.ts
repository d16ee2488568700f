/**
 * Which legs of a book belong in one margin account, and does that hold on days the choice did not see?
 *
 * The older days choose, the newest judge: margins of the older days against what followed, next to each leg alone and all
 * together. A group stands only where it gains in every stretch of the older days; without enough of them all stay alone.
 */
import { err, ok, type Result } from '../../base/index.js';
import { type Confidence, readConfidence, type ScenarioSample, scenarioFault } from '../measures/index.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import { type AccountReason, accountReason, type ReasonBasis } from './accountReason.js';
import {
  addFigures,
  type Book,
  type Days,
  type Figures,
  groupFigures,
  groupMargin,
  objective,
} from './groupCost.js';
import { daysBetween, groupEvidence, remembered, trialsOf } from './groupEvidence.js';
import { gains, rankAmongAll, searchPartition } from './partitionSearch.js';
import {
  crossPartition,
  ENUMERATED_LEGS_MAX,
  type Group,
  isolatedPartition,
  isSingle,
  legsOf,
  type Partition,
} from './partitions.js';
import { PLAN_DEFAULTS, type PlanRules, planRulesFault } from './planRules.js';
import { pickShrinkage, shrunkCost } from './shrinkage.js';

/** Days are the ids, oldest first, all alike: weights are not taken. */
export interface PlanQuestion extends Omit<ScenarioSample, 'weights'> {
  /** Money by leg, added to the margin of its account; 0 where left out. */
  readonly addOns?: Readonly<Record<string, number>>;
}

export interface IsolationPlan {
  readonly accounts: readonly PlanAccount[];
  /** `thin`: too few days in the tail to tell; all legs alone. */
  readonly evidence: 'enough' | 'thin';
  /** Part of the offset that was distrusted in the choice; 1 where the evidence is thin. */
  readonly shrinkage: number;
  /** On the older days that chose it. */
  readonly inSample: Comparison;
  /** Margins of the older days on the newest. */
  readonly outOfSample: Comparison & {
    readonly isBetterThanIsolated: boolean;
    readonly isBetterThanCross: boolean;
    /** Among all partitions, 1 the best; null for more than 9 legs. */
    readonly rank: { readonly place: number; readonly of: number } | null;
  };
  /** How many days chose and how many judged; the first judged one. */
  readonly days: { readonly chosen: number; readonly judged: number; readonly judgedFrom: string };
  readonly rules: PlanRules;
}

export interface PlanAccount {
  readonly legs: readonly string[];
  /** Of the older days. */
  readonly margin: number;
  readonly reason: AccountReason;
}

export type Comparison = Readonly<Record<'plan' | 'isolated' | 'cross', PlanFigures>>;

export interface PlanFigures extends Figures {
  readonly objective: number;
}

export const PLAN_LEGS_MAX = 30;

/** Refused: a bad sample or rule, too many legs, fewer days to judge than hold one day of the tail. */
export function isolationPlan(
  question: PlanQuestion,
  some: Partial<PlanRules> = {},
): Result<IsolationPlan, RiskFault> {
  const rules = { ...PLAN_DEFAULTS, ...some };
  const confidence = readConfidence(rules.confidence);
  if (!confidence.ok) return confidence;
  const fault = planRulesFault(rules) ?? questionFault(question);
  if (fault !== null) return err(fault);
  const days = question.ids.length;
  const chosen = Math.floor(days * (1 - rules.judgedShare));
  const judged = days - chosen;
  const enough = Math.ceil(1 / confidence.value.tailProbability);
  if (judged < enough || chosen < Math.max(enough, rules.blocks)) {
    const context = { judged: String(judged), chosen: String(chosen), needed: String(enough) };
    return err(riskFault('too_few', 'ids', { context }));
  }
  const names = question.legs.map(({ id }) => id).sort();
  const book = bookOf(question, names, confidence.value);
  const older = daysBetween(0, chosen);
  const choice = choose(book, older, rules);
  const judge = comparer(book, rules, older, daysBetween(chosen, days));
  const outOfSample = judge.compare(choice.partition);
  return ok({
    accounts: choice.partition.map((group) => ({
      legs: legsOf(group).map((leg) => names[leg] as string),
      margin: groupMargin(book, group, older).amount,
      reason: accountReason(group, { ...choice, rules, names }),
    })),
    evidence: choice.isThin ? 'thin' : 'enough',
    shrinkage: choice.shrinkage,
    inSample: comparer(book, rules, older, older).compare(choice.partition),
    outOfSample: {
      ...outOfSample,
      isBetterThanIsolated: gains(outOfSample.isolated.objective, outOfSample.plan.objective),
      isBetterThanCross: gains(outOfSample.cross.objective, outOfSample.plan.objective),
      rank:
        names.length > ENUMERATED_LEGS_MAX ? null : rankAmongAll(names.length, choice.partition, judge.cost),
    },
    days: { chosen, judged, judgedFrom: question.ids[chosen] as string },
    rules,
  });
}

/** Looks at the older days only. */
function choose(book: Book, older: Days, rules: PlanRules): ReasonBasis & { readonly shrinkage: number } {
  const legs = book.pnl.length;
  const trials = trialsOf(older.length, rules);
  const evidence = groupEvidence(book, rules, trials);
  const figures = remembered((group) => groupFigures(book, group, older, older));
  const tailDays = (older.length / rules.blocks) * book.confidence.tailProbability;
  // The quotient of whole days is exact but for its last digit.
  const isThin = tailDays < rules.tailDaysMin * (1 - 1e-12);
  if (isThin) return { partition: isolatedPartition(legs), figures, evidence, isThin, shrinkage: 1 };
  const shrinkage = pickShrinkage(book, rules, trials.byBlock);
  const cost = shrunkCost(figures, rules, shrinkage);
  const partition = searchPartition(legs, (group) =>
    isSingle(group) || evidence(group).isStable ? cost(group) : Number.POSITIVE_INFINITY,
  );
  return { partition, figures, evidence, isThin, shrinkage };
}

function comparer(book: Book, rules: PlanRules, set: Days, judged: Days) {
  const figures = remembered((group: Group) => groupFigures(book, group, set, judged));
  const legs = book.pnl.length;
  const whole = (partition: Partition): PlanFigures => {
    const sum = addFigures(partition.map(figures));
    return { ...sum, objective: objective(rules, sum) };
  };
  return {
    cost: (group: Group) => objective(rules, figures(group)),
    compare: (plan: Partition): Comparison => ({
      plan: whole(plan),
      isolated: whole(isolatedPartition(legs)),
      cross: whole(crossPartition(legs)),
    }),
  };
}

/** Legs by name: their order in the question says nothing. */
function bookOf({ legs, addOns = {} }: PlanQuestion, names: readonly string[], confidence: Confidence): Book {
  const pnl = names.map((name) => Float64Array.from(legs.find(({ id }) => id === name)?.pnl ?? []));
  return {
    pnl,
    addOns: names.map((name) => (Object.hasOwn(addOns, name) ? (addOns[name] as number) : 0)),
    confidence,
  };
}

function questionFault(question: PlanQuestion): RiskFault | null {
  const fault = scenarioFault(question);
  if (fault !== null) return fault;
  const { ids, legs, addOns = {} } = question;
  if (legs.length > PLAN_LEGS_MAX) {
    const context = { got: String(legs.length), most: String(PLAN_LEGS_MAX) };
    return riskFault('bad_parameter', 'legs', { context });
  }
  for (const [name, amount] of Object.entries(addOns))
    if (!(amount >= 0 && Number.isFinite(amount)) || !legs.some(({ id }) => id === name))
      return riskFault('bad_parameter', `addOns/${name}`);
  // Sums of sums are taken over all days: far below what a double holds.
  const largest = legs.reduce(
    (sum, { pnl }) => sum + Array.from(pnl).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    0,
  );
  return largest * ids.length < 1e290 ? null : riskFault('not_finite', 'total');
}
