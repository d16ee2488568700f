/**
 * Closes the lots of a takeover that the fund cannot cover against winners, at the value where those lots
 * leave nothing: just the needed lots, ranked, each winner checked again (LIQ-06). Lots that find no winner
 * are torn up at the mark against the other side, and what they are short of becomes a deficit (LIQ-07).
 */
import { abs, max, min, mulDivCeil, mulDivFloor, saturateInt64 } from '../../base/index.js';
import { type DeleverageCandidate, isEligible, rankDeleverageCandidates } from '../../liquidation/index.js';
import {
  ASSET_PRICE_SCALE,
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  maintenanceMarginCeil,
} from '../../margin/index.js';
import { equityNow } from '../accountHealth.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { hasClosedForm, valuedInPoolAsset } from '../accountParts.js';
import { assetPrice } from '../assetPrice.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Draft, finishDraft, newDraft } from '../draft.js';
import type { EventOf } from '../event.js';
import { fundBacking } from '../fundBacking.js';
import { accountView, hasUsableMark, markValue, takeoverEquity } from '../marginView.js';
import { reject } from '../rejection.js';
import { fundBalance } from '../soundness.js';
import { listedInstrument, poolLedgerRow, type State } from '../state.js';
import { accruedFunding, splitTrade } from '../trade.js';
import { tradeAtMark } from './markTrade.js';

/** Winners closed in one step: the rest follows in the next, so that no event grows without bound. */
const FILLS_MAX = 256;

/** The takeover as deleveraging sees it. */
interface Deficit {
  readonly takeoverRow: number;
  readonly instrumentRow: number;
  readonly positionRow: number;
  readonly lots: bigint;
  readonly cost: bigint;
  /** With accrued funding. */
  readonly collateral: bigint;
  readonly neededLots: bigint;
}

/** Lots taken from one position. */
interface Taken {
  readonly positionRow: number;
  readonly lots: bigint;
}

export function decideDeleverage(situation: Situation, { takeoverRow }: CommandOf<'deleverage'>): Decision {
  const { state, timeMs } = situation;
  const deficit = deficitOf(situation, takeoverRow);
  if (deficit === null) return reject('nothing_to_do');
  if (!hasUsableMark(state, deficit.instrumentRow, timeMs)) return reject('mark_unusable');
  const side = deficit.lots > 0n ? 'short' : 'long';
  const candidates = [...situation.derived.holders(deficit.instrumentRow, side)]
    .map((positionRow) => candidateOf(state, positionRow))
    .sort((a, b) => a.row - b.row);
  const ranked = rankDeleverageCandidates(candidates);
  const winners = takeFrom(ranked, deficit, (row, lots) => isWinner(situation, deficit, row, lots));
  if (winners.length > 0) return [closeAgainst(situation, deficit, winners, false)];
  // Nobody gains enough: the other side is closed at the mark, winners first, which costs it nothing.
  const others = candidates.filter(({ row }) => !ranked.some((winner) => winner.row === row));
  const torn = takeFrom([...ranked, ...others], deficit, () => true);
  return torn.length > 0 ? [closeAgainst(situation, deficit, torn, true)] : reject('nothing_to_do');
}

/** How many of the takeover's lots the fund cannot cover, after what it owes already; null where it covers all. */
function deficitOf(situation: Situation, takeoverRow: number): Deficit | null {
  const { state, derived } = situation;
  const { takeovers, positions, instruments } = state;
  const instrumentRow = takeovers.instrument.get(takeoverRow);
  const positionRow = takeovers.position.get(takeoverRow);
  const poolAssetRow = instruments.poolAsset.get(instrumentRow);
  const lots = positions.lots.get(positionRow);
  const shortOf = -takeoverEquity(state, takeoverRow);
  if (lots === 0n || shortOf <= 0n) return null;
  const others = derived.inventory.exposure(poolAssetRow) - shortOf;
  const fund = fundBalance(state, poolAssetRow) + fundBacking(situation, poolAssetRow);
  const budget = max(0n, fund - state.totals.outstanding.get(poolAssetRow) - others);
  const covered = mulDivFloor(budget, abs(lots), shortOf);
  if (covered >= abs(lots)) return null;
  return {
    takeoverRow,
    instrumentRow,
    positionRow,
    lots,
    cost: positions.cost.get(positionRow),
    collateral: takeovers.collateral.get(takeoverRow) + accruedFunding(state, positionRow),
    neededLots: abs(lots) - covered,
  };
}

