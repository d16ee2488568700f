/**
 * What an account of a pool has gained and may give of it: realized gains out of its balance, unrealized ones out of its
 * positions without closing a lot, and never so much that it is at or under maintenance margin afterwards.
 */
import { append } from '../base/append.js';
import { largestPassing, max, min } from '../base/index.js';
import type { Gain } from '../liquidation/index.js';
import { isAccountLiquidatable, spareGain } from '../margin/index.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { hasClosedForm, positionsOf } from './accountParts.js';
import { newDraft } from './draft.js';
import type { EventOf } from './event.js';
import { accountView, markValue } from './marginView.js';
import { listedInstrument, poolLedgerRow, type State } from './state.js';

/** What one account has gained in one asset, by its row in `accountAssets`, and what it can give and stay healthy. */
export interface AccountGain extends Gain {
  readonly realizedMinor: bigint;
}

export interface OpenPosition {
  readonly positionRow: number;
  readonly instrumentRow: number;
  /** Unrealized, rounded down. */
  readonly profit: bigint;
}

/** The account's open positions that settle in the asset, by row. */
export function openPositions(state: State, accountRow: number, poolAssetRow: number): OpenPosition[] {
  const { positions, instruments } = state;
  return positionsOf(state, accountRow)
    .filter(
      (row) =>
        positions.lots.get(row) !== 0n &&
        instruments.poolAsset.get(positions.instrument.get(row)) === poolAssetRow,
    )
    .sort((a, b) => a - b)
    .map((positionRow) => {
      const instrumentRow = positions.instrument.get(positionRow);
      const paid = positions.cost.get(positionRow) + positions.premium.get(positionRow);
      const profit = markValue(state, instrumentRow, positions.lots.get(positionRow)) - paid;
      return { positionRow, instrumentRow, profit };
    });
}

/** How much of the gain the account can give and stay out of liquidation. */
export function capacityOf(
  state: State,
  accountRow: number,
  accountAssetRow: number,
  gain: { readonly realized: bigint; readonly unrealized: bigint },
): bigint {
  if (hasClosedForm(state, accountRow)) {
    const instrumentRow = state.accounts.instrument.get(accountRow);
    const { liquidationTerms: marginTerms } = listedInstrument(state, instrumentRow);
    const markTicks = state.instruments.markTicks.get(instrumentRow);
    return spareGain(marginTerms, accountView(state, accountRow), { ...gain, markTicks });
  }
  if (!hasAllPrices(state, accountRow)) return 0n;
  const poolAssetRow = state.accountAssets.poolAsset.get(accountAssetRow);
  // Looked at as it would be once it has paid: a cost that moves may move what the position requires.
  const isHealthyWithout = (amount: bigint) => {
    const shared = { row: accountAssetRow, realizedMinor: gain.realized };
    const paid = payment(state, poolAssetRow, { gain: shared, paysMinor: amount, flow: 'share' });
    const draft = newDraft();
    append(draft.transfers, paid.transfers);
    append(draft.positions, paid.positions);
    return !isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD, draft }));
  };
  const all = gain.realized + gain.unrealized;
  if (isHealthyWithout(all)) return all;
  return isHealthyWithout(0n) ? largestPassing({ passing: 0n, failing: all }, isHealthyWithout) : 0n;
}

/** Gains realized since the pool was last sound, less what of them was shared already. */
export function realizedGain(state: State, accountAssetRow: number): bigint {
  const { accountAssets, poolAssets, pools } = state;
  const poolRow = poolAssets.pool.get(accountAssets.poolAsset.get(accountAssetRow));
  const isCurrent = accountAssets.realizedAtCount.get(accountAssetRow) === pools.soundCount.get(poolRow);
  return isCurrent ? max(0n, accountAssets.realizedGain.get(accountAssetRow)) : 0n;
}

export interface Payment {
  readonly realized: EventOf<'shared'>['realized'];
  readonly transfers: EventOf<'shared'>['transfers'];
  readonly positions: EventOf<'shared'>['positions'];
}

/** Realized gains pay first, from the balance; the rest is realized out of the positions, and paid at once. */
export function payment(
  state: State,
  poolAssetRow: number,
  {
    gain,
    paysMinor,
    flow,
  }: {
    readonly gain: Pick<AccountGain, 'row' | 'realizedMinor'>;
    readonly paysMinor: bigint;
    readonly flow: 'share' | 'clawBack';
  },
): Payment {
  const { accountAssets, positions } = state;
  const accountAssetRow = gain.row;
  const accountRow = accountAssets.account.get(accountAssetRow);
  const ledgerRow = accountAssets.ledgerRow.get(accountAssetRow);
  const fromRealized = min(paysMinor, gain.realizedMinor);
  const fromPositions = paysMinor - fromRealized;
  // What may have to be shared is remembered less what is given.
  const remembered = min(fromRealized, realizedGain(state, accountAssetRow));
  const realized = remembered === 0n ? [] : [{ accountAssetRow, gainMinor: -remembered }];
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  const pay = { flow, from: ledgerRow, to, amount: paysMinor } as const;
  if (fromPositions === 0n) return { realized, transfers: [pay], positions: [] };
  const settlement = poolLedgerRow(state, poolAssetRow, 'settlement');
  let left = fromPositions;
  const changes: EventOf<'shared'>['positions'][number][] = [];
  for (const { positionRow: position, profit } of openPositions(state, accountRow, poolAssetRow)) {
    const part = min(left, max(0n, profit));
    if (part === 0n) continue;
    left -= part;
    changes.push({
      position,
      lots: positions.lots.get(position),
      cost: positions.cost.get(position) + part,
      fundingIndex: positions.fundingIndex.get(position),
      premium: positions.premium.get(position),
    });
  }
  return {
    realized,
    transfers: [{ flow: 'realizeGain', from: settlement, to: ledgerRow, amount: fromPositions }, pay],
    positions: changes,
  };
}
