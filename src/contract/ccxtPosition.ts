/** One position of `fetchPositions`, with its numbers as the venue wrote them where they are there raw. */
import { err, ok, type Result } from '../base/result.js';
import { positionNumbersFault } from './ccxtPositionFaults.js';
import { type CcxtSymbol, parseCcxtSymbol } from './ccxtSymbol.js';
import { agreedText, fieldOf, numberOf, objectOf, type TextObject, textOf } from './ccxtText.js';

export interface CcxtPosition {
  /** JSON pointer to it. */
  readonly path: string;
  /** The venue's own name for it, where there is one. */
  readonly id: string | null;
  readonly symbol: string;
  readonly market: CcxtSymbol;
  readonly side: 'long' | 'short';
  readonly contracts: string;
  readonly contractSize: string;
  readonly entryPrice: string | null;
  readonly markPrice: string | null;
  /** Of the underlying. */
  readonly indexPrice: string | null;
  /** Of an option, a fraction per year. */
  readonly impliedVolatility: string | null;
  readonly leverage: string | null;
  readonly marginMode: 'isolated' | 'cross' | null;
  /** Margin put up for the position, without its profit, where the venue says so raw. */
  readonly postedMargin: string | null;
  readonly timestampMs: number | null;
  readonly reported: CcxtReported;
  readonly maintenanceRate: string | null;
  readonly initialRate: string | null;
}

/** What the venue says of itself. */
export interface CcxtReported {
  readonly notional: string | null;
  readonly unrealizedPnl: string | null;
  readonly initialMargin: string | null;
  readonly maintenanceMargin: string | null;
  readonly liquidationPrice: string | null;
  readonly collateral: string | null;
}

/** Raw names of the same numbers at several venues. */
const RAW = {
  contracts: ['positionAmt', 'pos', 'size', 'total', 'szi', 'currentQty'],
  entryPrice: [
    'entryPrice',
    'avgPx',
    'avgPrice',
    'openPriceAvg',
    'entryPx',
    'entry_price',
    'average_price',
    'avgEntryPrice',
  ],
  markPrice: ['markPrice', 'markPx', 'mark_price'],
  notional: ['notional', 'notionalUsd', 'positionValue', 'notionalValue', 'value'],
  unrealizedPnl: [
    'unRealizedProfit',
    'unrealizedProfit',
    'upl',
    'unrealisedPnl',
    'unrealizedPL',
    'floating_profit_loss',
    'unrealised_pnl',
  ],
  initialMargin: ['initialMargin', 'imr', 'positionIM', 'initial_margin', 'marginSize'],
  maintenanceMargin: ['maintMargin', 'mmr', 'positionMM', 'maintenance_margin', 'keepMarginRate'],
  liquidationPrice: [
    'liquidationPrice',
    'liqPx',
    'liqPrice',
    'estimated_liquidation_price',
    'liq_price',
    'liquidationPx',
  ],
  leverage: ['leverage', 'lever'],
} as const;

const RAW_INDEX = ['idxPx', 'index_price', 'indexPrice'];
const RAW_POSTED = ['isolatedWallet', 'positionBalance', 'margin', 'marginSize', 'posMargin'];

/** What of a position cannot be read, and why. */
export interface CcxtPositionFault {
  /** Empty: the position itself. */
  readonly field: string;
  readonly message: string;
}

