/**
 * The book of a running engine: what its owners hold now, for a stress run on a copy. Entries become whole ticks, rounded
 * against the account, and the difference, with funding that has accrued, comes back as collateral: equity stays what it
 * is. Positions of takeovers and of a desk's outside become the rest of the market. Orders are left out.
 */
import { abs, divCeil, divFloor, err, max, ok, type Result } from '../base/index.js';
import { assetsOf, positionsOf } from '../engine/accountParts.js';
import { reservedCapital } from '../engine/capitalReserve.js';
import {
  ACCOUNT_STATUS,
  clientLedgerRow,
  INSTRUMENT_STATUS,
  listedInstrument,
  poolLedgerRow,
  type State,
  settleAssetRow,
} from '../engine/index.js';
import { debtOf } from '../engine/lending.js';
import { liquidationPolicyOf } from '../engine/liquidationPolicy.js';
import { accruedFunding } from '../engine/trade.js';
import { proposedOf } from '../engine/waterfallFields.js';
import { MARGIN_MODES } from '../margin/index.js';
import { fillValueTowardsZero } from '../market/index.js';
import type {
  Book,
  BookAccount,
  BookAsset,
  BookHolding,
  BookInstrument,
  BookPool,
  BookPosition,
} from './book.js';

/** What a book cannot say of a state, and where. */
export interface StateFault {
  readonly id: string;
  readonly rule: string;
}

export interface Reading {
  /** Accounts that a book cannot say are left out and named; else the first of them is the fault. */
  readonly leavesOut: boolean;
}

/** `valuationAsset` is that of the first pool with one, else what the first instrument settles in. */
export function bookOfState(
  state: State,
  name: string,
  { leavesOut }: Reading = { leavesOut: false },
): Result<Book, StateFault> {
  const traded = new Set(tradedRows(state));
  if (traded.size === 0) return err({ id: '', rule: 'there is nothing that trades' });
  const faults = new Map<number, string>();
  for (const row of openRows(state)) {
    const rule = accountFault(state, row, traded);
    if (rule === null) continue;
    if (!leavesOut) return err({ id: state.accounts.names.nameOf(row), rule });
    faults.set(row, rule);
  }
  const valuationRow = valuationAssetRow(state);
  return ok({
    name,
    valuationAsset: state.assets.names.nameOf(valuationRow),
    assets: rows(state.assets.table.size).map((row) => assetFrom(state, row, valuationRow)),
    instruments: tradedRows(state).map((row) => instrumentFrom(state, row)),
    accounts: openRows(state)
      .filter((row) => !faults.has(row))
      .map((row) => accountFrom(state, row)),
    leftOut: [...faults].map(([row, rule]) => ({ account: state.accounts.names.nameOf(row), rule })),
    wallets: walletsFrom(state),
    funds: fundsFrom(state),
    pools: poolsFrom(state),
  });
}

/** Instruments that trade and have a mark, spot pairs and options apart. */
function tradedRows(state: State): number[] {
  const { instruments } = state;
  return rows(instruments.table.size).filter((row) => {
    const { instrumentKind } = listedInstrument(state, row).definition;
    const isFuture = instrumentKind === 'perpetual' || instrumentKind === 'future';
    return (
      isFuture &&
      instruments.status.get(row) === INSTRUMENT_STATUS.trading &&
      instruments.markTicks.get(row) > 0n
    );
  });
}

function openRows({ accounts }: State): number[] {
  return rows(accounts.table.size).filter((row) => accounts.status.get(row) === ACCOUNT_STATUS.open);
}

/** What of the account a book cannot say. */
function accountFault(state: State, row: number, traded: ReadonlySet<number>): string | null {
  const { accounts, positions, instruments } = state;
  if (accounts.names.nameOf(row).length > 60) return 'its id is longer than 60 characters';
  if (assetsOf(state, row).some((assetRow) => debtOf(state, assetRow) > 0n))
    return 'it owes: a book has no debts';
  const held = openPositions(state, row).map((position) => positions.instrument.get(position));
  const other = held.find((instrument) => !traded.has(instrument));
  if (other !== undefined)
    return `it holds ${instruments.names.nameOf(other)}: a book has perpetuals and futures that trade`;
  return new Set(held).size < held.length ? 'it keeps legs apart: a book has net positions' : null;
}

function openPositions(state: State, accountRow: number): number[] {
  return positionsOf(state, accountRow).filter((row) => state.positions.lots.get(row) !== 0n);
}

function valuationAssetRow(state: State): number {
  const valued = rows(state.pools.table.size).find((row) => state.pools.valuationAsset.get(row) >= 0);
  return valued === undefined
    ? settleAssetRow(state, tradedRows(state)[0] as number)
    : state.pools.valuationAsset.get(valued);
}

/** Its terms as collateral are those of the first pool that has a price of it. */
function assetFrom(state: State, row: number, valuationRow: number): BookAsset {
  const { assets, poolAssets } = state;
  const at = { id: assets.names.nameOf(row), decimals: assets.decimals.get(row) };
  const found = rows(poolAssets.table.size).find(
    (poolAsset) =>
      poolAssets.asset.get(poolAsset) === row &&
      poolAssets.isCollateral.get(poolAsset) === 1 &&
      poolAssets.price.get(poolAsset) > 0n &&
      state.pools.valuationAsset.get(poolAssets.pool.get(poolAsset)) === valuationRow,
  );
  if (row === valuationRow || found === undefined) return { ...at, collateral: null };
  const countedCap = poolAssets.countedCap.get(found);
  const pegPrice = poolAssets.pegPrice.get(found);
  return {
    ...at,
    collateral: {
      price: poolAssets.price.get(found),
      haircutPpm: poolAssets.haircutPpm.get(found),
      countedCapMinor: countedCap < 0n ? null : countedCap,
      peg:
        pegPrice === 0n
          ? null
          : {
              price: pegPrice,
              tolerancePpm: poolAssets.pegTolerancePpm.get(found),
              slopePpm: poolAssets.pegSlopePpm.get(found),
            },
      conversionRank: poolAssets.conversionRank.get(found),
      conversionSpreadPpm: poolAssets.conversionSpreadPpm.get(found),
    },
  };
}

