/**
 * Every code an answer may carry, in one table: what it means, what to do, the HTTP status. The engine's
 * refusals come first, in their published order; then what is refused before a command reaches the engine.
 */
import { REJECTION_CODES, REJECTIONS, type RejectionCode } from '../engine/index.js';

export interface ErrorInfo {
  /** What is wrong. */
  readonly message: string;
  /** What the caller can do. */
  readonly remedy: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Whether the same request can succeed later although nobody changed it. */
  readonly isRetryable: boolean;
}

/** Refused at the door: nothing is journaled, no sequence is used, the command id stays free. */
const DOOR = {
  malformed_json: {
    message: 'the body is not JSON in UTF-8',
    remedy: 'send one JSON object',
    status: 400,
  },
  duplicate_key: {
    message: 'an object names the same field twice',
    remedy: 'name each field once',
    status: 400,
  },
  too_deep: {
    message: 'the body is nested too deeply',
    remedy: 'no request needs more than the stated depth',
    status: 400,
  },
  schema_violation: {
    message: 'the request does not fit its schema',
    remedy: 'correct the fields listed under errors',
    status: 400,
  },
  unknown_kind: {
    message: 'there is no such kind of command',
    remedy: 'use one of the kinds of the command reference',
    status: 400,
  },
  not_a_decimal: {
    message: 'an exact number is a plain decimal string',
    remedy: 'no exponent, no plus sign, no JSON number, at most 64 characters',
    status: 400,
  },
  too_fine: {
    message: 'the number has more decimals than its unit',
    remedy: 'round it yourself: nothing is rounded for you',
    status: 400,
  },
  off_tick: {
    message: 'the price is not on the price grid of the instrument',
    remedy: 'send a multiple of the stated step',
    status: 400,
  },
  off_lot: {
    message: 'the size is not a whole number of lots',
    remedy: 'send a multiple of the stated step',
    status: 400,
  },
  out_of_range: {
    message: 'the number is outside what the engine can carry',
    remedy: 'send one inside the stated range',
    status: 400,
  },
  missing_command_id: {
    message: 'a command needs an id',
    remedy: 'send id in the body, or the header Idempotency-Key',
    status: 400,
  },
  command_id_mismatch: {
    message: 'the id of the body and the header Idempotency-Key differ',
    remedy: 'send one of them, or the same in both',
    status: 400,
  },
  idempotency_conflict: {
    message: 'the command id was used before for another command',
    remedy: 'use a new id for a new command',
    status: 409,
  },
  malformed_url: { message: 'the address cannot be read', remedy: 'encode it by RFC 3986', status: 400 },
  unauthenticated: {
    message: 'the request says nobody who sends it',
    remedy: 'sign it with a key, or send a token of the identity provider',
    status: 401,
  },
  bad_signature: {
    message: 'the key is not known, or the signature is not that of this request',
    remedy: 'sign time, nonce, method, address and body as the guide shows',
    status: 401,
  },
  bad_token: {
    message: 'the token is not one that this service accepts',
    remedy: 'ask the identity provider for a new one, for the stated audience',
    status: 401,
  },
  timestamp_outside_window: {
    message: 'the signed time is not near the time of the service',
    remedy: 'set the clock by the stated time and sign the request anew',
    status: 401,
    isRetryable: true,
  },
  nonce_used: {
    message: 'the nonce was used before',
    remedy: 'sign each request with a nonce of its own',
    status: 401,
  },
  not_permitted: {
    message: 'the caller may not do this',
    remedy: 'use a key with the stated scope, bound to nothing else',
    status: 403,
  },
  id_not_own: {
    message: 'an id given by a key of one client begins with the id of the client and a colon',
    remedy: 'begin it so',
    status: 422,
  },
  operator_mismatch: {
    message: 'the operator named is not who sends the command',
    remedy: 'name yourself, as the key or token does',
    status: 403,
  },
  rate_limited: {
    message: 'too many requests',
    remedy: 'wait as long as the header Retry-After says',
    status: 429,
    isRetryable: true,
  },
  unknown_key: {
    message: 'there is no such key',
    remedy: 'see GET /v1/keys',
    status: 404,
  },
  unknown_approval: {
    message: 'nothing waits for approval under this id',
    remedy: 'see GET /v1/approvals',
    status: 404,
  },
  approval_decided: {
    message: 'it was approved, rejected or expired before',
    remedy: 'see GET /v1/approvals; send the command anew with a new id',
    status: 409,
  },
  own_approval: {
    message: 'whoever asked does not approve',
    remedy: 'let another with the same scope approve',
    status: 403,
  },
  not_found: {
    message: 'there is nothing at this address',
    remedy: 'see the table of routes',
    status: 404,
  },
  method_not_allowed: {
    message: 'the address does not answer to this method',
    remedy: 'use a method of the header Allow',
    status: 405,
  },
  body_too_large: {
    message: 'the body is too large',
    remedy: 'send at most the stated bytes; split a batch',
    status: 413,
  },
  unsupported_media_type: {
    message: 'the body is not declared as JSON',
    remedy: 'send Content-Type: application/json',
    status: 415,
  },
  upgrade_required: {
    message: 'the address speaks WebSocket',
    remedy: 'open it as a WebSocket, as the reference of the stream shows',
    status: 426,
  },
  foreign_host: {
    message: 'the request was made for another machine than this one, by its Host header',
    remedy: 'ask by localhost or 127.0.0.1; a service that asks nobody who they are answers no other name',
    status: 403,
  },
  cross_origin: {
    message: 'the page that opens the stream is not of this service',
    remedy: 'open it from a page of the service, or from a program, which sends no Origin',
    status: 403,
  },
  too_many_streams: {
    message: 'as many streams are open as the service is set to have',
    remedy: 'close some, or subscribe to more on each',
    status: 503,
    isRetryable: true,
  },
  no_backups: {
    message: 'the service has no folder for backups',
    remedy: 'set backup.directory',
    status: 409,
  },
  records_archived: {
    message: 'what was asked for is in the archive of the journal, which is not there',
    remedy:
      'begin with the stated sequence, or give the archive back; a command with this id was done then, and is not done again',
    status: 410,
  },
  unknown_webhook: {
    message: 'there is no such webhook',
    remedy: 'see GET /v1/webhooks',
    status: 404,
  },
  too_many_webhooks: {
    message: 'there are as many webhooks as a service has',
    remedy: 'remove some, or tell others from the one that hears of all',
    status: 409,
  },
  already_subscribed: {
    message: 'the stream has a subscription to this channel',
    remedy: 'unsubscribe first',
    status: 409,
  },
  not_subscribed: {
    message: 'the stream has no subscription to this channel',
    remedy: 'see the channels of the stream',
    status: 409,
  },
  bad_request: {
    message: 'the request is not HTTP as this service speaks it',
    remedy: 'check the headers and the length of the body',
    status: 400,
  },
  internal_error: {
    message: 'a fault of the service',
    remedy: 'look whether the command was taken before sending it again: the same id is safe',
    status: 500,
  },
  book_too_large: {
    message: 'the venue has more accounts than this question is answered for while it runs',
    remedy: 'ask `bulkhead warn --book` with a copy of the journal',
    status: 422,
  },
  book_unreadable: {
    message: 'the early warning cannot speak of an account or instrument of this venue',
    remedy: 'see the rule; debts, options, spot pairs and separate legs are not in it',
    status: 422,
  },
  journal_failed: {
    message: 'the journal cannot be written: nothing is answered any more until a restart',
    remedy: 'send the same command with the same id after the restart',
    status: 503,
    isRetryable: true,
  },
  shutting_down: {
    message: 'the service is shutting down',
    remedy: 'send the same command with the same id after the restart',
    status: 503,
    isRetryable: true,
  },
} as const satisfies Record<string, Omit<ErrorInfo, 'isRetryable'> & { readonly isRetryable?: true }>;

