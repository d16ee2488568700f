/** Who sends a request, and how far it reaches. */
import type { Scope } from '../../contract/index.js';
import { SCOPES } from '../../contract/index.js';

/** Names, or all there are. */
export type Bound = 'all' | ReadonlySet<string>;

export interface Principal {
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly clients: Bound;
  readonly pools: Bound;
  /** Before the id of its commands in the journal, so that callers who must not know of each other cannot meet there; empty for the venue's own. */
  readonly idPrefix: string;
  /** Not good any more from this time on; null: as long as its key is. */
  readonly untilMs: number | null;
  /** Which of its key's secrets it has signed with; 0 without a key. */
  readonly version: number;
}

/** Where nobody is asked who they are. */
export const ANYBODY: Principal = {
  id: 'anybody',
  scopes: new Set(SCOPES),
  clients: 'all',
  pools: 'all',
  idPrefix: '',
  untilMs: null,
  version: 0,
};

export function isBound({ clients, pools }: Principal): boolean {
  return clients !== 'all' || pools !== 'all';
}

export function reaches(bound: Bound, name: string): boolean {
  return bound === 'all' || bound.has(name);
}

/** A list of names in a record or a claim: absent or empty is all. */
export function boundOf(names: readonly string[] | null | undefined): Bound {
  return names === null || names === undefined ? 'all' : new Set(names);
}
