/** The fund's other assets are converted into the one it has claims in, through the pool's facility, at guarded prices. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { convertFund } from '../fundBacking.js';
import { reject } from '../rejection.js';

export function decideConvertFund(
  situation: Situation,
  { poolAssetRow }: CommandOf<'convertFund'>,
): Decision {
  const transfers = convertFund(situation, poolAssetRow);
  if (transfers.length === 0) return reject('nothing_to_do');
  return [
    {
      kind: 'fundConverted',
      poolRow: situation.state.poolAssets.pool.get(poolAssetRow),
      poolAssetRow,
      transfers,
    },
  ];
}
