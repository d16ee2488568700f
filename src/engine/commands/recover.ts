/**
 * What came back of a loss: first what is still open of its deficit, then those who paid, the last layer first, each
 * within its layer by what it paid (LIQ-08). It is venue money until then; what the venue had paid itself stays with it.
 */
import { min } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import { type OpenPayment, returnRecovery } from '../../liquidation/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { reject } from '../rejection.js';
import {
  clientLedgerRow,
  outstandingOf,
  pairKey,
  poolLedgerRow,
  type State,
  venueLedgerRow,
} from '../state.js';
import { waterfallOf } from '../waterfallStore.js';
import { amountFault, balanceFault, poolFault, unknown } from './checks.js';

type Recovered = EventOf<'lossRecovered'>;

export function decideRecover({ state }: Situation, command: CommandOf<'recover'>): Decision {
  const { deficit: deficitRow, amountMinor } = command;
  const poolRow = state.pools.names.rowOf(command.pool);
  if (poolRow < 0) return unknown('unknown_pool', command.pool);
  const assetRow = state.assets.names.rowOf(command.asset);
  if (assetRow < 0) return unknown('unknown_asset', command.asset);
  const quarantined = poolFault(state, poolRow);
  if (quarantined !== null) return quarantined;
  const poolAssetRow = state.poolAssetRows.get(pairKey(poolRow, assetRow));
  const isKnown = deficitRow < state.deficits.table.size;
  if (!isKnown || state.deficits.poolAsset.get(deficitRow) !== poolAssetRow)
    return reject('unknown_deficit', { deficit: deficitRow, pool: command.pool });
  const fault = amountFault(amountMinor, assetRow);
  if (fault !== null) return fault;
  const from = venueLedgerRow(state, assetRow, 'capital');
  const short = balanceFault(state, { ledgerRow: from, amountMinor, assetRow }, 'insufficient_venue_funds');
  if (short !== null) return short;
  const openMinor = min(amountMinor, outstandingOf(state, deficitRow));
  const payments = openPayments(state, deficitRow);
  const { returned, excessMinor } = returnRecovery({ amountMinor: amountMinor - openMinor, payments });
  if (excessMinor > 0n) {
    const largest = { minor: amountMinor - excessMinor, assetRow };
    return reject('invalid_amount', { amount: { minor: amountMinor, assetRow }, largest });
  }
  const of = (layer: string) =>
    returned.reduce((sum, part) => (part.layer === layer ? sum + part.amountMinor : sum), 0n);
  const parts = {
    openMinor,
    shares: returned
      .filter(({ layer }) => layer === 'lossSharing')
      .map(({ row, amountMinor: amount }) => ({
        lossShareRow: row,
        accountRow: state.lossShares.account.get(row),
        amount,
      })),
    lendersMinor: of('lenders'),
    reserveMinor: of('reserve'),
    fundMinor: of('insuranceFund'),
    venueMinor: of('topUp'),
  };
  const transfers = transfersOf(state, { poolAssetRow, from, parts });
  const amount = amountMinor;
  return [{ kind: 'lossRecovered', poolRow, poolAssetRow, deficitRow, amount, ...parts, transfers }];
}

/** What each payer of the deficit is still out of, in the order of the layers. */
function openPayments(state: State, row: number): readonly OpenPayment[] {
  const { deficits, poolAssets } = state;
  const { toppedUp, covered, lent, reserveForgone } = deficits;
  const poolAssetRow = deficits.poolAsset.get(row);
  const one = (layer: string, paysMinor: bigint): OpenPayment => ({ layer, payers: [{ row: 0, paysMinor }] });
  const fund = one('insuranceFund', covered.get(row) - toppedUp.get(row) - deficits.fundReturned.get(row));
  const venue = one('topUp', toppedUp.get(row) - deficits.venueReturned.get(row));
  const kinds = waterfallOf(state, poolAssetRow).layers.map(({ kind }) => kind);
  const isVenueFirst = kinds.includes('topUp') && kinds.indexOf('topUp') < kinds.indexOf('insuranceFund');
  const lentBack = deficits.lentReturned.get(row);
  const byLenders = lent.get(row) - reserveForgone.get(row);
  const lendersBack = min(lentBack, byLenders);
  // Where nobody lends any more there is nobody to give it to.
  const hasLenders = poolAssets.lenderShares.get(poolAssetRow) > 0n;
  return [
    ...(isVenueFirst ? [venue, fund] : [fund, venue]),
    one('reserve', reserveForgone.get(row) - (lentBack - lendersBack)),
    one('lenders', hasLenders ? byLenders - lendersBack : 0n),
    { layer: 'lossSharing', payers: sharesOf(state, row) },
  ];
}

function sharesOf({ deficits, lossShares }: State, deficitRow: number): OpenPayment['payers'] {
  const payers: { row: number; paysMinor: bigint }[] = [];
  for (let row = deficits.firstShare.get(deficitRow); row >= 0; row = lossShares.next.get(row))
    payers.push({ row, paysMinor: lossShares.paid.get(row) - lossShares.returned.get(row) });
  return payers;
}

type Parts = Pick<Recovered, 'openMinor' | 'shares' | 'lendersMinor' | 'reserveMinor' | 'fundMinor'>;

function transfersOf(
  state: State,
  {
    poolAssetRow,
    from,
    parts,
  }: { readonly poolAssetRow: number; readonly from: number; readonly parts: Parts },
): Transfer[] {
  const { accounts, poolAssets } = state;
  const assetRow = poolAssets.asset.get(poolAssetRow);
  const transfers: Transfer[] = [];
  const pay = (to: number, amount: bigint) => {
    if (amount > 0n) transfers.push({ flow: 'recover', from, to, amount });
  };
  pay(poolLedgerRow(state, poolAssetRow, 'receivable'), parts.openMinor);
  for (const { accountRow, amount } of parts.shares)
    pay(clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet'), amount);
  pay(poolLedgerRow(state, poolAssetRow, 'lending'), parts.lendersMinor + parts.reserveMinor);
  pay(poolLedgerRow(state, poolAssetRow, 'insuranceFund'), parts.fundMinor);
  return transfers;
}
