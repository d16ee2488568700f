/** The parts of an event that settle money and positions, while it is being drafted. */
import { divFloor } from '../base/index.js';
import type { Transfer } from '../isolation/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import type {
  DebtFact,
  DeficitFact,
  OrderFact,
  PositionChange,
  RealizedFact,
  TakeoverChange,
} from './event.js';
import { clampReduceOnly } from './reduceOnly.js';
import { poolLedgerRow, type State } from './state.js';

export interface Draft {
  readonly transfers: Transfer[];
  readonly positions: PositionChange[];
  readonly realized: RealizedFact[];
  readonly deficits: DeficitFact[];
  readonly takeovers: TakeoverChange[];
  readonly orders: OrderFact[];
  readonly debts: DebtFact[];
  /** Sub-unit leftovers of collected funding, minor units x FUNDING_SCALE. */
  fundingDust: bigint;
}

export function newDraft(): Draft {
  return {
    transfers: [],
    positions: [],
    realized: [],
    deficits: [],
    takeovers: [],
    orders: [],
    debts: [],
    fundingDust: 0n,
  };
}

/** Where a draft stands, to come back to after a trial. */
export interface DraftMark {
  readonly lengths: readonly [number, number, number, number, number, number];
  readonly fundingDust: bigint;
}

export function markDraft(draft: Draft): DraftMark {
  const { transfers, positions, realized, deficits, takeovers, debts, fundingDust } = draft;
  return {
    lengths: [
      transfers.length,
      positions.length,
      realized.length,
      deficits.length,
      takeovers.length,
      debts.length,
    ],
    fundingDust,
  };
}

/** Forgets what was drafted since the mark. */
export function rewindDraft(draft: Draft, { lengths, fundingDust }: DraftMark): void {
  [
    draft.transfers.length,
    draft.positions.length,
    draft.realized.length,
    draft.deficits.length,
    draft.takeovers.length,
    draft.debts.length,
  ] = lengths;
  draft.fundingDust = fundingDust;
}

/** What a ledger account will hold once the draft's transfers are posted. */
export function draftBalance(state: State, draft: Draft, ledgerRow: number): bigint {
  let balance = state.ledger.balance(ledgerRow);
  for (const { from, to, amount } of draft.transfers) {
    if (from === ledgerRow) balance -= amount;
    else if (to === ledgerRow) balance += amount;
  }
  return balance;
}

/** A position as the draft will leave it. */
export function draftPosition(state: State, draft: Draft, row: number): PositionChange {
  for (let at = draft.positions.length - 1; at >= 0; at--) {
    const change = draft.positions[at] as PositionChange;
    if (change.position === row) return change;
  }
  const { lots, cost, fundingIndex, premium } = state.positions;
  return {
    position: row,
    lots: lots.get(row),
    cost: cost.get(row),
    fundingIndex: fundingIndex.get(row),
    premium: premium.get(row),
  };
}

/**
 * Moves whole minor units of collected dust to the rounding account, and keeps realized gains in mind only where
 * they may have to share a loss: the pool is not sound, or this very event leaves a deficit. Reduce-only orders are
 * clamped to the positions that remain. Call once, before the event is made.
 */
export function finishDraft(state: State, draft: Draft, poolAssetRow: number): void {
  const isSound = state.pools.isSound.get(state.poolAssets.pool.get(poolAssetRow)) === 1;
  if (isSound && draft.deficits.length === 0) draft.realized.length = 0;
  clampReduceOnly(state, draft);
  const whole = divFloor(state.poolAssets.fundingDust.get(poolAssetRow) + draft.fundingDust, FUNDING_SCALE);
  if (whole <= 0n) return;
  draft.transfers.push({
    flow: 'roundUp',
    from: poolLedgerRow(state, poolAssetRow, 'funding'),
    to: poolLedgerRow(state, poolAssetRow, 'rounding'),
    amount: whole,
  });
  draft.fundingDust -= whole * FUNDING_SCALE;
}
