/**
 * API keys: who may do what, kept as a history of what was made, turned and taken back. A secret is never stored: it is derived from the
 * master key and shown once, to whoever makes or turns the key.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Scope } from '../../contract/index.js';
import { type ChainedEntry, type ChainedLog, openChainedLog } from './chainedLog.js';
import { boundOf, type Principal } from './principal.js';

export interface KeyTerms {
  readonly label: string;
  readonly scopes: readonly Scope[];
  /** Null: all. */
  readonly clients: readonly string[] | null;
  readonly pools: readonly string[] | null;
  /** Null: as the service is configured. */
  readonly requestsPerSecond: number | null;
}

type KeyEntry =
  | { readonly what: 'made'; readonly key: string; readonly by: string; readonly terms: KeyTerms }
  | { readonly what: 'rotated'; readonly key: string; readonly by: string; readonly version: number }
  | { readonly what: 'revoked'; readonly key: string; readonly by: string };

export interface ApiKey extends KeyTerms {
  readonly key: string;
  readonly createdMs: number;
  /** From 1 on; each has a secret of its own, and only the last is good. */
  readonly version: number;
  readonly rotatedMs: number | null;
  readonly revokedMs: number | null;
}

export interface KeyRing {
  readonly keys: ReadonlyMap<string, ApiKey>;
  /** With its secret, which is shown this once. */
  make(terms: KeyTerms, by: string): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  rotate(key: string, by: string): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  revoke(key: string, by: string): Promise<ApiKey>;
  /** A key of this process alone, written nowhere. */
  lend(terms: KeyTerms): { readonly key: ApiKey; readonly secret: string };
  secretOf(key: ApiKey): string;
  close(): Promise<void>;
}

export async function openKeyRing(options: {
  readonly file: string;
  readonly master: Buffer;
  readonly clock: () => number;
}): Promise<KeyRing> {
  const { file, master, clock } = options;
  const keys = new Map<string, ApiKey>();
  const log: ChainedLog<KeyEntry> = await openChainedLog(file, (entry) => apply(keys, entry));

  const secretOf = ({ key, version }: ApiKey) =>
    createHmac('sha256', master).update(`bulkhead key\n${key}\n${version}`).digest('base64url');

  async function record(entry: KeyEntry): Promise<ApiKey> {
    await log.append(clock(), entry);
    return keys.get(entry.key) as ApiKey;
  }

  function newId(): string {
    for (;;) {
      const id = `k${randomBytes(5).toString('hex')}`;
      if (!keys.has(id)) return id;
    }
  }

  return {
    keys,
    secretOf,
    async make(terms, by) {
      const key = await record({ what: 'made', key: newId(), by, terms });
      return { key, secret: secretOf(key) };
    },
    async rotate(id, by) {
      const version = (keys.get(id) as ApiKey).version + 1;
      const key = await record({ what: 'rotated', key: id, by, version });
      return { key, secret: secretOf(key) };
    },
    revoke: (key, by) => record({ what: 'revoked', key, by }),
    lend(terms) {
      const timeMs = clock();
      const id = newId();
      apply(keys, { number: 0, timeMs, entry: { what: 'made', key: id, by: 'the service', terms } });
      const key = keys.get(id) as ApiKey;
      return { key, secret: secretOf(key) };
    },
    close: () => log.close(),
  };
}

function apply(keys: Map<string, ApiKey>, { timeMs, entry }: ChainedEntry<KeyEntry>): void {
  const { key } = entry;
  const known = keys.get(key);
  if (entry.what === 'made') {
    keys.set(key, {
      key,
      ...entry.terms,
      createdMs: timeMs,
      version: 1,
      rotatedMs: null,
      revokedMs: null,
    });
  } else if (known !== undefined && entry.what === 'rotated') {
    keys.set(key, { ...known, version: entry.version, rotatedMs: timeMs });
  } else if (known !== undefined) {
    keys.set(key, { ...known, revokedMs: timeMs });
  }
}

export function principalOf({ key, scopes, clients, pools, version }: ApiKey): Principal {
  return {
    id: key,
    scopes: new Set(scopes),
    clients: boundOf(clients),
    pools: boundOf(pools),
    idPrefix: clients === null && pools === null ? '' : `${key}/`,
    untilMs: null,
    version,
  };
}
