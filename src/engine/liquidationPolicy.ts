/**
 * How a pool liquidates, as data: when clients are told, to which health an account is reduced, in which steps, at what
 * pace and price, and when it is taken over instead. A pool without a policy takes over at once.
 */
import { type Infer, i64, PPM, record, whole } from '../base/index.js';
import type { State } from './state.js';

export const liquidationPolicy = record({
  /** A warning, then a margin call, is sent where the account would be liquidatable by this multiple of its maintenance rates, ppm; 0: none. */
  warningHealthPpm: i64,
  callHealthPpm: i64,
  /** Health at which a reduction has done enough; above 1,000,000. */
  targetHealthPpm: i64,
  /** At or under this health everything that is left is taken over, whatever the pace. 1,000,000: always. */
  closeOutHealthPpm: i64,
  /** Of a position, the most that one order closes. */
  stepPpm: i64,
  /** The smallest order, in lots of its instrument; where less would be left the position is closed whole. */
  minStepLots: i64,
  /** How far from the mark an order may trade; never so far that the account would lose more than it has. */
  slippagePpm: i64,
  /** Of the value closed, to the pool's fund; at most what the account has left. */
  feePpm: i64,
  /** An order that nobody has filled by then means takeover. */
  orderLifeMs: whole,
  /** From one order to the next of the same account or takeover. */
  pauseMs: whole,
});
export type LiquidationPolicy = Infer<typeof liquidationPolicy>;

const RULES: readonly [keyof LiquidationPolicy, string, (policy: LiquidationPolicy) => boolean][] = [
  ['targetHealthPpm', 'above 1,000,000', ({ targetHealthPpm }) => targetHealthPpm > PPM],
  ['targetHealthPpm', 'at most 100,000,000', ({ targetHealthPpm }) => targetHealthPpm <= 100n * PPM],
  [
    'closeOutHealthPpm',
    'from 0 to 1,000,000',
    ({ closeOutHealthPpm: closeOut }) => closeOut >= 0n && closeOut <= PPM,
  ],
  ['callHealthPpm', '0 or above 1,000,000', ({ callHealthPpm: call }) => call === 0n || call > PPM],
  [
    'warningHealthPpm',
    '0 or at least the call level, above 1,000,000',
    ({ warningHealthPpm: warning, callHealthPpm: call }) =>
      warning === 0n || (warning > PPM && warning >= call && warning <= 100n * PPM),
  ],
  ['callHealthPpm', 'at most 100,000,000', ({ callHealthPpm: call }) => call <= 100n * PPM],
  ['stepPpm', 'above 0, at most 1,000,000', ({ stepPpm }) => stepPpm > 0n && stepPpm <= PPM],
  ['minStepLots', 'not negative', ({ minStepLots }) => minStepLots >= 0n],
  ['slippagePpm', 'from 0 to 500,000', ({ slippagePpm }) => slippagePpm >= 0n && slippagePpm <= PPM / 2n],
  ['feePpm', 'from 0 to 100,000', ({ feePpm }) => feePpm >= 0n && feePpm <= PPM / 10n],
  ['orderLifeMs', 'above 0', ({ orderLifeMs }) => orderLifeMs > 0],
];

/** The first rule the policy breaks; null for none. */
export function policyFault(
  policy: LiquidationPolicy,
): { readonly field: string; readonly rule: string } | null {
  const broken = RULES.find(([, , holds]) => !holds(policy));
  return broken === undefined ? null : { field: `policy.${broken[0]}`, rule: broken[1] };
}

export function liquidationPolicyOf({ pools }: State, poolRow: number): LiquidationPolicy | null {
  const targetHealthPpm = pools.targetHealthPpm.get(poolRow);
  if (targetHealthPpm === 0n) return null;
  return {
    warningHealthPpm: pools.warningHealthPpm.get(poolRow),
    callHealthPpm: pools.callHealthPpm.get(poolRow),
    targetHealthPpm,
    closeOutHealthPpm: pools.closeOutHealthPpm.get(poolRow),
    stepPpm: pools.liquidationStepPpm.get(poolRow),
    minStepLots: pools.liquidationMinStepLots.get(poolRow),
    slippagePpm: pools.liquidationSlippagePpm.get(poolRow),
    feePpm: pools.liquidationFeePpm.get(poolRow),
    orderLifeMs: pools.liquidationOrderLifeMs.get(poolRow),
    pauseMs: pools.liquidationPauseMs.get(poolRow),
  };
}

const NONE: LiquidationPolicy = {
  warningHealthPpm: 0n,
  callHealthPpm: 0n,
  targetHealthPpm: 0n,
  closeOutHealthPpm: 0n,
  stepPpm: 0n,
  minStepLots: 0n,
  slippagePpm: 0n,
  feePpm: 0n,
  orderLifeMs: 0,
  pauseMs: 0,
};

export function keepLiquidationPolicy(
  { pools }: State,
  poolRow: number,
  policy: LiquidationPolicy | null,
): void {
  const kept = policy ?? NONE;
  pools.warningHealthPpm.set(poolRow, kept.warningHealthPpm);
  pools.callHealthPpm.set(poolRow, kept.callHealthPpm);
  pools.targetHealthPpm.set(poolRow, kept.targetHealthPpm);
  pools.closeOutHealthPpm.set(poolRow, kept.closeOutHealthPpm);
  pools.liquidationStepPpm.set(poolRow, kept.stepPpm);
  pools.liquidationMinStepLots.set(poolRow, kept.minStepLots);
  pools.liquidationSlippagePpm.set(poolRow, kept.slippagePpm);
  pools.liquidationFeePpm.set(poolRow, kept.feePpm);
  pools.liquidationOrderLifeMs.set(poolRow, kept.orderLifeMs);
  pools.liquidationPauseMs.set(poolRow, kept.pauseMs);
}