/** A position, with what stands behind it: of a shared account, its whole equity in the position's settlement asset. */
function candidateOf(state: State, positionRow: number): DeleverageCandidate {
  const { positions } = state;
  const accountRow = positions.account.get(positionRow);
  const instrumentRow = positions.instrument.get(positionRow);
  const lots = positions.lots.get(positionRow);
  const paid = positions.cost.get(positionRow) + positions.premium.get(positionRow);
  const atMark = markValue(state, instrumentRow, lots);
  const collateral = hasClosedForm(state, accountRow)
    ? accountView(state, accountRow).collateral + accruedFunding(state, positionRow)
    : equityInAsset(state, accountRow, state.instruments.poolAsset.get(instrumentRow)) - (atMark - paid);
  return { row: positionRow, lots, cost: paid, collateral, markValue: atMark };
}

function equityInAsset(state: State, accountRow: number, poolAssetRow: number): bigint {
  const equity = equityNow(state, accountRow);
  if (valuedInPoolAsset(state, accountRow) === poolAssetRow) return equity;
  const price = assetPrice(state, poolAssetRow);
  return price === 0n ? 0n : mulDivFloor(equity, ASSET_PRICE_SCALE, price);
}

function takeFrom(
  queue: readonly DeleverageCandidate[],
  deficit: Deficit,
  mayTake: (positionRow: number, lots: bigint) => boolean,
): Taken[] {
  const taken: Taken[] = [];
  let needed = deficit.neededLots;
  for (const { row, lots } of queue) {
    if (needed === 0n || taken.length === FILLS_MAX) break;
    const part = min(needed, abs(lots));
    if (!mayTake(row, part)) continue;
    taken.push({ positionRow: row, lots: part });
    needed -= part;
  }
  return taken;
}

/** LIQ-06 on exact numbers: what the account would have after giving up these lots at the deleveraging value. */
function isWinner(situation: Situation, deficit: Deficit, positionRow: number, lots: bigint): boolean {
  const { state } = situation;
  const accountRow = state.positions.account.get(positionRow);
  if (!hasClosedForm(state, accountRow)) return isSharedWinner(situation, deficit, positionRow, lots);
  const { liquidationTerms: marginTerms } = listedInstrument(state, deficit.instrumentRow);
  const view = accountView(state, accountRow);
  const markTicks = state.instruments.markTicks.get(deficit.instrumentRow);
  const trade = { lots: view.lots > 0n ? -lots : lots, value: -deleveragingValue(deficit, lots) };
  const after = splitTrade(view, trade);
  const collateral = view.collateral + accruedFunding(state, positionRow) + after.realized;
  const viewAfter = { ...view, lots: after.lots, cost: after.cost, collateral, fundingPerLot: 0n };
  return (
    collateral >= 0n &&
    isEligible({
      deficitLots: deficit.lots,
      candidateLots: view.lots,
      profitAtMark: markValue(state, deficit.instrumentRow, view.lots) - view.cost,
      profitAtDeleveraging: after.realized,
      equityAfter: equityFloor(marginTerms, viewAfter, markTicks),
      // A flat account asks for nothing (LIQ-10): any equity, also none, is enough.
      maintenanceAfter: after.lots === 0n ? -1n : maintenanceMarginCeil(marginTerms, viewAfter, markTicks),
    })
  );
}

/** The same for an account that is judged whole: the trade is drafted, and the account looked at as it would be. */
function isSharedWinner(situation: Situation, deficit: Deficit, positionRow: number, lots: bigint): boolean {
  const { state } = situation;
  const { positions } = state;
  const accountRow = positions.account.get(positionRow);
  const held = positions.lots.get(positionRow);
  if (!hasAllPrices(state, accountRow)) return false;
  const draft = newDraft();
  const trade = { lots: held > 0n ? -lots : lots, value: -deleveragingValue(deficit, lots) };
  const outcome = tradeAtMark(situation, draft, { positionRow, ...trade });
  if (draft.deficits.length > 0) return false;
  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft });
  const paid = positions.cost.get(positionRow) + positions.premium.get(positionRow);
  return isEligible({
    deficitLots: deficit.lots,
    candidateLots: held,
    profitAtMark: markValue(state, deficit.instrumentRow, held) - paid,
    profitAtDeleveraging: outcome.realized,
    equityAfter: accountEquityFloor(view),
    maintenanceAfter: view.legs.length === 0 ? -1n : accountRequirement(view).maintenance,
  });
}

