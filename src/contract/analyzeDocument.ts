/**
 * A book from CCXT as documents of the calculator: each position in an isolated account of its own, those in cross mode
 * behind one balance as they are, and all of them behind one balance. What the book leaves open is filled from what it
 * says elsewhere, and every such step is a note.
 */
import { formatMinor } from '../base/decimal.js';
import { divFloor } from '../base/integers.js';
import { err, ok, type Result } from '../base/result.js';
import type { AnalyzeNote } from './analyzeNote.js';
import { add, subtract } from './analyzeNumbers.js';
import { type BookedPosition, type BookingFault, bookedPosition } from './analyzePosition.js';
import { decimalOf, finest, isAbove } from './calcDecimal.js';
import type { CalcDocument, CalcMarginAccount } from './calcSchema.js';
import type { CcxtBook } from './ccxtBook.js';

export interface BookedAccount {
  readonly positions: readonly BookedPosition[];
  readonly valuationAsset: string;
  /** Units of the valuation asset for one; null where no position tells. */
  readonly prices: ReadonlyMap<string, string | null>;
  /** What stands behind those in cross mode, as amounts that can be valued. */
  readonly wallet: Readonly<Record<string, string>>;
  readonly debts: Readonly<Record<string, string>>;
  readonly isWalletKnown: boolean;
  /** As given, and where: for refusals. */
  readonly tiers: { readonly source: CcxtBook['tiers']; readonly place: CcxtBook['tiersPlace'] };
  /** The one that was asked for. */
  readonly profile: string | undefined;
  readonly timestamp: number;
  readonly notes: readonly AnalyzeNote[];
}

export interface BookingOptions {
  readonly profile?: string | undefined;
  /** For contracts whose market tells none. */
  readonly takerFeeRate?: string | undefined;
  /** The moment of the prices, where the positions tell none. */
  readonly nowMs: number;
  readonly valuationAsset?: string | undefined;
}

/** Assets that stand for a dollar: a price in one is taken for a price in another. */
export const DOLLARS: readonly string[] = ['USDT', 'USDC', 'USD', 'FDUSD', 'BUSD', 'USDE'];
const DECIMALS = 8;
const DECIMALS_MAX = 18;

/** A book that cannot be computed: what is wrong, and where in the positions. */
export interface BookFault {
  readonly path: string;
  readonly message: string;
  /** Default: `incomplete_position`. */
  readonly code?: 'no_open_position';
}

export function bookedAccount(book: CcxtBook, options: BookingOptions): Result<BookedAccount, BookFault> {
  const notes: AnalyzeNote[] = [];
  const note = (found: AnalyzeNote) => notes.push(found);
  const positions: BookedPosition[] = [];
  const taken = new Set<string>();
  for (const source of book.positions) {
    const id = freeName(taken, source.symbol, source.side);
    const { profile, takerFeeRate } = options;
    const found = bookedPosition(source, id, { book, hasProfile: profile !== undefined, takerFeeRate, note });
    if (!found.ok) return err(inPosition(source.path, found.error));
    positions.push(found.value);
    assumptionNotes(found.value, options, note);
  }
  if (positions.length === 0)
    return err({ path: '', message: 'there is no open position', code: 'no_open_position' });
  const valuationAsset = options.valuationAsset ?? valuationOf(positions, book);
  const prices = pricesIn(valuationAsset, positions, book, note);
  const unpriced = positions.find(({ instrument }) => prices.get(instrument.settle) === null);
  if (unpriced !== undefined) {
    const { symbol, market, path } = unpriced.source;
    return err({
      path: `${path}/symbol`,
      message: `${symbol} settles in ${market.settle}, for which no position tells a price in ${valuationAsset}`,
    });
  }
  const { wallet, debts } = walletOf(book, positions, prices, note);
  const isCross = positions.some(({ source }) => source.marginMode !== 'isolated');
  if (book.holdings === null && isCross) {
    note({
      code: 'wallet_unknown',
      symbol: null,
      message: 'no balance was given: what stands behind cross positions is not known, and no price follows',
    });
  }
  const told = positions.map(({ source }) => source.timestampMs ?? 0);
  const timestamp = told.reduce((latest, ms) => Math.max(latest, ms), 0);
  if (timestamp <= 0 && positions.some(({ instrument }) => instrument.kind === 'option')) {
    note({
      code: 'time_assumed',
      symbol: null,
      message: `no position has a timestamp: options are priced as at ${new Date(options.nowMs).toISOString()}, now`,
    });
  }
  return ok({
    positions,
    valuationAsset,
    prices,
    wallet,
    debts,
    isWalletKnown: book.holdings !== null,
    tiers: { source: book.tiers, place: book.tiersPlace },
    profile: options.profile,
    timestamp: timestamp > 0 ? timestamp : options.nowMs,
    notes,
  });
}

