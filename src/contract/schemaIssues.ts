/** What a schema found wrong, in words that name the place and say what would be right. */
import { pointer } from './calcError.js';
import { type Issue, issue, shownValue } from './errors.js';

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: object;
  readonly message: string;
}

const DECIMAL_RULE = 'must be a plain decimal as a string: no exponent, no plus sign, at most 64 characters';

/** At least one issue, in the order of the schema. */
export function schemaIssues(errors: readonly SchemaError[], value: unknown): [Issue, ...Issue[]] {
  const issues = errors.flatMap((error) => issuesOf(error, value));
  const [first, ...rest] = issues.filter(
    (found, at) => issues.findIndex(({ path }) => path === found.path) === at,
  );
  return first === undefined ? [issue('schema_violation', '', 'does not fit its schema')] : [first, ...rest];
}

function issuesOf(error: SchemaError, value: unknown): readonly Issue[] {
  const { keyword, instancePath: path, message } = error;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    // Said already by the branch, or by the place of the field itself.
    case 'anyOf':
    case 'additionalProperties':
      return [];
    case 'boolean':
      return [issue('schema_violation', path, 'there is no such field')];
    case 'required':
      return (params['requiredProperties'] as readonly string[]).map((name) =>
        issue('schema_violation', `${path}${pointer(name)}`, 'is missing'),
      );
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).join(', ');
      return [issue('schema_violation', path, `must be one of ${allowed}`)];
    }
    case 'pattern':
      return [patternIssue(path, String(params['pattern']), valueAt(value, path))];
    case 'type':
      if (params['type'] === 'null') return [];
      if (params['type'] === 'string' && typeof valueAt(value, path) === 'number') {
        return [issue('not_a_decimal', path, 'must be a string: a JSON number may have lost digits')];
      }
      return [issue('schema_violation', path, message)];
    default:
      return [issue('schema_violation', path, message)];
  }
}

function patternIssue(path: string, pattern: string, got: unknown): Issue {
  const context = { got: shownValue(got) };
  if (pattern.includes('%')) {
    const rule = 'must be 1 to 64 of letters, digits and % + . _ : / -';
    return issue('schema_violation', path, rule, context);
  }
  if (pattern.includes('A-Z')) {
    return issue(
      'schema_violation',
      path,
      'must be an id: 1 to 64 of letters, digits and . _ : / -',
      context,
    );
  }
  if (!pattern.includes('\\.')) {
    const range = pattern.startsWith('^(1000|') ? 'from 1 to 1000' : 'from 1';
    return issue('schema_violation', path, `must be a whole number ${range}`, context);
  }
  if (!pattern.startsWith('^-?') && typeof got === 'string' && got.startsWith('-')) {
    return issue('schema_violation', path, 'must not be negative', context);
  }
  return issue('not_a_decimal', path, DECIMAL_RULE, context);
}

function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined;
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = Object.hasOwn(found, name) ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return found;
}
