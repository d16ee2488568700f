/**
 * The venue's figures beside the computed ones, and why they differ: each reason is tried, by computing what the figure
 * would be under it, and the first that gives the venue's number is named. A reason that was not tried is not guessed.
 */
import {
  type AnalyzedPosition,
  COMPARED,
  type ComparedField,
  type Comparison,
  type ComparisonReason,
} from './analyzeAnswer.js';
import { profilesThatGive } from './analyzeConventions.js';
import type { BookedAccount } from './analyzeDocument.js';
import { add, product, quotient, relative, subtract } from './analyzeNumbers.js';
import type { BookedPosition } from './analyzePosition.js';
import { decimalOf } from './calcDecimal.js';
import type { CalcAnswer } from './calcSchema.js';
import { isClose } from './ccxtText.js';

export function comparisonsOf(
  account: BookedAccount,
  positions: readonly AnalyzedPosition[],
  isolated: CalcAnswer,
): readonly Comparison[] {
  return positions.flatMap((computed, at) => {
    const booked = account.positions[at] as BookedPosition;
    const alone = isolated.marginAccounts[at] as CalcAnswer['marginAccounts'][number];
    return COMPARED.flatMap((field) => {
      const reported = booked.source.reported[field];
      if (reported === null) return [];
      return [compared({ account, booked, computed, alone }, field, unsigned(field, reported))];
    });
  });
}

interface Compared {
  readonly account: BookedAccount;
  readonly booked: BookedPosition;
  readonly computed: AnalyzedPosition;
  readonly alone: CalcAnswer['marginAccounts'][number];
}

type Finding = readonly [reason: ComparisonReason, explanation: string];

/** Digits to which figures that are told by floats and rounded for show still agree. */
const EQUAL_DIGITS = 8;
const ROUNDED_DIGITS = 4;
const EXPLAINED_DIGITS = 4;
/** No venue's taker fee is higher. */
const FEE_MAX = 0.002;

function compared(of: Compared, field: ComparedField, reported: string): Comparison {
  const value = of.computed[field];
  const [reason, explanation] = finding(of, field, { reported, value });
  return {
    symbol: of.computed.symbol,
    side: of.computed.side,
    field,
    reported,
    computed: value,
    differencePercent:
      value === null || decimalOf(reported).digits === 0n ? null : relative(value, reported, 4),
    reason,
    explanation,
  };
}

function finding(
  of: Compared,
  field: ComparedField,
  { reported, value }: { readonly reported: string; readonly value: string | null },
): Finding {
  if (value === null) return withoutValue(of, reported);
  if (isSame(value, reported, EQUAL_DIGITS)) return ['equal', 'as reported'];
  if (isSame(value, reported, ROUNDED_DIGITS)) {
    return ['rounding', 'the venue shows fewer digits, or marks moved between two answers'];
  }
  switch (field) {
    case 'notional':
      return notionalFinding(of, reported);
    case 'unrealizedPnl':
      return ['other_price', 'reckoned at another price than markPrice, or with fees or funding in it'];
    case 'initialMargin':
      return initialFinding(of, { reported, value });
    case 'maintenanceMargin':
      return maintenanceFinding(of, { reported, value });
    case 'liquidationPrice':
      return priceFinding(of, reported);
  }
}

function withoutValue({ computed }: Compared, reported: string): Finding {
  if (computed.liquidationPriceReason === 'unknown') {
    return ['wallet_unknown', 'a cross position, and no balance was given'];
  }
  const why = computed.liquidationPriceReason === 'always' ? 'at every price' : 'at no price';
  return ['unexplained', `computed: liquidatable ${why}; reported: ${reported}`];
}

function notionalFinding({ computed, booked }: Compared, reported: string): Finding {
  const inQuote = product([computed.contracts, computed.contractSize]);
  if (booked.instrument.payoff === 'inverse' && isSame(inQuote, reported, EXPLAINED_DIGITS)) {
    return ['notional_basis', 'contracts x contractSize: in the quote asset, not in the settlement asset'];
  }
  const cost = costOf(computed, booked);
  if (cost !== null && isSame(cost, reported, EXPLAINED_DIGITS)) {
    return ['notional_basis', 'the value at entry, not at the mark'];
  }
  return ['other_price', 'reckoned at another price than markPrice'];
}

interface Figures {
  readonly reported: string;
  readonly value: string;
}

