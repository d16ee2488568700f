/** The door: who sends a request, whether that can be believed, and whether it comes too often. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import {
  type ErrorCode,
  type JsonObject,
  KEY_HEADER,
  NONCE_HEADER,
  problem,
  SCOPES,
  type Scope,
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
  textToSign,
} from '../../contract/index.js';
import { Refused } from '../reply.js';
import { type Approvals, openApprovals } from './approvals.js';
import { type Audit, openAudit } from './audit.js';
import { type KeyRing, openKeyRing, principalOf } from './keyRing.js';
import { masterKey } from './masterKey.js';
import { type OperatorTokens, openOperatorTokens, type TokenTerms } from './operatorTokens.js';
import { isBound, type Principal } from './principal.js';
import { type Rate, rateLimiter } from './rateLimit.js';
import { usedNonces } from './usedNonces.js';

export interface AccessTerms {
  /** A signed time may be this far from the service's, either way. */
  readonly windowMs: number;
  /** Of each caller that is bound to clients or pools, and of each operator; keys may have their own. */
  readonly rate: Rate;
  /** Scopes whose commands a second principal must approve. */
  readonly fourEyes: readonly Scope[];
  readonly approvalKeptMs: number;
  readonly tokens: TokenTerms | null;
}

export const ACCESS_DEFAULTS: AccessTerms = {
  windowMs: 5_000,
  rate: { perSecond: 100, burst: 200 },
  fourEyes: [],
  approvalKeptMs: 86_400_000,
  tokens: null,
};

/** Of requests from one address that nobody could be found to have sent. */
const FAILURES: Rate = { perSecond: 5, burst: 50 };

export interface Asking {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** Where it comes from. */
  readonly address: string;
}

export interface Access {
  readonly terms: AccessTerms;
  readonly ring: KeyRing;
  readonly audit: Audit;
  readonly approvals: Approvals;
  readonly clock: () => number;
  /** The secret of the first key, which may do everything; null where there are keys already. */
  readonly firstKey: { readonly key: string; readonly secret: string } | null;
  /** Throws Refused where it cannot be believed, or comes too often. */
  authenticate(asking: Asking): Promise<Principal>;
  /** Counts one more request of a caller that is known. Throws Refused where it comes too often. */
  pace(caller: Principal): void;
  /** Whether a caller that was believed before still is: its key not taken back or turned, its token not run out. */
  isGood(caller: Principal): boolean;
  close(): Promise<void>;
}

export async function openAccess(options: {
  /** The folder of the journal; what is kept is in `access` there. */
  readonly directory: string;
  readonly clock?: () => number;
  readonly masterKey?: string | undefined;
  readonly terms?: Partial<AccessTerms>;
}): Promise<Access> {
  const { clock = Date.now } = options;
  const terms = { ...ACCESS_DEFAULTS, ...options.terms };
  const at = (name: string) => join(options.directory, 'access', name);
  const tokens = terms.tokens === null ? null : await openOperatorTokens(terms.tokens);
  const master = await masterKey(at('master.key'), options.masterKey);
  const audit = await openAudit(at('audit.jsonl'), clock);
  const ring = await openKeyRing({ file: at('keys.jsonl'), master, clock });
  const approvals = await openApprovals({ file: at('approvals.jsonl'), clock, keptMs: terms.approvalKeptMs });
  const firstKey = ring.keys.size > 0 ? null : await makeFirstKey(ring, audit);
  const authenticate = authenticator({ terms, ring, tokens, clock });
  const limiter = rateLimiter();

  function pace(caller: Principal): void {
    const own = ring.keys.get(caller.id)?.requestsPerSecond ?? null;
    const isLimited = own !== null || isBound(caller) || caller.version === 0;
    if (!isLimited) return;
    const rate = own === null ? terms.rate : { perSecond: own, burst: 2 * own };
    const waitMs = limiter.take(`caller ${caller.id}`, rate, clock());
    if (waitMs > 0) throw tooMany(waitMs);
  }

  return {
    terms,
    ring,
    audit,
    approvals,
    clock,
    firstKey,
    async authenticate(asking) {
      const nowMs = clock();
      try {
        const caller = await authenticate(asking, nowMs);
        pace(caller);
        return caller;
      } catch (error) {
        if (error instanceof Refused && error.problem.status === 401) {
          audit.countRefusal(error.problem.code);
          const waitMs = limiter.take(`address ${asking.address}`, FAILURES, nowMs);
          if (waitMs > 0) throw tooMany(waitMs);
        }
        throw error;
      }
    },
    pace,
    isGood({ id, version, untilMs }) {
      if (version === 0) return untilMs === null || clock() < untilMs;
      const key = ring.keys.get(id);
      return key !== undefined && key.revokedMs === null && key.version === version;
    },
    async close() {
      await ring.close();
      await approvals.close();
      await audit.close();
    },
  };
}

