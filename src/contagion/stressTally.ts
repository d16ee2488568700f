/**
 * What a stress run did, told from its records: who was liquidated, what was short and who paid it, layer by layer and
 * pool by pool. All sums are in minor units of the pool's asset, exact.
 */
import { max } from '../base/index.js';
import type { EngineRecord, EventOf, State } from '../engine/index.js';

/** Who pays a deficit, in the order in which they do; `open` is what nobody has paid at the end. */
export const LOSS_LAYERS = [
  'clawback',
  'insuranceFund',
  'venueCapital',
  'lenders',
  'deleveraging',
  'lossSharing',
  'open',
] as const;

export type LossLayer = (typeof LOSS_LAYERS)[number];
export type LayerSums = Readonly<Record<LossLayer, bigint>>;

export interface PoolLosses {
  readonly pool: string;
  readonly asset: string;
  /** What accounts could not pay: deficits recognised, and what deleveraged positions were short of. */
  readonly deficitMinor: bigint;
  /** They sum to the deficit. */
  readonly paidMinor: LayerSums;
  readonly deleveragedLots: bigint;
  /**
   * Lots that fund and venue could not cover: of each takeover what was taken so far and what was still needed, at its worst.
   * More than deleveraged lots where winners were too few.
   */
  readonly neededLots: bigint;
  readonly tornUpLots: bigint;
}

export interface StressTally {
  note(records: readonly EngineRecord[], at: { readonly step: number; readonly round: number }): void;
  pools(): readonly PoolLosses[];
  /** Accounts that were reduced or taken over, in the order in which it began. */
  liquidated(): readonly Liquidated[];
  /** Accounts whose winning position was closed against a loss, and those whose gain was shared. */
  paid(): ReadonlyMap<string, bigint>;
}

export interface Liquidated {
  readonly account: string;
  readonly step: number;
  readonly round: number;
  readonly isTakenOver: boolean;
}

interface Sums {
  readonly pool: string;
  readonly asset: string;
  deficitMinor: bigint;
  readonly paidMinor: { -readonly [K in LossLayer]: bigint };
  deleveragedLots: bigint;
  tornUpLots: bigint;
}

/** Of a takeover: the lots deleveraging took, and the most it ever had to take in all. */
interface Need {
  readonly poolAssetRow: number;
  takenLots: bigint;
  neededLots: bigint;
}

export function createStressTally(state: State): StressTally {
  const byPoolAsset = new Map<number, Sums>();
  const liquidations = new Map<number, { step: number; round: number; isTakenOver: boolean }>();
  const paidBy = new Map<number, bigint>();
  const needs = new Map<number, Need>();

  function sumsOf(poolAssetRow: number): Sums {
    let sums = byPoolAsset.get(poolAssetRow);
    if (sums === undefined) {
      const { poolAssets, pools, assets } = state;
      sums = {
        pool: pools.names.nameOf(poolAssets.pool.get(poolAssetRow)),
        asset: assets.names.nameOf(poolAssets.asset.get(poolAssetRow)),
        deficitMinor: 0n,
        paidMinor: noLayers(),
        deleveragedLots: 0n,
        tornUpLots: 0n,
      };
      byPoolAsset.set(poolAssetRow, sums);
    }
    return sums;
  }

  function paidOf(deficitRow: number): Sums['paidMinor'] {
    return sumsOf(state.deficits.poolAsset.get(deficitRow)).paidMinor;
  }

  function noteDeleveraged(event: EventOf<'deleveraged'>): void {
    const poolAssetRow = state.instruments.poolAsset.get(event.instrumentRow);
    const sums = sumsOf(poolAssetRow);
    const lots = event.fills.reduce((sum, fill) => sum + fill.lots, 0n);
    if (event.isTearUp) sums.tornUpLots += lots;
    else sums.deleveragedLots += lots;
    const need = needs.get(event.takeoverRow) ?? { poolAssetRow, takenLots: 0n, neededLots: 0n };
    needs.set(event.takeoverRow, need);
    need.neededLots = max(need.neededLots, need.takenLots + event.neededLots);
    need.takenLots += lots;
    sums.paidMinor.deleveraging += event.forgoneMinor;
    sums.deficitMinor += event.forgoneMinor;
    for (const { accountRow, forgoneMinor } of event.fills) pays(accountRow, forgoneMinor);
  }

  function pays(accountRow: number, minor: bigint): void {
    if (minor > 0n) paidBy.set(accountRow, (paidBy.get(accountRow) ?? 0n) + minor);
  }

  function noteLiquidation(
    accountRow: number,
    at: { readonly step: number; readonly round: number },
    isTakenOver: boolean,
  ): void {
    const known = liquidations.get(accountRow);
    if (known === undefined) liquidations.set(accountRow, { ...at, isTakenOver });
    else known.isTakenOver ||= isTakenOver;
  }

  return {
    note(records, at) {
      for (const { outcome } of records) {
        if (outcome.kind !== 'accepted') continue;
        for (const event of outcome.events) {
          if ('deficits' in event)
            for (const { poolAssetRow, amount } of event.deficits)
              sumsOf(poolAssetRow).deficitMinor += amount;
          switch (event.kind) {
            case 'reductionOrdered':
              noteLiquidation(event.accountRow, at, false);
              break;
            case 'takenOver':
            case 'accountTakenOver':
            case 'debtLiquidated':
              noteLiquidation(event.accountRow, at, true);
              break;
            case 'covered':
              paidOf(event.deficitRow).insuranceFund += event.amount - event.toppedUpMinor;
              paidOf(event.deficitRow).venueCapital += event.toppedUpMinor;
              break;
            case 'lenderLossBorne':
              sumsOf(event.poolAssetRow).paidMinor.lenders += event.amount;
              break;
            case 'clawedBack':
              paidOf(event.deficitRow).clawback += event.amount;
              break;
            case 'shared':
              paidOf(event.deficitRow).lossSharing += event.amount;
              for (const { accountRow, paysMinor } of event.payers) pays(accountRow, paysMinor);
              break;
            case 'deleveraged':
              noteDeleveraged(event);
              break;
            default:
          }
        }
      }
    },
    pools() {
      return [...byPoolAsset.entries()]
        .sort(([a], [b]) => a - b)
        .map(([row, sums]) => ({
          ...sums,
          paidMinor: { ...sums.paidMinor, open: state.totals.outstanding.get(row) },
          neededLots: [...needs.values()]
            .filter(({ poolAssetRow }) => poolAssetRow === row)
            .reduce((sum, { neededLots }) => sum + neededLots, 0n),
        }));
    },
    liquidated: () =>
      [...liquidations.entries()].map(([row, of]) => ({ account: state.accounts.names.nameOf(row), ...of })),
    paid: () =>
      new Map([...paidBy.entries()].map(([row, minor]) => [state.accounts.names.nameOf(row), minor])),
  };
}

export function noLayers(): Record<LossLayer, bigint> {
  return Object.fromEntries(LOSS_LAYERS.map((layer) => [layer, 0n])) as Record<LossLayer, bigint>;
}
