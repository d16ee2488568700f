/** One side of an instrument as deleveraging ranks it: each position with what stands behind it, and what hedges it. */
import { mulDivFloor } from '../base/index.js';
import { type DeleverageCandidate, type RankPreview, rankPreview } from '../liquidation/index.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import { equityNow } from './accountHealth.js';
import { hasClosedForm, positionsOf, valuedInPoolAsset } from './accountParts.js';
import { assetPrice } from './assetPrice.js';
import type { Situation } from './decision.js';
import { accountView, markValue } from './marginView.js';
import { listedInstrument, type State } from './state.js';
import { accruedFunding } from './trade.js';
import { waterfallOf } from './waterfallStore.js';

/** Positions of margin accounts on that side, by row. */
export function deleverageCandidates(
  { state, derived }: Situation,
  instrumentRow: number,
  side: 'long' | 'short',
): DeleverageCandidate[] {
  return [...derived.holders(instrumentRow, side)]
    .map((positionRow) => candidateOf(state, positionRow))
    .sort((a, b) => a.row - b.row);
}

export function payoffOf(state: State, instrumentRow: number): 'linear' | 'inverse' {
  return listedInstrument(state, instrumentRow).definition.payoff;
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

/** Where a position would stand if its side had to give lots now; null for none, or before the first mark. */
export function rankOf(situation: Situation, positionRow: number): RankPreview | null {
  const { positions, instruments } = situation.state;
  const instrumentRow = positions.instrument.get(positionRow);
  const lots = positions.lots.get(positionRow);
  if (lots === 0n || instruments.markTicks.get(instrumentRow) === 0n) return null;
  return ranksOf(situation, instrumentRow, lots > 0n ? 'long' : 'short').get(positionRow) ?? null;
}

type Ranks = ReadonlyMap<number, RankPreview>;

/** A side is ranked once for all who ask before anything changes. */
const KEPT = new WeakMap<State, { readonly changed: () => boolean; readonly sides: Map<string, Ranks> }>();

function ranksOf(situation: Situation, instrumentRow: number, side: 'long' | 'short'): Ranks {
  const { state } = situation;
  const { sides } = keptOf(state);
  const key = `${instrumentRow}/${side}`;
  const known = sides.get(key);
  if (known !== undefined) return known;
  const policy = waterfallOf(state, state.instruments.poolAsset.get(instrumentRow)).deleveraging;
  const candidates = deleverageCandidates(situation, instrumentRow, side);
  const previews = rankPreview({ policy, payoff: payoffOf(state, instrumentRow), candidates });
  const ranks = new Map(previews.map((preview) => [preview.row, preview]));
  sides.set(key, ranks);
  return ranks;
}

function keptOf(state: State): { readonly sides: Map<string, Ranks> } {
  const known = KEPT.get(state);
  if (known !== undefined) {
    if (known.changed()) known.sides.clear();
    return known;
  }
  const tables = [
    state.positions.table,
    state.instruments.table,
    state.poolAssets.table,
    state.accounts.table,
    state.accountAssets.table,
    state.ledger.table,
  ].map((table) => table.follow());
  const changed = () => {
    const isChanged = tables.some((rows) => !rows.isEmpty);
    for (const rows of tables) if (!rows.isEmpty) rows.take();
    return isChanged;
  };
  const kept = { changed, sides: new Map<string, Ranks>() };
  KEPT.set(state, kept);
  return kept;
}