function inPosition(path: string, { field, message }: BookingFault): BookFault {
  return { path: `${path}/${field}`, message };
}

function assumptionNotes(
  { source, instrument }: BookedPosition,
  { profile }: BookingOptions,
  note: (note: AnalyzeNote) => void,
): void {
  const { symbol, marginMode } = source;
  if (marginMode === null) {
    note({ code: 'mode_assumed', symbol, message: 'no marginMode: taken for cross' });
  }
  if (profile !== undefined && instrument.priceRounding === 'none' && instrument.kind !== 'option') {
    note({
      code: 'price_step_unknown',
      symbol,
      message: 'no step of prices is known (--markets tells it): the liquidation price is not rounded',
    });
  }
}

/** Each position in an isolated account of its own, named by its place, each in its own settlement asset. */
export function isolatedDocument(account: BookedAccount): CalcDocument {
  return document(account, null, account.positions.map(isolatedAccount));
}

/** All accounts in one asset: each position isolated, those in cross mode as they are, all in cross. */
export function crossDocument(account: BookedAccount): CalcDocument {
  const { positions, wallet, debts } = account;
  const inCross = positions.filter(({ source }) => source.marginMode !== 'isolated');
  return document(account, account.valuationAsset, [
    ...positions.map(isolatedAccount),
    sharedAccount('as-it-is', 'cross', inCross, wallet, debts),
    sharedAccount('all-cross', 'cross', positions, withMargins(account), debts),
  ]);
}

export function portfolioDocument(
  account: BookedAccount,
  positions: readonly BookedPosition[],
  scenarios: NonNullable<CalcDocument['scenarios']>,
): CalcDocument {
  const shared = sharedAccount('all-portfolio', 'portfolio', positions, withMargins(account), account.debts);
  return { ...document(account, account.valuationAsset, [shared]), scenarios };
}

/** A second position on the same side of an instrument, in another mode, counts as an instrument of its own. */
function freeName(taken: Set<string>, symbol: string, side: string): string {
  let name = symbol;
  for (let count = 2; taken.has(`${name} ${side}`); count++) name = `${symbol}.${count}`;
  taken.add(`${name} ${side}`);
  return name;
}

function isolatedAccount({ position, instrument, ownMargin }: BookedPosition, at: number): CalcMarginAccount {
  const collateral = { [instrument.settle]: cut(ownMargin) };
  return { id: `position-${at}`, marginMode: 'isolated', collateral, positions: [position] };
}

function sharedAccount(
  id: string,
  marginMode: 'cross' | 'portfolio',
  positions: readonly BookedPosition[],
  collateral: Readonly<Record<string, string>>,
  debts: Readonly<Record<string, string>>,
): CalcMarginAccount {
  return {
    id,
    marginMode,
    collateral: { ...collateral },
    debts: { ...debts },
    positions: positions.map(({ position }) => position),
  };
}

function document(
  account: BookedAccount,
  valuationAsset: string | null,
  marginAccounts: CalcMarginAccount[],
): CalcDocument {
  const { positions, prices, timestamp, profile } = account;
  const byId = new Map(positions.map((booked) => [booked.instrument.id, booked]));
  const amounts = marginAccounts.flatMap(({ collateral, debts = {} }) => [
    ...Object.entries(collateral),
    ...Object.entries(debts),
  ]);
  const assets = [...prices].flatMap(([id, price]) => {
    if (price === null) return [];
    const own = amounts.filter(([name]) => name === id).map(([, amount]) => amount);
    const priced = valuationAsset === null || id === valuationAsset ? {} : { price };
    return [{ id, decimals: Math.max(DECIMALS, finest(own)), ...priced }];
  });
  return {
    ...(profile === undefined ? {} : { profile }),
    assets,
    instruments: [...byId.values()].map(({ instrument }) => instrument),
    marks: Object.fromEntries([...byId].map(([id, { markPrice }]) => [id, markPrice])),
    indexPrices: Object.fromEntries(
      [...byId].flatMap(([id, { indexPrice }]) => (indexPrice === null ? [] : [[id, indexPrice]])),
    ),
    timestamp,
    ...(valuationAsset === null ? {} : { valuationAsset }),
    marginAccounts,
  };
}

