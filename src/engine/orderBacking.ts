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
  return max(0n, shortfallForOrders(state, accountRow, backing));
}

/** The same, below zero by what is to spare. */
export function shortfallForOrders(state: State, accountRow: number, backing: Backing): bigint {
  return hasClosedForm(state, accountRow)
    ? shortfallOfIsolated(state, accountRow, backing)
    : shortfallOfShared(state, accountRow, backing);
}

function shortfallOfIsolated(state: State, accountRow: number, { orders, after }: Backing): bigint {
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const view = after ?? accountView(state, accountRow);
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  if (markTicks === 0n) return 0n;
  const required =
    initialMarginCeil(marginTerms, view, markTicks) +
    isolatedOrderMarginCeil(marginTerms, view, { markTicks, orders });
  return required - equityFloor(marginTerms, view, markTicks);
}

/** The larger of the shortfalls at these prices and at the last good ones: adverse to most may favour this account. */
function shortfallOfShared(state: State, accountRow: number, { prices, orders, draft }: Backing): bigint {
  const shortfallAt = (basis: PriceBasis) => {
    const drafted = draft === undefined ? {} : { draft };
    const view = wholeAccountView(state, accountRow, { prices: basis, orders, ...drafted });
    const { initial, order } = accountRequirement(view);
    return initial + order - accountEquityFloor(view);
  };
  return prices.kind === 'lastGood' ? shortfallAt(prices) : max(shortfallAt(prices), shortfallAt(LAST_GOOD));
}
