/** `loadMarkets` (by symbol), or `fetchMarkets` (a list): the step of prices and the taker fee, where they are told. */
import { err, ok, type Result } from '../base/result.js';
import { pointer } from './calcError.js';
import type { CcxtPartFault } from './ccxtBook.js';
import { unreadableNumber } from './ccxtPositionFaults.js';
import { fieldOf, listOf, numberOf, objectOf, type Texts, textOf } from './ccxtText.js';

export interface CcxtMarket {
  /** `precision.price`, which is a step at nearly all venues of CCXT; null where it is not told. */
  readonly priceStep: string | null;
  readonly takerFeeRate: string | null;
}

export type CcxtMarkets = ReadonlyMap<string, CcxtMarket>;

export function ccxtMarkets(source: Texts | null): Result<CcxtMarkets, CcxtPartFault> {
  const found = new Map<string, CcxtMarket>();
  if (source === null) return ok(found);
  const list = listOf(source);
  const object = objectOf(source);
  if (list === null && object === null)
    return err({ path: '', message: 'an object as loadMarkets returns it, or a list, is needed' });
  for (const [name, row] of list === null ? Object.entries(object ?? {}) : list.entries()) {
    const market = objectOf(row);
    if (market === null) return err({ path: pointer(name), message: 'a market is an object' });
    const symbol = textOf(market, 'symbol') ?? (typeof name === 'string' ? name : null);
    if (symbol === null) return err({ path: pointer(name, 'symbol'), message: 'symbol is missing' });
    const precision = objectOf(fieldOf(market, 'precision')) ?? {};
    const faults = [
      { path: pointer(name, 'precision', 'price'), rule: unreadable(fieldOf(precision, 'price'), '') },
      { path: pointer(name, 'taker'), rule: unreadable(fieldOf(market, 'taker'), '-') },
    ];
    const fault = faults.find(({ rule }) => rule !== null);
    if (fault !== undefined) return err({ path: fault.path, message: fault.rule ?? '' });
    const taker = numberOf(market, 'taker');
    found.set(symbol, {
      priceStep: numberOf(precision, 'price'),
      takerFeeRate: taker,
    });
  }
  return ok(found);
}

function unreadable(value: Texts | undefined, sign: string): string | null {
  const rule = unreadableNumber(value);
  if (rule !== null || value === undefined || value === null) return rule;
  const text = String(value).trim();
  if (sign === '' && !/[1-9]/.test(text.replace(/[eE].*$/, ''))) return 'must be above 0';
  return text.startsWith('-') ? 'must not be negative' : null;
}
