/** The numbers of a margin account that is judged whole, at the last good prices, before they are written down. */
import { formatMinor } from '../base/index.js';
import { LAST_GOOD, wholeAccountView } from '../engine/accountMargin.js';
import type { State } from '../engine/index.js';
import {
  type AccountRequirement,
  type AccountView,
  accountEquityByAsset,
  accountEquityFloor,
  accountMarginRatioCeil,
  accountRequirement,
  valueFloor,
} from '../margin/index.js';

/** Name of the lines that sum to equity: one for each asset. */
export const EQUITY_LINE = 'equity.collateral';

const RATIO_DECIMALS = 8;

/** Part of a total, in valuation minor units. */
export interface WholeLine {
  readonly name: string;
  readonly amount: bigint;
  readonly instrument: number | null;
  readonly leg: AccountRequirement['lines'][number]['leg'];
  readonly asset: number | null;
  readonly detail: string | null;
}

/** The numbers of an account before they are written down: valuation minor units. */
export interface WholeFigures {
  readonly view: AccountView;
  readonly required: AccountRequirement;
  readonly equity: bigint;
  readonly marginRatio: string | null;
  readonly lines: readonly WholeLine[];
}

export function wholeFigures(state: State, accountRow: number): WholeFigures {
  const held = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  // The state's lists have the latest first.
  const view = { ...held, assets: [...held.assets].reverse(), legs: [...held.legs].reverse() };
  const required = accountRequirement(view);
  const ratio = accountMarginRatioCeil(view, 10n ** BigInt(RATIO_DECIMALS));
  return {
    view,
    required,
    equity: accountEquityFloor(view),
    marginRatio: ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS),
    lines: [
      ...equityLines(view),
      ...required.lines.map(({ of, part, ...source }) => ({ name: `${of}Margin.${part}`, ...source })),
    ],
  };
}

/** What each asset is worth to the account, results of its positions included; differences of rounded running totals. */
function equityLines(view: AccountView): readonly WholeLine[] {
  let scaledSoFar = 0n;
  let soFar = 0n;
  return accountEquityByAsset(view).map(({ asset, valueScaled }) => {
    scaledSoFar += valueScaled;
    const next = valueFloor(scaledSoFar);
    const line = {
      name: EQUITY_LINE,
      amount: next - soFar,
      instrument: null,
      leg: null,
      asset,
      detail: null,
    };
    soFar = next;
    return line;
  });
}
