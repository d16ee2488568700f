/** A position as deleveraging ranks it: with what stands behind it, and what hedges it. */
import { mulDivFloor } from '../base/index.js';
import type { DeleverageCandidate } from '../liquidation/index.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import { equityNow } from './accountHealth.js';
import { hasClosedForm, positionsOf, valuedInPoolAsset } from './accountParts.js';
import { assetPrice } from './assetPrice.js';
import { accountView, markValue } from './marginView.js';
import { listedInstrument, type State } from './state.js';
import { accruedFunding } from './trade.js';

/** Of a shared account its whole equity, in the position's settlement asset, stands behind it. */
export function candidateOf(state: State, positionRow: number): DeleverageCandidate {
  const { positions } = state;
  const accountRow = positions.account.get(positionRow);
  const instrumentRow = positions.instrument.get(positionRow);
  const lots = positions.lots.get(positionRow);
  const paid = positions.cost.get(positionRow) + positions.premium.get(positionRow);
  const atMark = markValue(state, instrumentRow, lots);
  const collateral = hasClosedForm(state, accountRow)
    ? accountView(state, accountRow).collateral + accruedFunding(state, positionRow)
    : equityInAsset(state, accountRow, state.instruments.poolAsset.get(instrumentRow)) - (atMark - paid);
  return {
    row: positionRow,
    lots,
    cost: paid,
    collateral,
    markValue: atMark,
    netLots: netLots(state, accountRow, instrumentRow),
    leveragePpm: state.accounts.leveragePpm.get(accountRow),
  };
}

export function payoffOf(state: State, instrumentRow: number): 'linear' | 'inverse' {
  return listedInstrument(state, instrumentRow).definition.payoff;
}

/** Both legs of the instrument together: one hedges the other. */
function netLots(state: State, accountRow: number, instrumentRow: number): bigint {
  const { positions } = state;
  let net = 0n;
  for (const row of positionsOf(state, accountRow))
    if (positions.instrument.get(row) === instrumentRow) net += positions.lots.get(row);
  return net;
}

function equityInAsset(state: State, accountRow: number, poolAssetRow: number): bigint {
  const equity = equityNow(state, accountRow);
  if (valuedInPoolAsset(state, accountRow) === poolAssetRow) return equity;
  const price = assetPrice(state, poolAssetRow);
  return price === 0n ? 0n : mulDivFloor(equity, ASSET_PRICE_SCALE, price);
}
