/** The stateless isolation plan: one document in, accounts with reasons and their cost on unseen days out, whatever the text holds. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import {
  type AccountReason,
  type Comparison,
  type IsolationPlan,
  isolationPlan,
  PLAN_LEGS_MAX,
  type PlanFigures,
  type PlanRules,
} from '../risk/index.js';
import { oneOf } from './calcSchemaField.js';
import { type ContainmentRefusal, containmentRefusal, readDocument } from './containmentFault.js';
import { hasFiniteNumbers } from './finiteNumbers.js';
import { type PlannedWay, plannedWay } from './planAccounts.js';
import type { PlanAnswer } from './planAnswerSchema.js';
import { methodFaultOf, type PlanDocumentFault, planFault } from './planFaults.js';
import { planLegs } from './planLegs.js';
import { PLAN_DOCUMENTS, PLAN_SOURCES, type PlanDocument, type PlanHistory } from './planSchema.js';

/** What every document has: which shape the rest must be of. */
const HEAD = Compile(Type.Object({ source: oneOf([...PLAN_SOURCES], 'What the document holds.') }));
const VALIDATORS = {
  pnl: Compile(PLAN_DOCUMENTS.pnl),
  positions: Compile(PLAN_DOCUMENTS.positions),
};

/** Comes with every plan: the page of the model has the figures. */
export const PLAN_CAUTION =
  'On real prices and days they did not see, plans cost less than isolated accounts and in the median about as much as one account for all (docs/models/isolation-plan.md): read the figures out of sample before acting on one.';

/** Never throws on account of its input. `files`: a history from price files, for positions that bring none. */
export function answerPlan(text: string, files: PlanHistory | null = null): PlanAnswer | ContainmentRefusal {
  const head = readDocument(text, HEAD);
  if (!head.ok) return containmentRefusal(head.error);
  const { source } = head.value as Pick<PlanDocument, 'source'>;
  const read = readDocument(text, VALIDATORS[source]);
  if (!read.ok) return containmentRefusal(read.error);
  return answerPlanDocument(read.value as PlanDocument, files);
}

export function answerPlanDocument(
  document: PlanDocument,
  files: PlanHistory | null,
): PlanAnswer | ContainmentRefusal {
  const answer = answerOf(document, files);
  if (!answer.ok) return containmentRefusal(answer.error);
  return hasFiniteNumbers(answer.value)
    ? answer.value
    : containmentRefusal(planFault('result_not_finite', ''));
}

function answerOf(document: PlanDocument, files: PlanHistory | null): Result<PlanAnswer, PlanDocumentFault> {
  const question = planLegs(document, files);
  if (!question.ok) return question;
  const got = question.value.legs.length;
  if (got > PLAN_LEGS_MAX) {
    const path = document.source === 'pnl' ? '/legs' : '/positions';
    return err(planFault('too_many_legs', path, { got: String(got), most: String(PLAN_LEGS_MAX) }));
  }
  const plan = isolationPlan(question.value, document.rules as Partial<PlanRules> | undefined);
  if (!plan.ok) return err(methodFaultOf(plan.error, document));
  const way = plannedWay(document, plan.value);
  return way.ok ? ok(assembled(document, plan.value, way.value)) : way;
}

function assembled(
  { source }: PlanDocument,
  plan: IsolationPlan,
  { names, opened, transfers }: PlannedWay,
): PlanAnswer {
  const { evidence, outOfSample, days, shrinkage, rules } = plan;
  return {
    source,
    evidence,
    accounts: plan.accounts.map(({ legs, margin, reason }, at) => ({
      id: names[at] as string,
      isNew: opened[at] as boolean,
      legs: [...legs],
      margin,
      reason: reasonOf(reason),
    })),
    inSample: comparedOf(plan.inSample),
    outOfSample: comparedOf(outOfSample),
    isBetterThanIsolated: outOfSample.isBetterThanIsolated,
    isBetterThanCross: outOfSample.isBetterThanCross,
    rank: outOfSample.rank,
    periods: days,
    shrinkage,
    transfers,
    rules: { ...rules, shrinkages: [...rules.shrinkages] },
    warnings: warningsOf(plan),
    caution: PLAN_CAUTION,
  };
}

function reasonOf(reason: AccountReason): PlanAnswer['accounts'][number]['reason'] {
  if ('nearest' in reason) return { ...reason, gain: null, gainByStretch: null, resampleShare: null };
  const { code, gain, evidence } = reason;
  return {
    code,
    gain: {
      capital: gain.capital,
      uncovered: gain.uncoveredLoss,
      innocent: gain.innocentConsumption,
      accounts: gain.accounts,
      total: gain.total,
    },
    gainByStretch: [...evidence.gainByBlock],
    resampleShare: evidence.resampleShare,
    nearest: null,
  };
}

function comparedOf({ plan, isolated, cross }: Comparison): PlanAnswer['inSample'] {
  const figures = ({ accounts, capital, uncoveredLoss, innocentConsumption, objective }: PlanFigures) => ({
    accounts,
    margin: capital,
    uncovered: uncoveredLoss,
    innocent: innocentConsumption,
    objective,
  });
  return { plan: figures(plan), isolated: figures(isolated), cross: figures(cross) };
}

const TAIL_PERIODS_MIN = 10;

function warningsOf({ evidence, accounts, outOfSample, days, rules }: IsolationPlan): PlanAnswer['warnings'] {
  const { plan, isolated, cross, rank } = outOfSample;
  const isAllAlone = accounts.length > 1 && accounts.every(({ legs }) => legs.length === 1);
  const isClearlyAbove = (other: PlanFigures) => plan.objective > other.objective * (1 + 1e-9);
  return (
    [
      ['thinEvidence', evidence === 'thin'],
      ['noGroupHeld', evidence === 'enough' && isAllAlone],
      ['worseThanIsolated', isClearlyAbove(isolated)],
      ['worseThanCross', isClearlyAbove(cross)],
      ['notRanked', rank === null],
      ['fewTailPeriods', days.judged * (1 - Number(rules.confidence)) < TAIL_PERIODS_MIN],
    ] as const
  ).flatMap(([code, holds]) => (holds ? [code] : []));
}
