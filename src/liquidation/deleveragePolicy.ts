/**
 * How a pool chooses who is deleveraged, as data: one of four policies with its limits, checked before it is
 * stored, with one canonical encoding.
 */
import { type Field, i64, nullable, oneOf, record, variant } from '../base/canonicalBytes.js';
import { isInt64, PPM } from '../base/integers.js';
import { DELEVERAGE_SCORES, type DeleverageScore } from './deleverageScore.js';

/** What no account gives more than, whatever the policy. */
export interface DeleverageLimits {
  /** Most of one position, in ppm of its lots, rounded down: beta of the papers. 1,000,000 is all of it. */
  readonly maxSharePpm: bigint;
  /** Most lots of one position; null: no limit but the share. */
  readonly maxLots: bigint | null;
}

/**
 * `queue`: whole positions down the ranking of a venue's score until the need is met.
 * `proRata`: the same share of every winner's position, by largest remainder.
 * `cappedProRata`: h = min(eta, beta), the same share of every position up to the cap `maxSharePpm`.
 * `riskAware`: h = min(beta, tau w), shares in proportion to effective leverage w up to the cap.
 * eta and tau are what makes the lots sum to the need. Chitra, "Autodeleveraging: Impossibilities and
 * Optimization", 2025 (arXiv 2512.01112), where h is the part of a winner that is cut.
 */
export type DeleveragePolicy =
  | ({ readonly kind: 'queue'; readonly score: DeleverageScore } & DeleverageLimits)
  | ({ readonly kind: 'proRata' } & DeleverageLimits)
  | ({ readonly kind: 'cappedProRata' } & DeleverageLimits)
  | ({ readonly kind: 'riskAware' } & DeleverageLimits);

/** What the engine does where a pool states nothing: a queue by profit rate times effective leverage. */
export const DEFAULT_DELEVERAGE_POLICY: DeleveragePolicy = {
  kind: 'queue',
  score: 'bitmex',
  maxSharePpm: PPM,
  maxLots: null,
};

export type DeleveragePolicyFault =
  | 'share_out_of_range'
  | 'lots_out_of_range'
  | 'pro_rata_has_no_cap'
  | 'cap_is_missing';

/** What is wrong with a policy, or null. The share is above 0 and at most 1; only `proRata` must have none, and `cappedProRata` must have one. */
export function deleveragePolicyFault(policy: DeleveragePolicy): DeleveragePolicyFault | null {
  const { kind, maxSharePpm, maxLots } = policy;
  if (maxSharePpm <= 0n || maxSharePpm > PPM) return 'share_out_of_range';
  if (maxLots !== null && (maxLots <= 0n || !isInt64(maxLots))) return 'lots_out_of_range';
  if (kind === 'proRata' && maxSharePpm !== PPM) return 'pro_rata_has_no_cap';
  if (kind === 'cappedProRata' && maxSharePpm === PPM) return 'cap_is_missing';
  return null;
}

const LIMITS = { maxSharePpm: i64, maxLots: nullable(i64) };

/** The canonical encoding: append kinds and scores, never reorder them. */
export const deleveragePolicyField: Field<DeleveragePolicy> = variant({
  queue: record<{ score: DeleverageScore } & DeleverageLimits>({
    score: oneOf(DELEVERAGE_SCORES),
    ...LIMITS,
  }),
  proRata: record<DeleverageLimits>(LIMITS),
  cappedProRata: record<DeleverageLimits>(LIMITS),
  riskAware: record<DeleverageLimits>(LIMITS),
});
