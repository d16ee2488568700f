/**
 * What happens when a margin account is short of the asset it has to pay in. Nothing outside the account pays for it
 * while the account has anything: its other collateral is converted in the declared order through the pool's prefunded
 * facility; what is left it borrows from the pool's lenders, inside the caps, at their rate: what comes into the account
 * in that asset later repays it first (trade.ts). The rest is carried by a position it still has in that asset, whose
 * profit or loss answers for it; at last collateral is taken in kind into the pool's fund, and only then is the rest the
 * pool's claim.
 */
import { lowestRow } from '../base/append.js';
import { max, min, mulDivCeil, mulDivFloor, PPM } from '../base/index.js';
import { accountAssetOf, assetsOf, positionsOf } from './accountParts.js';
import { assetPrice, hasUsablePrice } from './assetPrice.js';
import type { Situation } from './decision.js';
import { type Draft, draftBalance, draftPosition } from './draft.js';
import type { DeficitCause } from './event.js';
import { borrowableOf, borrowLimits, mayHaveDebts, pushBorrow } from './lending.js';
import { poolLedgerRow, type State } from './state.js';

/** An amount of one of its pool's assets that an account needs. */
export interface Need {
  readonly accountRow: number;
  readonly poolAssetRow: number;
  readonly amount: bigint;
}

/** Converts other collateral into the asset; answers with what came in, at most the amount. */
export function convertCollateral(
  situation: Situation,
  draft: Draft,
  need: Need,
  /** What has to stay of each other asset. */
  keptOf: (poolAssetRow: number) => bigint = () => 0n,
): bigint {
  const { state, timeMs } = situation;
  const { accountRow, poolAssetRow } = need;
  if (!hasUsablePrice(state, poolAssetRow, timeMs)) return 0n;
  let raised = 0n;
  for (const source of otherCollateral(situation, draft, need)) {
    const wanted = need.amount - raised;
    if (wanted === 0n) break;
    const facility = poolLedgerRow(state, poolAssetRow, 'facility');
    const rate = conversionRate(state, source.poolAssetRow, poolAssetRow, source.keptPpm.conversion);
    // What the whole balance brings rounds down, what a part costs rounds up: the facility never loses by it.
    const most = min(
      draftBalance(state, draft, facility),
      mulDivFloor(max(0n, source.balance - keptOf(source.poolAssetRow)), rate.numerator, rate.denominator),
    );
    const received = min(wanted, max(0n, most));
    if (received === 0n) continue;
    const given = mulDivCeil(received, rate.denominator, rate.numerator);
    const margin = marginRowOf(state, accountRow, poolAssetRow);
    draft.transfers.push(
      {
        flow: 'convertOut',
        from: source.ledgerRow,
        to: poolLedgerRow(state, source.poolAssetRow, 'facility'),
        amount: given,
      },
      { flow: 'convertIn', from: facility, to: margin, amount: received },
    );
    raised += received;
  }
  return raised;
}

/**
 * Brings in all of the amount: converted, carried, and at last recognised as the pool's claim, against collateral in
 * kind. Answers with what was recognised.
 */
export function coverShortage(
  situation: Situation,
  draft: Draft,
  need: Need & {
    readonly cause: DeficitCause;
    /** The traded position where it goes on: it carries before any other. */
    readonly carrier: number;
    /** The traded position itself: where it does not go on there is nothing left to carry on it. */
    readonly traded: number;
    /** An option that settles with the traded one and carries before anything else is turned to; -1 for none. */
    readonly waitsOn?: number;
  },
): Covered {
  const { state } = situation;
  const { accountRow, poolAssetRow, cause, carrier, traded, waitsOn = -1 } = need;
  if (waitsOn >= 0) return carry(state, draft, need, { traded, on: waitsOn });
  const converted = convertCollateral(situation, draft, need);
  const missing = need.amount - converted - borrowShortage(situation, draft, need, need.amount - converted);
  if (missing === 0n) return { recognised: 0n, carriedByTraded: 0n };
  const on = carrier >= 0 ? carrier : openPositionIn(state, draft, need, traded);
  if (on >= 0) return carry(state, draft, { ...need, amount: missing }, { traded, on });
  const margin = marginRowOf(state, accountRow, poolAssetRow);
  seizeInKind(situation, draft, { ...need, amount: missing });
  draft.deficits.push({ accountRow, poolAssetRow, takeoverRow: -1, cause, amount: missing });
  const receivable = poolLedgerRow(state, poolAssetRow, 'receivable');
  draft.transfers.push({ flow: 'recognise', from: receivable, to: margin, amount: missing });
  return { recognised: missing, carriedByTraded: 0n };
}

interface Covered {
  /** What became the pool's claim. */
  readonly recognised: bigint;
  /** What the traded position has to add to its cost. */
  readonly carriedByTraded: bigint;
}

