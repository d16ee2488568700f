/** Why an account stands as it stands, in sentences with the numbers that decide. */
import { hasClosedForm } from '../engine/accountParts.js';
import { listedInstrument, type Situation } from '../engine/index.js';
import type { AccountView } from './accountView.js';
import { accountFigures, type IsolatedAccountView, isolatedAccountView } from './isolatedAccountView.js';
import { distanceText, FENCE_SENTENCE, LIMITS } from './reasonParts.js';
import { releasableNow } from './releasable.js';
import { formatAmount, formatMark, instrumentScale } from './scale.js';
import { wholeAccountJson } from './wholeAccountView.js';
import { wholeReasons } from './wholeReasons.js';

export type ExplainedAccount = AccountView & { readonly because: readonly string[] };

export function explainAccountNow(situation: Situation, accountRow: number): ExplainedAccount {
  if (!hasClosedForm(situation.state, accountRow)) {
    const whole = wholeAccountJson(situation, accountRow);
    return { ...whole, because: wholeReasons(situation, accountRow, whole) };
  }
  const view = isolatedAccountView(situation, accountRow);
  const because = [
    equitySentence(view),
    ...(view.position === null
      ? []
      : [requirementSentence(view), distanceSentence(situation, accountRow, view)]),
    statusSentence(view),
    releaseSentence(situation, accountRow, view),
    FENCE_SENTENCE,
  ];
  return { ...view, because };
}

function equitySentence(view: IsolatedAccountView): string {
  const parts = view.lines
    .filter(({ name }) => name.startsWith('equity.'))
    .map(({ name, amount }) => `${amount} ${name.slice('equity.'.length)}`);
  return `Equity ${view.equity} ${view.asset} = ${parts.join(' + ')}.`;
}

function requirementSentence(view: IsolatedAccountView): string {
  const sum = (of: string) =>
    view.lines
      .filter(({ name }) => name.startsWith(`${of}.`))
      .map(({ name, amount }) => `${amount} ${name.slice(of.length + 1)}`)
      .join(' + ');
  const { tier, notional } = view.position as NonNullable<IsolatedAccountView['position']>;
  return `Maintenance margin ${view.maintenanceMargin} = ${sum('maintenanceMargin')}, initial margin ${view.initialMargin} = ${sum('initialMargin')}; tier ${tier} at notional ${notional}.`;
}

function distanceSentence(situation: Situation, accountRow: number, view: IsolatedAccountView): string {
  const { state } = situation;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const listed = listedInstrument(state, instrumentRow);
  const { markTicks } = accountFigures(state, accountRow);
  const mark = formatMark(markTicks, listed);
  if (view.liquidationPrice === null) return `At mark ${mark}; there is no liquidation price.`;
  const side = view.position?.side === 'long' ? 'at or below' : 'at or above';
  const away = distanceText(view.liquidationPrice, mark);
  return `It is liquidated ${side} mark ${view.liquidationPrice}; the mark is ${mark}${away}. Nothing is left at ${view.bankruptcyPrice ?? 'no price'}.`;
}

function statusSentence(view: IsolatedAccountView): string {
  const relation = `equity ${view.equity} against maintenance margin ${view.maintenanceMargin}`;
  switch (view.status) {
    case 'closed':
      return 'The account is closed for good.';
    case 'liquidating':
      return `It waits for liquidation: ${relation}${view.markUsable ? '' : '; its mark may not decide now'}.`;
    case 'open':
      if (view.position === null) return 'It is flat: nothing is required of it.';
      if (!view.markUsable) return `Its mark may not decide now; at the last good one, ${relation}.`;
      return `It is ${view.liquidatable ? 'liquidatable' : 'healthy'}: ${relation}.`;
  }
}

function releaseSentence(situation: Situation, accountRow: number, view: IsolatedAccountView): string {
  const { state } = situation;
  const { accounts } = state;
  const { amount, limit } = releasableNow(situation, accounts.firstAsset.get(accountRow));
  const scale = instrumentScale(state, accounts.instrument.get(accountRow));
  const isAll = formatAmount(amount, scale) === view.balance;
  return `At most ${view.removable} ${view.asset} may be released${isAll ? ': all it holds' : `: ${LIMITS[limit]}`}.`;
}
