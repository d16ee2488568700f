/** Why an account stands as it stands, in sentences with the numbers that decide. */
import { abs, PPM } from '../base/index.js';
import { listedInstrument, type Situation } from '../engine/index.js';
import {
  type AccountView,
  accountFigures,
  accountView,
  type ReleaseLimit,
  releasableNow,
} from './accountView.js';
import { decimalOf } from './calcDecimal.js';
import { formatAmount, formatMark, formatPpm, instrumentScale } from './scale.js';

export interface ExplainedAccount extends AccountView {
  readonly because: readonly string[];
}

export function explainAccountNow(situation: Situation, accountRow: number): ExplainedAccount {
  const view = accountView(situation, accountRow);
  const because = [
    equitySentence(view),
    ...(view.position === null
      ? []
      : [requirementSentence(view), distanceSentence(situation, accountRow, view)]),
    statusSentence(view),
    releaseSentence(situation, accountRow, view),
    'Nothing outside this account pays for it, and it pays for nothing outside: only its own balance is at risk.',
  ];
  return { ...view, because };
}

function equitySentence(view: AccountView): string {
  const parts = view.lines
    .filter(({ name }) => name.startsWith('equity.'))
    .map(({ name, amount }) => `${amount} ${name.slice('equity.'.length)}`);
  return `Equity ${view.equity} ${view.asset} = ${parts.join(' + ')}.`;
}

function requirementSentence(view: AccountView): string {
  const sum = (of: string) =>
    view.lines
      .filter(({ name }) => name.startsWith(`${of}.`))
      .map(({ name, amount }) => `${amount} ${name.slice(of.length + 1)}`)
      .join(' + ');
  const { tier, notional } = view.position as NonNullable<AccountView['position']>;
  return `Maintenance margin ${view.maintenanceMargin} = ${sum('maintenanceMargin')}, initial margin ${view.initialMargin} = ${sum('initialMargin')}; tier ${tier} at notional ${notional}.`;
}

function distanceSentence(situation: Situation, accountRow: number, view: AccountView): string {
  const { state } = situation;
  const instrumentRow = state.accounts.instrument.get(accountRow);
  const listed = listedInstrument(state, instrumentRow);
  const { markTicks } = accountFigures(state, accountRow);
  const mark = formatMark(markTicks, listed);
  if (view.liquidationPrice === null || view.liquidationPrice === 'unknown')
    return `At mark ${mark}; there is no liquidation price.`;
  const distance = distancePpm(view.liquidationPrice, mark);
  const side = view.position?.side === 'long' ? 'at or below' : 'at or above';
  const away = distance === null ? '' : `, ${formatPpm(distance)} of the mark away`;
  return `It is liquidated ${side} mark ${view.liquidationPrice}; the mark is ${mark}${away}. Nothing is left at ${view.bankruptcyPrice ?? 'no price'}.`;
}

/** |price - mark| / mark in ppm, rounded down: nearer, never farther. */
function distancePpm(price: string, mark: string): bigint | null {
  const [a, b] = [decimalOf(price), decimalOf(mark)];
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [
    a.digits * 10n ** BigInt(scale - a.scale),
    b.digits * 10n ** BigInt(scale - b.scale),
  ];
  return right === 0n ? null : (abs(left - right) * PPM) / right;
}

function statusSentence(view: AccountView): string {
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

const LIMITS: Readonly<Record<ReleaseLimit, string>> = {
  liquidation: 'nothing leaves an account in liquidation',
  mark: 'nothing leaves a position whose mark may not decide',
  margin: 'initial margin or the removal floor must stay',
  principal: 'while the pool is not sound, at most its own net principal leaves',
  cash: 'the pool holds no more cash',
};

function releaseSentence(situation: Situation, accountRow: number, view: AccountView): string {
  const { amount, limit } = releasableNow(situation, accountRow);
  const scale = instrumentScale(situation.state, situation.state.accounts.instrument.get(accountRow));
  const isAll = formatAmount(amount, scale) === view.balance;
  return `At most ${view.removable} ${view.asset} may be released${isAll ? ': all it holds' : `: ${LIMITS[limit]}`}.`;
}
