/** Refusals of the stateless commands on losses: a stable code, where in the document, and the values that decided. */
import Type from 'typebox';
import type { Validator } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import { type CalcErrorCode, calcError } from './calcError.js';
import { amountText } from './calcSchemaField.js';
import { shapeError } from './calcShape.js';
import { parseJsonText } from './jsonText.js';

export interface ContainmentFault<Code extends string> {
  readonly code: Code;
  readonly message: string;
  /** JSON pointer into the document; empty for the document itself. */
  readonly path: string;
  readonly context: Readonly<Record<string, string>>;
}

/** What can be wrong with any document, before its own rules. */
export type DocumentFaultCode = Extract<
  CalcErrorCode,
  | 'line_too_long'
  | 'malformed_json'
  | 'unknown_field'
  | 'missing_field'
  | 'exact_number_not_text'
  | 'invalid_decimal'
  | 'schema_violation'
>;

/** Longest document that is read, in characters. */
export const CONTAINMENT_LENGTH_MAX = 8 * 1024 * 1024;

/** The value of a text that fits a schema, or the first thing wrong with it. */
export function readDocument(
  text: string,
  validator: Pick<Validator, 'Check' | 'Errors'>,
): Result<unknown, ContainmentFault<DocumentFaultCode>> {
  if (text.length > CONTAINMENT_LENGTH_MAX) {
    const limit = String(CONTAINMENT_LENGTH_MAX);
    return shapeFault('line_too_long', `a document is at most ${limit} characters`, { limit });
  }
  const parsed = parseJsonText(text);
  if (!parsed.ok)
    return shapeFault('malformed_json', `the text ${parsed.error.message}`, parsed.error.context ?? {});
  const { value } = parsed;
  if (validator.Check(value)) return ok(value);
  const found = shapeError(validator.Errors(value), value);
  return err({ ...found, code: found.code as DocumentFaultCode });
}

/** Text that came from the document is cut short, as the calculator does. */
export function containmentFault<Code extends string>(
  code: Code,
  path: string,
  message: string,
  context: Readonly<Record<string, string>> = {},
): ContainmentFault<Code> {
  const cut = calcError('schema_violation', path, message, context);
  return { ...cut, code };
}

/** The answer to a refused document. */
export const ContainmentRefusal = Type.Object({
  error: Type.Object({
    code: amountText('Stable name.', 'code', 'own_account_missing'),
    message: amountText(
      'What is wrong and what would be right.',
      'text',
      'the first layer is the own account',
    ),
    path: amountText('Where.', 'JSON pointer', '/layers/0'),
    context: Type.Record(Type.String(), amountText('A value that decided.', 'text', 'fund')),
  }),
});

export type ContainmentRefusal = Type.Static<typeof ContainmentRefusal>;

export function containmentRefusal(fault: ContainmentFault<string>): ContainmentRefusal {
  const { code, message, path, context } = fault;
  return { error: { code, message, path, context: { ...context } } };
}

function shapeFault(code: DocumentFaultCode, message: string, context: Readonly<Record<string, string>>) {
  return err(containmentFault(code, '', message, context));
}
