/** The OpenAPI document, and a page that shows it and tries it: everything comes from this process, nothing from elsewhere. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../contract/index.js';
import { DOCS_PAGE, DOCS_SCRIPT, DOCS_STYLE } from './docsPage.js';
import { openApiDocument } from './openapi.js';
import { okReply, type Reply } from './reply.js';
import { packageVersion } from './version.js';

let document: JsonObject | undefined;

export async function getOpenApi(): Promise<Reply> {
  document ??= openApiDocument(packageVersion());
  return okReply(document);
}

export async function getDocs(): Promise<Reply> {
  return { status: 200, body: {}, page: DOCS_PAGE, headers: { ...POLICY, 'content-type': HTML_TYPE } };
}

const HTML_TYPE = 'text/html; charset=utf-8';

/** Only what is on the page runs, and it asks nobody but this service. */
const POLICY = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src '${hashOf(DOCS_SCRIPT)}'`,
    `style-src '${hashOf(DOCS_STYLE)}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
