/** Whether an account, as an event under way would leave it, may stand: initial and order margin met, and healthy. */
import { max, smallestAmount } from '../base/index.js';
import {
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isolatedOrderMarginCeil,
  missingForInitial,
  type OrderView,
} from '../margin/index.js';
import { isHealthyAs } from './accountHealth.js';
import { LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { hasClosedForm } from './accountParts.js';
import { type Draft, draftBalance, draftPosition } from './draft.js';
import { fundingIndexAt } from './priceChange.js';
import { listedInstrument, type State } from './state.js';

export interface Standing {
  readonly draft: Draft;
  readonly orders: readonly OrderView[];
  readonly timeMs: number;
}

/** The smallest amount of the asset with which the account may stand; 0 where it does, null where none is enough. */
export function missingToStand(
  state: State,
  at: { readonly accountRow: number; readonly assetRow: number },
  { draft, orders, timeMs }: Standing,
): bigint | null {
  const { accountRow, assetRow } = at;
  if (hasClosedForm(state, accountRow)) return missingAsIsolated(state, accountRow, draft, orders);
  // What is adverse to most may favour an account that is short of the very asset: the larger of the two.
  const [adverse, lastGood] = ([{ kind: 'adverse', timeMs }, LAST_GOOD] as const).map((prices) =>
    missingForInitial(wholeAccountView(state, accountRow, { prices, draft, orders }), assetRow),
  ) as [bigint | null, bigint | null];
  return adverse === null || lastGood === null ? null : max(adverse, lastGood);
}

/** The same for an account with one position, as if it were isolated. */
export function missingAsIsolated(
  state: State,
  accountRow: number,
  draft: Draft,
  orders: readonly OrderView[],
  held: HeldIn = soleHolding(state, accountRow),
): bigint {
  const instrumentRow = state.positions.instrument.get(held.positionRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  const view = isolatedAfter(state, accountRow, draft, held);
  const required = (funded: IsolatedView) =>
    initialMarginCeil(marginTerms, funded, markTicks) +
    isolatedOrderMarginCeil(marginTerms, funded, { markTicks, orders });
  const stands = (amount: bigint) => {
    const funded = { ...view, collateral: view.collateral + amount };
    return (
      equityFloor(marginTerms, funded, markTicks) >= required(funded) &&
      isHealthyAs(state, instrumentRow, funded)
    );
  };
  return smallestAmount(max(0n, required(view) - equityFloor(marginTerms, view, markTicks)), stands);
}

/** The one position and the one balance that make an isolated account. */
export interface HeldIn {
  readonly positionRow: number;
  readonly accountAssetRow: number;
}

function soleHolding({ accounts }: State, accountRow: number): HeldIn {
  return {
    positionRow: accounts.firstPosition.get(accountRow),
    accountAssetRow: accounts.firstAsset.get(accountRow),
  };
}

/** An isolated account as the draft would leave it. */
function isolatedAfter(state: State, accountRow: number, draft: Draft, held: HeldIn): IsolatedView {
  const { accounts, accountAssets, positions } = state;
  const { lots, cost, fundingIndex } = draftPosition(state, draft, held.positionRow);
  return {
    collateral: draftBalance(state, draft, accountAssets.ledgerRow.get(held.accountAssetRow)),
    lots,
    cost,
    fundingPerLot:
      fundingIndexAt(state, positions.instrument.get(held.positionRow), undefined) - fundingIndex,
    leverage: accounts.leveragePpm.get(accountRow),
  };
}
