/** A deficit as people read it: whose loss it was, and who has paid how much of it. */
import { DEFICIT_CAUSES, outstandingOf, type State } from '../engine/index.js';
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
  readonly coveredByFund: string;
  /** Of that, what the venue paid into the fund for it. */
  readonly toppedUpByVenue: string;
  readonly sharedByGains: string;
  /** Who shared it, the latest first, at most 100; `sharers` is how many there are. */
  readonly sharedBy: readonly {
    readonly account: string | null;
    readonly paid: string;
    readonly returned: string;
  }[];
  readonly sharers: number;
  /** Paid with what came back of it. */
  readonly recovered: string;
  /** Borne by the lenders of the asset, where the deficit came from a debt. */
  readonly borneByLenders: string;
  readonly open: string;
  readonly timeMs: number;
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
    coveredByFund: amount(deficits.covered.get(row)),
    toppedUpByVenue: amount(deficits.toppedUp.get(row)),
    sharedByGains: amount(deficits.shared.get(row)),
    sharedBy: sharedBy(state, row, amount),
    sharers: deficits.shareCount.get(row),
    recovered: amount(deficits.recovered.get(row)),
    borneByLenders: amount(deficits.lent.get(row)),
    open: amount(outstandingOf(state, row)),
    timeMs: deficits.timeMs.get(row),
  };
}

const SHARERS_SHOWN = 100;

function sharedBy(
  state: State,
  deficitRow: number,
  amount: (minor: bigint) => string,
): DeficitView['sharedBy'] {
  const { account, paid, returned, next } = state.lossShares;
  const shown: DeficitView['sharedBy'][number][] = [];
  let row = state.deficits.firstShare.get(deficitRow);
  for (; row >= 0 && shown.length < SHARERS_SHOWN; row = next.get(row)) {
    shown.push({
      account: accountName(state, account.get(row)),
      paid: amount(paid.get(row)),
      returned: amount(returned.get(row)),
    });
  }
  return shown;
}
