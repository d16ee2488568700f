/**
 * Symbols as CCXT writes them: BTC/USDT is spot, BTC/USDT:USDT a perpetual settled in USDT, BTC/USD:BTC an inverse one,
 * -261225 a future of that day, -261225-65000-C an option.
 */
import { err, ok, type Result } from '../base/result.js';

export interface CcxtSymbol {
  readonly kind: 'spot' | 'perpetual' | 'future' | 'option';
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly payoff: 'linear' | 'inverse';
  /** Of a future or an option, ms since the epoch. */
  readonly expiryMs: number | null;
  readonly strike: string | null;
  readonly optionType: 'call' | 'put' | null;
}

const CODE = '[A-Za-z0-9][A-Za-z0-9._]{0,19}';
const SYMBOL = new RegExp(
  `^(${CODE})/(${CODE})(?::(${CODE})(?:-([0-9]{6})(?:-([0-9]+(?:\\.[0-9]+)?)-([CP]))?)?)?$`,
);

/** Contracts of the venues that CCXT names so expire at this hour, UTC. */
const EXPIRY_HOUR = 8;

/** Refused: text that is no such symbol, and contracts that settle in neither of their two assets. */
export function parseCcxtSymbol(text: string): Result<CcxtSymbol, string> {
  const found = SYMBOL.exec(text);
  if (found === null)
    return err('is no symbol such as BTC/USDT:USDT, BTC/USD:BTC-261225 or BTC/USD:BTC-261225-65000-C');
  const [, base = '', quote = '', settle = quote, day, strike = null, letter] = found;
  const isSpot = !text.includes(':');
  if (settle !== quote && settle !== base)
    return err(`settles in ${settle}, neither its base nor its quote asset`);
  const expiryMs = day === undefined ? null : dayMs(day);
  if (Number.isNaN(expiryMs)) return err(`${day} is no day`);
  return ok({
    kind: isSpot ? 'spot' : letter !== undefined ? 'option' : day === undefined ? 'perpetual' : 'future',
    base,
    quote,
    settle,
    payoff: settle === quote ? 'linear' : 'inverse',
    expiryMs,
    strike,
    optionType: letter === undefined ? null : letter === 'C' ? 'call' : 'put',
  });
}

/** yymmdd; NaN where there is no such day. */
function dayMs(day: string): number {
  const [year, month, date] = [day.slice(0, 2), day.slice(2, 4), day.slice(4, 6)].map(Number) as [
    number,
    number,
    number,
  ];
  const ms = Date.UTC(2000 + year, month - 1, date, EXPIRY_HOUR);
  const back = new Date(ms);
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === date ? ms : Number.NaN;
}
