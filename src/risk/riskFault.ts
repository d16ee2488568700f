/** Why a risk figure is refused: the rule that is broken, the field of the input, and where in it. */
export interface RiskFault {
  readonly code: RiskFaultCode;
  /** Name of the input: `returns`, `confidence`. */
  readonly field: string;
  /** Index in it, outermost first; empty for the whole field. */
  readonly at: readonly number[];
  readonly context: Readonly<Record<string, string>>;
}

export type RiskFaultCode = keyof typeof RISK_MESSAGES;

export const RISK_MESSAGES = {
  bad_confidence: 'must be a decimal text between 0 and 1, such as "0.99"',
  no_tail: 'leaves no observation for the tail',
  too_few: 'there are too few observations for this method',
  not_finite: 'must be a finite number',
  return_below_total_loss: 'a simple return is above -1',
  constant: 'does not vary, so that nothing can be estimated from it',
  length_differs: 'a value is needed for each',
  bad_range: 'must lie within the series, the start before the end',
  bad_parameter: 'is outside what the method allows',
  bad_weight: 'weights must not be below 0 and must not all be 0',
  duplicate_id: 'is listed twice',
  not_positive_definite: 'the covariances are singular',
  no_fit: 'no parameters were found that fit',
} as const;

export function riskFault(
  code: RiskFaultCode,
  field: string,
  {
    at = [],
    context = {},
  }: { readonly at?: readonly number[]; readonly context?: Readonly<Record<string, string>> } = {},
): RiskFault {
  return { code, field, at, context };
}

/** The fault as one line: `returns[7]: must be a finite number`. */
export function riskFaultText({ code, field, at, context }: RiskFault): string {
  const place = `${field}${at.map((index) => `[${index}]`).join('')}`;
  const facts = Object.entries(context).map(([name, value]) => `${name} ${value}`);
  return `${place}: ${RISK_MESSAGES[code]}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}
