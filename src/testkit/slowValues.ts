/**
 * What the slow books are worth, worked out each time from nothing: values at the mark, equity, who is
 * liquidatable, exposure of takeovers, soundness. Scans everything, remembers nothing.
 */
import { abs, divFloor, min } from '../base/index.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  type AssetView,
  accountEquityFloor,
  type IsolatedView,
  isAccountLiquidatable,
  isLiquidatable,
  type LegView,
  type OrderView,
  type ScenarioView,
} from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import {
  holdingOf,
  holdingsOf,
  openPositionsOf,
  poolAssetOf,
  type SlowAccount,
  type SlowBooks,
  type SlowInstrument,
  type SlowPool,
  type SlowPoolAsset,
  type SlowPosition,
  type SlowPrice,
  settleAssetOf,
} from './slowBooks.js';
import { slowOffsetCap } from './slowLevels.js';

/** A quotient with a positive denominator. */
export interface Quotient {
  readonly above: bigint;
  readonly below: bigint;
}

/** Value of signed lots at a mark, in minor units, exact: lots x price; of an inverse future -lots / price. */
export function slowValue(instrument: SlowInstrument, lots: bigint, markTicks: bigint): Quotient {
  const { definition, terms, option } = instrument.listed;
  const scale = definition.markTicksPerTick;
  return definition.payoff === 'linear' || option !== null
    ? { above: lots * markTicks * terms.unit, below: scale }
    : { above: -lots * terms.unit * scale, below: markTicks };
}

/** The same rounded down. */
export function slowValueFloor(instrument: SlowInstrument, lots: bigint, markTicks: bigint): bigint {
  const { above, below } = slowValue(instrument, lots, markTicks);
  return divFloor(above, below);
}

/** Funding accrued and not collected, rounded down. */
export function slowFunding(books: SlowBooks, position: SlowPosition): bigint {
  const { fundingIndex } = books.instruments[position.instrument] as SlowInstrument;
  return divFloor(-position.lots * (fundingIndex - position.fundingIndex), FUNDING_SCALE);
}

/** Isolated with one linear or inverse position: margin has closed forms, and there is one mark to look at. */
export function isPlain(books: SlowBooks, account: SlowAccount): boolean {
  const instrument = books.instruments[account.instrument];
  return instrument !== undefined && instrument.listed.option === null;
}

/** A mark or a price that may decide: there is one, no jump waits, it is sound and fresh. */
function isLive(price: SlowPrice, maxAgeMs: number, timeMs: number): boolean {
  const isFresh = timeMs - price.markTimeMs <= maxAgeMs;
  return price.markTicks > 0n && price.pendingTicks === 0n && !price.isSuspect && isFresh;
}

export function isUsable(instrument: SlowInstrument, timeMs: number): boolean {
  return isLive(instrument, instrument.listed.definition.markMaxAgeMs, timeMs);
}

/** The same of an asset inside its pool; the pool's valuation asset is always worth itself. */
export function isPriceUsable(books: SlowBooks, at: SlowPoolAsset, timeMs: number): boolean {
  if (isValuationAsset(books, at)) return true;
  return isLive(at, at.collateral?.priceMaxAgeMs ?? 0, timeMs);
}

function isValuationAsset(books: SlowBooks, { pool, asset }: SlowPoolAsset): boolean {
  return books.pools[pool]?.valuationAsset === asset;
}

/** Valuation minor units x ASSET_PRICE_SCALE for a minor unit; 0 without a price. */
export function slowPrice(books: SlowBooks, at: SlowPoolAsset): bigint {
  return isValuationAsset(books, at) ? ASSET_PRICE_SCALE : at.markTicks;
}

// ---- one account ----

/** A plain account as the margin model sees it. */
export function slowView(books: SlowBooks, account: SlowAccount): IsolatedView {
  const row = books.accounts.indexOf(account);
  const { instrument } = account;
  const position = books.positions.find(
    (each) => each.account === row && each.instrument === instrument && each.leg === 'net',
  ) as SlowPosition;
  const { fundingIndex, asset } = books.instruments[instrument] as SlowInstrument;
  return {
    collateral: books.balances[holdingOf(books, row, asset)?.ledger as number]?.balance as bigint,
    lots: position.lots,
    cost: position.cost,
    fundingPerLot: fundingIndex - position.fundingIndex,
    leverage: account.leveragePpm,
  };
}