function initialFinding({ computed, booked }: Compared, { reported, value }: Figures): Finding {
  const ofOption = optionFinding(computed, booked, { reported, value });
  if (ofOption !== null) return ofOption;
  const cost = costOf(computed, booked);
  const { leverage } = computed;
  if (leverage !== null) {
    if (cost !== null && isSame(quotient(cost, leverage), reported, EXPLAINED_DIGITS)) {
      return ['initial_basis', 'charged on the value at entry, not at the mark'];
    }
    if (isSame(quotient(computed.notional, leverage), reported, EXPLAINED_DIGITS)) {
      return ['initial_basis', 'notional / leverage, without the least rate of the tier'];
    }
  }
  const { postedMargin, reported: told } = booked.source;
  if (
    [postedMargin, told.collateral].some(
      (margin) => margin !== null && isSame(margin, reported, EXPLAINED_DIGITS),
    )
  ) {
    return ['margin_posted', 'the margin put up, not the margin asked for'];
  }
  return feeFinding(computed, { reported, value }) ?? tiersFinding(booked);
}

function maintenanceFinding({ computed, booked, alone }: Compared, { reported, value }: Figures): Finding {
  const ofOption = optionFinding(computed, booked, { reported, value });
  if (ofOption !== null) return ofOption;
  const cost = costOf(computed, booked);
  if (
    cost !== null &&
    isSame(quotient(product([value, cost]), computed.notional), reported, EXPLAINED_DIGITS)
  ) {
    return ['maintenance_basis', 'charged on the value at entry, not at the mark'];
  }
  const line = alone.lines.find(({ name }) => name === 'maintenanceMargin.position');
  if (line !== undefined && isSame(line.amount, reported, EXPLAINED_DIGITS)) {
    return ['maintenance_amount', 'rate x notional, without the maintenance amount of the tier'];
  }
  return feeFinding(computed, { reported, value }) ?? tiersFinding(booked);
}

/** Venues whose balances leave options out ask for the value of a short one besides, and for nothing of a long one. */
function optionFinding(
  { contracts, contractSize, markPrice, side }: AnalyzedPosition,
  { instrument }: BookedPosition,
  { reported, value }: Figures,
): Finding | null {
  if (instrument.kind !== 'option') return null;
  const worth = product([contracts, contractSize, markPrice]);
  const expected = side === 'short' ? add(value, worth) : subtract(value, worth);
  if (!isSame(expected, reported, EXPLAINED_DIGITS)) return null;
  return [
    'option_value',
    'the value of the option is in the margin there; here it is in equity, off for a short',
  ];
}

/** More by a share of the notional that a fee may be. */
function feeFinding({ notional }: AnalyzedPosition, { reported, value }: Figures): Finding | null {
  const rate = (Number(reported) - Number(value)) / Number(notional);
  if (!(rate > 0 && rate <= FEE_MAX)) return null;
  return [
    'fee_in_margin',
    `more by ${(rate * 100).toFixed(4)}% of the notional, as a closing fee kept in margin`,
  ];
}

function tiersFinding({ hasTiers }: BookedPosition): Finding {
  return hasTiers
    ? ['unexplained', 'none of basis, maintenance amount and closing fee gives it']
    : ['tiers_unknown', 'no leverage tiers were given: the rate stands for them'];
}

function priceFinding({ account, booked, computed }: Compared, reported: string): Finding {
  const names = profilesThatGive(account, booked, reported);
  if (account.profile !== undefined && names.some((name) => name === account.profile)) {
    return [
      'rounding',
      `the conventions of ${account.profile} give it before rounding to the step of prices`,
    ];
  }
  if (names.length > 0) {
    return ['other_conventions', `with the conventions of ${names.join(' or ')} it is as reported`];
  }
  if (!booked.hasTiers) return tiersFinding(booked);
  if (computed.marginMode === 'cross') {
    return [
      'account_incomplete',
      'the whole account decides: balances, orders and positions that are not all in the book, or a wallet with profit in it',
    ];
  }
  return ['unexplained', 'no known conventions give it with the margin the position has'];
}

/** Value at entry in the settlement asset; null for an option. */
function costOf(
  { contracts, contractSize, entryPrice }: AnalyzedPosition,
  { instrument }: BookedPosition,
): string | null {
  if (entryPrice === null || instrument.kind === 'option') return null;
  const size = product([contracts, contractSize]);
  return instrument.payoff === 'linear' ? product([size, entryPrice]) : quotient(size, entryPrice);
}

/** Sizes of figures that some venues sign and others do not. */
function unsigned(field: ComparedField, text: string): string {
  return field === 'unrealizedPnl' ? text : text.replace('-', '');
}

function isSame(a: string, b: string, digits: number): boolean {
  return isClose(a, b, digits) || a === b;
}
