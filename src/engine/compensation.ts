/**
 * Who pays what a correction makes good: first the pool's insurance fund, while the pool is sound and at rest and only
 * with what leaves it sound, then venue capital; each at most what the correction names. Never another client.
 */
import { assert, max, min } from '../base/index.js';
import type { Transfer } from '../isolation/index.js';
import { accountAssetOf } from './accountParts.js';
import type { Situation } from './decision.js';
import type { EventOf } from './event.js';
import { hasOpenLosses } from './openLosses.js';
import { type Rejection, reject } from './rejection.js';
import { poolSurplus } from './soundness.js';
import { ACCOUNT_STATUS, clientLedgerRow, poolLedgerRow, type State, venueLedgerRow } from './state.js';
import { freeInWallet } from './walletHold.js';

export interface Compensation {
  readonly compensations: EventOf<'tradeBusted'>['compensations'];
  readonly transfers: readonly Transfer[];
}

/** All of the amount, or a refusal with what fund and venue could pay. */
export function compensate(
  situation: Situation,
  due: {
    readonly accountRow: number;
    readonly poolAssetRow: number;
    readonly amountMinor: bigint;
    readonly caps: { readonly fundCapMinor: bigint; readonly venueCapMinor: bigint };
  },
): Compensation | Rejection {
  const { state } = situation;
  const { accountRow, poolAssetRow, amountMinor, caps } = due;
  const assetRow = state.poolAssets.asset.get(poolAssetRow);
  const capital = venueLedgerRow(state, assetRow, 'capital');
  const ofFund = min(caps.fundCapMinor, spareFund(situation, poolAssetRow));
  const ofVenue = min(caps.venueCapMinor, freeInWallet(state, capital));
  const fundPaidMinor = min(amountMinor, ofFund);
  const venuePaidMinor = amountMinor - fundPaidMinor;
  if (venuePaidMinor > ofVenue) {
    const of = (minor: bigint) => ({ minor, assetRow });
    return reject('correction_unfunded', {
      needed: of(amountMinor),
      ofFund: of(ofFund),
      ofVenue: of(ofVenue),
    });
  }
  const accountAssetRow = accountAssetOf(state, accountRow, poolAssetRow);
  const margin = state.accountAssets.ledgerRow.get(accountAssetRow);
  const fund = poolLedgerRow(state, poolAssetRow, 'insuranceFund');
  const transfers: Transfer[] = [];
  if (fundPaidMinor > 0n)
    transfers.push({ flow: 'compensateFund', from: fund, to: margin, amount: fundPaidMinor });
  if (venuePaidMinor > 0n)
    transfers.push({ flow: 'compensateVenue', from: capital, to: margin, amount: venuePaidMinor });
  // An account that is closed stays at zero: what comes for it is its client's.
  const isSwept = state.accounts.status.get(accountRow) === ACCOUNT_STATUS.closed;
  if (isSwept) {
    const to = walletOf(state, accountRow, assetRow);
    assert(to >= 0, 'an account that is closed has a wallet behind it');
    transfers.push({ flow: 'sweep', from: margin, to, amount: amountMinor });
  }
  return { transfers, compensations: [{ accountRow, fundPaidMinor, venuePaidMinor, isSwept }] };
}

/** What the fund may give without a loss of the pool having less behind it (LIQ-09). */
function spareFund(situation: Situation, poolAssetRow: number): bigint {
  const { state } = situation;
  if (hasOpenLosses(situation, state.poolAssets.pool.get(poolAssetRow))) return 0n;
  return max(0n, poolSurplus(situation, poolAssetRow));
}

function walletOf(state: State, accountRow: number, assetRow: number): number {
  const clientRow = state.accounts.client.get(accountRow);
  return clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
}
