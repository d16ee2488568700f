/** How a request says who sends it: signed with a key, or with an operator's token. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  KEY_HEADER,
  NONCE_HEADER,
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
  textToSign,
} from '../contract/requestSignature.js';

export type Credentials =
  | { readonly key: string; readonly secret: string }
  /** Asked for each request, so that it can be a new one. */
  | { readonly token: () => string | Promise<string> };

export interface Request {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
  readonly nowMs: number;
}

/** Headers to be sent with it; none without credentials. */
export async function credentialHeaders(
  credentials: Credentials | null,
  request: Request,
): Promise<Record<string, string>> {
  if (credentials === null) return {};
  if ('token' in credentials) return { authorization: `Bearer ${await credentials.token()}` };
  return signedHeaders(credentials, request);
}

export function signedHeaders(
  { key, secret }: { readonly key: string; readonly secret: string },
  { method, path, body, nowMs }: Request,
): Record<string, string> {
  const nonce = randomBytes(12).toString('hex');
  const bodyDigest = createHash('sha256').update(body).digest('hex');
  const text = textToSign({ timestampMs: nowMs, nonce, method, path, bodyDigest });
  return {
    [KEY_HEADER]: key,
    [TIMESTAMP_HEADER]: String(nowMs),
    [NONCE_HEADER]: nonce,
    [SIGNATURE_HEADER]: createHmac('sha256', secret).update(text).digest('hex'),
  };
}
