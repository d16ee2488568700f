/**
 * What a stress run did, told from its records: who was liquidated, what was short and who paid it, layer by layer and
 * pool by pool. All sums are in minor units of the pool's asset, exact.
 */
import type { EngineRecord, EventOf, State } from '../engine/index.js';

export interface PoolLosses {
  readonly pool: string;
  readonly asset: string;
  /** What accounts could not pay: deficits recognised, and what deleveraged positions were short of. */
  readonly deficitMinor: bigint;
  readonly coveredByFundMinor: bigint;
  readonly borneByLendersMinor: bigint;
  /** What winners gave up when they were closed at the price that leaves the loser nothing. */
  readonly forgoneMinor: bigint;
  readonly sharedMinor: bigint;
  /** Still open at the end. */
  readonly openMinor: bigint;
  readonly deleveragedLots: bigint;
  /** Lots that the fund could not cover, when deleveraging began. */
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

type Sums = { -readonly [K in keyof PoolLosses]: PoolLosses[K] };

export function createStressTally(state: State): StressTally {
  const byPoolAsset = new Map<number, Sums>();
  const liquidations = new Map<number, { step: number; round: number; isTakenOver: boolean }>();
  const paidBy = new Map<number, bigint>();

  function sumsOf(poolAssetRow: number): Sums {
    let sums = byPoolAsset.get(poolAssetRow);
    if (sums === undefined) {
      const { poolAssets, pools, assets } = state;
      sums = {
        pool: pools.names.nameOf(poolAssets.pool.get(poolAssetRow)),
        asset: assets.names.nameOf(poolAssets.asset.get(poolAssetRow)),
        deficitMinor: 0n,
        coveredByFundMinor: 0n,
        borneByLendersMinor: 0n,
        forgoneMinor: 0n,
        sharedMinor: 0n,
        openMinor: 0n,
        deleveragedLots: 0n,
        neededLots: 0n,
        tornUpLots: 0n,
      };
      byPoolAsset.set(poolAssetRow, sums);
    }
    return sums;
  }

  function noteDeleveraged(event: EventOf<'deleveraged'>): void {
    const sums = sumsOf(state.instruments.poolAsset.get(event.instrumentRow));
    const lots = event.fills.reduce((sum, fill) => sum + fill.lots, 0n);
    if (event.isTearUp) sums.tornUpLots += lots;
    else {
      sums.deleveragedLots += lots;
      sums.neededLots += event.neededLots < lots ? event.neededLots : lots;
    }
    sums.forgoneMinor += event.forgoneMinor;
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
              sumsOf(state.deficits.poolAsset.get(event.deficitRow)).coveredByFundMinor += event.amount;
              break;
            case 'lenderLossBorne':
              sumsOf(event.poolAssetRow).borneByLendersMinor += event.amount;
              break;
            case 'shared':
              sumsOf(state.deficits.poolAsset.get(event.deficitRow)).sharedMinor += event.amount;
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
      for (const [row, sums] of byPoolAsset) sums.openMinor = state.totals.outstanding.get(row);
      return [...byPoolAsset.entries()].sort(([a], [b]) => a - b).map(([, sums]) => ({ ...sums }));
    },
    liquidated: () =>
      [...liquidations.entries()].map(([row, of]) => ({ account: state.accounts.names.nameOf(row), ...of })),
    paid: () =>
      new Map([...paidBy.entries()].map(([row, minor]) => [state.accounts.names.nameOf(row), minor])),
  };
}
