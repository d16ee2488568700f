/**
 * JSON text to a value, with two refusals that `JSON.parse` does not know: nesting beyond what any request
 * needs, and a field named twice in one object, which two readers may read in two ways.
 */
import { err, ok, type Result } from '../base/index.js';
import { type Issue, issue } from './errors.js';

export const DEPTH_MAX = 16;

/** Own fields only: a key `__proto__` is a field like any other, and no schema has it. */
export function parseJsonText(text: string): Result<unknown, Issue> {
  const fault = scan(text);
  if (fault !== null) return err(fault);
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(issue('malformed_json', '', 'is not JSON', { reason }));
  }
}

/** One pass over the tokens that matter; text that is not JSON is left to the parser to refuse. */
function scan(text: string): Issue | null {
  /** Keys of each open object, innermost last; null for an array. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === DEPTH_MAX) {
          return issue('too_deep', '', `is nested more than ${DEPTH_MAX} deep`, {
            depthMax: String(DEPTH_MAX),
          });
        }
        open.push(text[at] === '{' ? new Set() : null);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x22: {
        const end = stringEnd(text, at);
        const keys = open.at(-1);
        if (keys && isKey(text, end)) {
          const key = keyOf(text.slice(at, end));
          if (keys.has(key)) return issue('duplicate_key', '', `names ${JSON.stringify(key)} twice`, { key });
          keys.add(key);
        }
        at = end - 1;
        break;
      }
    }
  }
  return null;
}

/** Behind the closing quote of the string that opens at `from`, or the end of the text. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  return text.charCodeAt(at) === 0x3a;
}

/** The key with its escapes resolved; as it stands where they are not JSON. */
function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
