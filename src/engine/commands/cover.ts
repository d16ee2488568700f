/**
 * The pool's fund pays the oldest open deficit that it may pay, or the venue adds to the fund what it lacks for one, and
 * the fund pays that. The fund comes before anybody's profit is touched: it is what the pool was paid to hold for this
 * (LIQ-05). Money is in the fund before the fund pays it.
 */
import type { Transfer } from '../../isolation/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { type Cover, coverByFund, coverByVenue, type Layers, layersOf } from '../lossLayers.js';
import { reject } from '../rejection.js';
import { poolLedgerRow, venueLedgerRow } from '../state.js';

export function decideCover(situation: Situation, { poolAssetRow }: CommandOf<'cover'>): Decision {
  const { state } = situation;
  const cover = nextCover(layersOf(situation, poolAssetRow));
  if (cover === null) return reject('nothing_to_do');
  const { amount, toppedUpMinor } = cover;
  const fund = poolLedgerRow(state, poolAssetRow, 'insuranceFund');
  const capital = venueLedgerRow(state, state.poolAssets.asset.get(poolAssetRow), 'capital');
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  const topUp: Transfer[] =
    toppedUpMinor === 0n ? [] : [{ flow: 'fundTopUp', from: capital, to: fund, amount: toppedUpMinor }];
  return [{ kind: 'covered', ...cover, transfers: [...topUp, { flow: 'cover', from: fund, to, amount }] }];
}

function nextCover(layers: Layers): Cover | null {
  for (const { kind } of layers.policy.layers) {
    const cover =
      kind === 'insuranceFund' ? coverByFund(layers) : kind === 'topUp' ? coverByVenue(layers) : null;
    if (cover !== null) return cover;
  }
  return null;
}