/**
 * Signed value of the trade that closes so many lots of the takeover where its collateral for them is used up
 * exactly: what they cost, less the collateral that stands behind them. Rounded in the takeover's favour by
 * at most a unit, so that a part never pays more than its share.
 */
function deleveragingValue(deficit: Deficit, lots: bigint): bigint {
  const all = abs(deficit.lots);
  const cost = lots === all ? deficit.cost : mulDivCeil(deficit.cost, lots, all);
  return mulDivFloor(deficit.collateral, lots, all) - cost;
}

function closeAgainst(
  situation: Situation,
  deficit: Deficit,
  taken: readonly Taken[],
  isTearUp: boolean,
): EventOf<'deleveraged'> {
  const { state } = situation;
  const { instrumentRow, takeoverRow } = deficit;
  const poolAssetRow = state.instruments.poolAsset.get(instrumentRow);
  const direction = deficit.lots > 0n ? 1n : -1n;
  const draft = newDraft();
  const fills: EventOf<'deleveraged'>['fills'][number][] = [];
  let lots = 0n;
  let value = 0n;
  let forgoneMinor = 0n;
  for (const part of taken) {
    // Signed value of the lots as the takeover sells them; the account takes the other side.
    const atMark = -markValue(state, instrumentRow, direction * part.lots);
    const partValue = isTearUp ? atMark : deleveragingValue(deficit, part.lots);
    const { positionRow } = part;
    tradeAtMark(situation, draft, { positionRow, lots: direction * part.lots, value: -partValue });
    // What the takeover is paid above the mark is what the account gives up.
    fills.push({
      accountRow: state.positions.account.get(positionRow),
      lots: part.lots,
      value: -partValue,
      forgoneMinor: atMark - partValue,
    });
    lots += part.lots;
    value += partValue;
    forgoneMinor += atMark - partValue;
  }
  const lossMinor = mulDivCeil(-takeoverEquity(state, takeoverRow), lots, abs(deficit.lots));
  const outcome = tradeAtMark(situation, draft, {
    positionRow: deficit.positionRow,
    lots: -direction * lots,
    value,
  });
  if (isTearUp && outcome.lots !== 0n)
    recogniseTornUp(state, draft, deficit, { lots, realized: outcome.realized });
  finishDraft(state, draft, poolAssetRow);
  return {
    kind: 'deleveraged',
    instrumentRow,
    takeoverRow,
    isTearUp,
    markTicks: state.instruments.markTicks.get(instrumentRow),
    takeoverLots: abs(deficit.lots),
    neededLots: deficit.neededLots,
    lossMinor: saturateInt64(lossMinor),
    forgoneMinor: saturateInt64(forgoneMinor),
    fills,
    ...draft,
  };
}

/** Torn-up lots of a takeover that goes on are short of something now: their share of collateral less their loss. */
function recogniseTornUp(
  state: State,
  draft: Draft,
  deficit: Deficit,
  torn: { readonly lots: bigint; readonly realized: bigint },
): void {
  const { takeoverRow } = deficit;
  const collateralOfTorn = mulDivFloor(deficit.collateral, torn.lots, abs(deficit.lots));
  const amount = -(collateralOfTorn + torn.realized);
  if (amount <= 0n) return;
  const poolAssetRow = state.instruments.poolAsset.get(deficit.instrumentRow);
  draft.deficits.push({
    accountRow: state.takeovers.account.get(takeoverRow),
    poolAssetRow,
    takeoverRow,
    cause: 'liquidation',
    amount,
  });
  draft.transfers.push({
    flow: 'recognise',
    from: poolLedgerRow(state, poolAssetRow, 'receivable'),
    to: poolLedgerRow(state, poolAssetRow, 'liquidation'),
    amount,
  });
  const change = draft.takeovers.findIndex((takeover) => takeover.takeoverRow === takeoverRow);
  const before = draft.takeovers[change] as { takeoverRow: number; collateral: bigint; isClosed: boolean };
  draft.takeovers[change] = { ...before, collateral: before.collateral + amount };
}