/** Refusals that pass by themselves, with time, marks or the pool's own work. */
const PASSING: ReadonlySet<RejectionCode> = new Set([
  'source_time_ahead',
  'instrument_not_expired',
  'mark_unusable',
  'asset_price_unusable',
  'account_in_liquidation',
  'pool_not_sound',
  'fund_at_rest',
  'insufficient_pool_cash',
]);

export type DoorCode = keyof typeof DOOR;
export type ErrorCode = RejectionCode | DoorCode;

export const DOOR_CODES = Object.keys(DOOR) as readonly DoorCode[];
export const ERROR_CODES: readonly ErrorCode[] = [...REJECTION_CODES, ...DOOR_CODES];

export const ERRORS = Object.fromEntries([
  ...REJECTION_CODES.map((code) => [code, { ...REJECTIONS[code], isRetryable: PASSING.has(code) }]),
  ...DOOR_CODES.map((code) => [code, { isRetryable: false, ...DOOR[code] }]),
]) as Readonly<Record<ErrorCode, ErrorInfo>>;

/** One thing wrong with a request. */
export interface Issue {
  readonly code: ErrorCode;
  /** JSON pointer into the request; empty for the whole of it. */
  readonly path: string;
  readonly message: string;
  /** The numbers that decided. */
  readonly context?: Readonly<Record<string, string>>;
}

const TEXT_LENGTH_MAX = 256;

/** Text of the request is cut short: an answer must not grow with hostile input. */
export function issue(code: ErrorCode, path: string, message: string, context?: Issue['context']): Issue {
  const base = { code, path: cut(path), message: cut(message) };
  if (context === undefined) return base;
  const entries = Object.entries(context).map(([name, value]) => [name, cut(value)]);
  return { ...base, context: Object.fromEntries(entries) };
}

/** A value of the request in an answer: never converted by its own means, which it may have set traps in. */
export function shownValue(value: unknown): string {
  return cut(typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value));
}

function cut(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}...`;
}
