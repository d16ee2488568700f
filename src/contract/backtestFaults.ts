/** Refusals of `bulkhead backtest`: the rule that is broken, in words, and where in the document. */
import type { BacktestFault } from '../risk/backtests/series.js';
import { RISK_MESSAGES, type RiskFault, type RiskFaultCode } from '../risk/riskFault.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';

const OWN_MESSAGES = {
  too_short: 'there are too few periods to judge',
  shortfall_not_positive: 'a shortfall is above 0',
  shortfall_below_value_at_risk: 'a shortfall is not below the value at risk',
  price_not_positive: 'a price is above 0',
  returns_or_prices: 'either returns or prices are needed, not both',
  result_not_finite: 'the figures are so far apart that the answer is no finite number',
} as const;

export type BacktestFaultCode = RiskFaultCode | keyof typeof OWN_MESSAGES;
export type BacktestDocumentFault = ContainmentFault<BacktestFaultCode | DocumentFaultCode>;

export const BACKTEST_MESSAGES: Readonly<Record<BacktestFaultCode, string>> = {
  ...RISK_MESSAGES,
  ...OWN_MESSAGES,
};

export function backtestFault(
  code: BacktestFaultCode,
  path: string,
  context: Readonly<Record<string, string>> = {},
): BacktestDocumentFault {
  return containmentFault(code, path, BACKTEST_MESSAGES[code], context);
}

/** What a back-test found in its series, as a fault of the document. */
export function seriesFaultOf(fault: BacktestFault): BacktestDocumentFault {
  switch (fault.reason) {
    case 'tooShort':
      return backtestFault('too_short', '', counted(fault));
    case 'lengthsDiffer':
      return backtestFault('length_differs', `/${fault.field}`, counted(fault));
    case 'notFinite':
      return backtestFault('not_finite', `/${fault.field}/${fault.at}`);
    case 'confidenceOutOfRange':
      return backtestFault('bad_confidence', '/confidence');
    case 'shortfallNotPositive':
      return backtestFault('shortfall_not_positive', `/expectedShortfall/${fault.at}`);
    case 'shortfallBelowValueAtRisk':
      return backtestFault('shortfall_below_value_at_risk', `/expectedShortfall/${fault.at}`);
  }
}

/** What a model found in its returns; with prices the return at `at` is that of the price after. */
export function modelFaultOf(
  { code, field, at, context }: RiskFault,
  hasPrices: boolean,
): BacktestDocumentFault {
  const [index] = at;
  if (field === 'confidence') return backtestFault(code, '/confidence', context);
  if (field !== 'returns') return backtestFault(code, field === 'range' ? '/start' : '', context);
  const list = hasPrices ? '/prices' : '/returns';
  return backtestFault(
    code,
    index === undefined ? list : `${list}/${hasPrices ? index + 1 : index}`,
    context,
  );
}

function counted({ got, needed }: { readonly got: number; readonly needed: number }) {
  return { got: String(got), needed: String(needed) };
}
