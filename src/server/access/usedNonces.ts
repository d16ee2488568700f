/** Nonces of signed requests within the window, each good for one request. */
export interface UsedNonces {
  /** False where the key has used it before. */
  use(key: string, nonce: string, nowMs: number): boolean;
}

/** Two generations of at least `keptMs` each: what is older is refused by its time. */
export function usedNonces(keptMs: number): UsedNonces {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnedMs = Number.NEGATIVE_INFINITY;
  return {
    use(key, nonce, nowMs) {
      if (nowMs - turnedMs >= keptMs) {
        old = nowMs - turnedMs >= 2 * keptMs ? new Set() : young;
        young = new Set();
        turnedMs = nowMs;
      }
      const used = `${key}\n${nonce}`;
      if (young.has(used) || old.has(used)) return false;
      young.add(used);
      return true;
    },
  };
}
