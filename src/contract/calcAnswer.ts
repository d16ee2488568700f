/** The answer of a checked document: each account by its margin mode, and what the profile gave. */
import { bookAnswer } from './bookAnswer.js';
import { writtenPath } from './bookDocument.js';
import { isJudgedWhole } from './calcAccountFaults.js';
import type { CheckedDocument } from './calcDocument.js';
import { pointer } from './calcError.js';
import { isolatedAnswer } from './calcIsolated.js';
import type { CalcAnswer, CalcMarginAccount, CalcWarning } from './calcSchema.js';
import { instrumentWarnings, orderWarnings, volatilityWarnings } from './calcWarnings.js';

export function calcAnswer(checked: CheckedDocument): CalcAnswer {
  const warnings: CalcWarning[] = [...instrumentWarnings(checked), ...volatilityWarnings(checked)];
  const marginAccounts = checked.document.marginAccounts.map((account, index) => {
    const found = accountAnswer(checked, account, pointer('marginAccounts', index));
    warnings.push(...found.warnings, ...orderWarnings(checked, account, pointer('marginAccounts', index)));
    return found.answer;
  });
  return {
    ...profileAnswer(checked),
    marginAccounts,
    warnings: warnings.map((warning) => written(checked, warning)),
  };
}

/** What one account adds to the answer. */
export interface AccountPart {
  readonly answer: CalcAnswer['marginAccounts'][number];
  readonly warnings: readonly CalcWarning[];
}

function accountAnswer(checked: CheckedDocument, account: CalcMarginAccount, path: string): AccountPart {
  return isJudgedWhole(checked, account)
    ? bookAnswer(checked, account, path)
    : isolatedAnswer(checked, account, path);
}

function profileAnswer(checked: CheckedDocument): Pick<CalcAnswer, 'profile'> {
  const { profile } = checked;
  if (profile === null) return {};
  return { profile: { ...profile, filled: profile.filled.map((filled) => written(checked, filled)) } };
}

/** Where the writer of a flat document finds it. */
function written<T extends { readonly path: string }>({ paths }: CheckedDocument, found: T): T {
  return paths === null ? found : { ...found, path: writtenPath(paths, found.path) };
}
