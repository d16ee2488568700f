/** What a ledger would not list, or a trader should know, although the calculator answers it. */
import { divideExactly, multiplyDecimals } from '../base/decimal.js';
import { bracketIndex } from '../margin/brackets.js';
import { liquidationMark } from '../margin/liquidationPrice.js';
import type { Bracket } from '../margin/terms.js';
import { DECIMALS_MAX } from '../market/asset.js';
import { notionalAtMark } from '../market/payoff.js';
import { modelMarkText } from './bookOptions.js';
import { firstTierLeverage } from './calcAccountFaults.js';
import { decimalOf, isOnGrid } from './calcDecimal.js';
import type { CheckedDocument, CheckedInstrument, PlainPosition } from './calcDocument.js';
import { pointer } from './calcError.js';
import { own } from './calcLookup.js';
import type { CalcInstrument, CalcMarginAccount, CalcWarning } from './calcSchema.js';
import type { AccountTerms } from './calcTerms.js';

/** About assets, instruments and prices. */
export function instrumentWarnings({ document, assets }: CheckedDocument): CalcWarning[] {
  const warnings: CalcWarning[] = [];
  for (const [index, asset] of document.assets.entries()) {
    if (asset.decimals <= DECIMALS_MAX) continue;
    const path = pointer('assets', index, 'decimals');
    warnings.push({
      code: 'decimals_finer_than_ledger',
      message: `the ledger lists up to ${DECIMALS_MAX}`,
      path,
    });
  }
  for (const [index, instrument] of document.instruments.entries()) {
    const path = pointer('instruments', index, 'tickSize');
    if (!isListable(instrument, assets.get(instrument.settle)?.decimals ?? 0)) {
      warnings.push({
        code: 'tick_finer_than_ledger',
        message: 'the value of one lot at one tick is not a whole minor unit of the settlement asset',
        path,
      });
    }
    for (const list of ['marks', 'indexPrices'] as const) {
      const prices = document[list];
      if (prices === undefined || !Object.hasOwn(prices, instrument.id)) continue;
      if (isOnGrid(prices[instrument.id] as string, instrument.markTick ?? instrument.tickSize)) continue;
      warnings.push({
        code: 'price_off_grid',
        message: 'not a multiple of markTick, or of tickSize where there is none',
        path: pointer(list, instrument.id),
      });
    }
  }
  return warnings;
}

/** About one position. */
export function positionWarnings(
  { instruments }: CheckedDocument,
  ready: AccountTerms,
  position: PlainPosition,
  path: string,
): CalcWarning[] {
  const { terms, view, markTicks, isBeyondLast } = ready;
  const instrument = instruments.get(position.instrument) as CheckedInstrument;
  const notional = notionalAtMark(terms, view.lots, markTicks);
  const { leverageMax } = terms.brackets[bracketIndex(terms.brackets, notional)] as Bracket;
  const isAboveFirst = firstTierLeverage(instrument, position.leverage) !== null;
  const conditions: readonly (readonly [isUnusual: boolean, code: string, message: string, field: string])[] =
    [
      [
        !isOnGrid(position.entryPrice, instrument.tickSize),
        'entry_price_off_tick',
        'not a multiple of tickSize, as an average may be; computed exactly',
        '/entryPrice',
      ],
      [
        !isOnGrid(position.quantity, instrument.lotSize),
        'quantity_off_lot',
        'not a multiple of lotSize; computed exactly',
        '/quantity',
      ],
      [isBeyondLast, 'notional_beyond_last_tier', 'above the last cap, where the last rates go on', ''],
      [
        isAboveFirst,
        'leverage_above_first_tier',
        'no tier allows it, and the engine would not take it; the initial margin rate decides',
        '/leverage',
      ],
      [
        !isAboveFirst && leverageMax !== null && view.leverage > leverageMax,
        'leverage_above_tier',
        'the tier of the notional allows less leverage; its initial margin rate decides',
        '/leverage',
      ],
      [
        liquidationMark(terms, view).kind === 'always',
        'liquidatable_at_every_price',
        'no liquidation price: the account is liquidatable at all of them',
        '',
      ],
    ];
  return conditions
    .filter(([isUnusual]) => isUnusual)
    .map(([, code, message, field]) => ({ code, message, path: `${path}${field}` }));
}

/** About open orders: sizes and prices that no order of a ledger has. */
export function orderWarnings(
  { instruments }: CheckedDocument,
  { orders = [] }: CalcMarginAccount,
  path: string,
): CalcWarning[] {
  return orders.flatMap(({ instrument: id, quantity, price }, at) => {
    const instrument = instruments.get(id) as CalcInstrument;
    const here = `${path}${pointer('orders', at)}`;
    const found: CalcWarning[] = [];
    if (!isOnGrid(quantity, instrument.lotSize)) {
      const message = 'not a multiple of lotSize: such an order is not taken; computed exactly';
      found.push({ code: 'quantity_off_lot', message, path: `${here}/quantity` });
    }
    if (!isOnGrid(price, instrument.tickSize)) {
      const message = 'not a multiple of tickSize: such an order is not taken; computed exactly';
      found.push({ code: 'order_price_off_tick', message, path: `${here}/price` });
    }
    return found;
  });
}

/** What is unlike itself: a mark far from what the volatility beside it gives, which scenarios are priced by. */
export function volatilityWarnings({ document }: CheckedDocument): CalcWarning[] {
  return document.instruments.flatMap((option, at) => {
    const mark = own(document.marks, option.id);
    if (option.kind !== 'option' || option.impliedVolatility === undefined || mark === undefined) return [];
    const { digits, scale } = decimalOf(modelMarkText({ document }, option));
    const model = Number(digits) / 10 ** scale;
    const step = Number(option.markTick ?? option.tickSize);
    if (Math.abs(model - Number(mark)) <= Math.max(MARK_TOLERANCE * model, 2 * step)) return [];
    const message = `equity takes the mark, scenarios and Greeks the volatility, at which Black-76 gives ${model}`;
    return [
      { code: 'volatility_not_of_mark', message, path: pointer('instruments', at, 'impliedVolatility') },
    ];
  });
}

/** Quotes of a venue's two figures are seldom of one moment. */
const MARK_TOLERANCE = 0.1;

/** The ledger's rule: whole minor units for a lot at a tick. */
function isListable(instrument: CalcInstrument, settleDecimals: number): boolean {
  const perLot = multiplyDecimals(decimalOf(instrument.lotSize), decimalOf(instrument.contractSize));
  const tick = decimalOf(instrument.tickSize);
  const minor = { digits: 1n, scale: settleDecimals };
  if (instrument.payoff === 'linear') return divideExactly(multiplyDecimals(perLot, tick), minor) !== null;
  return (
    divideExactly({ digits: perLot.digits * 10n ** BigInt(settleDecimals), scale: perLot.scale }, tick) !==
    null
  );
}
