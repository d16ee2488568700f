/** A deficit as people read it: whose loss it was, and who has paid how much of it. */

import { clawbacksOf } from '../engine/clawbackBooks.js';
import { DEFICIT_CAUSES, outstandingOf, type State } from '../engine/index.js';
import { type ClaimOwner, claimsOf } from '../engine/lossClaims.js';
import { accountName, instrumentName, takeoverName } from './names.js';
import { assetScale, formatAmount } from './scale.js';

/** A loss that its account could not bear, and who has paid of it. */
export interface DeficitView {
  /** By which `recover` names it. */
  readonly deficit: number;
  /** Whose market it was; null of a debt, or where it settles in another asset. */
  readonly instrument: string | null;
  readonly account: string | null;
  readonly takeover: string | null;
  readonly cause: (typeof DEFICIT_CAUSES)[number];
  readonly amount: string;
  /** Given back by accounts of the same client or group, out of what they gained by fills with the account. */
  readonly clawedBack: string;
  /** Who could be asked for that, the latest first, at most 100; `gained` is what each had by those fills. */
  readonly clawbacks: readonly (ClaimView & { readonly gained: string })[];
  readonly coveredByFund: string;
  /** Of that, what the venue paid into the fund for it. */
  readonly toppedUpByVenue: string;
  readonly sharedByGains: string;
  readonly sharedReturned: string;
  /** Who shared it and is still out of something, the latest first, at most 100; `sharers` is how many there have been. */
  readonly sharedBy: readonly ClaimView[];
  readonly sharers: number;
  /** What winners forwent for its takeover, before it was there: one loss with it. */
  readonly forgone: ForgoneView | null;
  readonly writtenOff: boolean;
  /** Paid with what came back of it. */
  readonly recovered: string;
  /** Borne by the lenders of the asset, where the deficit came from a debt. */
  readonly borneByLenders: string;
  readonly open: string;
  readonly timeMs: number;
}

/** What an account is out of by a loss. */
export interface ClaimView {
  readonly account: string | null;
  readonly paid: string;
  readonly returned: string;
}

/** What winners who were deleveraged forwent against the marks for a takeover. */
export interface ForgoneView {
  readonly amount: string;
  readonly returned: string;
  /** Who is still out of something, the latest first, at most 100. */
  readonly by: readonly ClaimView[];
}

export function openDeficits(state: State, poolAssetRow: number): readonly number[] {
  const open: number[] = [];
  let row = state.poolAssets.firstOpenDeficit.get(poolAssetRow);
  for (; row >= 0; row = state.deficits.next.get(row)) open.push(row);
  return open;
}

/** What the deficit is, what has been paid of it, and by whom. */
export function deficitView(state: State, row: number): DeficitView {
  const { deficits } = state;
  const scale = assetScale(state, state.poolAssets.asset.get(deficits.poolAsset.get(row)));
  const amount = (minor: bigint) => formatAmount(minor, scale);
  return {
    deficit: row,
    instrument: instrumentName(state, deficits.instrument.get(row)),
    account: accountName(state, deficits.account.get(row)),
    takeover: takeoverName(state, deficits.takeover.get(row)),
    cause: DEFICIT_CAUSES[deficits.cause.get(row)] as DeficitView['cause'],
    amount: amount(deficits.amount.get(row)),
    clawedBack: amount(deficits.clawedBack.get(row)),
    clawbacks: clawbackViews(state, row, amount),
    coveredByFund: amount(deficits.covered.get(row)),
    toppedUpByVenue: amount(deficits.toppedUp.get(row)),
    sharedByGains: amount(deficits.shared.get(row)),
    sharedReturned: amount(deficits.sharesReturned.get(row)),
    sharedBy: claimViews(state, { of: 'deficits', row }, amount),
    sharers: deficits.claimCount.get(row),
    forgone: forgoneView(state, deficits.takeover.get(row), amount),
    writtenOff: deficits.isWrittenOff.get(row) === 1,
    recovered: amount(deficits.recovered.get(row)),
    borneByLenders: amount(deficits.lent.get(row)),
    open: amount(outstandingOf(state, row)),
    timeMs: deficits.timeMs.get(row),
  };
}

/** Null of no takeover. */
export function forgoneView(
  state: State,
  takeoverRow: number,
  amount: (minor: bigint) => string,
): ForgoneView | null {
  if (takeoverRow < 0) return null;
  const { forgone, forgoneReturned } = state.takeovers;
  return {
    amount: amount(forgone.get(takeoverRow)),
    returned: amount(forgoneReturned.get(takeoverRow)),
    by: claimViews(state, { of: 'takeovers', row: takeoverRow }, amount),
  };
}

const CLAIMS_SHOWN = 100;

function claimViews(state: State, owner: ClaimOwner, amount: (minor: bigint) => string): ClaimView[] {
  const { account, paid, returned } = state.lossClaims;
  const shown: ClaimView[] = [];
  for (const row of claimsOf(state, owner)) {
    if (shown.length === CLAIMS_SHOWN) break;
    shown.push({
      account: accountName(state, account.get(row)),
      paid: amount(paid.get(row)),
      returned: amount(returned.get(row)),
    });
  }
  return shown;
}

function clawbackViews(
  state: State,
  deficitRow: number,
  amount: (minor: bigint) => string,
): DeficitView['clawbacks'] {
  const { account, claim, paid, returned } = state.clawbacks;
  return [...clawbacksOf(state, deficitRow)].slice(0, CLAIMS_SHOWN).map((row) => ({
    account: accountName(state, account.get(row)),
    gained: amount(claim.get(row)),
    paid: amount(paid.get(row)),
    returned: amount(returned.get(row)),
  }));
}
