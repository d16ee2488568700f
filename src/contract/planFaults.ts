/** Refusals of `bulkhead plan`: the rule that is broken, in words, and where in the document. */
import { RISK_MESSAGES, type RiskFault, type RiskFaultCode } from '../risk/index.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';
import type { PlanDocument } from './planSchema.js';

const OWN_MESSAGES = {
  history_missing: 'positions need `history`, or a folder of price files',
  history_twice: 'the document has a history of its own: price files beside it would contradict it',
  field_does_not_apply: 'price files move positions: profit and loss has its history in it',
  asset_without_history: 'there is no history of this asset',
  price_missing: 'a linear position needs the price of now',
  not_positive: 'must be above 0',
  negative: 'must not be below 0',
  quantity_zero: 'a position holds something',
  periods_unsorted: 'the oldest period comes first',
  unknown_leg: 'there is no such leg or position',
  leg_without_account: 'every leg is in one of the accounts, if accounts are given',
  leg_in_two_accounts: 'a leg is in one account only',
  too_many_legs: 'there are too many legs for a plan',
  result_not_finite: 'the figures are so large that the answer is no finite number',
} as const;

export type PlanFaultCode = RiskFaultCode | keyof typeof OWN_MESSAGES;
export type PlanDocumentFault = ContainmentFault<PlanFaultCode | DocumentFaultCode>;

export const PLAN_MESSAGES: Readonly<Record<PlanFaultCode, string>> = { ...RISK_MESSAGES, ...OWN_MESSAGES };

export function planFault(
  code: PlanFaultCode,
  path: string,
  context: Readonly<Record<string, string>> = {},
): PlanDocumentFault {
  return containmentFault(code, path, PLAN_MESSAGES[code], context);
}

/** A fault of the method as one of the document that the legs were read from. */
export function methodFaultOf(
  { code, field, at, context }: RiskFault,
  { source }: Pick<PlanDocument, 'source'>,
): PlanDocumentFault {
  const place = at.map((index) => `/${index}`).join('');
  const periods = source === 'pnl' ? '/periods' : '/history/periods';
  if (field === 'ids') return planFault(code, `${periods}${place}`, context);
  if (field !== 'legs') return planFault(code, field === 'total' ? '' : `/rules/${field}`, context);
  const [leg, period] = at;
  const list = source === 'pnl' ? '/legs' : '/positions';
  if (leg === undefined) return planFault(code, list, context);
  // Values of a position are computed: the document has no place for one.
  const value = period === undefined || source === 'positions' ? '' : `/values/${period}`;
  return planFault(code, `${list}/${leg}${value}`, context);
}
