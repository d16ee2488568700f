/** The marks of one instrument at which a whole account becomes liquidatable, shown as its price rounding says. */
import { formatMinor } from '../base/decimal.js';
import { accountLiquidationPrice, type LiquidationPrice } from '../margin/index.js';
import { roundDown, roundUp } from '../margin/rounding.js';
import type { BookLeg } from './bookLegs.js';
import { netLots } from './bookPosition.js';
import type { BookTerms } from './bookTerms.js';
import { decimalOf, scaled } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import type { CalcMarginAccount, WholePositionAnswer } from './calcSchema.js';
import { settingsOf } from './calcTerms.js';

type LiquidationAnswer = Pick<
  WholePositionAnswer,
  'liquidationPrice' | 'liquidationPriceReason' | 'liquidationPriceBelow' | 'liquidationPriceAbove'
>;

type End = 'below' | 'above';

export function liquidationAnswer(
  checked: CheckedDocument,
  { account, view }: BookTerms,
  leg: BookLeg,
): LiquidationAnswer {
  const rounding = roundingOf(checked, account, leg);
  const edges = accountLiquidationPrice(
    view,
    leg.view.instrument,
    rounding.kind === 'tick' ? rounding.gridTicks : 1n,
  );
  const shown = {
    below: shownEdge(edges.below, 'below', rounding),
    above: shownEdge(edges.above, 'above', rounding),
  };
  const end = losingEnd(netLots(view.legs, leg.view.instrument), edges);
  const { kind } = edges[end];
  return {
    liquidationPrice: shown[end],
    liquidationPriceReason: kind === 'price' ? null : kind,
    liquidationPriceBelow: shown.below,
    liquidationPriceAbove: shown.above,
  };
}

/** Where the instrument loses: a long downwards, a short upwards, and where both sides are equal whichever there is. */
function losingEnd(net: bigint, edges: Readonly<Record<End, LiquidationPrice>>): End {
  if (net !== 0n) return net > 0n ? 'below' : 'above';
  return edges.below.kind === 'none' ? 'above' : 'below';
}

interface Rounding {
  readonly kind: 'tick' | 'none' | 'nearest' | 'inward';
  readonly gridTicks: bigint;
  readonly decimals: number;
}

function roundingOf(
  { document }: CheckedDocument,
  account: CalcMarginAccount,
  { instrument, scale }: BookLeg,
): Rounding {
  const settings = settingsOf(document, instrument, account);
  const step = decimalOf(instrument.markTick ?? instrument.tickSize);
  return {
    kind: settings.priceRounding,
    gridTicks: scaled(step, 10n ** BigInt(scale.markDecimals)),
    decimals: scale.markDecimals,
  };
}

function shownEdge(edge: LiquidationPrice, end: End, { kind, gridTicks, decimals }: Rounding): string | null {
  if (edge.kind !== 'price') return null;
  const exact = { numerator: edge.markTicks, denominator: 1n };
  if (kind === 'tick' || kind === 'none') return formatMinor(edge.markTicks, decimals);
  if (kind === 'inward') {
    return formatMinor(end === 'below' ? roundUp(exact, gridTicks) : roundDown(exact, gridTicks), decimals);
  }
  return formatMinor(
    roundDown({ numerator: 2n * edge.markTicks + gridTicks, denominator: 2n }, gridTicks),
    decimals,
  );
}
