/** Why an account with several assets or positions stands as it stands. */
import { assetsOf } from '../engine/accountParts.js';
import type { Situation } from '../engine/index.js';
import type { AmountLine } from './positionParts.js';
import { distanceText, FENCE_SENTENCE, LIMITS } from './reasonParts.js';
import { releasableNow } from './releasable.js';
import type { WholeAccountView } from './wholeAccountView.js';
import type { WholePositionView } from './wholePositionViews.js';

export function wholeReasons(
  situation: Situation,
  accountRow: number,
  view: WholeAccountView,
): readonly string[] {
  return [
    equitySentence(view),
    ...view.collateral.map(collateralSentence(view)),
    ...(view.positions.length + view.orders.length === 0 ? [] : [requirementSentence(view)]),
    ...view.positions.map(positionSentence),
    statusSentence(view),
    ...releaseSentences(situation, accountRow, view),
    FENCE_SENTENCE,
  ];
}

function equitySentence({ equity, asset, collateral }: WholeAccountView): string {
  const parts = collateral.map((held) => `${held.value} from ${held.asset}`);
  return `Equity ${equity} ${asset}${parts.length === 0 ? '' : ` = ${parts.join(' + ')}`}.`;
}

function collateralSentence({ asset: own }: WholeAccountView) {
  return ({ asset, balance, profit, price, haircut, value }: WholeAccountView['collateral'][number]) => {
    const held = `${balance} ${asset} and ${profit} from its positions`;
    if (price === null) return `${held} count for nothing: ${asset} has no price yet.`;
    const at = asset === own ? '' : ` at ${price} ${own}`;
    return `${held}${at} count ${value}${haircut === '0' ? '' : ` after a haircut of ${haircut}`}.`;
  };
}

function requirementSentence(view: WholeAccountView): string {
  const { maintenanceMargin, initialMargin, orderMargin, lines } = view;
  const sum = (of: string) => {
    const parts = lines.filter(({ name }) => name.startsWith(`${of}.`));
    return parts.length === 0 ? '' : ` = ${parts.map((line) => lineText(line, of)).join(' + ')}`;
  };
  return `Maintenance margin ${maintenanceMargin}${sum('maintenanceMargin')}; initial margin ${initialMargin}${sum('initialMargin')}; order margin ${orderMargin}${sum('orderMargin')}.`;
}

function lineText({ name, amount, instrument, leg, asset, detail }: AmountLine, of: string): string {
  const source = [instrument ?? asset, leg, name.slice(of.length + 1), detail];
  return `${amount} ${source.filter((part) => part !== undefined).join(' ')}`;
}

function positionSentence(position: WholePositionView): string {
  const { symbol, side, contracts, markPrice, liquidationPrice } = position;
  const what = `${symbol} ${side} ${contracts} at mark ${markPrice}`;
  if (liquidationPrice === null)
    return `${what}: no mark of it liquidates the account, all other prices held.`;
  const where = side === 'long' ? 'at or below' : 'at or above';
  return `${what}: all other prices held, the account is liquidated ${where} ${liquidationPrice}${distanceText(liquidationPrice, markPrice)}.`;
}

function statusSentence(view: WholeAccountView): string {
  const relation = `equity ${view.equity} against maintenance margin ${view.maintenanceMargin}`;
  switch (view.status) {
    case 'closed':
      return 'The account is closed for good.';
    case 'liquidating':
      return `It waits for liquidation: ${relation}${view.markUsable ? '' : '; its prices may not decide now'}.`;
    case 'open':
      if (view.positions.length === 0) return 'It is flat: nothing is required of it but for its orders.';
      if (!view.markUsable) return `Its prices may not decide now; at the last good ones, ${relation}.`;
      return `It is ${view.liquidatable ? 'liquidatable' : 'healthy'}: ${relation}.`;
  }
}

function releaseSentences(
  situation: Situation,
  accountRow: number,
  { collateral }: WholeAccountView,
): readonly string[] {
  const rows = assetsOf(situation.state, accountRow).reverse();
  return collateral.map(({ asset, balance, removable }, at) => {
    const { limit } = releasableNow(situation, rows[at] as number);
    const why = removable === balance ? 'all it holds' : LIMITS[limit];
    return `At most ${removable} ${asset} may be released: ${why}.`;
  });
}
