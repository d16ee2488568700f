/**
 * An account as CCXT tells it as a book for a stress run: positions in cross mode behind the balance, each isolated one
 * behind its own margin. The other side is the rest of the market. CCXT tells no insurance fund and no haircuts: there is
 * none of either. Prices of entry and of marks are put on the grid: an entry against the account.
 */
import { divCeil, divFloor, err, max, min, ok, type Result } from '../base/index.js';
import type { Book, BookAccount, BookAsset, BookInstrument, BookPosition } from '../contagion/index.js';
import { ASSET_PRICE_SCALE } from '../margin/index.js';
import { type BookedAccount, bookedAccount } from './analyzeDocument.js';
import type { BookedPosition } from './analyzePosition.js';
import { decimalOf, finest } from './calcDecimal.js';
import type { CalcInstrument } from './calcSchema.js';
import { type CcxtInput, readCcxtBook } from './ccxtBook.js';

/** Where in the document, and which rule is broken. */
export interface StressBookFault {
  readonly path: string;
  readonly rule: string;
}

const OWNER = 'ccxt';

export function bookOfCcxt(input: CcxtInput, name: string): Result<Book, StressBookFault> {
  const read = readCcxtBook(input);
  if (!read.ok) return err({ path: read.error.path, rule: read.error.message });
  const booked = bookedAccount(read.value, { nowMs: 0 });
  if (!booked.ok) return err({ path: booked.error.path, rule: booked.error.message });
  const account = booked.value;
  const fault = bookFault(account);
  if (fault !== null) return err(fault);
  const decimals = decimalsOf(account);
  const instruments = new Map(
    account.positions.map((position) => [position.source.symbol, instrumentOf(position, decimals)]),
  );
  return ok({
    name,
    valuationAsset: account.valuationAsset,
    assets: [...decimals].map(([id]) => assetOf(id, account, decimals)),
    instruments: [...instruments.values()],
    accounts: accountsOf(account, decimals),
    wallets: [],
    funds: [],
  });
}

function bookFault({ positions, debts, isWalletKnown }: BookedAccount): StressBookFault | null {
  const held = new Set<string>();
  for (const { source } of positions) {
    const { path, market, symbol, marginMode } = source;
    if (market.kind !== 'perpetual' && market.kind !== 'future')
      return { path: `${path}/symbol`, rule: `${symbol} must be a perpetual or a future` };
    if (marginMode === 'isolated') continue;
    if (!isWalletKnown) return { path: '/balance', rule: 'is needed for positions in cross mode' };
    if (held.has(symbol))
      return { path: `${path}/symbol`, rule: `${symbol} is held on both sides: a book has net positions` };
    held.add(symbol);
  }
  const owed = Object.keys(debts)[0];
  return owed === undefined ? null : { path: '/balance/debt', rule: `${owed} is owed: a book has no debts` };
}

/** Minor units are as fine as an instrument that settles in the asset needs; dollars have 6 decimals, coins 8, or more. */
function decimalsOf(account: BookedAccount): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const atLeast = (asset: string, decimals: number) =>
    found.set(asset, Math.max(found.get(asset) ?? 0, decimals));
  atLeast(account.valuationAsset, 6);
  for (const asset of Object.keys(account.wallet))
    if (account.prices.get(asset) != null || asset === account.valuationAsset) atLeast(asset, 6);
  for (const { instrument } of account.positions) {
    const { settle, contractSize, lotSize, tickSize, payoff } = instrument;
    const fine = [contractSize, lotSize, tickSize].reduce((sum, step) => sum + finest([step]), 0);
    atLeast(settle, payoff === 'inverse' ? 8 : Math.max(6, fine));
  }
  return found;
}

function assetOf(id: string, account: BookedAccount, decimals: ReadonlyMap<string, number>): BookAsset {
  const own = decimals.get(id) as number;
  if (id === account.valuationAsset) return { id, decimals: own, collateral: null };
  const valued = decimals.get(account.valuationAsset) as number;
  const price = account.prices.get(id) ?? '1';
  return {
    id,
    decimals: own,
    collateral: {
      price: max(1n, (minorFloor(price, valued) * ASSET_PRICE_SCALE) / 10n ** BigInt(own)),
      haircutPpm: 0n,
      countedCapMinor: null,
      peg: null,
      conversionRank: 1,
      conversionSpreadPpm: 10_000n,
    },
  };
}

const MARK_TICKS_PER_TICK = 10n;

