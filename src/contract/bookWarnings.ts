/** What a ledger would not list, or a trader should know, about the positions of a whole account. */
import { bracketIndex, type LegView } from '../margin/index.js';
import type { Bracket } from '../margin/terms.js';
import { notionalAtMark } from '../market/payoff.js';
import type { BookLeg } from './bookLegs.js';
import type { BookTerms } from './bookTerms.js';
import { isOnGrid } from './calcDecimal.js';
import { pointer } from './calcError.js';
import type { CalcWarning } from './calcSchema.js';

export function bookWarnings({ legs }: BookTerms, path: string): readonly CalcWarning[] {
  return legs.flatMap((leg, at) => legWarnings(leg, `${path}${pointer('positions', at)}`));
}

function legWarnings({ position, instrument, view, isBeyondLast }: BookLeg, path: string): CalcWarning[] {
  const { entryPrice, quantity } = position;
  const conditions: readonly (readonly [isUnusual: boolean, code: string, message: string, field: string])[] =
    [
      [
        entryPrice !== undefined && !isOnGrid(entryPrice, instrument.tickSize),
        'entry_price_off_tick',
        'not a multiple of tickSize, as an average may be; computed as it is',
        '/entryPrice',
      ],
      [
        !isOnGrid(quantity, instrument.lotSize),
        'quantity_off_lot',
        'not a multiple of lotSize; computed as it is',
        '/quantity',
      ],
      [isBeyondLast, 'notional_beyond_last_tier', 'above the last cap, where the last rates go on', ''],
      [
        isAboveTier(position.leverage, view),
        'leverage_above_tier',
        'the tier of the notional allows less leverage; its initial margin rate decides',
        '/leverage',
      ],
      [
        view.terms.closeFee === 'inMargin',
        'close_fee_at_mark',
        'in an account of several positions the closing fee is charged on the value at the mark',
        '',
      ],
    ];
  return conditions
    .filter(([isUnusual]) => isUnusual)
    .map(([, code, message, field]) => ({ code, message, path: `${path}${field}` }));
}

function isAboveTier(
  leverage: string | undefined,
  { terms, lots, markTicks, option, leverage: used }: LegView,
): boolean {
  if (leverage === undefined || option !== null) return false;
  const at = bracketIndex(terms.brackets, notionalAtMark(terms, lots, markTicks));
  const { leverageMax } = terms.brackets[at] as Bracket;
  return leverageMax !== null && used > leverageMax;
}
