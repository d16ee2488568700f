/** Who trades a spot pair, and whether it may stand as the trade leaves it. */
import { accountInitialScaled, availableScaled, isAccountLiquidatable } from '../../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { accountAssetOf, hasRisk, openOrdersOf } from '../accountParts.js';
import { hasUsablePrice } from '../assetPrice.js';
import type { FillSide } from '../command.js';
import type { Situation } from '../decision.js';
import type { Draft } from '../draft.js';
import { type Rejection, reject } from '../rejection.js';
import type { SpotPair } from '../spotPair.js';
import type { State } from '../state.js';
import { borrowerFault, initialFault } from './borrow.js';
import { accountFault } from './checks.js';
import { fitFault } from './fillParty.js';

export interface Trader {
  readonly accountRow: number;
  /** Its rows of `accountAssets`. */
  readonly baseRow: number;
  readonly quoteRow: number;
  readonly isTaker: boolean;
}

/** A margin account of the pair's pool that trades out of what it holds. */
export function findTrader(
  state: State,
  of: {
    readonly instrumentRow: number;
    readonly pair: SpotPair;
    readonly side: FillSide;
    readonly isTaker: boolean;
  },
): Trader | Rejection {
  const { instrumentRow, pair, side, isTaker } = of;
  const { party, id, order, allocateMinor, allocateInitial } = side;
  if (party !== 'account') return reject('spot_needs_accounts', { party });
  const accountRow = state.accounts.names.rowOf(id);
  const fault = accountFault(state, accountRow, id);
  if (fault !== null) return fault;
  if (order !== '' || allocateMinor !== 0n || allocateInitial)
    return reject('invalid_definition', {
      field: 'order',
      rule: 'a spot trade has no order and brings nothing from the wallet',
    });
  // Legs are of positions; a spot trade makes none.
  const leg = state.accounts.hasLegs.get(accountRow) === 1 ? 'long' : 'net';
  const misfit = fitFault(state, { accountRow, instrumentRow, leg });
  if (misfit !== null) return misfit;
  return {
    accountRow,
    baseRow: accountAssetOf(state, accountRow, pair.base),
    quoteRow: accountAssetOf(state, accountRow, pair.quote),
    isTaker,
  };
}

/**
 * Whoever borrows needs initial margin and prices that may decide. Whoever does not needs initial margin, or must not
 * stand worse than before: a trade that reduces is allowed also under margin (ORD-03).
 */
export function spotStandingFault(
  situation: Situation,
  draft: Draft,
  { trader, pair }: { readonly trader: Trader; readonly pair: SpotPair },
): Rejection | null {
  const { state, timeMs } = situation;
  const { accountRow, baseRow, quoteRow } = trader;
  const account = state.accounts.names.nameOf(accountRow);
  const hasBorrowed = draft.debts.some(
    ({ accountAssetRow, sharesChange }) =>
      sharesChange > 0n && (accountAssetRow === baseRow || accountAssetRow === quoteRow),
  );
  if (hasBorrowed) {
    const refused = borrowerFault(situation, accountRow);
    if (refused !== null) return refused;
    if (!hasUsablePrice(state, pair.base, timeMs)) return reject('asset_price_unusable', { account });
  }
  const isAtRisk = hasBorrowed || hasRisk(state, accountRow) || openOrdersOf(state, accountRow).size > 0;
  if (!isAtRisk) return null;
  if (!hasAllPrices(state, accountRow)) return reject('asset_price_unusable', { account });
  const short = initialFault(situation, draft, accountRow);
  if (short === null || hasBorrowed) return short;
  const prices = { kind: 'adverse', timeMs } as const;
  const before = wholeAccountView(state, accountRow, { prices });
  const after = wholeAccountView(state, accountRow, { prices, draft });
  const isNoWorse =
    availableScaled(after) >= availableScaled(before) &&
    accountInitialScaled(after) <= accountInitialScaled(before);
  return isNoWorse ? null : short;
}

/** Whether the account, not in liquidation yet, is at or under maintenance margin as the trade leaves it. */
export function wakesAfterSpot({ state }: Situation, draft: Draft, accountRow: number): boolean {
  return (
    state.accounts.isQueued.get(accountRow) === 0 &&
    hasAllPrices(state, accountRow) &&
    isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }))
  );
}