function instrumentOf(
  { instrument, source, markPrice, indexPrice }: BookedPosition,
  decimals: ReadonlyMap<string, number>,
): BookInstrument {
  const { base, quote, settle, contractSize, lotSize, tickSize, payoff } = instrument;
  const markTicks = max(1n, inSteps(markPrice, tickSize, MARK_TICKS_PER_TICK, divFloor));
  return {
    pool: null,
    markTicks,
    indexTicks:
      indexPrice === null ? markTicks : max(1n, inSteps(indexPrice, tickSize, MARK_TICKS_PER_TICK, divFloor)),
    definition: {
      id: idOf(source.symbol),
      instrumentKind: source.market.kind === 'future' ? 'future' : 'perpetual',
      payoff: payoff ?? 'linear',
      base: base ?? source.market.base,
      quote: quote ?? source.market.quote,
      settle,
      contractSize,
      tickSize,
      lotSize,
      markTicksPerTick: MARK_TICKS_PER_TICK,
      makerFeePpm: 0n,
      takerFeePpm: ppmCeil(instrument.takerFeeRate ?? '0.0005'),
      maintenanceBasis: 'mark',
      initialBasis: 'mark',
      closeFee: 'none',
      unrealizedProfitSharePpm: 0n,
      removalFloorPpm: 100_000n,
      markMaxAgeMs: 3_600_000,
      markMaxJumpPpm: 100_000_000n,
      markConfirmations: 1,
      fillBandPpm: 1_000_000n,
      fundingRateMaxPpm: 10_000n,
      expiryMs: source.market.kind === 'future' ? source.market.expiryMs : null,
      option: null,
      positionCapLots: null,
      openInterestCapLots: null,
      concentration: null,
      feeTiers: [],
      brackets: bracketsOf(instrument, decimals.get(settle) as number),
    },
  };
}

/** Initial margin is what the tier's leverage leaves, or twice maintenance where no leverage is told. */
function bracketsOf({ tiers = [] }: CalcInstrument, decimals: number) {
  return tiers.map((tier, at) => {
    const { notionalCap, maintenanceMarginRate, initialMarginRate, maxLeverage } = tier;
    const maintenance = max(1n, ppmCeil(maintenanceMarginRate ?? '0.005'));
    const told =
      initialMarginRate !== undefined
        ? ppmCeil(initialMarginRate)
        : maxLeverage === undefined
          ? 2n * maintenance
          : divCeil(1_000_000n * 1_000_000n, max(1n, ppmFloor(maxLeverage)));
    const initialMarginRatePpm = min(1_000_000n, max(told, maintenance));
    const isLast = at === tiers.length - 1;
    return {
      notionalCapMinor: isLast || typeof notionalCap !== 'string' ? null : minorFloor(notionalCap, decimals),
      initialMarginRatePpm,
      maintenanceMarginRatePpm: maintenance,
      leverageMaxPpm: (1_000_000n * 1_000_000n) / initialMarginRatePpm,
    };
  });
}

function accountsOf(account: BookedAccount, decimals: ReadonlyMap<string, number>): readonly BookAccount[] {
  const cross = account.positions.filter(({ source }) => source.marginMode !== 'isolated');
  const isolated = account.positions.filter(({ source }) => source.marginMode === 'isolated');
  const held = Object.entries(account.wallet).filter(([asset]) => decimals.has(asset));
  return [
    ...(cross.length === 0
      ? []
      : [
          {
            id: `${OWNER}/cross`,
            owner: OWNER,
            mode: 'cross' as const,
            pool: null,
            collateral: held.map(([asset, amount]) => ({
              asset,
              amountMinor: minorFloor(amount, decimals.get(asset) as number),
            })),
            positions: cross.map(positionOf),
          },
        ]),
    ...isolated.map((position, at) => ({
      id: `${OWNER}/isolated-${at + 1}`,
      owner: OWNER,
      mode: 'isolated' as const,
      pool: null,
      collateral: [
        {
          asset: position.instrument.settle,
          amountMinor: minorFloor(position.ownMargin, decimals.get(position.instrument.settle) as number),
        },
      ],
      positions: [positionOf(position)],
    })),
  ];
}

function positionOf({ source, instrument, position, markPrice }: BookedPosition): BookPosition {
  const isLong = source.side === 'long';
  const lots = inSteps(source.contracts, instrument.lotSize, 1n, divFloor);
  const entry = inSteps(
    position.entryPrice ?? markPrice,
    instrument.tickSize,
    1n,
    isLong ? divCeil : divFloor,
  );
  return { instrument: idOf(source.symbol), lots: isLong ? lots : -lots, entryTicks: max(1n, entry) };
}

/** Symbols of CCXT are ids as they are. */
function idOf(symbol: string): string {
  return symbol;
}

/** value / step x parts in whole numbers. */
function inSteps(
  value: string,
  step: string,
  parts: bigint,
  round: (numerator: bigint, denominator: bigint) => bigint,
): bigint {
  const [a, b] = [decimalOf(value), decimalOf(step)];
  return round(a.digits * parts * 10n ** BigInt(b.scale), b.digits * 10n ** BigInt(a.scale));
}

function minorFloor(text: string, decimals: number): bigint {
  const { digits, scale } = decimalOf(text);
  return divFloor(digits * 10n ** BigInt(decimals), 10n ** BigInt(scale));
}

function ppmCeil(text: string): bigint {
  const { digits, scale } = decimalOf(text);
  return divCeil(digits * 1_000_000n, 10n ** BigInt(scale));
}

function ppmFloor(text: string): bigint {
  return minorFloor(text, 6);
}
