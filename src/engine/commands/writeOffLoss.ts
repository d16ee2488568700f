/**
 * Nothing of a loss comes back any more: who is still out of what is forgotten, and what comes of it later is the venue's.
 * Only of a loss that is over: its takeover closed, its deficits paid. Who paid which part stays in sum.
 */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { claimLeft, claimsOf } from '../lossClaims.js';
import { findLoss } from '../lossRecord.js';
import { reject } from '../rejection.js';
import { outstandingOf, TAKEOVER_STATUS } from '../state.js';

export function decideWriteOffLoss({ state }: Situation, command: CommandOf<'writeOffLoss'>): Decision {
  const loss = findLoss(state, command);
  if ('code' in loss) return loss;
  const { poolRow, poolAssetRow, takeoverRow, deficitRows } = loss;
  const isOpen = takeoverRow >= 0 && state.takeovers.status.get(takeoverRow) === TAKEOVER_STATUS.open;
  if (isOpen || deficitRows.some((row) => outstandingOf(state, row) > 0n))
    return reject('losses_open', { pool: command.pool });
  const left = (of: 'takeovers' | 'deficits', row: number) =>
    [...claimsOf(state, { of, row })].reduce((sum, claim) => sum + claimLeft(state, claim), 0n);
  const sharedMinor = deficitRows.reduce((sum, row) => sum + left('deficits', row), 0n);
  const forgoneMinor = takeoverRow < 0 ? 0n : left('takeovers', takeoverRow);
  if (takeoverRow >= 0 && deficitRows.length === 0 && state.takeovers.forgone.get(takeoverRow) === 0n)
    return reject('nothing_to_do');
  return [
    { kind: 'lossWrittenOff', poolRow, poolAssetRow, takeoverRow, deficitRows, sharedMinor, forgoneMinor },
  ];
}
