/**
 * The pool's fund pays its oldest open deficit. The fund comes before anybody's profit is touched: it is what
 * the pool was paid to hold for this (LIQ-05).
 */
import { min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { fundBalance } from '../soundness.js';
import { outstandingOf, poolLedgerRow } from '../state.js';

export function decideCover({ state }: Situation, { poolAssetRow }: CommandOf<'cover'>): Decision {
  const deficitRow = state.poolAssets.firstOpenDeficit.get(poolAssetRow);
  const fund = fundBalance(state, poolAssetRow);
  if (deficitRow < 0 || fund === 0n) return reject('nothing_to_do');
  const amount = min(fund, outstandingOf(state, deficitRow));
  const from = poolLedgerRow(state, poolAssetRow, 'insuranceFund');
  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  return [{ kind: 'covered', deficitRow, amount, transfers: [{ flow: 'cover', from, to, amount }] }];
}
