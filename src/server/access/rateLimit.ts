/** How many requests a second somebody may send: a bucket that fills at a steady rate and is never fuller than a second's worth times the burst. */
export interface Rate {
  readonly perSecond: number;
  /** The most at once. */
  readonly burst: number;
}

export interface RateLimiter {
  /** Milliseconds to wait; 0 where the request may pass, and is counted. */
  take(who: string, rate: Rate, nowMs: number): number;
}

interface Bucket {
  tokens: number;
  timeMs: number;
}

/** Buckets remembered at most: the ones that have been full the longest go first. */
const BUCKETS_MAX = 100_000;

export function rateLimiter(): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(who, { perSecond, burst }, nowMs) {
      const known = buckets.get(who);
      const bucket = known ?? { tokens: burst, timeMs: nowMs };
      if (known !== undefined) buckets.delete(who);
      buckets.set(who, bucket);
      if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value as string);
      const passed = Math.max(0, nowMs - bucket.timeMs) / 1000;
      bucket.tokens = Math.min(burst, bucket.tokens + passed * perSecond);
      bucket.timeMs = nowMs;
      if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
      bucket.tokens -= 1;
      return 0;
    },
  };
}
