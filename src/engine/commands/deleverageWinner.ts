/** Whether a candidate for deleveraging may give up lots at its turn: looked at as it would be afterwards (LIQ-06). */
import { deleveragingValue, isEligible, type TakeoverInDeficit } from '../../liquidation/index.js';
import {
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  maintenanceMarginCeil,
} from '../../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { hasClosedForm } from '../accountParts.js';
import type { Situation } from '../decision.js';
import { newDraft } from '../draft.js';
import { accountView, markValue } from '../marginView.js';
import { listedInstrument } from '../state.js';
import { accruedFunding, splitTrade } from '../trade.js';
import { tradeAtMark } from './markTrade.js';

/** The takeover whose lots are given up to. */
interface WinnersDeficit extends TakeoverInDeficit {
  readonly instrumentRow: number;
}

/** LIQ-06 on exact numbers: what the account would have after giving up these lots at the deleveraging value. */
export function isWinner(
  situation: Situation,
  deficit: WinnersDeficit,
  positionRow: number,
  lots: bigint,
): boolean {
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
function isSharedWinner(
  situation: Situation,
  deficit: WinnersDeficit,
  positionRow: number,
  lots: bigint,
): boolean {
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