/** The asset everything settles in, or a dollar. */
function valuationOf(positions: readonly BookedPosition[], { holdings }: CcxtBook): string {
  const settled = new Set(positions.map(({ instrument }) => instrument.settle));
  const [only] = settled;
  if (settled.size === 1 && only !== undefined) return only;
  const held = [...settled, ...(holdings ?? []).map(({ asset }) => asset)];
  return held.find((asset) => DOLLARS.includes(asset)) ?? 'USD';
}

/** Prices of what is settled in or held: par among dollars, else the mark of a contract on it. */
function pricesIn(
  valuation: string,
  positions: readonly BookedPosition[],
  { holdings }: CcxtBook,
  note: (note: AnalyzeNote) => void,
): ReadonlyMap<string, string | null> {
  const needed = new Set([
    valuation,
    ...positions.map(({ instrument }) => instrument.settle),
    ...(holdings ?? []).map(({ asset }) => asset),
  ]);
  const isDollar = (asset: string) => DOLLARS.includes(asset);
  return new Map(
    [...needed].map((asset) => {
      if (asset === valuation) return [asset, '1'];
      if (isDollar(asset) && isDollar(valuation)) {
        note({ code: 'dollar_at_par', symbol: null, message: `${asset} is valued at 1 ${valuation}` });
        return [asset, '1'];
      }
      const contract = positions.find(
        ({ instrument: { base, quote, kind } }) =>
          kind !== 'option' &&
          base === asset &&
          (quote === valuation || (isDollar(quote) && isDollar(valuation))),
      );
      if (contract === undefined) {
        note({
          code: 'asset_left_out',
          symbol: null,
          message: `${asset} has no price in ${valuation} here: not counted`,
        });
        return [asset, null];
      }
      note({
        code: 'asset_at_mark',
        symbol: contract.source.symbol,
        message: `${asset} is valued at the mark of ${contract.source.symbol}`,
      });
      return [asset, contract.markPrice];
    }),
  );
}

function walletOf(
  { holdings }: CcxtBook,
  positions: readonly BookedPosition[],
  prices: ReadonlyMap<string, string | null>,
  note: (note: AnalyzeNote) => void,
): Pick<BookedAccount, 'wallet' | 'debts'> {
  const wallet: Record<string, string> = {};
  const debts: Record<string, string> = {};
  for (const { asset, amount, debt, rawField } of holdings ?? []) {
    if ((prices.get(asset) ?? null) === null) continue;
    if (rawField === null) {
      note({
        code: 'wallet_from_total',
        symbol: null,
        message: `${asset}: the unified total is taken for the wallet; where a venue counts unrealized profit in it, it counts twice`,
      });
    }
    const set = rawField === 'crossWalletBalance' ? '0' : isolatedMargins(positions, asset);
    const left = cut(subtract(amount, set));
    if (set !== '0' && !left.startsWith('-')) {
      note({
        code: 'isolated_taken_off',
        symbol: null,
        message: `${asset}: ${set} of isolated margin is taken off`,
      });
    }
    const isBelowZero = left.startsWith('-');
    wallet[asset] = isBelowZero ? '0' : left;
    // A balance below zero and the debt told beside it are one thing: the larger counts.
    const owed = isBelowZero ? left.slice(1) : '0';
    const counted = debt !== null && isAbove(debt, owed) ? cut(debt) : owed;
    if (isAbove(counted, '0')) debts[asset] = counted;
    if (isBelowZero) {
      note({ code: 'wallet_negative', symbol: null, message: `${asset}: ${left} counts as a debt` });
    }
  }
  return { wallet, debts };
}

function isolatedMargins(positions: readonly BookedPosition[], asset: string): string {
  return positions
    .filter(({ source, instrument }) => source.marginMode === 'isolated' && instrument.settle === asset)
    .reduce((sum, { ownMargin }) => add(sum, cut(ownMargin)), '0');
}

/** The wallet with the margins of isolated positions: what stood behind the book if it shared one balance. */
function withMargins({ positions, wallet }: BookedAccount): Readonly<Record<string, string>> {
  const all = { ...wallet };
  for (const { source, instrument, ownMargin } of positions) {
    if (source.marginMode !== 'isolated') continue;
    all[instrument.settle] = add(all[instrument.settle] ?? '0', cut(ownMargin));
  }
  return all;
}

/** No finer than a document may be. */
function cut(text: string): string {
  const { digits, scale } = decimalOf(text);
  if (scale <= DECIMALS_MAX) return text;
  return formatMinor(divFloor(digits, 10n ** BigInt(scale - DECIMALS_MAX)), DECIMALS_MAX);
}
