/** What a schema cannot say of a deleveraging question: signs, whole lots, amounts that can be counted, ids. */
import { parseMinor } from '../base/decimal.js';
import { err, ok, type Result } from '../base/result.js';
import type { DeleveragePolicy } from '../liquidation/index.js';
import { type AdlTerms, lotsOf, termsOf } from './adlNumbers.js';
import type { AdlDocument, AdlPositionDocument } from './adlSchema.js';
import { decimalOf, isAbove } from './calcDecimal.js';
import { type ContainmentFault, containmentFault, type DocumentFaultCode } from './containmentFault.js';
import { type PolicyDocumentFaultCode, readDeleveragePolicy } from './deleveragePolicyDocument.js';

export const ADL_RULE_CODES = [
  'not_positive',
  'negative_amount',
  'amount_too_fine',
  'not_whole_lots',
  'needed_above_deficit',
  'rate_out_of_range',
  'leverage_too_fine',
  'duplicate_id',
  'no_bankruptcy_price',
] as const;

export type AdlFaultCode = DocumentFaultCode | PolicyDocumentFaultCode | (typeof ADL_RULE_CODES)[number];
export type AdlFault = ContainmentFault<AdlFaultCode>;

/** The policy of a document that can be computed, or the first fault in the order of the document. */
export function checkAdl(document: AdlDocument): Result<DeleveragePolicy, AdlFault> {
  const terms = termsOf(document);
  const fault = termsFault(document) ?? deficitFault(terms, document) ?? positionFaults(terms, document);
  if (fault !== null) return err(fault);
  const policy = readDeleveragePolicy(document.policy, '/policy', (contracts) => lotsOf(terms, contracts));
  return policy.ok ? ok(policy.value) : policy;
}

function termsFault({ contractSize = '1', lotSize, markPrice, maintenanceRate = '0' }: AdlDocument) {
  const rate = decimalOf(maintenanceRate);
  return (
    positiveFault(contractSize, '/contractSize') ??
    positiveFault(lotSize, '/lotSize') ??
    positiveFault(markPrice, '/markPrice') ??
    (rate.digits < 0n || rate.digits > 10n ** BigInt(rate.scale) || rate.scale > 6
      ? fault(
          'rate_out_of_range',
          '/maintenanceRate',
          'from 0 to 1, with at most 6 decimals',
          maintenanceRate,
        )
      : null)
  );
}

function deficitFault(terms: AdlTerms, { deficit, fund = '0', needed }: AdlDocument): AdlFault | null {
  const own =
    positiveFault(deficit.contracts, '/deficit/contracts') ??
    lotsFault(terms, deficit.contracts, '/deficit/contracts') ??
    positiveFault(deficit.entryPrice, '/deficit/entryPrice') ??
    amountFault(terms, deficit.collateral, '/deficit/collateral') ??
    amountFault(terms, fund, '/fund');
  if (own !== null || needed === undefined) return own;
  if (isAbove(needed, deficit.contracts)) {
    return fault('needed_above_deficit', '/needed', 'never more than the deficit holds', needed);
  }
  return sizeFault(terms, needed, '/needed');
}

function positionFaults(terms: AdlTerms, { positions }: AdlDocument): AdlFault | null {
  const ids = new Set<string>();
  for (const [at, position] of positions.entries()) {
    const path = `/positions/${at}`;
    if (ids.has(position.id)) return fault('duplicate_id', `${path}/id`, 'is listed twice', position.id);
    ids.add(position.id);
    const found = positionFault(terms, position, path);
    if (found !== null) return found;
  }
  return null;
}

function positionFault(terms: AdlTerms, position: AdlPositionDocument, path: string): AdlFault | null {
  const { contracts, entryPrice, balance, leverage, netContracts } = position;
  return (
    sizeFault(terms, contracts, `${path}/contracts`) ??
    positiveFault(entryPrice, `${path}/entryPrice`) ??
    amountFault(terms, balance, `${path}/balance`) ??
    (leverage === undefined ? null : leverageFault(leverage, `${path}/leverage`)) ??
    (netContracts === undefined ? null : lotsFault(terms, netContracts, `${path}/netContracts`))
  );
}

function sizeFault(terms: AdlTerms, text: string, path: string): AdlFault | null {
  if (decimalOf(text).digits < 0n) return fault('negative_amount', path, 'must not be below 0', text);
  return lotsFault(terms, text, path);
}

function lotsFault(terms: AdlTerms, text: string, path: string): AdlFault | null {
  return lotsOf(terms, text) === null
    ? fault('not_whole_lots', path, 'is not a whole number of lots', text)
    : null;
}

function amountFault({ decimals }: AdlTerms, text: string, path: string): AdlFault | null {
  return parseMinor(text, decimals).ok
    ? null
    : fault('amount_too_fine', path, `has more than ${decimals} decimals`, text);
}

function leverageFault(text: string, path: string): AdlFault | null {
  if (!parseMinor(text, 6).ok) return fault('leverage_too_fine', path, 'has at most 6 decimals', text);
  return positiveFault(text, path);
}

function positiveFault(text: string, path: string): AdlFault | null {
  return decimalOf(text).digits > 0n ? null : fault('not_positive', path, 'must be above 0', text);
}

function fault(code: AdlFaultCode, path: string, message: string, got: string): AdlFault {
  return containmentFault(code, path, message, { got });
}
