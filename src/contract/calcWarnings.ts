/** What a ledger would not list, or a trader should know, although the calculator answers it. */
import { divideExactly, multiplyDecimals } from '../base/decimal.js';
import { bracketIndex } from '../margin/brackets.js';
import { liquidationMark } from '../margin/liquidationPrice.js';
import type { Bracket } from '../margin/terms.js';
import { DECIMALS_MAX } from '../market/asset.js';
import { notionalAtMark } from '../market/payoff.js';
import { decimalOf, isOnGrid } from './calcDecimal.js';
import type { CheckedDocument, PlainPosition } from './calcDocument.js';
import { pointer } from './calcError.js';
import type { CalcInstrument, CalcWarning } from './calcSchema.js';
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
  const instrument = instruments.get(position.instrument) as CalcInstrument;
  const notional = notionalAtMark(terms, view.lots, markTicks);
  const { leverageMax } = terms.brackets[bracketIndex(terms.brackets, notional)] as Bracket;
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
        leverageMax !== null && view.leverage > leverageMax,
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
