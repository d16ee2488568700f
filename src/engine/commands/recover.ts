/**
 * What came back of a loss: first what is still open of its deficits, then those who paid, the last layer first, each
 * within its layer by what it paid (LIQ-08). It is venue money until then; what the venue had paid itself stays with it.
 */
import { min } from '../../base/index.js';
import type { Transfer } from '../../isolation/index.js';
import { type Returned, returnRecovery } from '../../liquidation/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { EventOf } from '../event.js';
import { findLoss, type Loss, openPayments } from '../lossRecord.js';
import { reject } from '../rejection.js';
import { clientLedgerRow, outstandingOf, poolLedgerRow, type State, venueLedgerRow } from '../state.js';
import { amountFault, balanceFault } from './checks.js';

type Recovered = EventOf<'lossRecovered'>;

export function decideRecover({ state }: Situation, command: CommandOf<'recover'>): Decision {
  const loss = findLoss(state, command);
  if ('code' in loss) return loss;
  const { amountMinor } = command;
  const { assetRow, poolRow, poolAssetRow, takeoverRow } = loss;
  const fault = amountFault(amountMinor, assetRow);
  if (fault !== null) return fault;
  const from = venueLedgerRow(state, assetRow, 'capital');
  const short = balanceFault(state, { ledgerRow: from, amountMinor, assetRow }, 'insufficient_venue_funds');
  if (short !== null) return short;
  const open = payOpen(state, loss, amountMinor);
  const payments = openPayments(state, loss);
  const { returned, excessMinor } = returnRecovery({ amountMinor: open.leftMinor, payments });
  if (excessMinor > 0n) {
    const largest = { minor: amountMinor - excessMinor, assetRow };
    return reject('invalid_amount', { amount: { minor: amountMinor, assetRow }, largest });
  }
  const parts = partsOf(state, returned, open.minorOf);
  const transfers = transfersOf(state, { poolAssetRow, from, parts });
  return [
    { kind: 'lossRecovered', poolRow, poolAssetRow, takeoverRow, amount: amountMinor, ...parts, transfers },
  ];
}

/** What is still open of the deficits is paid first, the oldest first. */
function payOpen(state: State, { deficitRows }: Loss, amountMinor: bigint) {
  const minorOf = new Map<number, bigint>();
  let leftMinor = amountMinor;
  for (const row of deficitRows) {
    const paid = min(leftMinor, outstandingOf(state, row));
    minorOf.set(row, paid);
    leftMinor -= paid;
  }
  return { minorOf, leftMinor };
}

type Parts = Pick<Recovered, 'losses' | 'shares' | 'forgone' | 'givenBack'>;

function partsOf(state: State, returned: readonly Returned[], openOf: ReadonlyMap<number, bigint>): Parts {
  const { clawbacks, lossClaims } = state;
  const of = (layer: string) => returned.filter((part) => part.layer === layer);
  const toDeficits = (layer: string) => {
    const amounts = new Map(of(layer).map(({ row, amountMinor }) => [row, amountMinor]));
    return (row: number) => amounts.get(row) ?? 0n;
  };
  const [toLenders, toReserve] = [toDeficits('lenders'), toDeficits('reserve')];
  const [toFund, toVenue] = [toDeficits('insuranceFund'), toDeficits('topUp')];
  const claim = ({ row, amountMinor }: Returned) => ({
    claimRow: row,
    accountRow: lossClaims.account.get(row),
    amount: amountMinor,
  });
  return {
    losses: [...openOf]
      .map(([deficitRow, openMinor]) => ({
        deficitRow,
        openMinor,
        lendersMinor: toLenders(deficitRow),
        reserveMinor: toReserve(deficitRow),
        fundMinor: toFund(deficitRow),
        venueMinor: toVenue(deficitRow),
      }))
      .filter((loss) => Object.values(loss).some((part) => typeof part === 'bigint' && part > 0n)),
    shares: of('lossSharing').map(claim),
    forgone: of('deleveraging').map(claim),
    givenBack: of('clawback').map(({ row, amountMinor }) => ({
      clawbackRow: row,
      accountRow: clawbacks.account.get(row),
      amount: amountMinor,
    })),
  };
}

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
  const sum = (of: (loss: Recovered['losses'][number]) => bigint) =>
    parts.losses.reduce((total, loss) => total + of(loss), 0n);
  pay(
    poolLedgerRow(state, poolAssetRow, 'receivable'),
    sum(({ openMinor }) => openMinor),
  );
  for (const { accountRow, amount } of [...parts.shares, ...parts.forgone, ...parts.givenBack])
    pay(clientLedgerRow(state, { clientRow: accounts.client.get(accountRow), assetRow }, 'wallet'), amount);
  pay(
    poolLedgerRow(state, poolAssetRow, 'lending'),
    sum(({ lendersMinor, reserveMinor }) => lendersMinor + reserveMinor),
  );
  pay(
    poolLedgerRow(state, poolAssetRow, 'insuranceFund'),
    sum(({ fundMinor }) => fundMinor),
  );
  return transfers;
}
