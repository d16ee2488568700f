/** An isolated account: the functions of `margin`, and their numbers as decimal text. */
import { formatMinor } from '../base/decimal.js';
import { divCeil, divFloor, max } from '../base/integers.js';
import { isolatedOrderMarginCeil } from '../margin/account/isolatedOrderMargin.js';
import { bankruptcyMark, bankruptcyPrice } from '../margin/bankruptcyPrice.js';
import { equityFloor, unrealizedPnl, unrealizedPnlFloor } from '../margin/equity.js';
import { isLiquidatable, marginRatioCeil } from '../margin/health.js';
import { liquidationMark, liquidationPrice } from '../margin/liquidationPrice.js';
import { removableFloor } from '../margin/removable.js';
import { type RequirementLine, requirement } from '../margin/requirement.js';
import { roundDown, roundUp } from '../margin/rounding.js';
import { type Fraction, notionalAtMark } from '../market/payoff.js';
import { leverageOf, settleOf } from './calcAccountFaults.js';
import type { AccountPart } from './calcAnswer.js';
import { decimalOf, formatNearest, scaled } from './calcDecimal.js';
import type { CheckedDocument, PlainPosition } from './calcDocument.js';
import { pointer } from './calcError.js';
import type { CalcAccountAnswer, CalcMarginAccount, CalcPositionAnswer } from './calcSchema.js';
import { type AccountTerms, accountTerms, type Money, moneyUnits } from './calcTerms.js';
import { positionWarnings } from './calcWarnings.js';

const RATIO_DECIMALS = 8;
const EXACT_PRICE_DECIMALS = 12;

/** The first position is the only one. */
export function isolatedAnswer(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  path: string,
): AccountPart {
  const [held] = account.positions;
  if (held === undefined) return { answer: flatAccount(checked, account), warnings: [] };
  // Both were found to be there with the document.
  const { entryPrice = '', leverage = leverageOf(checked.instruments, held) ?? '' } = held;
  const position: PlainPosition = { ...held, entryPrice, leverage };
  const ready = accountTerms(checked, account, position);
  return {
    answer: openAccount(ready, account, position),
    warnings: positionWarnings(checked, ready, position, `${path}${pointer('positions', 0)}`),
  };
}

function openAccount(
  ready: AccountTerms,
  account: CalcMarginAccount,
  position: PlainPosition,
): CalcAccountAnswer {
  const { terms, view, markTicks, indexTicks, valuation } = ready;
  const { initial, maintenance, lines } = requirement(terms, view, markTicks);
  const order = isolatedOrderMarginCeil(terms, view, { markTicks, orders: ready.orders });
  const ratio = marginRatioCeil(terms, view, markTicks, 10n ** BigInt(RATIO_DECIMALS));
  return {
    id: account.id,
    valuationAsset: valuation.asset,
    equity: amountDown(equityFloor(terms, view, markTicks), valuation),
    collateralValue: amountDown(view.collateral, valuation),
    unrealizedPnl: amountDown(unrealizedPnlFloor(terms, view, markTicks), valuation),
    initialMargin: amountUp(initial, valuation),
    maintenanceMargin: amountUp(maintenance, valuation),
    orderMargin: amountUp(order, valuation),
    marginRatio: ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS),
    removable: amountDown(max(0n, removableFloor(terms, view, { markTicks, indexTicks }) - order), valuation),
    liquidatable: isLiquidatable(terms, view, markTicks),
    lines: [
      ...lines.map((line) => ({ name: lineName(line), amount: amountUp(line.amount, valuation) })),
      ...(order === 0n ? [] : [{ name: 'orderMargin.orders', amount: amountUp(order, valuation) }]),
    ],
    positions: [positionAnswer(ready, position)],
  };
}

/** Without a position nothing is required and everything may leave. */
function flatAccount(checked: CheckedDocument, account: CalcMarginAccount): CalcAccountAnswer {
  const collateral = flatCollateral(checked, account);
  return {
    id: account.id,
    valuationAsset: collateral.asset,
    equity: collateral.value,
    collateralValue: collateral.value,
    unrealizedPnl: '0',
    initialMargin: '0',
    maintenanceMargin: '0',
    orderMargin: '0',
    marginRatio: '0',
    removable: collateral.value,
    liquidatable: false,
    lines: [],
    positions: [],
  };
}

