/** A refusal as problem JSON (RFC 9457): one form for everything that is not done. */
import { formatMinor } from '../base/index.js';
import { type CcxtErrorClass, ccxtErrorOf } from './ccxtErrors.js';
import { ERRORS, type ErrorCode, type Issue } from './errors.js';
import type { Json, JsonObject } from './json.js';

export interface Problem {
  readonly type: string;
  /** The meaning of the code: the same for every occurrence. */
  readonly title: string;
  readonly status: number;
  /** What happened here, with its numbers. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** The numbers that decided, as decimal strings with their asset. */
  readonly context: JsonObject;
  /** Everything wrong with the request, by place. */
  readonly errors: readonly Issue[];
  readonly retryable: boolean;
  /** The class of CCXT's errors that says the same. */
  readonly ccxt: CcxtErrorClass;
  /** Where the code is explained. */
  readonly docs: string;
}

export function problem(
  code: ErrorCode,
  { context = {}, errors = [] }: { readonly context?: JsonObject; readonly errors?: readonly Issue[] } = {},
): Problem {
  const { message, remedy, status, isRetryable } = ERRORS[code];
  const numbers = Object.entries(context).map(([name, value]) => `${words(name)} ${shown(value)}`);
  const places = errors
    .slice(0, PLACES_SHOWN)
    .map(({ path, message: what }) => `${path || '(body)'} ${what}`);
  const facts = [...numbers, ...places];
  return {
    type: `urn:bulkhead:problem:${code}`,
    title: message,
    status,
    detail: `${message}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}; ${remedy}`,
    code,
    context,
    errors,
    retryable: isRetryable,
    ccxt: ccxtErrorOf(code),
    docs: `docs/reference/rejections.md#${code}`,
  };
}

/** The problem of a request that never became a command; its code is that of the first thing wrong. */
export function issuesProblem(issues: readonly [Issue, ...Issue[]]): Problem {
  return problem(issues[0].code, { context: issues[0].context ?? {}, errors: issues });
}

const PLACES_SHOWN = 3;

function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: Json): string {
  if (typeof value === 'object' && value !== null && 'amount' in value && 'asset' in value) {
    return `${String(value['amount'])} ${String(value['asset'])}`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** An amount as it stands in a context. */
export function amountJson(
  amountMinor: bigint,
  of: { readonly asset: string; readonly decimals: number },
): JsonObject {
  return { amount: formatMinor(amountMinor, of.decimals), asset: of.asset };
}
