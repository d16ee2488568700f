/**
 * Takes over an account with several positions or assets: each position becomes a takeover of its own, with its part of
 * the collateral, by amount (LIQ-03). A position's part is such that what it is worth at the mark with its part is the
 * account's equity in proportion to its maintenance margin; the leftover goes with the largest. Collateral that no
 * position settles in is converted as far as the pool's facility reaches; the rest goes to the pool's fund as it is.
 * Debts are paid before all that (settleDebts.ts); an account with nothing but debts keeps what is left.
 */
import { divFloor, max, mulDivFloor, saturateInt64 } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountEquityFloor,
  accountRequirement,
  isAccountLiquidatable,
  type LegView,
} from '../../margin/index.js';
import { notionalAtMark } from '../../market/index.js';
import { mayDecide } from '../accountHealth.js';
import { LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { assetsOf, positionOf } from '../accountParts.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, draftBalance, newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { markValue } from '../marginView.js';
import { cancelAll } from '../orderFacts.js';
import { reject } from '../rejection.js';
import { convertCollateral, marginRowOf } from '../shortage.js';
import { poolLedgerRow, type State } from '../state.js';
import { accruedFunding } from '../trade.js';
import { liquidateDebts, settleDebts } from './settleDebts.js';

/** A position without lots. */
export const FLAT = { lots: 0n, cost: 0n, premium: 0n } as const;

export function takeOverShared(situation: Situation, accountRow: number): Decision {
  const { state, timeMs } = situation;
  if (!mayDecide(state, accountRow, timeMs))
    return reject('mark_unusable', { account: state.accounts.names.nameOf(accountRow) });
  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  if (!isAccountLiquidatable(view)) return [{ kind: 'recovered', accountRow }];

  if (view.legs.length === 0) return [liquidateDebts(situation, accountRow, view)];

  const draft = newDraft();
  settleDebts(situation, draft, accountRow);
  const unindebted = wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft });
  const required = maintenanceByLeg(unindebted);
  const legs = unindebted.legs
    .map((leg) => takenLeg(state, accountRow, leg, required(leg)))
    .sort((a, b) => a.row - b.row);
  const books = booksOf(state, accountRow, unindebted, legs);
  rebalance(situation, draft, accountRow, books);
  const parts = books.flatMap((book) => divide(state, draft, accountRow, book));
  seizeRest(state, draft, accountRow, books);
  return [accountTakenOver(state, { accountRow, view, parts, draft })];
}

interface TakenLeg {
  readonly row: number;
  readonly instrumentRow: number;
  readonly poolAssetRow: number;
  /** Value at the mark and accrued funding less cost, settlement minor units, rounded down. */
  readonly result: bigint;
  /** Of its maintenance margin, any unit: only proportions count. */
  readonly weight: bigint;
}

/** Maintenance margin of each leg; where the model charges the account as a whole, its notional stands in for it. */
function maintenanceByLeg(view: AccountView): (leg: LegView) => bigint {
  const lines = accountRequirement(view).lines.filter(({ of }) => of === 'maintenance');
  const ofLeg = ({ instrument, leg }: LegView) =>
    lines
      .filter((line) => line.instrument === instrument && line.leg === leg)
      .reduce((sum, { amount }) => sum + amount, 0n);
  const isByLeg = view.legs.some((leg) => ofLeg(leg) > 0n);
  if (isByLeg) return ofLeg;
  return ({ terms, lots, markTicks, settleAsset }) => {
    const { numerator, denominator } = notionalAtMark(terms, lots, markTicks);
    const price = view.assets.find(({ asset }) => asset === settleAsset)?.price ?? ASSET_PRICE_SCALE;
    return mulDivFloor(numerator, price, denominator * ASSET_PRICE_SCALE);
  };
}

function takenLeg(state: State, accountRow: number, leg: LegView, required: bigint): TakenLeg {
  const row = positionOf(state, { accountRow, instrumentRow: leg.instrument, leg: leg.leg });
  return {
    row,
    instrumentRow: leg.instrument,
    poolAssetRow: state.instruments.poolAsset.get(leg.instrument),
    result: markValue(state, leg.instrument, leg.lots) + accruedFunding(state, row) - leg.cost,
    weight: max(1n, required),
  };
}

/** What the account has in one asset. */
interface Book {
  readonly poolAssetRow: number;
  readonly legs: readonly TakenLeg[];
  /** Results of its legs. */
  readonly result: bigint;
  /** What should be in it, results included, so that every leg gets its proportion of equity. */
  readonly target: bigint;
}