function flatCollateral(
  checked: CheckedDocument,
  account: CalcMarginAccount,
): { readonly asset: string | null; readonly value: string } {
  const asset = checked.assets.get(settleOf(account, checked.instruments) ?? '');
  if (asset === undefined) return { asset: checked.document.valuationAsset ?? null, value: '0' };
  const haircut = decimalOf(asset.haircut ?? '0');
  const whole = 10n ** BigInt(haircut.scale);
  const { unitsPerAsset, valuation } = moneyUnits(checked, asset, 10n ** BigInt(asset.decimals) * whole);
  const units = scaled(decimalOf(account.collateral[asset.id] ?? '0'), unitsPerAsset);
  return { asset: valuation.asset, value: amountDown((units * (whole - haircut.digits)) / whole, valuation) };
}

function positionAnswer(ready: AccountTerms, position: PlainPosition): CalcPositionAnswer {
  const { terms, view, markTicks, settle } = ready;
  return {
    instrument: position.instrument,
    side: position.side,
    notional: amountUp(roundUp(notionalAtMark(terms, view.lots, markTicks), 1n), settle),
    unrealizedPnl: amountDown(roundDown(unrealizedPnl(terms, view, markTicks), 1n), settle),
    accruedFunding: amountDown(ready.accruedFunding, settle),
    liquidationPrice: liquidationText(ready),
    bankruptcyPrice: bankruptcyText(ready),
    tier: ready.tier + 1,
  };
}

function liquidationText(ready: AccountTerms): string | null {
  const { terms, view, gridTicks, priceDecimals, priceRounding } = ready;
  if (priceRounding === 'tick') {
    const price = liquidationPrice(terms, view, gridTicks);
    if (price.kind === 'unknown') return 'unknown';
    return price.kind === 'price' ? formatMinor(price.markTicks, priceDecimals) : null;
  }
  const exact = liquidationMark(terms, view);
  return exact.kind === 'price' ? shownPrice(ready, exact.markTicks) : null;
}

function bankruptcyText(ready: AccountTerms): string | null {
  const { terms, view, gridTicks, priceDecimals, priceRounding } = ready;
  if (priceRounding === 'tick') {
    const price = bankruptcyPrice(terms, view, gridTicks);
    return price.kind === 'price' ? formatMinor(price.markTicks, priceDecimals) : null;
  }
  const exact = bankruptcyMark(terms, view);
  return exact === null ? null : shownPrice(ready, exact);
}

/** An exact price as some venue shows it: on the grid, or to 12 decimals. */
function shownPrice(
  { view, gridTicks, priceDecimals, priceRounding }: AccountTerms,
  exact: Fraction,
): string | null {
  const { numerator, denominator } = exact;
  if (priceRounding === 'none') {
    const price = { numerator, denominator: denominator * 10n ** BigInt(priceDecimals) };
    return formatNearest(price, EXACT_PRICE_DECIMALS);
  }
  const ticks =
    priceRounding === 'nearest' ? roundNearest(exact, gridTicks) : roundInward(exact, gridTicks, view.lots);
  return ticks === 0n ? null : formatMinor(ticks, priceDecimals);
}

function roundNearest({ numerator, denominator }: Fraction, step: bigint): bigint {
  return roundDown({ numerator: 2n * numerator + denominator * step, denominator: 2n * denominator }, step);
}

/** Towards where the position is healthy: a long's price up, a short's down. */
function roundInward(exact: Fraction, step: bigint, lots: bigint): bigint {
  return lots > 0n ? roundUp(exact, step) : roundDown(exact, step);
}

function lineName({ of, part }: RequirementLine): string {
  return `${of}Margin.${part}`;
}

/** For what is asked of an account; totals of `margin` are already whole steps and stay as they are. */
function amountUp(units: bigint, money: Money): string {
  return formatMinor(divCeil(units, money.unitsPerMinor), money.decimals);
}

/** For what an account has. */
function amountDown(units: bigint, money: Money): string {
  return formatMinor(divFloor(units, money.unitsPerMinor), money.decimals);
}
