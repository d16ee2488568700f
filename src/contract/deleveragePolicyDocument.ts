/** A policy of deleveraging from its JSON form: what is left out is filled, what cannot be is named. */
import { parseMinor } from '../base/decimal.js';
import { PPM } from '../base/integers.js';
import { err, ok, type Result } from '../base/result.js';
import {
  type DeleveragePolicy,
  type DeleveragePolicyFault,
  deleveragePolicyFault,
} from '../liquidation/index.js';
import type { DeleveragePolicyDocument } from './adlSchema.js';
import { type ContainmentFault, containmentFault } from './containmentFault.js';

export const POLICY_FAULT_MESSAGES: Readonly<Record<DeleveragePolicyFault, string>> = {
  share_out_of_range: 'a share is above 0 and at most 1',
  lots_out_of_range: 'the limit of one position is at least one lot, and at most a 64-bit count of them',
  pro_rata_has_no_cap: '`proRata` takes the same share of all without a cap: `cappedProRata` has one',
  cap_is_missing: '`cappedProRata` needs a `maxShare` below 1: without one it is `proRata`',
};

export type PolicyDocumentFaultCode =
  | DeleveragePolicyFault
  | 'share_too_fine'
  | 'score_without_queue'
  | 'not_whole_lots';

/** `lotsOf` counts contracts in lots, and answers null where they are not whole; null: sizes are no part of it. */
export function readDeleveragePolicy(
  document: DeleveragePolicyDocument = { kind: 'queue' },
  path: string,
  lotsOf: (contracts: string) => bigint | null,
): Result<DeleveragePolicy, ContainmentFault<PolicyDocumentFaultCode>> {
  const { kind, score, maxShare, maxContracts } = document;
  if (kind !== 'queue' && score !== undefined) {
    return err(
      containmentFault('score_without_queue', `${path}/score`, 'only a queue ranks by a score', { kind }),
    );
  }
  const share = maxShare === undefined ? ok(PPM) : parseMinor(maxShare, 6);
  if (!share.ok) {
    const context = { got: maxShare ?? '' };
    return err(containmentFault('share_too_fine', `${path}/maxShare`, 'has at most 6 decimals', context));
  }
  const maxLots = maxContracts === undefined ? null : lotsOf(maxContracts);
  if (maxContracts !== undefined && maxLots === null) {
    const context = { got: maxContracts };
    return err(
      containmentFault('not_whole_lots', `${path}/maxContracts`, 'is not a whole number of lots', context),
    );
  }
  const limits = { maxSharePpm: share.value, maxLots };
  const policy: DeleveragePolicy =
    kind === 'queue' ? { kind, score: score ?? 'bitmex', ...limits } : { kind, ...limits };
  const code = deleveragePolicyFault(policy);
  return code === null ? ok(policy) : err(containmentFault(code, path, POLICY_FAULT_MESSAGES[code]));
}
