/** The answer of a checked document: each account by its margin mode, and what the profile gave. */
import { assert } from '../base/assert.js';
import type { CheckedDocument } from './calcDocument.js';
import { pointer } from './calcError.js';
import { isolatedAnswer } from './calcIsolated.js';
import type { CalcAccountAnswer, CalcAnswer, CalcMarginAccount, CalcWarning } from './calcSchema.js';
import { instrumentWarnings } from './calcWarnings.js';

export function calcAnswer(checked: CheckedDocument): CalcAnswer {
  const warnings: CalcWarning[] = instrumentWarnings(checked);
  const marginAccounts = checked.document.marginAccounts.map((account, index): CalcAccountAnswer => {
    const found = accountAnswer(checked, account, pointer('marginAccounts', index));
    warnings.push(...found.warnings);
    return found.answer;
  });
  const { profile } = checked;
  return { ...(profile === null ? {} : { profile }), marginAccounts, warnings };
}

/** What one account adds to the answer. */
export interface AccountPart {
  readonly answer: CalcAccountAnswer;
  readonly warnings: readonly CalcWarning[];
}

/** One way per margin mode; the modes without one are refused with the document. */
function accountAnswer(checked: CheckedDocument, account: CalcMarginAccount, path: string): AccountPart {
  assert(account.marginMode === 'isolated', 'other margin modes were refused with the document');
  return isolatedAnswer(checked, account, path);
}
