/**
 * A lender takes back an amount, or everything it has lent with its interest. What is out as debts cannot leave, nor
 * what the pool does not hold in cash; while the pool is not sound a lender gets at most what it brought (ISO-06).
 */
import { max, min } from '../../base/index.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import { lenderBook, lendingCash } from '../lending.js';
import { claimFloor, sharesWithdrawn } from '../lendingShares.js';
import { type Rejection, reject } from '../rejection.js';
import { isPoolSound } from '../soundness.js';
import { clientLedgerRow, pairKey, poolLedgerRow } from '../state.js';
import { amountFault, unknown } from './checks.js';
import { findLentAsset, type LentAsset, openDeficitFault } from './lentAsset.js';

export function decideWithdrawSupply(situation: Situation, command: CommandOf<'withdrawSupply'>): Decision {
  const { state } = situation;
  const { client, amountMinor } = command;
  const clientRow = state.clients.names.rowOf(client);
  if (clientRow < 0) return unknown('unknown_client', client);
  const lent = findLentAsset(state, command);
  if ('code' in lent) return lent;
  const { poolRow, assetRow, poolAssetRow } = lent;
  const lenderRow = state.lenderRows.get(pairKey(clientRow, poolAssetRow)) ?? -1;
  const held = lenderRow < 0 ? 0n : state.lenders.shares.get(lenderRow);
  const book = lenderBook(state, poolAssetRow);
  const claim = claimFloor(held, book);
  const amount = amountMinor ?? claim;
  const minor = (value: bigint) => ({ minor: value, assetRow });
  const invalid = amountMinor === null ? null : amountFault(amount, assetRow);
  if (invalid !== null) return invalid;
  if (amount > claim || amount === 0n)
    return reject('insufficient_supply', { client, requested: minor(amount), most: minor(claim) });
  const refused = outflowFault(situation, lent, { lenderRow, amount });
  if (refused !== null) return refused;
  const from = poolLedgerRow(state, poolAssetRow, 'lending');
  const to = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
  const shares = sharesWithdrawn(amount, held, book);
  const transfers = [{ flow: 'reclaim', from, to, amount } as const];
  return [{ kind: 'supplyWithdrawn', poolRow, clientRow, poolAssetRow, shares, amount, transfers }];
}

function outflowFault(
  situation: Situation,
  lent: LentAsset,
  { lenderRow, amount }: { readonly lenderRow: number; readonly amount: bigint },
): Rejection | null {
  const { state } = situation;
  const { poolRow, assetRow, poolAssetRow } = lent;
  const pool = state.pools.names.nameOf(poolRow);
  const minor = (value: bigint) => ({ minor: value, assetRow });
  const requested = minor(amount);
  const cash = lendingCash(state, poolAssetRow);
  if (amount > cash) return reject('insufficient_lending_cash', { pool, requested, most: minor(cash) });
  const open = openDeficitFault(state, lent);
  if (open !== null) return open;
  const poolCash = max(0n, state.totals.cash.get(poolAssetRow));
  const principal = max(0n, state.lenders.netSupplied.get(lenderRow));
  if (amount > principal && !isPoolSound(situation, poolRow))
    return reject('pool_not_sound', { pool, requested, most: minor(min(principal, min(cash, poolCash))) });
  return amount > poolCash
    ? reject('insufficient_pool_cash', { pool, requested, most: minor(poolCash) })
    : null;
}
