/** Opens a risk pool: a set of instruments with one insurance fund per asset, which no loss ever leaves. */
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { reject } from '../rejection.js';
import { newIdFault, unknown } from './checks.js';

const WORK_BUDGET_MAX = 1_000_000;

export function decideOpenPool({ state }: Situation, command: CommandOf<'openPool'>): Decision {
  const { pool, isDesk, workBudget, admission, valuationAsset, legRule } = command;
  const fault = newIdFault(state.pools.names, pool);
  if (fault !== null) return fault;
  if (workBudget < 1 || workBudget > WORK_BUDGET_MAX) {
    return reject('invalid_definition', { field: 'workBudget', rule: `from 1 to ${WORK_BUDGET_MAX}` });
  }
  const valuationAssetRow = valuationAsset === null ? -1 : state.assets.names.rowOf(valuationAsset);
  if (valuationAsset !== null && valuationAssetRow < 0) return unknown('unknown_asset', valuationAsset);
  const needsOrders = admission === 'orders';
  return [{ kind: 'poolOpened', pool, isDesk, workBudget, needsOrders, valuationAssetRow, legRule }];
}
