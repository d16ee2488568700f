/** One account over one day: what it must hold at the close, what the day takes, what is left uncovered. */
import { dayOutcome, type Margin } from '../plan/index.js';
import { type OffsetLeg, type OffsetSet, offsetParts } from './offsetSet.js';
import type { PlacedAccount } from './placement.js';

export interface AccountDay {
  readonly held: number;
  readonly uncovered: number;
  readonly innocent: number;
  /** Collateral after the day's loss, at least 0. */
  readonly left: number;
}

export interface AccountQuestion {
  /** Initial rate of an asset, as a fraction of value. */
  readonly rateOf: (asset: string) => number;
  readonly offsets: OffsetSet | null;
  /** Return of an asset over the day. */
  readonly moveOf: (asset: string) => number;
  /** What the same account had left after the day before; 0 for a new one. */
  readonly before: number;
}

/** It holds what is required; more only where it had more and may not take it out. */
export function accountDay(account: PlacedAccount, question: AccountQuestion): AccountDay {
  const required = requiredMargin(account, question);
  const held = account.removal ? required.amount : Math.max(required.amount, question.before);
  const factor = required.amount > 0 ? held / required.amount : 1;
  const margin = { amount: held, shares: required.shares.map((share) => share * factor) };
  const losses = account.legs.map(({ asset, value }) => -value * question.moveOf(asset));
  const loss = losses.reduce((sum, own) => sum + own, 0);
  return { held, ...dayOutcome(margin, losses), left: Math.max(0, held - loss) };
}

/** Positions each by its own rate, or with what offsets take off. Shares are in the order of the legs. */
export function requiredMargin(
  { legs, offsetCap }: PlacedAccount,
  { rateOf, offsets }: Pick<AccountQuestion, 'rateOf' | 'offsets'>,
): Margin {
  const rated: OffsetLeg[] = legs.map((leg) => ({ ...leg, margin: Math.abs(leg.value) * rateOf(leg.asset) }));
  const shares = offsetParts(offsets, rated, offsetCap);
  return { amount: shares.reduce((sum, share) => sum + share, 0), shares };
}