/** The amount comes in and becomes cost of a position: of the traded one by whoever settles it, of another here. */
function carry(
  state: State,
  draft: Draft,
  { accountRow, poolAssetRow, amount }: Need,
  { traded, on }: { readonly traded: number; readonly on: number },
): Covered {
  draft.transfers.push({
    flow: 'realizeGain',
    from: poolLedgerRow(state, poolAssetRow, 'settlement'),
    to: marginRowOf(state, accountRow, poolAssetRow),
    amount,
  });
  if (on === traded) return { recognised: 0n, carriedByTraded: amount };
  const held = draftPosition(state, draft, on);
  draft.positions.push({ ...held, cost: held.cost + amount });
  return { recognised: 0n, carriedByTraded: 0n };
}

/** Borrows what is missing as far as the lending pool of the asset lends it; answers with the amount. */
function borrowShortage({ state, timeMs }: Situation, draft: Draft, need: Need, missing: bigint): bigint {
  const { accountRow, poolAssetRow } = need;
  if (!mayHaveDebts(state, accountRow) || !hasUsablePrice(state, poolAssetRow, timeMs)) return 0n;
  const row = accountAssetOf(state, accountRow, poolAssetRow);
  const amount = min(missing, borrowableOf(borrowLimits(state, row, draft)));
  pushBorrow(state, draft, row, amount);
  return amount;
}

interface Source {
  readonly poolAssetRow: number;
  readonly ledgerRow: number;
  readonly balance: bigint;
  /** What the pool keeps back of the asset's price. */
  readonly keptPpm: { readonly conversion: bigint; readonly inKind: bigint };
}

/** What else the account holds at a price that may decide, in the declared order. */
function otherCollateral({ state, timeMs }: Situation, draft: Draft, need: Need): Source[] {
  const { accountAssets, poolAssets } = state;
  return assetsOf(state, need.accountRow)
    .map((row) => ({
      poolAssetRow: accountAssets.poolAsset.get(row),
      ledgerRow: accountAssets.ledgerRow.get(row),
    }))
    .filter(
      ({ poolAssetRow }) => poolAssetRow !== need.poolAssetRow && hasUsablePrice(state, poolAssetRow, timeMs),
    )
    .sort(
      (a, b) =>
        poolAssets.conversionRank.get(a.poolAssetRow) - poolAssets.conversionRank.get(b.poolAssetRow) ||
        a.poolAssetRow - b.poolAssetRow,
    )
    .map(({ poolAssetRow, ledgerRow }) => ({
      poolAssetRow,
      ledgerRow,
      balance: draftBalance(state, draft, ledgerRow),
      keptPpm: {
        conversion: poolAssets.conversionSpreadPpm.get(poolAssetRow),
        inKind: max(
          poolAssets.liquidationHaircutPpm.get(poolAssetRow),
          poolAssets.conversionSpreadPpm.get(poolAssetRow),
        ),
      },
    }))
    .filter(({ balance, keptPpm }) => balance > 0n && keptPpm.inKind < PPM);
}

/** Minor units received per minor unit given. */
function conversionRate(state: State, from: number, to: number, keptPpm: bigint) {
  return {
    numerator: assetPrice(state, from) * (PPM - keptPpm),
    denominator: assetPrice(state, to) * PPM,
  };
}

/** Collateral of at least the amount's value, as far as there is any, goes to the pool's fund as it is. */
export function seizeInKind(situation: Situation, draft: Draft, need: Need): void {
  const { state, timeMs } = situation;
  if (!hasUsablePrice(state, need.poolAssetRow, timeMs)) return;
  let left = need.amount;
  for (const source of otherCollateral(situation, draft, need)) {
    if (left <= 0n) return;
    const rate = conversionRate(state, source.poolAssetRow, need.poolAssetRow, source.keptPpm.inKind);
    const amount = min(source.balance, mulDivCeil(left, rate.denominator, rate.numerator));
    const to = poolLedgerRow(state, source.poolAssetRow, 'insuranceFund');
    draft.transfers.push({ flow: 'seize', from: source.ledgerRow, to, amount });
    left -= mulDivFloor(amount, rate.numerator, rate.denominator);
  }
}

/** Another open position of the account that settles in the asset, or -1. */
function openPositionIn(
  state: State,
  draft: Draft,
  { accountRow, poolAssetRow }: Need,
  traded: number,
): number {
  const rows = positionsOf(state, accountRow).filter(
    (row) =>
      row !== traded &&
      state.instruments.poolAsset.get(state.positions.instrument.get(row)) === poolAssetRow &&
      draftPosition(state, draft, row).lots !== 0n,
  );
  return lowestRow(rows);
}

export function marginRowOf(state: State, accountRow: number, poolAssetRow: number): number {
  const { accountAssets } = state;
  for (const row of assetsOf(state, accountRow))
    if (accountAssets.poolAsset.get(row) === poolAssetRow) return accountAssets.ledgerRow.get(row);
  return -1;
}