async function makeFirstKey(ring: KeyRing, audit: Audit) {
  const terms = { label: 'first', scopes: SCOPES, clients: null, pools: null, requestsPerSecond: null };
  const { key, secret } = await ring.make(terms, 'the first start');
  await audit.add({ what: 'key', by: 'the first start', change: 'made', key: key.key });
  return { key: key.key, secret };
}

function tooMany(waitMs: number): Refused {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  return new Refused(problem('rate_limited', { context: { retryAfterMs: waitMs } }), {
    'retry-after': seconds,
  });
}

interface Parts {
  readonly terms: AccessTerms;
  readonly ring: KeyRing;
  readonly tokens: OperatorTokens | null;
  readonly clock: () => number;
}

function authenticator({ terms, ring, tokens, clock }: Parts) {
  const { windowMs } = terms;
  const nonces = usedNonces(2 * windowMs);
  // What was signed before this start may have been answered by the one before, whose nonces are forgotten.
  const startedMs = clock();
  return async (asking: Asking, nowMs: number): Promise<Principal> => {
    const { headers } = asking;
    const id = one(headers[KEY_HEADER]);
    if (id !== undefined) return principalOf(signer(id));
    const bearer = /^Bearer ([\w.-]{1,8192})$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer === undefined) throw refusal('unauthenticated');
    const operator = await tokens?.principalOf(bearer, nowMs);
    if (operator === null || operator === undefined) throw refusal('bad_token');
    return operator;

    function signer(keyId: string) {
      const timestamp = one(headers[TIMESTAMP_HEADER]) ?? '';
      const nonce = one(headers[NONCE_HEADER]) ?? '';
      if (!/^[0-9]{1,15}$/.test(timestamp) || !/^[\w-]{8,64}$/.test(nonce)) throw refusal('bad_signature');
      const timestampMs = Number(timestamp);
      const isNear = Math.abs(nowMs - timestampMs) <= windowMs && timestampMs >= startedMs;
      if (!isNear) throw refusal('timestamp_outside_window', { timestampMs, serviceTimeMs: nowMs, windowMs });
      const key = ring.keys.get(keyId);
      const bodyDigest = createHash('sha256').update(asking.body).digest('hex');
      const { method, path } = asking;
      const text = textToSign({ timestampMs, nonce, method, path, bodyDigest });
      // The same work for a key that is not there, under a secret that nobody has.
      const secret = key === undefined ? 'nobody' : ring.secretOf(key);
      const wanted = createHmac('sha256', secret).update(text).digest();
      const given = Buffer.from(one(headers[SIGNATURE_HEADER]) ?? '', 'hex');
      const isRight = given.length === wanted.length && timingSafeEqual(given, wanted);
      if (!isRight || key === undefined || key.revokedMs !== null) throw refusal('bad_signature');
      if (!nonces.use(keyId, nonce, nowMs)) throw refusal('nonce_used');
      return key;
    }
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function refusal(code: ErrorCode, context: JsonObject = {}): Refused {
  return new Refused(problem(code, { context }), { 'www-authenticate': 'Bearer, Bulkhead-HMAC-SHA256' });
}