function instrumentFrom(state: State, row: number): BookInstrument {
  const { pool, ...definition } = listedInstrument(state, row).definition;
  const markTicks = state.instruments.markTicks.get(row);
  const indexTicks = state.instruments.indexTicks.get(row);
  return { definition, pool, markTicks, indexTicks: indexTicks > 0n ? indexTicks : markTicks };
}

function accountFrom(state: State, row: number): BookAccount {
  const { accounts, ledger, accountAssets, poolAssets, assets } = state;
  const amounts = new Map<string, bigint>();
  for (const assetRow of assetsOf(state, row)) {
    const asset = assets.names.nameOf(poolAssets.asset.get(accountAssets.poolAsset.get(assetRow)));
    amounts.set(asset, ledger.balance(accountAssets.ledgerRow.get(assetRow)));
  }
  const positions = openPositions(state, row).map((positionRow): BookPosition => {
    const instrumentRow = state.positions.instrument.get(positionRow);
    const settle = assets.names.nameOf(settleAssetRow(state, instrumentRow));
    const { position, backMinor } = positionFrom(state, positionRow);
    amounts.set(settle, (amounts.get(settle) ?? 0n) + backMinor);
    return position;
  });
  return {
    id: accounts.names.nameOf(row),
    owner: state.clients.names.nameOf(accounts.client.get(row)),
    mode: MARGIN_MODES[accounts.mode.get(row)]!,
    pool: state.pools.names.nameOf(accounts.pool.get(row)),
    collateral: holdings(amounts),
    positions,
  };
}

/** A position at a whole tick, and the collateral that makes up for it: never below 0. */
function positionFrom(state: State, row: number): { position: BookPosition; backMinor: bigint } {
  const instrumentRow = state.positions.instrument.get(row);
  const { marginTerms } = listedInstrument(state, instrumentRow);
  const lots = state.positions.lots.get(row);
  const cost = state.positions.cost.get(row) - accruedFunding(state, row);
  const size = abs(lots) * marginTerms.unit;
  const isOwed = marginTerms.payoff === 'linear' ? cost * lots > 0n : cost * lots < 0n;
  const [numerator, denominator] = marginTerms.payoff === 'linear' ? [abs(cost), size] : [size, abs(cost)];
  const exact = lots > 0n ? divCeil : divFloor;
  // A cost of the wrong sign is no price: next to nothing was paid.
  const entryTicks = isOwed ? max(1n, exact(numerator, denominator)) : 1n;
  const instrument = state.instruments.names.nameOf(instrumentRow);
  const rounded = fillValueTowardsZero(marginTerms, { lots, priceTicks: entryTicks });
  return { position: { instrument, lots, entryTicks }, backMinor: rounded - cost };
}

function walletsFrom(state: State): Book['wallets'] {
  return rows(state.clients.table.size).flatMap((clientRow) =>
    rows(state.assets.table.size).flatMap((assetRow) => {
      const ledgerRow = clientLedgerRow(state, { clientRow, assetRow }, 'wallet');
      const amountMinor = ledgerRow < 0 ? 0n : state.ledger.balance(ledgerRow);
      const owner = state.clients.names.nameOf(clientRow);
      return amountMinor === 0n ? [] : [{ owner, asset: state.assets.names.nameOf(assetRow), amountMinor }];
    }),
  );
}

function fundsFrom(state: State): Book['funds'] {
  const { poolAssets } = state;
  return rows(poolAssets.table.size).flatMap((row) => {
    const amountMinor = state.ledger.balance(poolLedgerRow(state, row, 'insuranceFund'));
    const asset = state.assets.names.nameOf(poolAssets.asset.get(row));
    const pool = state.pools.names.nameOf(poolAssets.pool.get(row));
    return amountMinor === 0n ? [] : [{ asset, amountMinor, pool }];
  });
}

function poolsFrom(state: State): BookPool[] {
  const { assets, poolAssets, pools, waterfalls } = state;
  return rows(pools.table.size).map((poolRow) => {
    const own = rows(poolAssets.table.size).filter((row) => poolAssets.pool.get(row) === poolRow);
    const assetOf = (row: number) => assets.names.nameOf(poolAssets.asset.get(row));
    return {
      id: pools.names.nameOf(poolRow),
      liquidation: liquidationPolicyOf(state, poolRow),
      waterfalls: own.flatMap((row) => {
        const kept = waterfalls.get(row);
        return kept === undefined ? [] : [{ asset: assetOf(row), waterfall: proposedOf(kept) }];
      }),
      reserved: own
        .map((row) => ({ asset: assetOf(row), amountMinor: reservedCapital(state, row) }))
        .filter(({ amountMinor }) => amountMinor > 0n),
    };
  });
}

function holdings(amounts: ReadonlyMap<string, bigint>): BookHolding[] {
  return [...amounts]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([asset, amountMinor]) => ({ asset, amountMinor }));
}

function rows(size: number): number[] {
  return Array.from({ length: size }, (_, row) => row);
}
