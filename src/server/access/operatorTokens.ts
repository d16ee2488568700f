/** Operators by the tokens of an identity provider: a signed JWT, whose keys are a file or an address, for the stated issuer and audience. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { SCOPES, type Scope } from '../../contract/index.js';
import { boundOf, type Principal } from './principal.js';

export interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  /** A JWK set: the path of a file, or an https address. */
  readonly keys: string;
}

export interface OperatorTokens {
  /** Null where it is not to be trusted. */
  principalOf(token: string, nowMs: number): Promise<Principal | null>;
}

/** What the provider may sign with: public keys only, so that nobody who checks can also sign. */
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'];
const CLOCK_TOLERANCE_SECONDS = 5;

export async function openOperatorTokens({ issuer, audience, keys }: TokenTerms): Promise<OperatorTokens> {
  const keySet: JWTVerifyGetKey = /^https?:/.test(keys)
    ? createRemoteJWKSet(new URL(keys))
    : createLocalJWKSet(JSON.parse(await readFile(keys, 'utf8')));
  return {
    async principalOf(token, nowMs) {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          currentDate: new Date(nowMs),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          requiredClaims: ['sub', 'exp'],
        });
        return fromClaims(payload);
      } catch {
        return null;
      }
    },
  };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@|/-]{0,63}$/;

/** `scope` is the standard's list of words; `bulkhead_clients` and `bulkhead_pools` bind the operator where they are there. */
function fromClaims(claims: JWTPayload): Principal | null {
  const { sub = '', scope } = claims;
  const words = typeof scope === 'string' ? scope.split(' ') : [];
  const scopes = SCOPES.filter((known: Scope) => words.includes(known));
  const clients = names(claims['bulkhead_clients']);
  const pools = names(claims['bulkhead_pools']);
  if (!NAME.test(sub) || scopes.length === 0 || clients === undefined || pools === undefined) return null;
  const isFree = clients === null && pools === null;
  return {
    id: sub,
    scopes: new Set(scopes),
    clients: boundOf(clients),
    pools: boundOf(pools),
    idPrefix: isFree ? '' : `o${createHash('sha256').update(sub).digest('hex').slice(0, 10)}/`,
    untilMs: (claims.exp as number) * 1000,
    version: 0,
  };
}

/** Null: not bound; undefined: a claim that cannot be read binds to nothing, so that it is refused. */
function names(claim: unknown): readonly string[] | null | undefined {
  if (claim === undefined) return null;
  if (!Array.isArray(claim) || !claim.every((name) => typeof name === 'string')) return undefined;
  return claim;
}
