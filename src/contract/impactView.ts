/** Whom other parameters of an instrument would leave short of margin, and of how much, as people read it (MAR-08). */
import { max } from '../base/index.js';
import { hasAllPrices } from '../engine/accountMargin.js';
import { hasClosedForm } from '../engine/accountParts.js';
import {
  collateralImpact,
  type ImpactOnAccount,
  type ListedInstrument,
  parameterImpact,
  type Situation,
  type State,
  sharedHoldersOf,
} from '../engine/index.js';
import type { CollateralTerms } from '../margin/index.js';
import { assetScale, formatAmount } from './scale.js';

/** Amounts are in `asset`, by the parameters asked about, at the last good prices. */
export interface ImpactAccountView {
  readonly account: string;
  readonly client: string;
  readonly asset: string;
  readonly equity: string;
  readonly initialMargin: string;
  readonly maintenanceMargin: string;
  /** Initial margin less equity; "0" where it is met. */
  readonly missingInitial: string;
  /** Maintenance margin less equity; "0" where it is met. */
  readonly missingMaintenance: string;
  readonly liquidatable: boolean;
  /** Whether it is so by the parameters in force. */
  readonly wasLiquidatable: boolean;
}

export interface ImpactSumView {
  readonly asset: string;
  readonly accounts: number;
  readonly missingInitial: string;
  readonly missingMaintenance: string;
}

export interface ImpactView extends ImpactSummary {
  readonly instrument: string;
}

export interface ImpactSummary {
  /** How many accounts would lack margin. */
  readonly count: number;
  /** How many of them would be liquidated, and are not by the parameters in force. */
  readonly newlyLiquidatable: number;
  readonly sums: readonly ImpactSumView[];
  readonly accounts: readonly ImpactAccountView[];
  /** Holders about whom nothing can be said: a price they are judged at is not there. */
  readonly unpriced: readonly string[];
}

export function impactView(
  situation: Situation,
  instrumentRow: number,
  listed: ListedInstrument,
): ImpactView {
  const { state } = situation;
  return {
    instrument: state.instruments.names.nameOf(instrumentRow),
    ...impactSummary(state, parameterImpact(situation, instrumentRow, listed)),
    unpriced: unpricedHolders(situation, instrumentRow),
  };
}

/** Whom it would leave short of margin were the asset to count so as collateral. */
export interface CollateralImpactView extends ImpactSummary {
  readonly pool: string;
  readonly asset: string;
}

export function collateralImpactView(
  situation: Situation,
  poolAssetRow: number,
  counted: Pick<CollateralTerms, 'haircutPpm' | 'countedCapMinor'>,
): CollateralImpactView {
  const { state } = situation;
  const { poolAssets, pools, assets, accounts } = state;
  return {
    pool: pools.names.nameOf(poolAssets.pool.get(poolAssetRow)),
    asset: assets.names.nameOf(poolAssets.asset.get(poolAssetRow)),
    ...impactSummary(state, collateralImpact(situation, poolAssetRow, counted)),
    unpriced: sharedHoldersOf(state, poolAssetRow)
      .filter((row) => !hasAllPrices(state, row))
      .map((row) => accounts.names.nameOf(row)),
  };
}

function impactSummary(state: State, impacts: readonly ImpactOnAccount[]): Omit<ImpactSummary, 'unpriced'> {
  return {
    count: impacts.length,
    newlyLiquidatable: impacts.filter((impact) => impact.isLiquidatable && !impact.wasLiquidatable).length,
    sums: impactSums(state, impacts),
    accounts: impacts.map((impact) => impactAccountView(state, impact)),
  };
}

function impactSums(state: State, impacts: readonly ImpactOnAccount[]): readonly ImpactSumView[] {
  const assetRows = [...new Set(impacts.map(({ assetRow }) => assetRow))].sort((a, b) => a - b);
  return assetRows.map((assetRow) => {
    const scale = assetScale(state, assetRow);
    const members = impacts.filter((impact) => impact.assetRow === assetRow);
    return {
      asset: scale.asset,
      accounts: members.length,
      missingInitial: formatAmount(sum(members.map(({ missingInitial }) => missingInitial)), scale),
      missingMaintenance: formatAmount(sum(members.map(missingMaintenance)), scale),
    };
  });
}

function impactAccountView(state: State, impact: ImpactOnAccount): ImpactAccountView {
  const { accountRow, assetRow, equity, initial, maintenance, missingInitial } = impact;
  const scale = assetScale(state, assetRow);
  return {
    account: state.accounts.names.nameOf(accountRow),
    client: state.clients.names.nameOf(state.accounts.client.get(accountRow)),
    asset: scale.asset,
    equity: formatAmount(equity, scale),
    initialMargin: formatAmount(initial, scale),
    maintenanceMargin: formatAmount(maintenance, scale),
    missingInitial: formatAmount(missingInitial, scale),
    missingMaintenance: formatAmount(missingMaintenance(impact), scale),
    liquidatable: impact.isLiquidatable,
    wasLiquidatable: impact.wasLiquidatable,
  };
}

function missingMaintenance({ maintenance, equity }: ImpactOnAccount): bigint {
  return max(0n, maintenance - equity);
}

function unpricedHolders({ state, derived }: Situation, instrumentRow: number): readonly string[] {
  const rows = new Set<number>();
  for (const side of ['long', 'short'] as const)
    for (const row of derived.holders(instrumentRow, side)) rows.add(state.positions.account.get(row));
  const isPriced = (accountRow: number) =>
    hasClosedForm(state, accountRow)
      ? state.instruments.markTicks.get(instrumentRow) !== 0n
      : hasAllPrices(state, accountRow);
  return [...rows]
    .filter((row) => !isPriced(row))
    .sort((a, b) => a - b)
    .map((row) => state.accounts.names.nameOf(row));
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
