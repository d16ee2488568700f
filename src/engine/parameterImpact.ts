/**
 * Who would be short of margin under other parameters of an instrument, at the last good prices (MAR-08): what a venue
 * looks at before it schedules them.
 */
import { max } from '../base/index.js';
import {
  accountEquityFloor,
  accountRequirement,
  type CollateralTerms,
  equityFloor,
  initialMarginCeil,
  isAccountLiquidatable,
  isLiquidatable,
  maintenanceMarginCeil,
} from '../margin/index.js';
import { judgedAssetRow } from './accountHealth.js';
import { hasAllPrices, LAST_GOOD, wholeAccountView } from './accountMargin.js';
import { hasClosedForm, holdersOfAsset } from './accountParts.js';
import { collateralTerms } from './assetPrice.js';
import type { Situation } from './decision.js';
import type { ListedInstrument } from './listing.js';
import { accountView } from './marginView.js';
import { newPrices, type PriceChange } from './priceChange.js';
import type { State } from './state.js';

/** One holder under the other parameters; amounts in minor units of `assetRow`. */
export interface ImpactOnAccount {
  readonly accountRow: number;
  readonly assetRow: number;
  readonly equity: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
  /** Short of initial margin: 0 where it is met. */
  readonly missingInitial: bigint;
  readonly isLiquidatable: boolean;
  /** Whether it is so by the parameters in force. */
  readonly wasLiquidatable: boolean;
}

/** Every holder of the instrument that would lack initial or maintenance margin, by row. */
export function parameterImpact(
  { state, derived }: Situation,
  instrumentRow: number,
  listed: ListedInstrument,
): readonly ImpactOnAccount[] {
  const rows = new Set<number>();
  for (const side of ['long', 'short'] as const)
    for (const row of derived.holders(instrumentRow, side)) rows.add(state.positions.account.get(row));
  return [...rows]
    .sort((a, b) => a - b)
    .map((accountRow) => impactOn(state, accountRow, instrumentRow, listed))
    .filter((impact) => impact !== null)
    .filter(({ missingInitial, isLiquidatable }) => missingInitial > 0n || isLiquidatable);
}

/** Every account that may hold the asset and would lack initial or maintenance margin were it to count so, by row. */
export function collateralImpact(
  { state }: Situation,
  poolAssetRow: number,
  counted: Pick<CollateralTerms, 'haircutPpm' | 'countedCapMinor'>,
): readonly ImpactOnAccount[] {
  const change = newPrices();
  change.collateral.set(poolAssetRow, { ...collateralTerms(state, poolAssetRow, 'opening'), ...counted });
  return sharedHoldersOf(state, poolAssetRow)
    .map((accountRow) => impactOnShared(state, accountRow, change))
    .filter((impact) => impact !== null)
    .filter(({ missingInitial, isLiquidatable }) => missingInitial > 0n || isLiquidatable);
}

/** By row; isolated accounts value their own asset whole, whatever counts as collateral. */
export function sharedHoldersOf(state: State, poolAssetRow: number): readonly number[] {
  return [...holdersOfAsset(state, poolAssetRow)]
    .filter((accountRow) => !hasClosedForm(state, accountRow))
    .sort((a, b) => a - b);
}

function impactOn(
  state: State,
  accountRow: number,
  instrumentRow: number,
  listed: ListedInstrument,
): ImpactOnAccount | null {
  if (!hasClosedForm(state, accountRow)) {
    const change = newPrices();
    change.terms.set(instrumentRow, listed);
    return impactOnShared(state, accountRow, change);
  }
  const markTicks = state.instruments.markTicks.get(instrumentRow);
  if (markTicks === 0n) return null;
  const view = accountView(state, accountRow);
  const equity = equityFloor(listed.marginTerms, view, markTicks);
  const initial = initialMarginCeil(listed.marginTerms, view, markTicks);
  const inForce = state.instruments.listed[instrumentRow] as ListedInstrument;
  return {
    accountRow,
    assetRow: judgedAssetRow(state, accountRow),
    equity,
    initial,
    maintenance: maintenanceMarginCeil(listed.marginTerms, view, markTicks),
    missingInitial: max(0n, initial - equity),
    isLiquidatable: isLiquidatable(listed.marginTerms, view, markTicks),
    wasLiquidatable: isLiquidatable(inForce.liquidationTerms, view, markTicks),
  };
}

function impactOnShared(state: State, accountRow: number, change: PriceChange): ImpactOnAccount | null {
  if (!hasAllPrices(state, accountRow)) return null;
  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD, change });
  const { initial, maintenance } = accountRequirement(view);
  const equity = accountEquityFloor(view);
  return {
    accountRow,
    assetRow: judgedAssetRow(state, accountRow),
    equity,
    initial,
    maintenance,
    missingInitial: max(0n, initial - equity),
    isLiquidatable: isAccountLiquidatable(view),
    wasLiquidatable: isAccountLiquidatable(wholeAccountView(state, accountRow, { prices: LAST_GOOD })),
  };
}
