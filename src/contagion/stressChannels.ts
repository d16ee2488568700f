/**
 * Through what a crisis spreads under a policy: the run against runs without one channel each. Price impact: the same
 * policy where nothing moves prices. Shared collateral: without impact, against each position on a balance of its own in the
 * same pools. Shared fund: without impact, against the same accounts with a pool for each instrument. A difference below 0
 * is what sharing saves.
 */
import { ok, type Result } from '../base/index.js';
import type { BookPlanFault } from './bookCommands.js';
import type { StressRun } from './stressRun.js';
import type { StressPolicy } from './stressSettings.js';

export const CHANNELS = ['priceImpact', 'sharedCollateral', 'sharedFund'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface ChannelEffect {
  readonly channel: Channel;
  /** False: the policy or the settings have no such channel, and the differences are 0. */
  readonly isOpen: boolean;
  /** More deficit, valuation minor units, than without the channel. */
  readonly deficitMinor: bigint;
  /** More that was paid by others than the fund: lenders, deleveraging, loss sharing, and what is open. */
  readonly paidByOthersMinor: bigint;
  /** More owners of whom an account was liquidated. */
  readonly ownersLiquidated: number;
}

/** A run of a policy without impact. */
export type CalmRun = (policy: StressPolicy) => Result<StressRun, BookPlanFault>;

/** `run` is as asked for; null impact has no price channel. */
export function channelEffects(
  policy: StressPolicy,
  of: { readonly run: StressRun; readonly still: StressRun; readonly hasImpact: boolean },
  calmRun: CalmRun,
): Result<readonly ChannelEffect[], BookPlanFault> {
  const { run, still, hasImpact } = of;
  const effects = [effectOf('priceImpact', hasImpact, run, still)];
  const own = { ...policy, accounts: 'isolated', otherCollateral: 'exchanged' } as const;
  const apart = { ...policy, pools: { kind: 'perInstrument' } } as const;
  for (const [channel, isOpen, other] of [
    ['sharedCollateral', policy.accounts !== 'isolated', own],
    ['sharedFund', policy.pools.kind !== 'perInstrument', apart],
  ] as const) {
    const without = isOpen ? calmRun(other) : ok(still);
    if (!without.ok) return without;
    effects.push(effectOf(channel, isOpen, still, without.value));
  }
  return ok(effects);
}

function effectOf(channel: Channel, isOpen: boolean, run: StressRun, without: StressRun): ChannelEffect {
  return {
    channel,
    isOpen,
    deficitMinor: deficitOf(run) - deficitOf(without),
    paidByOthersMinor: paidByOthers(run) - paidByOthers(without),
    ownersLiquidated: ownersLiquidated(run).size - ownersLiquidated(without).size,
  };
}

function deficitOf({ pools }: StressRun): bigint {
  return pools.reduce((sum, { deficitMinor }) => sum + deficitMinor, 0n);
}

function paidByOthers({ pools }: StressRun): bigint {
  return pools.reduce(
    (sum, { paidMinor: { lenders, deleveraging, lossSharing, open } }) =>
      sum + lenders + deleveraging + lossSharing + open,
    0n,
  );
}

function ownersLiquidated({ liquidated, owners }: StressRun): ReadonlySet<string> {
  return new Set(liquidated.map(({ account }) => owners.get(account) ?? account));
}
