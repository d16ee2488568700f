/** Refusals of questions on risk: the rule that is broken, in words, and where in the document. */
import { RISK_MESSAGES, type RiskFault, type RiskFaultCode } from '../risk/index.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';

type OwnCode = 'field_does_not_apply' | 'exponent_missing' | 'result_not_finite';
export type RiskDocumentFault = ContainmentFault<RiskFaultCode | OwnCode | DocumentFaultCode>;

const OWN_MESSAGES: Readonly<Record<OwnCode, string>> = {
  field_does_not_apply: 'profit and loss has its size in it',
  exponent_missing: 'a horizon by `scaled` needs `exponent`',
  result_not_finite: 'the figures are so large that the answer is no finite number',
};

export function riskDocumentFault(
  code: RiskFaultCode | OwnCode,
  path: string,
  context: Readonly<Record<string, string>> = {},
): RiskDocumentFault {
  const message = code in OWN_MESSAGES ? OWN_MESSAGES[code as OwnCode] : RISK_MESSAGES[code as RiskFaultCode];
  return containmentFault(code, path, message, context);
}

/** A fault of the method's input as a fault of the document that the input was read from. */
export function methodFault({ code, field, at, context }: RiskFault): RiskDocumentFault {
  return riskDocumentFault(code, pathOf(field, at), context);
}

function pathOf(field: string, [position, period]: readonly number[]): string {
  if (field === 'ids') return position === undefined ? '/periods' : `/periods/${position}`;
  if (field === 'legs' && position !== undefined)
    return `/positions/${position}${period === undefined ? '' : `/values/${period}`}`;
  const isOfDocument = /^(confidence$|horizon\/|parameters\/|bootstrap\/)/.test(field);
  return isOfDocument ? `/${field}` : '/positions';
}
