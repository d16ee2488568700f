/**
 * The terms under which a book is built: next to no margin, no fees, no bands. They let every position in at its own entry
 * price; the instrument's real terms come into force before the last mark of the building, and decide about everything after.
 */
import { PPM } from '../base/index.js';
import type { InstrumentDefinition } from '../market/index.js';

export const OPENING_LEVERAGE_PPM = 1_000n * PPM;

export function openingTerms(definition: InstrumentDefinition): InstrumentDefinition {
  return {
    ...definition,
    makerFeePpm: 0n,
    takerFeePpm: 0n,
    feeTiers: [],
    maintenanceBasis: 'mark',
    initialBasis: 'mark',
    closeFee: 'none',
    unrealizedProfitSharePpm: PPM,
    removalFloorPpm: 0n,
    markMaxJumpPpm: 100n * PPM,
    markConfirmations: 1,
    fillBandPpm: 100n * PPM,
    positionCapLots: null,
    openInterestCapLots: null,
    concentration: null,
    brackets: [
      {
        notionalCapMinor: null,
        initialMarginRatePpm: PPM / 1_000n,
        maintenanceMarginRatePpm: 0n,
        leverageMaxPpm: OPENING_LEVERAGE_PPM,
      },
    ],
  };
}
