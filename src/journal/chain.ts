/** The hash chain over frames: each frame's SHA-256 covers the hash of the frame before it. */
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;
export const JOURNAL_ID_BYTES = 16;

/** A place in the chain: a frame, the last sequence in it, and its hash. */
export interface ChainHead {
  readonly frame: number;
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** Where the chain of a journal begins: before frame 1. */
export function genesis(journalId: Uint8Array): ChainHead {
  const hash = createHash('sha256').update('bulkhead journal').update(journalId).digest();
  return { frame: 0, sequence: 0, hash };
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
