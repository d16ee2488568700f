/**
 * One loss as it is paid back: that of a takeover with all deficits it left and all that winners forwent for it, or that of
 * one deficit that came of no takeover. What each layer is still out of, in the order of the layers (LIQ-08).
 */
import { min } from '../base/index.js';
import type { LayerKind, OpenPayment } from '../liquidation/index.js';
import { clawbackLeft, clawbacksOf } from './clawbackBooks.js';
import { poolFault, unknown } from './commands/checks.js';
import { claimLeft, claimsOf } from './lossClaims.js';
import { type Rejection, reject } from './rejection.js';
import { pairKey, type State, settleAssetRow } from './state.js';
import { kindsInOrder } from './waterfallStore.js';

export interface Loss {
  readonly poolRow: number;
  readonly poolAssetRow: number;
  readonly assetRow: number;
  /** -1 for the loss of one deficit. */
  readonly takeoverRow: number;
  /** The oldest first. */
  readonly deficitRows: readonly number[];
}

export interface NamedLoss {
  readonly pool: string;
  readonly asset: string;
  readonly deficit: number | null;
  readonly takeover: string | null;
}

export function findLoss(state: State, named: NamedLoss): Loss | Rejection {
  const poolRow = state.pools.names.rowOf(named.pool);
  if (poolRow < 0) return unknown('unknown_pool', named.pool);
  const assetRow = state.assets.names.rowOf(named.asset);
  if (assetRow < 0) return unknown('unknown_asset', named.asset);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  if (poolAssetRow === undefined) return unknown('asset_not_in_pool', named.asset);
  const found = takeoverOf(state, named, { poolRow, assetRow, poolAssetRow });
  if ('code' in found) return found;
  const { takeoverRow, deficitRows } = found;
  const isWrittenOff =
    takeoverRow >= 0
      ? state.takeovers.isWrittenOff.get(takeoverRow)
      : state.deficits.isWrittenOff.get(deficitRows[0] as number);
  if (isWrittenOff === 1) return reject('loss_written_off', { pool: named.pool });
  return { poolRow, poolAssetRow, assetRow, takeoverRow, deficitRows };
}

function takeoverOf(
  state: State,
  { pool, deficit, takeover }: NamedLoss,
  at: { readonly poolRow: number; readonly assetRow: number; readonly poolAssetRow: number },
): Pick<Loss, 'takeoverRow' | 'deficitRows'> | Rejection {
  const { deficits, takeovers } = state;
  if ((deficit === null) === (takeover === null))
    return reject('invalid_definition', {
      field: 'deficit',
      rule: 'a deficit or a takeover, one of the two',
    });
  if (takeover !== null) {
    const takeoverRow = takeovers.names.rowOf(takeover);
    const isHere =
      takeoverRow >= 0 &&
      takeovers.pool.get(takeoverRow) === at.poolRow &&
      settleAssetRow(state, takeovers.instrument.get(takeoverRow)) === at.assetRow;
    if (!isHere) return unknown('unknown_takeover', takeover);
    return { takeoverRow, deficitRows: deficitsOf(state, takeoverRow) };
  }
  const row = deficit as number;
  if (row >= deficits.table.size || deficits.poolAsset.get(row) !== at.poolAssetRow)
    return reject('unknown_deficit', { deficit: row, pool });
  const takeoverRow = deficits.takeover.get(row);
  return { takeoverRow, deficitRows: takeoverRow < 0 ? [row] : deficitsOf(state, takeoverRow) };
}

function deficitsOf({ deficits, takeovers }: State, takeoverRow: number): number[] {
  const rows: number[] = [];
  let row = takeovers.lastDeficit.get(takeoverRow);
  for (; row >= 0; row = deficits.beforeOfTakeover.get(row)) rows.push(row);
  return rows.reverse();
}

/**
 * What each payer is still out of, in the order of the list that the loss arose under: nobody changes it while the loss is
 * open. Rows are deficits for fund, venue and lenders, claims for winners and gains, clawbacks for who gave back.
 */
export function openPayments(state: State, loss: Loss): readonly OpenPayment[] {
  const [first] = loss.deficitRows;
  // Without a deficit there are winners alone, who forwent what would have been one.
  if (first === undefined) return PAYMENTS.deleveraging(state, loss);
  return kindsInOrder(state.deficits.layerOrder.get(first)).flatMap((kind) => PAYMENTS[kind](state, loss));
}

const PAYMENTS: Readonly<Record<LayerKind, (state: State, loss: Loss) => readonly OpenPayment[]>> = {
  account: () => [],
  clawback: (state, { deficitRows }) => [
    {
      layer: 'clawback',
      payers: deficitRows
        .flatMap((row) => [...clawbacksOf(state, row)])
        .map((row) => ({ row, paysMinor: clawbackLeft(state, row) })),
    },
  ],
  insuranceFund: ({ deficits }, loss) => {
    const { covered, toppedUp, fundReturned } = deficits;
    return [
      byDeficit(loss, 'insuranceFund', (row) => covered.get(row) - toppedUp.get(row) - fundReturned.get(row)),
    ];
  },
  topUp: ({ deficits: { toppedUp, venueReturned } }, loss) => [
    byDeficit(loss, 'topUp', (row) => toppedUp.get(row) - venueReturned.get(row)),
  ],
  /** What the venue forwent of its interest, then the lenders. */
  lenders: ({ deficits, poolAssets }, loss) => {
    const { lent, reserveForgone, lentReturned } = deficits;
    const byLenders = (row: number) => lent.get(row) - reserveForgone.get(row);
    const lendersBack = (row: number) => min(lentReturned.get(row), byLenders(row));
    // Where nobody lends any more there is nobody to give it to.
    const hasLenders = poolAssets.lenderShares.get(loss.poolAssetRow) > 0n;
    return [
      byDeficit(
        loss,
        'reserve',
        (row) => reserveForgone.get(row) - (lentReturned.get(row) - lendersBack(row)),
      ),
      byDeficit(loss, 'lenders', (row) => (hasLenders ? byLenders(row) - lendersBack(row) : 0n)),
    ];
  },
  deleveraging: (state, { takeoverRow }) => [
    { layer: 'deleveraging', payers: claims(state, 'takeovers', takeoverRow < 0 ? [] : [takeoverRow]) },
  ],
  lossSharing: (state, { deficitRows }) => [
    { layer: 'lossSharing', payers: claims(state, 'deficits', deficitRows) },
  ],
};

function byDeficit({ deficitRows }: Loss, layer: string, left: (row: number) => bigint): OpenPayment {
  return { layer, payers: deficitRows.map((row) => ({ row, paysMinor: left(row) })) };
}

function claims(state: State, of: 'takeovers' | 'deficits', rows: readonly number[]): OpenPayment['payers'] {
  return rows
    .flatMap((row) => [...claimsOf(state, { of, row })])
    .map((row) => ({ row, paysMinor: claimLeft(state, row) }));
}
