/** The numbers of a margin account that is judged whole, at the last good prices, before they are written down. */
import { formatMinor } from '../base/index.js';
import { LAST_GOOD, wholeAccountView } from '../engine/accountMargin.js';
import { listedInstrument, type State } from '../engine/index.js';
import {
  type AccountRequirement,
  type AccountView,
  accountEquityByAsset,
  accountEquityFloor,
  accountMarginRatioCeil,
  accountRequirement,
  type LegView,
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
  /** By the terms of liquidation. */
  readonly view: AccountView;
  /** By the terms of opening: the new ones already within the grace of a change of parameters. */
  readonly opening: AccountView;
  /** Initial and order margin by the terms of opening, maintenance margin by those of liquidation. */
  readonly required: AccountRequirement;
  readonly equity: bigint;
  readonly marginRatio: string | null;
  readonly lines: readonly WholeLine[];
}

export function wholeFigures(state: State, accountRow: number): WholeFigures {
  const held = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  // The state's lists have the latest first.
  const view = { ...held, assets: [...held.assets].reverse(), legs: [...held.legs].reverse() };
  const opening = byOpeningTerms(state, view);
  const required = requirementOf(view, opening);
  const ratio = accountMarginRatioCeil(view, 10n ** BigInt(RATIO_DECIMALS));
  return {
    view,
    opening,
    required,
    equity: accountEquityFloor(view),
    marginRatio: ratio === null ? null : formatMinor(ratio, RATIO_DECIMALS),
    lines: [
      ...equityLines(view),
      ...required.lines.map(({ of, part, ...source }) => ({ name: `${of}Margin.${part}`, ...source })),
    ],
  };
}

function byOpeningTerms(state: State, view: AccountView): AccountView {
  const opened = (leg: LegView): LegView => {
    const { marginTerms, option } = listedInstrument(state, leg.instrument);
    return { ...leg, terms: marginTerms, option };
  };
  return { ...view, legs: view.legs.map(opened), orderTerms: view.orderTerms.map(opened) };
}

function requirementOf(view: AccountView, opening: AccountView): AccountRequirement {
  const [held, opened] = [accountRequirement(view), accountRequirement(opening)];
  return {
    ...opened,
    maintenance: held.maintenance,
    lines: [
      ...opened.lines.filter(({ of }) => of === 'initial'),
      ...held.lines.filter(({ of }) => of === 'maintenance'),
      ...opened.lines.filter(({ of }) => of === 'order'),
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
