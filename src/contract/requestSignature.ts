/**
 * What a key signs: a request's time, a number used once, method, address and body. The signature is HMAC-SHA-256 of this text under the
 * key's secret, in hexadecimal; so is the digest of the body (of nothing where there is none).
 */
export const KEY_HEADER = 'x-bulkhead-key';
export const TIMESTAMP_HEADER = 'x-bulkhead-timestamp';
export const NONCE_HEADER = 'x-bulkhead-nonce';
export const SIGNATURE_HEADER = 'x-bulkhead-signature';

export interface SignedParts {
  readonly timestampMs: number;
  readonly nonce: string;
  readonly method: string;
  /** With the query, as it is sent. */
  readonly path: string;
  /** SHA-256 of the body's bytes, hexadecimal. */
  readonly bodyDigest: string;
}

export function textToSign({ timestampMs, nonce, method, path, bodyDigest }: SignedParts): string {
  return [String(timestampMs), nonce, method, path, bodyDigest].join('\n');
}
