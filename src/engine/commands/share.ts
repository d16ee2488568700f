/**
 * The last step: what the fund could not pay is shared among the pool's gains, unrealized and realized since
 * the pool was last sound. Only gains pay, never principal, and nobody is brought under maintenance by it.
 */
import { max, min } from '../../base/index.js';
import { type Gain, shareLoss } from '../../liquidation/index.js';
import { equityFloor, maintenanceMarginCeil, unrealizedPnlFloor } from '../../margin/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { accountView } from '../marginView.js';
import { reject } from '../rejection.js';
import { fundBalance } from '../soundness.js';
import { listedInstrument, poolLedgerRow, type State } from '../state.js';
import { outstandingOf } from './cover.js';

export function decideShare({ state }: Situation, { poolAssetRow }: CommandOf<'share'>): Decision {
  const deficitRow = state.poolAssets.firstOpenDeficit.get(poolAssetRow);
  if (deficitRow < 0 || fundBalance(state, poolAssetRow) > 0n) return reject('nothing_to_do');
  const gains = gainsOf(state, poolAssetRow);
  const shares = shareLoss({ lossMinor: outstandingOf(state, deficitRow), gains });
  if (shares.length === 0) return [{ kind: 'shareExhausted', poolAssetRow }];

  const to = poolLedgerRow(state, poolAssetRow, 'receivable');
  const gainByRow = new Map(gains.map(({ row, gainMinor }) => [row, gainMinor]));
  return [
    {
      kind: 'shared',
      deficitRow,
      amount: shares.reduce((sum, { paysMinor }) => sum + paysMinor, 0n),
      payers: shares.map(({ row, paysMinor }) => ({
        accountRow: row,
        gainMinor: gainByRow.get(row) as bigint,
        paysMinor,
      })),
      transfers: shares.map(({ row, paysMinor }) => ({
        flow: 'share' as const,
        from: state.accounts.ledgerRow.get(row),
        to,
        amount: paysMinor,
      })),
    },
  ];
}

/** Every account of the pool that has gained, and what it can give and stay healthy. */
function gainsOf(state: State, poolAssetRow: number): Gain[] {
  const { accounts, instruments } = state;
  const gains: Gain[] = [];
  for (let row = 0; row < accounts.table.size; row++) {
    const instrumentRow = accounts.instrument.get(row);
    if (instruments.poolAsset.get(instrumentRow) !== poolAssetRow || accounts.isQueued.get(row) === 1)
      continue;
    const { marginTerms } = listedInstrument(state, instrumentRow);
    const view = accountView(state, row);
    const realized = realizedGain(state, row);
    if (view.lots === 0n) {
      if (realized > 0n) gains.push({ row, gainMinor: realized, capacityMinor: view.collateral });
      continue;
    }
    const markTicks = instruments.markTicks.get(instrumentRow);
    const gainMinor = realized + max(0n, unrealizedPnlFloor(marginTerms, view, markTicks));
    const spare =
      equityFloor(marginTerms, view, markTicks) - maintenanceMarginCeil(marginTerms, view, markTicks) - 1n;
    if (gainMinor > 0n) gains.push({ row, gainMinor, capacityMinor: min(view.collateral, spare) });
  }
  return gains;
}

/** Gains realized since the pool was last sound. */
function realizedGain(state: State, accountRow: number): bigint {
  const { accounts, pools } = state;
  const isCurrent =
    accounts.realizedAtCount.get(accountRow) === pools.soundCount.get(accounts.pool.get(accountRow));
  return isCurrent ? max(0n, accounts.realizedGain.get(accountRow)) : 0n;
}
