/** One position of `fetchPositions`, with its numbers as the venue wrote them where they are there raw. */
import { err, ok, type Result } from '../base/result.js';
import { type CcxtSymbol, parseCcxtSymbol } from './ccxtSymbol.js';
import { agreedText, fieldOf, numberOf, objectOf, type TextObject, textOf } from './ccxtText.js';

export interface CcxtPosition {
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

/** Null: nothing is held. The text of an error says what is missing. */
export function ccxtPosition(source: TextObject): Result<CcxtPosition | null, string> {
  const info = objectOf(fieldOf(source, 'info'));
  const number = (name: string) => numberOf(source, name);
  const exact = (name: keyof typeof RAW) => agreedText(number(name), info, RAW[name]);
  const size = exact('contracts');
  if (size === null || /^-?0$/.test(size)) return ok(null);

  const symbol = textOf(source, 'symbol');
  if (symbol === null) return err('has no symbol');
  const market = parseCcxtSymbol(symbol);
  if (!market.ok) return err(`${symbol} ${market.error}`);
  const contractSize = number('contractSize');
  if (contractSize === null) return err(`${symbol} has no contractSize`);
  const side = sideOf(source, size);
  if (side === null) return err(`${symbol} has no side`);
  const marginMode = textOf(source, 'marginMode');
  const timestamp = Number(number('timestamp') ?? Number.NaN);
  return ok({
    symbol,
    market: market.value,
    side,
    contracts: size.replace('-', ''),
    contractSize,
    entryPrice: positive(exact('entryPrice')),
    markPrice: positive(exact('markPrice')),
    indexPrice: positive(number('indexPrice') ?? number('underlyingPrice') ?? firstOf(info, RAW_INDEX)),
    impliedVolatility: positive(number('impliedVolatility')),
    leverage: positive(exact('leverage')),
    marginMode: marginMode === 'isolated' || marginMode === 'cross' ? marginMode : null,
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

/** CCXT counts contracts without a sign; where it leaves the side out, the sign says it. */
function sideOf(source: TextObject, size: string): 'long' | 'short' | null {
  const side = textOf(source, 'side');
  if (side === 'long' || side === 'short') return side;
  if (side === 'buy' || side === 'sell') return side === 'buy' ? 'long' : 'short';
  return size.startsWith('-') ? 'short' : null;
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
  return text === null || text.startsWith('-') || /^0(\.0*)?$/.test(text) ? null : text;
}
