/** The stateless calculator: one line of text in, one object out, whatever the line holds. */
import { calcAnswer } from './calcAnswer.js';
import { parseCalcDocument } from './calcDocument.js';
import { type CalcError, calcError } from './calcError.js';
import type { CalcAnswer, CalcRefusal, WholeAccountAnswer } from './calcSchema.js';

export { CALC_ERROR_CODES, type CalcError, type CalcErrorCode, calcError } from './calcError.js';
export * from './calcSchema.js';
export * from './profiles/index.js';

/** Longest document that is read, in characters. */
export const CALC_LENGTH_MAX = 8 * 1024 * 1024;

/**
 * Never throws on account of its input. `profile` fills what the document leaves out, as its own field
 * `profile` does; where both are there they must be the same.
 */
export function answerCalc(
  text: string,
  { profile }: { readonly profile?: string | undefined } = {},
): CalcAnswer | CalcRefusal {
  if (text.length > CALC_LENGTH_MAX) return calcRefusal(tooLong());
  const checked = parseCalcDocument(text, profile);
  if (!checked.ok) return calcRefusal(checked.error);
  return calcAnswer(checked.value);
}

export function isCalcRefusal(answer: CalcAnswer | CalcRefusal): answer is CalcRefusal {
  return 'error' in answer;
}

/** Whether the account was judged as a whole: cross, portfolio, or isolated with an option or a debt. */
export function isWholeAccount(account: CalcAnswer['marginAccounts'][number]): account is WholeAccountAnswer {
  return 'assets' in account;
}

/** The answer to a line that was not kept because it is longer than `CALC_LENGTH_MAX`. */
export function calcLineTooLong(): CalcRefusal {
  return calcRefusal(tooLong());
}

function tooLong(): CalcError {
  return calcError('line_too_long', '', `a document is at most ${CALC_LENGTH_MAX} characters`, {
    limit: String(CALC_LENGTH_MAX),
  });
}

function calcRefusal({ code, message, path, context }: CalcError): CalcRefusal {
  return { error: { code, message, path, context: { ...context } } };
}