/** Null: nothing is held. */
export function ccxtPosition(
  source: TextObject,
  path: string,
): Result<CcxtPosition | null, CcxtPositionFault> {
  const unread = positionNumbersFault(source);
  if (unread !== null) return err(unread);
  const info = objectOf(fieldOf(source, 'info'));
  const number = (name: string) => numberOf(source, name);
  const exact = (name: keyof typeof RAW) => agreedText(number(name), info, RAW[name]);
  const size = exact('contracts');
  if (size === null ? isClosed(source, info) : isZero(size)) return ok(null);
  if (size === null) return err({ field: 'contracts', message: 'contracts is missing' });

  const symbol = textOf(source, 'symbol');
  if (symbol === null) return err({ field: 'symbol', message: 'symbol is missing' });
  const market = parseCcxtSymbol(symbol);
  if (!market.ok) return err({ field: 'symbol', message: `${symbol} ${market.error}` });
  const contractSize = number('contractSize');
  if (contractSize === null) return err({ field: 'contractSize', message: `${symbol} has no contractSize` });
  const side = sideOf(source, size);
  if (!side.ok) return err({ ...side.error, message: `${symbol}: ${side.error.message}` });
  const marginMode = modeOf(source);
  if (!marginMode.ok) return err({ ...marginMode.error, message: `${symbol}: ${marginMode.error.message}` });
  const timestamp = Number(number('timestamp') ?? Number.NaN);
  return ok({
    path,
    id: textOf(source, 'id'),
    symbol,
    market: market.value,
    side: side.value,
    contracts: size.replace('-', ''),
    contractSize,
    entryPrice: positive(exact('entryPrice')),
    markPrice: positive(exact('markPrice')),
    indexPrice: positive(number('indexPrice') ?? number('underlyingPrice') ?? firstOf(info, RAW_INDEX)),
    impliedVolatility: positive(number('impliedVolatility')),
    leverage: positive(exact('leverage')),
    marginMode: marginMode.value,
    postedMargin: positive(firstOf(info, RAW_POSTED)),
    timestampMs: Number.isSafeInteger(timestamp) ? timestamp : null,
    reported: {
      notional: exact('notional'),
      unrealizedPnl: exact('unrealizedPnl'),
      initialMargin: exact('initialMargin'),
      maintenanceMargin: exact('maintenanceMargin'),
      liquidationPrice: positive(exact('liquidationPrice')),
      collateral: number('collateral'),
    },
    maintenanceRate: positive(number('maintenanceMarginPercentage')),
    initialRate: positive(number('initialMarginPercentage')),
  });
}

/** Without contracts: only where the venue's own size, or the notional, says that nothing is held. */
function isClosed(source: TextObject, info: TextObject | null): boolean {
  const told = RAW.contracts.map((name) => (info === null ? undefined : fieldOf(info, name)));
  const sizes = told.filter((value) => value !== undefined && value !== null);
  if (sizes.length > 0)
    return sizes.every((value) => value === '' || (typeof value === 'string' && isZero(value)));
  const notional = numberOf(source, 'notional');
  return notional !== null && isZero(notional);
}

function isZero(text: string): boolean {
  return /^-?0(\.0*)?$/.test(text);
}

/** CCXT counts contracts without a sign; where it leaves the side out, the sign says it. Both must not contradict. */
function sideOf(source: TextObject, size: string): Result<'long' | 'short', CcxtPositionFault> {
  const told = fieldOf(source, 'side') ?? '';
  const isNegative = size.startsWith('-');
  if (told === '') return isNegative ? ok('short') : err({ field: 'side', message: 'side is missing' });
  const side = SIDES[String(told)];
  if (side === undefined) return err({ field: 'side', message: 'side is long or short (or buy or sell)' });
  if (isNegative && side === 'long')
    return err({ field: 'contracts', message: 'contracts below 0 contradict the side long' });
  return ok(side);
}

const SIDES: Readonly<Record<string, 'long' | 'short'>> = {
  long: 'long',
  buy: 'long',
  short: 'short',
  sell: 'short',
};

function modeOf(source: TextObject): Result<'isolated' | 'cross' | null, CcxtPositionFault> {
  const mode = fieldOf(source, 'marginMode') ?? '';
  if (mode === '') return ok(null);
  if (mode === 'isolated' || mode === 'cross') return ok(mode);
  return err({
    field: 'marginMode',
    message: 'marginMode is isolated or cross, or null where the venue does not say',
  });
}

function firstOf(info: TextObject | null, names: readonly string[]): string | null {
  for (const name of names) {
    const found = info === null ? null : numberOf(info, name);
    if (found !== null) return found;
  }
  return null;
}

/** Venues write 0 where there is none. */
function positive(text: string | null): string | null {
  return text === null || text.startsWith('-') || isZero(text) ? null : text;
}
