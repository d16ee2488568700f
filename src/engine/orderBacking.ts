/**
 * Whether an account can carry the orders it has, or would have: equity against initial and order margin. Order margin
 * is a requirement; nothing moves for it.
 */
import { max } from '../base/index.js';
import {
  accountEquityFloor,
  accountRequirement,
  equityFloor,
  type IsolatedView,
  initialMarginCeil,
  isolatedOrderMarginCeil,
  type OrderView,
} from '../margin/index.js';
import { LAST_GOOD, type PriceBasis, wholeAccountView } from './accountMargin.js';
import { hasClosedForm } from './accountParts.js';
import type { Draft } from './draft.js';
import { accountView } from './marginView.js';
import { listedInstrument, type State } from './state.js';

export interface Backing {
  readonly prices: PriceBasis;
  readonly orders: readonly OrderView[];
  readonly draft?: Draft;
  /** An isolated account as an event under way would leave it. */
  readonly after?: IsolatedView;
}

/** What is missing, in the asset the account is judged in; 0 where its equity carries everything. */
export function missingForOrders(state: State, accountRow: number, backing: Backing): bigint {
  return hasClosedForm(state, accountRow)
    ? missingOfIsolated(state, accountRow, backing)
    : missingOfShared(state, accountRow, backing);
}

function missingOfIsolated(state: State, accountRow: number, { orders, after }: Backing): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = after ?? accountView(state, accountRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  if (markTicks === 0n) return 0n;
  const required =
    initialMarginCeil(marginTerms, view, markTicks) +
    isolatedOrderMarginCeil(marginTerms, view, { markTicks, orders });
  return max(0n, required - equityFloor(marginTerms, view, markTicks));
}

/** The larger of what is missing at these prices and at the last good ones: adverse to most may favour this account. */
function missingOfShared(state: State, accountRow: number, { prices, orders, draft }: Backing): bigint {
  const missingAt = (basis: PriceBasis) => {
    const drafted = draft === undefined ? {} : { draft };
    const view = wholeAccountView(state, accountRow, { prices: basis, orders, ...drafted });
    const { initial, order } = accountRequirement(view);
    return max(0n, initial + order - accountEquityFloor(view));
  };
  return prices.kind === 'lastGood' ? missingAt(prices) : max(missingAt(prices), missingAt(LAST_GOOD));
}
