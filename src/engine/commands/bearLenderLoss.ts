/**
 * The layer of lenders: what a debtor could not repay and the pool's fund could not cover is borne by those who lent the
 * asset, before anybody's gain is shared. The fund's own share of their interest goes first. What they lent is worth
 * that much less, each share the same.
 */
import { min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { layersOf, lendersPart } from '../lossLayers.js';
import { reject } from '../rejection.js';
import { poolLedgerRow } from '../state.js';

export function decideBearLenderLoss(
  situation: Situation,
  { poolAssetRow }: CommandOf<'bearLenderLoss'>,
): Decision {
  const { state } = situation;
  const part = lendersPart(layersOf(situation, poolAssetRow));
  if (part === null) return reject('nothing_to_do');
  const { deficitRow, amount } = part;
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