/** Which terms count: during the grace of new ones those of opening are others than those of liquidation (MAR-08). */
export type TermsFor = 'opening' | 'liquidation';

/** Any account as the margin model of whole accounts sees it, at the last good prices. */
export function slowWholeView(
  books: SlowBooks,
  account: SlowAccount,
  terms: TermsFor = 'liquidation',
): AccountView {
  const row = books.accounts.indexOf(account);
  const orders = ordersOf(books, row);
  const ordered = [...new Set(orders.map(({ instrument }) => instrument))];
  const legs = openPositionsOf(books, row).map((position) => legViewOf(books, account, position, terms));
  return {
    mode: account.mode,
    scenarios:
      account.mode === 'portfolio'
        ? slowScenarios(books, account, { wanted: [...legs, ...orders], terms })
        : null,
    legRule: (books.pools[account.pool] as SlowPool).legRule,
    assets: holdingsOf(books, row).map(({ asset, ledger }) => ({
      ...assetViewOf(books, account, asset),
      balance: books.balances[ledger]?.balance as bigint,
    })),
    legs,
    orders,
    orderTerms: ordered.map((instrument) => {
      const { fundingIndex } = books.instruments[instrument] as SlowInstrument;
      const flat = { instrument, leg: 'net', lots: 0n, cost: 0n, fundingIndex } as const;
      return legViewOf(books, account, flat, terms);
    }),
  };
}

/** The set in force with what it does to all that the account holds or orders; null where anything of that is missing. */
function slowScenarios(
  books: SlowBooks,
  account: SlowAccount,
  of: { readonly wanted: readonly { readonly instrument: number }[]; readonly terms: TermsFor },
): ScenarioView | null {
  const { wanted, terms } = of;
  const set = books.pools[account.pool]?.scenarios?.inForce ?? null;
  const rows = [...new Set(wanted.map(({ instrument }) => instrument))];
  if (set === null || rows.some((row) => books.instruments[row]?.vectors === null)) return null;
  const { offsetCapPpm: capPpm } = set.parameters;
  const offsetCapPpm = slowOffsetCap(books, { instruments: rows, capPpm, judges: terms });
  return {
    set: { ...set, parameters: { ...set.parameters, offsetCapPpm } },
    instruments: rows.map((row) => {
      const { listed, vectors } = books.instruments[row] as SlowInstrument;
      const { base, option, expiryMs } = listed.definition;
      return { ...vectors!, instrument: row, underlying: option?.underlying ?? base, expiryMs };
    }),
    assets: holdingsOf(books, books.accounts.indexOf(account)).map(({ asset }) => ({
      asset,
      shocksPpm: poolAssetOf(books, account.pool, asset)?.shocksPpm ?? [],
    })),
  };
}

/** Whether a portfolio account may open or release on the vectors of these instruments: fresh, and made near the prices now. */
export function hasFreshScenarios(
  books: SlowBooks,
  account: SlowAccount,
  at: { readonly timeMs: number; readonly more: readonly number[] },
): boolean {
  const set = books.pools[account.pool]?.scenarios?.inForce ?? null;
  if (set === null) return false;
  const held = openPositionsOf(books, books.accounts.indexOf(account)).map(({ instrument }) => instrument);
  return [...held, ...at.more].every((row) => {
    const { vectors, listed, markTicks, indexTicks } = books.instruments[row] as SlowInstrument;
    if (vectors === null || at.timeMs - vectors.timeMs > set.maxAgeMs) return false;
    const moved = abs((listed.option === null ? markTicks : indexTicks) - vectors.referenceTicks);
    return moved * 1_000_000n <= set.driftPpm * vectors.referenceTicks;
  });
}

/** Open orders of instruments that trade. */
function ordersOf(books: SlowBooks, account: number): OrderView[] {
  return books.orders
    .filter(
      (order) =>
        order.account === account &&
        order.lots > 0n &&
        books.instruments[order.instrument]?.status === 'trading',
    )
    .map(({ instrument, leg, isBuy, lots, priceTicks, isReduceOnly }) => ({
      instrument,
      leg,
      side: isBuy ? 'buy' : 'sell',
      lots,
      priceTicks,
      isReduceOnly,
    }));
}

