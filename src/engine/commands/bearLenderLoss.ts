/**
 * The layer of lenders: what a debtor could not repay and the pool's fund could not cover is borne by those who lent the
 * asset, before anybody's gain is shared. The fund's own share of their interest goes first. What they lent is worth
 * that much less, each share the same.
 */
import { min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { isLendersDeficit } from '../evolve.js';
import { unbackedClaims } from '../fundBacking.js';
import { reject } from '../rejection.js';
import { fundBalance } from '../soundness.js';
import { outstandingOf, poolLedgerRow, type State } from '../state.js';

export function decideBearLenderLoss(
  situation: Situation,
  { poolAssetRow }: CommandOf<'bearLenderLoss'>,
): Decision {
  const { state } = situation;
  const deficitRow = lendersDeficit(state, poolAssetRow);
  const unbacked = unbackedClaims(situation, poolAssetRow);
  if (deficitRow < 0 || unbacked === 0n) return reject('nothing_to_do');
  const amount = min(unbacked, outstandingOf(state, deficitRow));
  const from = poolLedgerRow(state, poolAssetRow, 'lending');
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  return [
    {
      kind: 'lenderLossBorne',
      deficitRow,
      poolRow: state.poolAssets.pool.get(poolAssetRow),
      poolAssetRow,
      amount,
      reserveForgoneMinor: min(amount, state.poolAssets.reserveOwed.get(poolAssetRow)),
      transfers: [{ flow: 'lenderLoss', from, to, amount }],
    },
  ];
}

/** The oldest open deficit that is the lenders' to bear now, or -1: the fund comes first. */
export function lendersDeficit(state: State, poolAssetRow: number): number {
  const isTheirs = state.totals.lendersOutstanding.get(poolAssetRow) > 0n;
  if (!isTheirs || fundBalance(state, poolAssetRow) > 0n) return -1;
  const { next } = state.deficits;
  for (let row = state.poolAssets.firstOpenDeficit.get(poolAssetRow); row >= 0; row = next.get(row))
    if (isLendersDeficit(state, row) && outstandingOf(state, row) > 0n) return row;
  return -1;
}
