/**
 * The next step of an account in liquidation, in a pool with a liquidation policy: done when it has its health back;
 * taken over at the hard close-out level, or when an order found nobody; else reduced by another order (LIQ-01, LIQ-02).
 */
import { type AccountView, isAtOrUnderHealth, nextReduction, reachesHealth } from '../../margin/index.js';
import { isLiquidatableNow, judgement, mayDecide } from '../accountHealth.js';
import { LAST_GOOD, wholeAccountView } from '../accountMargin.js';
import { hasRisk } from '../accountParts.js';
import type { CommandOf } from '../command.js';
import type { Decision, Situation } from '../decision.js';
import type { Event } from '../event.js';
import { type LiquidationPolicy, liquidationPolicyOf } from '../liquidationPolicy.js';
import { hasUsableMark } from '../marginView.js';
import { cancelAll } from '../orderFacts.js';
import { isReducing, isReductionUnfilled, openReduction, reductionLimit } from '../reduction.js';
import { reject } from '../rejection.js';
import type { State } from '../state.js';
import { decideTakeOver } from './takeOver.js';

export function decideLiquidate(situation: Situation, { accountRow }: CommandOf<'liquidate'>): Decision {
  const { state, timeMs } = situation;
  const { accounts } = state;
  const policy = liquidationPolicyOf(state, accounts.pool.get(accountRow));
  if (accounts.isQueued.get(accountRow) !== 1 || policy === null) return reject('nothing_to_do');
  if (!hasRisk(state, accountRow)) return recovery(state, accountRow);
  if (!mayDecide(state, accountRow, timeMs))
    return reject('mark_unusable', { account: accounts.names.nameOf(accountRow) });

  const view = wholeAccountView(state, accountRow, { prices: LAST_GOOD });
  const isLiquidatable = isLiquidatableNow(state, accountRow);
  if (!isLiquidatable && isDone(state, accountRow, view, policy)) return recovery(state, accountRow);
  const isUnfilled = isReductionUnfilled(state, accountRow, timeMs);
  const step =
    isUnfilled || isAtOrUnderHealth(view, policy.closeOutHealthPpm)
      ? null
      : nextReduction(view, reductionTerms(policy), ({ instrument }) =>
          hasUsableMark(state, instrument, timeMs),
        );
  if (step !== null) return [orderReduction(situation, { accountRow, view, policy, ...step })];
  return isLiquidatable
    ? decideTakeOver(situation, { kind: 'takeOver', accountRow })
    : recovery(state, accountRow);
}

/** Before the first order: out of danger. Once orders are out: back at the target. */
function isDone(state: State, accountRow: number, view: AccountView, policy: LiquidationPolicy): boolean {
  return !isReducing(state, accountRow) || reachesHealth(view, policy.targetHealthPpm);
}

/** Out of liquidation; the pool's order on the account is taken back. */
export function recovery(state: State, accountRow: number): readonly Event[] {
  const recovered = { kind: 'recovered', accountRow } as const;
  return [...withdrawReduction(state, accountRow), recovered];
}

export function withdrawReduction(state: State, accountRow: number): readonly Event[] {
  const orderRow = openReduction(state, accountRow);
  if (orderRow < 0) return [];
  return [{ kind: 'orderCancelled', accountRow, orderRow, orders: [{ orderRow, lots: 0n }], holds: [] }];
}

function reductionTerms({ targetHealthPpm, stepPpm, minStepLots, slippagePpm, feePpm }: LiquidationPolicy) {
  return { targetHealthPpm, stepPpm, minStepLots, costPpm: slippagePpm + feePpm };
}

function orderReduction(
  { state, timeMs }: Situation,
  of: {
    readonly accountRow: number;
    readonly view: AccountView;
    readonly policy: LiquidationPolicy;
    readonly leg: AccountView['legs'][number];
    readonly lots: bigint;
  },
): Event {
  const { accountRow, view, policy, leg, lots } = of;
  const { pools, accounts } = state;
  const poolRow = accounts.pool.get(accountRow);
  const instrumentRow = leg.instrument;
  const isBuy = leg.lots < 0n;
  return {
    kind: 'reductionOrdered',
    accountRow,
    order: `${pools.names.nameOf(poolRow)}#r${pools.liquidationOrderCount.get(poolRow) + 1}`,
    instrumentRow,
    leg: leg.leg,
    isBuy,
    lots,
    priceTicks: reductionLimit(state, { instrumentRow, isBuy }, policy, view),
    expiresMs: timeMs + policy.orderLifeMs,
    pauseUntilMs: timeMs + policy.pauseMs,
    judged: judgement(state, accountRow, view),
    ...cancelAll(state, accountRow),
  };
}
