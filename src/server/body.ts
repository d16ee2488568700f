/** The bytes of a request as JSON: UTF-8 only, bounded in size and depth. */
import { issue, issuesProblem, parseJsonText } from '../contract/index.js';
import { Refused, refuse } from './reply.js';

export const BODY_BYTES_MAX = 1 << 20;

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function readBody(contentType: string | undefined, bytes: Uint8Array): unknown {
  const charset = CHARSET.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw refuse('unsupported_media_type', { got: `charset ${charset.slice(0, 40)}` });
  }
  const parsed = parseJsonText(decode(bytes));
  if (!parsed.ok) throw new Refused(issuesProblem([parsed.error]));
  return parsed.value;
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Refused(issuesProblem([issue('malformed_json', '', 'is not UTF-8 text')]));
  }
}