function assetViewOf(books: SlowBooks, account: SlowAccount, asset: number): AssetView {
  const at = poolAssetOf(books, account.pool, asset) as SlowPoolAsset;
  const isOwn = asset === valuationAssetOf(books, account);
  // Isolated, an asset is what everything is counted in: nothing is kept back of it, nothing limits it.
  const collateral = isOwn && account.instrument >= 0 ? null : at.collateral;
  return {
    asset,
    balance: 0n,
    debt: 0n,
    price: isOwn ? ASSET_PRICE_SCALE : slowPrice(books, at),
    terms: {
      haircutPpm: collateral?.haircutPpm ?? 0n,
      countedCapMinor: collateral === null || collateral.countedCap < 0n ? null : collateral.countedCap,
      peg:
        collateral === null || collateral.pegPrice === 0n
          ? null
          : {
              price: collateral.pegPrice,
              tolerancePpm: collateral.pegTolerancePpm,
              slopePpm: collateral.pegSlopePpm,
            },
      debtInitialPpm: 0n,
      debtMaintenancePpm: 0n,
    },
  };
}

/** The asset the account is judged in: of an isolated one what it settles in, else its pool's valuation asset. */
export function valuationAssetOf(books: SlowBooks, { instrument, pool }: SlowAccount): number {
  return instrument >= 0
    ? settleAssetOf(books, { instrument })
    : (books.pools[pool] as SlowPool).valuationAsset;
}

function legViewOf(
  books: SlowBooks,
  { leveragePpm }: SlowAccount,
  position: Pick<SlowPosition, 'instrument' | 'leg' | 'lots' | 'cost' | 'fundingIndex'>,
  terms: TermsFor,
): LegView {
  const { listed, fundingIndex, markTicks, indexTicks, asset } = books.instruments[
    position.instrument
  ] as SlowInstrument;
  return {
    instrument: position.instrument,
    leg: position.leg,
    settleAsset: asset,
    terms: terms === 'opening' ? listed.marginTerms : listed.liquidationTerms,
    option: terms === 'opening' ? listed.option : listed.liquidationOption,
    lots: position.lots,
    cost: position.cost,
    fundingPerLot: fundingIndex - position.fundingIndex,
    leverage: leveragePpm,
    markTicks,
    indexTicks,
  };
}

/**
 * Whether there is a price for all that the account may owe in: its marks, and the assets its positions settle in. Other
 * collateral without a price counts for nothing.
 */
export function hasAllPrices(books: SlowBooks, account: SlowAccount): boolean {
  const row = books.accounts.indexOf(account);
  const valued = valuationAssetOf(books, account);
  return openPositionsOf(books, row).every((position) => {
    const { markTicks, asset } = books.instruments[position.instrument] as SlowInstrument;
    const at = poolAssetOf(books, account.pool, asset) as SlowPoolAsset;
    return markTicks !== 0n && (asset === valued || slowPrice(books, at) !== 0n);
  });
}

/** Whether every one of those prices may decide now. */
export function hasAllLivePrices(books: SlowBooks, account: SlowAccount, timeMs: number): boolean {
  const row = books.accounts.indexOf(account);
  const valued = valuationAssetOf(books, account);
  return (
    openPositionsOf(books, row).every(({ instrument }) =>
      isUsable(books.instruments[instrument] as SlowInstrument, timeMs),
    ) &&
    holdingsOf(books, row).every(
      ({ asset }) =>
        asset === valued ||
        isPriceUsable(books, poolAssetOf(books, account.pool, asset) as SlowPoolAsset, timeMs),
    )
  );
}

/** Whether there are prices that may decide about the account: of a shared one at least one live position's. */
export function mayDecide(books: SlowBooks, account: SlowAccount, timeMs: number): boolean {
  if (isPlain(books, account))
    return isUsable(books.instruments[account.instrument] as SlowInstrument, timeMs);
  const row = books.accounts.indexOf(account);
  return (
    hasAllPrices(books, account) &&
    openPositionsOf(books, row).some(({ instrument }) =>
      isUsable(books.instruments[instrument] as SlowInstrument, timeMs),
    )
  );
}

