/** How far from what it is a proposal may take a number at once. */
import { divCeil, max, min, PPM } from '../base/index.js';
import type { ProposalLimits } from './riskProposalSchema.js';

/** A rate no further from the one before than the limits allow, in whole steps, rounded up. */
export function limitedRate(
  wantedPpm: bigint,
  beforePpm: bigint,
  { limits, stepPpm }: { readonly limits: ProposalLimits; readonly stepPpm: bigint },
): bigint {
  const changed = (share: number) => divCeil(beforePpm * factorOf(share), PPM * stepPpm) * stepPpm;
  const { riseMax, fallMax } = limits;
  if (riseMax !== null && wantedPpm > beforePpm) return min(wantedPpm, changed(riseMax));
  if (fallMax !== null && wantedPpm < beforePpm) return max(wantedPpm, min(beforePpm, changed(-fallMax)));
  return wantedPpm;
}

/** A cap asks for more as it falls: it falls as a rate may rise, and rises as one may fall. Rounded down. */
export function limitedCap(wanted: bigint, before: bigint, { riseMax, fallMax }: ProposalLimits): bigint {
  if (riseMax !== null && wanted < before) return max(wanted, (before * PPM) / factorOf(riseMax));
  if (fallMax !== null && fallMax < 1 && wanted > before)
    return min(wanted, (before * PPM) / factorOf(-fallMax));
  return wanted;
}

function factorOf(share: number): bigint {
  return PPM + BigInt(Math.round(share * 1e6));
}
