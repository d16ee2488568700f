/**
 * Writes that an instrument is in another pool: its row, its terms, its isolated accounts with what they hold, and the
 * running totals of both pools. Called by `evolve` alone; rows and identities stay what they are.
 */
import { assetsOf, positionsOf } from './accountParts.js';
import type { EventOf } from './event.js';
import { forgetVectors } from './scenarioStore.js';
import { listedInstrument, pairKey, type State } from './state.js';
import { digestOfTerms } from './termsDigest.js';

export function moveInstrument(state: State, event: EventOf<'instrumentMoved'>): void {
  const { instruments, poolAssets, totals } = state;
  const { instrumentRow, poolRow, poolAssetRow, fromPoolAssetRow, movedDust } = event;
  moveTerms(state, instrumentRow, state.pools.names.nameOf(poolRow));
  instruments.pool.set(instrumentRow, poolRow);
  instruments.poolAsset.set(instrumentRow, poolAssetRow);
  instruments.table.regroup();
  // Every holder is keyed anew.
  instruments.termsVersion.set(instrumentRow, instruments.termsVersion.get(instrumentRow) + 1);
  forgetVectors(state, instrumentRow);
  const shift = (total: { add(row: number, change: bigint): void }, amount: bigint) => {
    total.add(fromPoolAssetRow, -amount);
    total.add(poolAssetRow, amount);
  };
  shift(totals.cost, event.costMinor);
  shift(totals.fundingEntry, event.fundingEntry);
  const { fundingDust } = poolAssets;
  fundingDust.set(fromPoolAssetRow, fundingDust.get(fromPoolAssetRow) - movedDust);
  fundingDust.set(poolAssetRow, fundingDust.get(poolAssetRow) + movedDust);
  for (const accountRow of event.accountRows) moveAccount(state, accountRow, poolRow);
}

/** The pool is part of the definition; nothing else of it changes. */
function moveTerms(state: State, instrumentRow: number, pool: string): void {
  const { listed, termsDigest } = state.instruments;
  const before = listedInstrument(state, instrumentRow);
  const definition = { ...before.definition, pool };
  const isOne = before.liquidationDefinition === before.definition;
  listed[instrumentRow] = {
    ...before,
    definition,
    liquidationDefinition: isOne ? definition : { ...before.liquidationDefinition, pool },
  };
  state.undo.push(() => {
    listed[instrumentRow] = before;
  });
  termsDigest.set(instrumentRow, digestOfTerms(state, instrumentRow));
}

/** What it realized in a pool that was sound is its own: nothing of it is shared in the other pool. */
function moveAccount(state: State, accountRow: number, poolRow: number): void {
  const { accounts, accountAssets, ledger, poolAssets, positions, totals } = state;
  accounts.pool.set(accountRow, poolRow);
  for (const row of positionsOf(state, accountRow)) positions.pool.set(row, poolRow);
  for (const row of assetsOf(state, accountRow)) {
    const from = accountAssets.poolAsset.get(row);
    const to = state.poolAssetRows.get(pairKey(poolRow, poolAssets.asset.get(from))) as number;
    const ledgerRow = accountAssets.ledgerRow.get(row);
    accountAssets.poolAsset.set(row, to);
    accountAssets.realizedGain.set(row, 0n);
    accountAssets.realizedAtCount.set(row, 0);
    ledger.moveToPool(ledgerRow, poolRow);
    totals.cash.add(from, -ledger.balance(ledgerRow));
    totals.cash.add(to, ledger.balance(ledgerRow));
  }
}
