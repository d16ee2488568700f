/** One position of a whole account, with the field names of CCXT where it has them. */
import { formatDecimal, formatMinor } from '../base/decimal.js';
import { abs, divCeil, divFloor } from '../base/integers.js';
import { type Fraction, notionalAtMark, valueAtMark } from '../market/payoff.js';
import { costOf } from './bookInstrument.js';
import type { BookLeg } from './bookLegs.js';
import type { BookLine } from './bookLines.js';
import { positionGreeks } from './bookOptions.js';
import { liquidationAnswer } from './bookPrice.js';
import type { BookTerms } from './bookTerms.js';
import { decimalOf } from './calcDecimal.js';
import type { CheckedDocument } from './calcDocument.js';
import type { WholePositionAnswer } from './calcSchema.js';

interface OnePosition {
  readonly leg: BookLeg;
  readonly lines: readonly BookLine[];
  readonly marginRatio: string | null;
}

export function bookPosition(
  checked: CheckedDocument,
  terms: BookTerms,
  { leg, lines, marginRatio }: OnePosition,
): WholePositionAnswer {
  const { position, instrument, view, scale, tier, leverage, volatility } = leg;
  const own = lines.filter((line) => line.instrument === view.instrument && isOf(terms, leg, line));
  const sum = (of: BookLine['of']) =>
    formatMinor(
      own.filter((line) => line.of === of).reduce((total, { amount }) => total + amount, 0n),
      terms.scale.valuation.asset.decimals,
    );
  return {
    instrument: instrument.id,
    leg: view.leg,
    side: position.side,
    contracts: canonical(position.quantity),
    contractSize: canonical(instrument.contractSize),
    entryPrice: position.entryPrice === undefined ? null : canonical(position.entryPrice),
    markPrice: formatMinor(view.markTicks, scale.markDecimals),
    notional: inSettle(leg, notionalOf(leg), divCeil),
    unrealizedPnl: profit(leg),
    accruedFunding: inSettle(
      leg,
      { numerator: -view.lots * view.fundingPerLot, denominator: view.terms.fundingScale },
      divFloor,
    ),
    leverage: leverage === null ? null : canonical(leverage),
    initialMargin: sum('initialMargin'),
    maintenanceMargin: sum('maintenanceMargin'),
    marginRatio,
    ...liquidationAnswer(checked, terms, leg),
    tier: tier === null ? null : tier + 1,
    impliedVolatility: volatility,
    greeks: positionGreeks(checked, instrument, {
      side: position.side,
      quantity: position.quantity,
      volatility,
    }),
  };
}

/** A line of the net of both sides is that of the larger. */
function isOf({ view: { legs } }: BookTerms, { view }: BookLeg, line: BookLine): boolean {
  if (line.leg !== 'net' || view.leg === 'net') return line.leg === view.leg;
  const net = netLots(legs, view.instrument);
  return net !== 0n && net > 0n === view.lots > 0n;
}

export function netLots(legs: BookTerms['view']['legs'], instrument: number): bigint {
  return legs.filter((leg) => leg.instrument === instrument).reduce((sum, { lots }) => sum + lots, 0n);
}

/** Of an option the value of what it is on. */
function notionalOf({ view }: BookLeg): Fraction {
  const { option, terms, lots, markTicks, indexTicks } = view;
  if (option === null) return notionalAtMark(terms, lots, markTicks);
  const perLot = option.payoff === 'linear' ? option.unit * indexTicks : option.unit;
  return { numerator: abs(lots) * perLot, denominator: 1n };
}

function profit(leg: BookLeg): string | null {
  const { position, instrument, view, settle } = leg;
  if (position.entryPrice === undefined) return null;
  const { numerator, denominator } = valueAtMark(view.terms, view.lots, view.markTicks);
  // The price of an option is a premium in its settlement asset, whatever its payoff.
  const cost =
    view.option === null ? view.cost : costOf({ ...instrument, payoff: 'linear' }, settle, position);
  return inSettle(leg, { numerator: numerator - cost * denominator, denominator }, divFloor);
}

function inSettle(
  { settle }: BookLeg,
  { numerator, denominator }: Fraction,
  round: (numerator: bigint, denominator: bigint) => bigint,
): string {
  const { asset, unitDecimals } = settle;
  const unitsPerMinor = 10n ** BigInt(unitDecimals - asset.decimals);
  return formatMinor(round(numerator, denominator * unitsPerMinor), asset.decimals);
}

function canonical(text: string): string {
  return formatDecimal(decimalOf(text));
}
