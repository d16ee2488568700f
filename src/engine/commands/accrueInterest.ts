/** Interest of a lent asset up to an instant, for all its debtors and lenders at once (accrual.ts). */
import { accrue } from '../accrual.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { findLentAsset } from './lentAsset.js';

export function decideAccrueInterest(situation: Situation, command: CommandOf<'accrueInterest'>): Decision {
  const { state, timeMs } = situation;
  const { accrualTimeMs } = command;
  const lent = findLentAsset(state, command);
  if ('code' in lent) return lent;
  if (accrualTimeMs > timeMs) return reject('source_time_ahead', { accrualTimeMs, timeMs });
  const accrued = accrue(situation, lent.poolAssetRow, accrualTimeMs);
  if (accrued !== null) return [accrued];
  const lastTimeMs = state.poolAssets.accruedTimeMs.get(lent.poolAssetRow);
  return reject('time_backwards', { accrualTimeMs, lastTimeMs });
}
