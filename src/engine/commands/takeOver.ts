/**
 * Liquidates the account at the head of its pool's queue: everything it has goes to the pool's liquidation
 * account by amount, at no price and without rounding, and the account is exactly zero (LIQ-03). Freshness
 * of the mark and the predicate itself are checked again here (PRC-01).
 */
import { saturateInt64 } from '../../base/index.js';
import { equityFloor, isLiquidatable, maintenanceMarginCeil } from '../../margin/index.js';
import { hasClosedForm, hasRisk } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView, hasUsableMark } from '../marginView.js';
import { cancelAll } from '../orderFacts.js';
import { reject } from '../rejection.js';
import { listedInstrument, poolLedgerRow } from '../state.js';
import { FLAT, takeOverShared } from './takeOverShared.js';

export function decideTakeOver(situation: Situation, { accountRow }: CommandOf<'takeOver'>): Decision {
  const { state } = situation;
  if (state.accounts.isQueued.get(accountRow) !== 1) return reject('nothing_to_do');
  if (!hasRisk(state, accountRow)) return [{ kind: 'recovered', accountRow }];
  return hasClosedForm(state, accountRow)
    ? takeOverIsolated(situation, accountRow)
    : takeOverShared(situation, accountRow);
}

function takeOverIsolated({ state, timeMs }: Situation, accountRow: number): Decision {
  const { accounts, positions, instruments } = state;
  const instrumentRow = accounts.instrument.get(accountRow);
  if (!hasUsableMark(state, instrumentRow, timeMs)) {
    return reject('mark_unusable', { instrument: instruments.names.nameOf(instrumentRow) });
  }
  const { liquidationTerms: marginTerms } = listedInstrument(state, instrumentRow);
  const view = accountView(state, accountRow);
  const markTicks = instruments.markTicks.get(instrumentRow);
  if (!isLiquidatable(marginTerms, view, markTicks)) return [{ kind: 'recovered', accountRow }];

  const poolRow = accounts.pool.get(accountRow);
  const takeover = `${state.pools.names.nameOf(poolRow)}#${state.pools.takeoverCount.get(poolRow) + 1}`;
  const from = state.accountAssets.ledgerRow.get(accounts.firstAsset.get(accountRow));
  const to = poolLedgerRow(state, instruments.poolAsset.get(instrumentRow), 'liquidation');
  const position = accounts.firstPosition.get(accountRow);
  const fundingIndex = positions.fundingIndex.get(position);
  const { lots, cost, collateral } = view;
  const positionRow = positions.table.size;
  return [
    {
      kind: 'takenOver',
      accountRow,
      takeover,
      positionRow,
      lots,
      cost,
      fundingIndex,
      collateral,
      markTicks,
      equity: saturateInt64(equityFloor(marginTerms, view, markTicks)),
      maintenance: saturateInt64(maintenanceMarginCeil(marginTerms, view, markTicks)),
      transfers: collateral === 0n ? [] : [{ flow: 'takeOver', from, to, amount: collateral }],
      positions: [
        { ...FLAT, position, fundingIndex: instruments.fundingIndex.get(instrumentRow) },
        { position: positionRow, lots, cost, fundingIndex, premium: 0n },
      ],
      ...cancelAll(state, accountRow),
    },
  ];
}
