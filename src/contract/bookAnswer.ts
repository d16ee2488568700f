/** An account that is judged as a whole: the functions of `margin`, and their numbers as decimal text. */

import { formatMinor } from '../base/decimal.js';
import { divFloor } from '../base/integers.js';
import {
  accountAvailableFloor,
  accountEquityScaled,
  accountFreeFloor,
  accountHealthPpm,
  accountMarginRatioCeil,
  accountRequirement,
  collateralValueScaled,
  isAccountLiquidatable,
  VALUE_SCALE,
} from '../margin/index.js';
import { bookAssets } from './bookAssets.js';
import { type BookLine, bookLines, lineAnswer } from './bookLines.js';
import { bookPosition } from './bookPosition.js';
import { type BookTerms, bookTerms } from './bookTerms.js';
import { bookWarnings } from './bookWarnings.js';
import type { AccountPart } from './calcAnswer.js';
import type { CheckedDocument } from './calcDocument.js';
import type { CalcMarginAccount, WholeAccountAnswer } from './calcSchema.js';

const RATIO_DECIMALS = 8;

export function bookAnswer(checked: CheckedDocument, account: CalcMarginAccount, path: string): AccountPart {
  const terms = bookTerms(checked, account);
  return {
    answer: wholeAnswer(checked, account, terms),
    warnings: bookWarnings(terms, path),
  };
}

function wholeAnswer(
  checked: CheckedDocument,
  account: CalcMarginAccount,
  terms: BookTerms,
): WholeAccountAnswer {
  const { view, scale } = terms;
  const required = accountRequirement(view);
  const lines = bookLines(terms, required);
  const { decimals } = scale.valuation.asset;
  const text = (minor: bigint) => formatMinor(minor, decimals);
  const equity = totalDown(terms, accountEquityScaled(view));
  const collateral = totalDown(terms, collateralScaled(terms));
  const ratio = accountMarginRatioCeil(view, 10n ** BigInt(RATIO_DECIMALS));
  const marginRatio = ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS);
  const unitsPerMinor = 10n ** BigInt(scale.valuation.unitDecimals - decimals);
  const total = (of: BookLine['of']) => text(sumOf(lines, of));
  return {
    id: account.id,
    marginMode: account.marginMode,
    valuationAsset: scale.valuation.asset.id,
    equity: text(equity),
    collateralValue: text(collateral),
    unrealizedPnl: text(equity - collateral),
    initialMargin: total('initialMargin'),
    maintenanceMargin: total('maintenanceMargin'),
    orderMargin: total('orderMargin'),
    free: text(divFloor(accountFreeFloor(view), unitsPerMinor)),
    available: text(divFloor(accountAvailableFloor(view), unitsPerMinor)),
    marginRatio,
    healthPpm: accountHealthPpm(view)?.toString() ?? null,
    liquidatable: isAccountLiquidatable(view),
    lines: lines.map((line) => lineAnswer(checked, line, text)),
    assets: bookAssets(checked, terms, lines),
    positions: terms.legs.map((leg) => bookPosition(checked, terms, { leg, lines, marginRatio })),
  };
}

export function sumOf(lines: readonly BookLine[], of: BookLine['of']): bigint {
  return lines.filter((line) => line.of === of).reduce((sum, { amount }) => sum + amount, 0n);
}

/** What the account would have without its positions, valuation units x VALUE_SCALE. */
function collateralScaled({ view }: BookTerms): bigint {
  return view.assets.reduce(
    (sum, asset) =>
      sum + collateralValueScaled(asset, { numerator: asset.balance - asset.debt, denominator: 1n }),
    0n,
  );
}

/** To the decimals of the valuation asset, from units x VALUE_SCALE. */
export function totalDown({ scale }: Pick<BookTerms, 'scale'>, scaled: bigint): bigint {
  const { asset, unitDecimals } = scale.valuation;
  return divFloor(scaled, VALUE_SCALE * 10n ** BigInt(unitDecimals - asset.decimals));
}
