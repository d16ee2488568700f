/**
 * The closed list of flows: the rule for who may pay whom. Nothing moves on the ledger unless a line here
 * allows it. A flow names the kinds at both ends and what the two accounts must have in common.
 */
import type { LedgerKind } from '../ledger/index.js';

/** What the two ends of a flow must share. `one` end outside (venue, external) has nothing to share. */
export type Bond = 'sameClient' | 'samePool' | 'none';

export interface Flow {
  readonly from: readonly LedgerKind[];
  readonly to: readonly LedgerKind[];
  readonly bond: Bond;
  readonly reason: string;
}

const POSITION_HOLDERS = ['margin', 'liquidation', 'counterparty'] as const;

/** In the order of their codes: append, never reorder. */
export const FLOWS = {
  depositAnnounce: {
    from: ['external'],
    to: ['pendingDeposit'],
    bond: 'none',
    reason: 'money seen arriving, not final yet',
  },
  depositFinal: {
    from: ['pendingDeposit'],
    to: ['wallet'],
    bond: 'sameClient',
    reason: 'the deposit is final',
  },
  depositReturn: {
    from: ['pendingDeposit'],
    to: ['external'],
    bond: 'none',
    reason: 'the deposit did not become final',
  },
  withdrawRequest: {
    from: ['wallet'],
    to: ['pendingWithdrawal'],
    bond: 'sameClient',
    reason: 'set aside to be sent',
  },
  withdrawSettle: {
    from: ['pendingWithdrawal'],
    to: ['external'],
    bond: 'none',
    reason: 'the withdrawal has arrived outside',
  },
  withdrawReturn: {
    from: ['pendingWithdrawal'],
    to: ['wallet'],
    bond: 'sameClient',
    reason: 'the withdrawal came back',
  },
  allocate: {
    from: ['wallet'],
    to: ['margin'],
    bond: 'sameClient',
    reason: 'the client backs a margin account',
  },
  release: {
    from: ['margin'],
    to: ['wallet'],
    bond: 'sameClient',
    reason: 'margin above the removal floor goes back',
  },
  sweep: { from: ['margin'], to: ['wallet'], bond: 'sameClient', reason: 'a flat account is closed' },
  realizeGain: {
    from: ['settlement'],
    to: POSITION_HOLDERS,
    bond: 'samePool',
    reason: 'profit of a closed position',
  },
  realizeLoss: {
    from: POSITION_HOLDERS,
    to: ['settlement'],
    bond: 'samePool',
    reason: 'loss of a closed position',
  },
  fundingReceive: {
    from: ['funding'],
    to: POSITION_HOLDERS,
    bond: 'samePool',
    reason: 'accrued funding collected',
  },
  fundingPay: { from: POSITION_HOLDERS, to: ['funding'], bond: 'samePool', reason: 'accrued funding owed' },
  fee: { from: ['margin'], to: ['fees'], bond: 'none', reason: 'trading fee' },
  rebate: { from: ['fees'], to: ['margin'], bond: 'none', reason: 'maker rebate out of the same fill' },
  takeOver: {
    from: ['margin'],
    to: ['liquidation'],
    bond: 'samePool',
    reason: 'everything of a liquidated account',
  },
  surplus: {
    from: ['liquidation'],
    to: ['insuranceFund'],
    bond: 'samePool',
    reason: 'an unwound takeover left a gain',
  },
  recognise: {
    from: ['receivable'],
    to: ['margin', 'liquidation'],
    bond: 'samePool',
    reason: 'a deficit becomes the claim of its pool',
  },
  cover: { from: ['insuranceFund'], to: ['receivable'], bond: 'samePool', reason: 'the fund pays a deficit' },
  share: { from: ['margin'], to: ['receivable'], bond: 'samePool', reason: 'gains share a deficit' },
  fundTopUp: { from: ['capital'], to: ['insuranceFund'], bond: 'none', reason: 'the venue adds to a fund' },
  fundDrawDown: {
    from: ['insuranceFund'],
    to: ['capital'],
    bond: 'none',
    reason: 'the venue takes from a sound fund',
  },
  capitalInject: {
    from: ['external'],
    to: ['capital'],
    bond: 'none',
    reason: 'the venue brings its own money',
  },
  feesToCapital: { from: ['fees'], to: ['capital'], bond: 'none', reason: 'earned fees become capital' },
  counterpartyPay: {
    from: ['external'],
    to: ['counterparty'],
    bond: 'none',
    reason: 'the outside pays its loss',
  },
  counterpartyReceive: {
    from: ['counterparty'],
    to: ['external'],
    bond: 'none',
    reason: 'the outside takes its gain',
  },
  roundUp: {
    from: ['funding'],
    to: ['rounding'],
    bond: 'samePool',
    reason: 'whole units left over by rounding',
  },
} as const satisfies Record<string, Flow>;

export type FlowName = keyof typeof FLOWS;

export const FLOW_NAMES = Object.keys(FLOWS) as readonly FlowName[];
