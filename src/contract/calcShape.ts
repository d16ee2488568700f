/** What is wrong with the shape of a document, named after what its writer did. */
import type { Validator } from 'typebox/compile';
import { type CalcError, calcError, pointer } from './calcError.js';

/** The first violation, named after what the writer of the document did. A misspelt field explains a missing one, so it comes first. */
export function shapeError(errors: readonly ShapeError[], value: unknown): CalcError {
  const unknown = errors.find((error) => error.keyword === 'boolean');
  if (unknown !== undefined)
    return calcError('unknown_field', unknown.instancePath, 'there is no such field');
  const first =
    errors.find(
      (error) => error.keyword !== 'anyOf' && !isNullBranch(error) && !isOtherBranch(error, value),
    ) ?? errors[0];
  if (first === undefined) return calcError('schema_violation', '', 'the document does not fit the schema');

  const path = first.instancePath;
  if (first.keyword === 'required') {
    const field = first.params.requiredProperties[0] ?? '';
    return calcError('missing_field', `${path}${pointer(field)}`, `${field} is missing`);
  }
  if (first.keyword === 'type' && first.params.type === 'string' && typeof at(value, path) === 'number') {
    return calcError(
      'exact_number_not_text',
      path,
      'exact numbers are decimal strings: a JSON number may have lost digits',
    );
  }
  if (isDecimalError(first)) {
    return calcError(
      'invalid_decimal',
      path,
      'a plain decimal is needed: no exponent, no plus sign, at most 64 characters',
      {
        got: String(at(value, path)),
      },
    );
  }
  if (first.keyword === 'enum') {
    const allowed = first.params.allowedValues.join(', ');
    return calcError('schema_violation', path, `must be one of ${allowed}`, {
      got: shown(at(value, path)),
      allowed,
    });
  }
  return calcError('schema_violation', path, first.message, { got: shown(at(value, path)) });
}

export type ShapeError = ReturnType<Validator['Errors']>[number];

/** `notionalCap` may be null: what it fails to be as a decimal is the better message. */
function isNullBranch(error: ShapeError): boolean {
  return error.keyword === 'type' && error.params.type === 'null';
}

/** `scenarios` may be a name or an object: what an object fails to be as a name says nothing, nor the other way round. */
function isOtherBranch(error: ShapeError, value: unknown): boolean {
  if (error.instancePath !== '/scenarios') return false;
  const isObject = typeof at(value, '/scenarios') === 'object';
  return isObject ? error.keyword === 'enum' : error.keyword === 'type';
}

function isDecimalError(error: ShapeError): boolean {
  if (error.keyword === 'maxLength') return true;
  return error.keyword === 'pattern' && String(error.params.pattern).includes('\\.[0-9]');
}

/** The value a pointer leads to. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return found;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' || value === undefined ? typeof value : String(value);
}