/** The predicate at the last good prices. */
export function isSlowlyLiquidatable(books: SlowBooks, account: SlowAccount): boolean {
  if (!isPlain(books, account))
    return hasAllPrices(books, account) && isAccountLiquidatable(slowWholeView(books, account));
  const { listed, markTicks } = books.instruments[account.instrument] as SlowInstrument;
  return isLiquidatable(listed.liquidationTerms, slowView(books, account), markTicks);
}

/** Collateral, funding and PnL at the last good marks: of a plain account exact, else rounded down. */
export function slowEquity(books: SlowBooks, account: SlowAccount): Quotient {
  if (!isPlain(books, account))
    return { above: accountEquityFloor(slowWholeView(books, account)), below: 1n };
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const view = slowView(books, account);
  if (view.lots === 0n) return { above: view.collateral, below: 1n };
  const { above, below } = slowValue(instrument, view.lots, instrument.markTicks);
  const settled = (view.collateral - view.cost) * FUNDING_SCALE - view.lots * view.fundingPerLot;
  return { above: above * FUNDING_SCALE + settled * below, below: below * FUNDING_SCALE };
}

// ---- one pool ----

/** What the open takeovers of a pool and asset are short of at their marks, each for itself. */
export function slowExposure(books: SlowBooks, pool: number, asset: number): bigint {
  let exposure = 0n;
  for (const [row, takeover] of books.takeovers.entries()) {
    if (takeover.isClosed || takeover.pool !== pool || settleAssetOf(books, takeover) !== asset) continue;
    exposure -= min(0n, slowTakeoverEquity(books, row));
  }
  return exposure;
}

export function slowTakeoverEquity(books: SlowBooks, row: number): bigint {
  const takeover = books.takeovers[row]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const position = books.positions[takeover.position] as SlowPosition;
  const value = slowValueFloor(instrument, position.lots, instrument.markTicks);
  return takeover.collateral + slowFunding(books, position) + value - position.cost;
}

export function slowFund(books: SlowBooks, pool: number, asset: number): bigint {
  return sumOf(
    books,
    (balance) => balance.kind === 'insuranceFund' && balance.pool === pool && balance.asset === asset,
  );
}

export function slowOutstanding(books: SlowBooks, pool: number, asset: number): bigint {
  return books.deficits
    .filter((deficit) => deficit.pool === pool && deficit.asset === asset)
    .reduce(
      (sum, { amount, clawedBack, covered, shared }) => sum + amount - clawedBack - covered - shared,
      0n,
    );
}

/** Balances of everything inside a pool, margin accounts included. */
export function slowCash(books: SlowBooks, pool: number, asset: number): bigint {
  return sumOf(books, (balance) => balance.pool === pool && balance.asset === asset);
}

export function sumOf(
  books: SlowBooks,
  isMeant: (balance: SlowBooks['balances'][number]) => boolean,
): bigint {
  let sum = 0n;
  for (const balance of books.balances) if (isMeant(balance)) sum += balance.balance;
  return sum;
}

/** No surplus below zero, and no open interest without a usable mark. */
export function isSlowlySound(books: SlowBooks, pool: number, timeMs: number): boolean {
  for (const [row, instrument] of books.instruments.entries()) {
    const hasInterest = books.positions.some(({ instrument: of, lots }) => of === row && lots !== 0n);
    if (instrument.pool === pool && hasInterest && !isUsable(instrument, timeMs)) return false;
  }
  return books.poolAssets.every(({ pool: of, asset }) => {
    if (of !== pool) return true;
    let surplus = slowFund(books, pool, asset) - slowOutstanding(books, pool, asset);
    surplus -= slowExposure(books, pool, asset);
    for (const account of books.accounts) {
      if (account.pool !== pool || !account.isQueued || valuationAssetOf(books, account) !== asset) continue;
      const { above, below } = slowEquity(books, account);
      surplus += min(0n, divFloor(above, below));
    }
    return surplus >= 0n;
  });
}

/** Whether two quotients are less than `units` apart. */
export function isWithin(value: bigint, exact: Quotient, units: bigint): boolean {
  return abs(value * exact.below - exact.above) < units * exact.below;
}
