/**
 * The closed list of flows: the rule for who may pay whom. Nothing moves on the ledger unless a line here
 * allows it. A flow names the kinds at both ends and what the two accounts must have in common.
 */
import type { LedgerKind } from '../ledger/index.js';

/** What the two ends of a flow must share. `one` end outside (venue, external) has nothing to share. */
export type Bond = 'sameClient' | 'samePool' | 'sameClientAndPool' | 'otherPool' | 'none';

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
  premiumPay: {
    from: POSITION_HOLDERS,
    to: ['settlement'],
    bond: 'samePool',
    reason: 'what an option costs, when it trades',
  },
  premiumReceive: {
    from: ['settlement'],
    to: POSITION_HOLDERS,
    bond: 'samePool',
    reason: 'what an option brings, when it trades',
  },
  convertOut: {
    from: ['margin'],
    to: ['facility'],
    bond: 'samePool',
    reason: 'collateral given for what the account is short of',
  },
  convertIn: {
    from: ['facility'],
    to: ['margin'],
    bond: 'samePool',
    reason: 'what the account was short of, at a guarded price',
  },
  seize: {
    from: ['margin'],
    to: ['insuranceFund'],
    bond: 'samePool',
    reason: 'collateral taken in kind for a claim the pool took on',
  },
  borrow: { from: ['lending'], to: ['margin'], bond: 'samePool', reason: 'lent to a margin account' },
  repay: { from: ['margin'], to: ['lending'], bond: 'samePool', reason: 'a debt paid back with interest' },
  lend: { from: ['wallet'], to: ['lending'], bond: 'none', reason: 'a client lends to a pool' },
  reclaim: { from: ['lending'], to: ['wallet'], bond: 'none', reason: 'a lender takes back' },
  lenderLoss: {
    from: ['lending'],
    to: ['receivable'],
    bond: 'samePool',
    reason: 'lenders bear what a borrower could not repay',
  },
  facilityFund: {
    from: ['capital'],
    to: ['facility'],
    bond: 'none',
    reason: 'the venue prefunds the conversion of collateral',
  },
  facilityDrain: {
    from: ['facility'],
    to: ['capital'],
    bond: 'none',
    reason: 'the venue takes back what conversions left',
  },
  carve: {
    from: ['margin'],
    to: ['margin'],
    bond: 'sameClientAndPool',
    reason: 'collateral goes with a position to another account of its client',
  },
  lendingReserve: {
    from: ['lending'],
    to: ['insuranceFund'],
    bond: 'samePool',
    reason: "the fund's share of interest",
  },
  spotPay: {
    from: ['margin', 'counterparty'],
    to: ['settlement'],
    bond: 'samePool',
    reason: 'what is given in a spot trade',
  },
  spotReceive: {
    from: ['settlement'],
    to: ['margin', 'counterparty'],
    bond: 'samePool',
    reason: 'what is got in a spot trade',
  },
  liquidationFee: {
    from: ['margin'],
    to: ['insuranceFund'],
    bond: 'samePool',
    reason: 'what reducing an account in liquidation costs it',
  },
  fundConvertOut: {
    from: ['insuranceFund'],
    to: ['facility'],
    bond: 'samePool',
    reason: 'collateral taken in kind, given for what the fund has claims in',
  },
  fundConvertIn: {
    from: ['facility'],
    to: ['insuranceFund'],
    bond: 'samePool',
    reason: 'what the fund has claims in, at a guarded price',
  },
  recover: {
    from: ['capital'],
    to: ['receivable', 'wallet', 'lending', 'insuranceFund'],
    bond: 'none',
    reason: 'what came back of a loss, to whoever paid it',
  },
  moveSettlement: {
    from: ['settlement'],
    to: ['settlement'],
    bond: 'otherPool',
    reason: 'what positions cost goes along with an instrument to its other pool, while both are sound',
  },
  moveFunding: {
    from: ['funding'],
    to: ['funding'],
    bond: 'otherPool',
    reason: 'uncollected funding goes along with an instrument to its other pool, while both are sound',
  },
  moveFund: {
    from: ['insuranceFund'],
    to: ['insuranceFund'],
    bond: 'otherPool',
    reason:
      'the stated share of the fund goes along with an instrument to its other pool, while both are sound',
  },
  compensateFund: {
    from: ['insuranceFund'],
    to: ['margin'],
    bond: 'samePool',
    reason: "what a correction makes good, out of the pool's sound fund",
  },
  compensateVenue: {
    from: ['capital'],
    to: ['margin'],
    bond: 'none',
    reason: 'what a correction makes good, out of venue capital',
  },
  giveBack: {
    from: ['liquidation'],
    to: ['margin'],
    bond: 'samePool',
    reason: 'what a reversed takeover still has of its account',
  },
  clawBack: {
    from: ['margin'],
    to: ['receivable'],
    bond: 'samePool',
    reason:
      'an account gives back, out of its gains, what it gained by fills with the account of its client or group that is short',
  },
} as const satisfies Record<string, Flow>;

export type FlowName = keyof typeof FLOWS;

export const FLOW_NAMES = Object.keys(FLOWS) as readonly FlowName[];
