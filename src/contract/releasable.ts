/** How much of an asset may leave a margin account now, and what holds back the rest. */
import { max, min } from '../base/index.js';
import { hasAllPrices } from '../engine/accountMargin.js';
import { hasClosedForm, hasPosition } from '../engine/accountParts.js';
import { scenarioFault } from '../engine/commands/checks.js';
import { removableNow } from '../engine/commands/release.js';
import { hasUsableMark, isPoolSound, type Situation } from '../engine/index.js';
import { orderViews } from '../engine/orderFacts.js';
import { hasUsableIndex } from '../engine/sourcedIndex.js';

/** What limits a release now: the first rules of the command, in its order. */
export type ReleaseLimit = 'liquidation' | 'mark' | 'margin' | 'principal' | 'cash';

export interface Releasable {
  /** Minor units. */
  readonly amount: bigint;
  readonly limit: ReleaseLimit;
}

/** The largest amount of an asset that `release` takes now, and the rule that limits it. */
export function releasableNow(situation: Situation, accountAssetRow: number): Releasable {
  const { state, timeMs } = situation;
  const { accounts, accountAssets } = state;
  const accountRow = accountAssets.account.get(accountAssetRow);
  if (accounts.isQueued.get(accountRow) === 1) return { amount: 0n, limit: 'liquidation' };
  if (hasPosition(state, accountRow) && !isPriced(situation, accountRow))
    return { amount: 0n, limit: 'mark' };
  if (orderViews(state, accountRow).length > 0 && scenarioFault(situation, accountRow) !== null)
    return { amount: 0n, limit: 'mark' };
  const removable = removableNow(state, accountAssetRow, timeMs);
  const cash = max(0n, state.totals.cash.get(accountAssets.poolAsset.get(accountAssetRow)));
  const principal = max(0n, accountAssets.netPrincipal.get(accountAssetRow));
  const isSound = isPoolSound(situation, accounts.pool.get(accountRow));
  const inPool = isSound ? cash : min(principal, cash);
  if (removable <= inPool) return { amount: removable, limit: 'margin' };
  return { amount: inPool, limit: inPool === cash ? 'cash' : 'principal' };
}

/** An isolated position needs a mark and an index that may decide; a whole account any price of each kind, a portfolio fresh vectors too. */
function isPriced({ state, timeMs }: Situation, accountRow: number): boolean {
  return hasClosedForm(state, accountRow)
    ? [hasUsableMark, hasUsableIndex].every((isUsable) =>
        isUsable(state, state.accounts.instrument.get(accountRow), timeMs),
      )
    : hasAllPrices(state, accountRow) && scenarioFault({ state, timeMs }, accountRow) === null;
}