function booksOf(state: State, accountRow: number, view: AccountView, legs: readonly TakenLeg[]): Book[] {
  const equity = accountEquityFloor(view);
  const weightOfAll = legs.reduce((sum, { weight }) => sum + weight, 0n);
  return assetsOf(state, accountRow)
    .map((row) => state.accountAssets.poolAsset.get(row))
    .sort((a, b) => a - b)
    .map((poolAssetRow) => {
      const own = legs.filter((leg) => leg.poolAssetRow === poolAssetRow);
      const weight = own.reduce((sum, leg) => sum + leg.weight, 0n);
      const assetRow = state.poolAssets.asset.get(poolAssetRow);
      const price = view.assets.find(({ asset }) => asset === assetRow)?.price ?? ASSET_PRICE_SCALE;
      return {
        poolAssetRow,
        legs: own,
        result: own.reduce((sum, leg) => sum + leg.result, 0n),
        target: weight === 0n ? 0n : mulDivFloor(equity * weight, ASSET_PRICE_SCALE, weightOfAll * price),
      };
    });
}

/** Converts what is above its target into what is below, as far as the facility has it. */
function rebalance(situation: Situation, draft: Draft, accountRow: number, books: readonly Book[]): void {
  const { state } = situation;
  const bookOf = new Map(books.map((book) => [book.poolAssetRow, book]));
  for (const { poolAssetRow, legs, result, target } of books) {
    if (legs.length === 0) continue;
    const amount = target - result - draftBalance(state, draft, marginRowOf(state, accountRow, poolAssetRow));
    if (amount <= 0n) continue;
    convertCollateral(situation, draft, { accountRow, poolAssetRow, amount }, (other) => {
      const book = bookOf.get(other);
      return book === undefined ? 0n : max(0n, book.target - book.result);
    });
  }
}

interface Part extends TakenLeg {
  readonly collateral: bigint;
}

/** Divides an asset's collateral among its legs, in proportion to what they require. */
function divide(
  state: State,
  draft: Draft,
  accountRow: number,
  { poolAssetRow, legs, result }: Book,
): Part[] {
  const first = legs[0];
  if (first === undefined) return [];
  const balance = draftBalance(state, draft, marginRowOf(state, accountRow, poolAssetRow));
  const weightOfAll = legs.reduce((sum, { weight }) => sum + weight, 0n);
  const parts = legs.map((leg) => ({
    ...leg,
    collateral: divFloor((balance + result) * leg.weight, weightOfAll) - leg.result,
  }));
  const left = balance - parts.reduce((sum, { collateral }) => sum + collateral, 0n);
  const largest = parts.reduce((best, part) => (part.weight > best.weight ? part : best));
  return parts.map((part) => (part === largest ? { ...part, collateral: part.collateral + left } : part));
}

/** What no position settles in goes to the pool's fund as it is. */
function seizeRest(state: State, draft: Draft, accountRow: number, books: readonly Book[]): void {
  for (const { poolAssetRow, legs } of books) {
    const from = marginRowOf(state, accountRow, poolAssetRow);
    const amount = draftBalance(state, draft, from);
    if (amount === 0n) continue;
    const [flow, kind]: [Transfer['flow'], 'insuranceFund' | 'liquidation'] =
      legs.length === 0 ? ['seize', 'insuranceFund'] : ['takeOver', 'liquidation'];
    draft.transfers.push({ flow, from, to: poolLedgerRow(state, poolAssetRow, kind), amount });
  }
}

function accountTakenOver(
  state: State,
  of: {
    readonly accountRow: number;
    readonly view: AccountView;
    readonly parts: readonly Part[];
    readonly draft: Draft;
  },
): EventOf<'accountTakenOver'> {
  const { accountRow, view, parts, draft } = of;
  const { positions, instruments, pools, accounts } = state;
  const poolRow = accounts.pool.get(accountRow);
  const pool = pools.names.nameOf(poolRow);
  const taken = pools.takeoverCount.get(poolRow);
  const firstRow = positions.table.size;
  return {
    kind: 'accountTakenOver',
    accountRow,
    equity: saturateInt64(accountEquityFloor(view)),
    maintenance: saturateInt64(accountRequirement(view).maintenance),
    parts: parts.map(({ instrumentRow, collateral }, at) => ({
      takeover: `${pool}#${taken + 1 + at}`,
      instrumentRow,
      positionRow: firstRow + at,
      collateral,
    })),
    transfers: draft.transfers,
    positions: parts.flatMap(({ row, instrumentRow }, at) => [
      { ...FLAT, position: row, fundingIndex: instruments.fundingIndex.get(instrumentRow) },
      {
        position: firstRow + at,
        lots: positions.lots.get(row),
        cost: positions.cost.get(row),
        fundingIndex: positions.fundingIndex.get(row),
        premium: 0n,
      },
    ]),
    deficits: draft.deficits,
    debts: draft.debts,
    ...cancelAll(state, accountRow),
  };
}
