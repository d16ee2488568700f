/**
 * The state of one engine: tables of flat columns, addressed by dense rows, behind plain names. Only `evolve`
 * writes it. What can be computed from it (running totals, indexes) is kept apart and left out of the hash.
 */
import { mixIdentity, mixName } from '../base/index.js';
import { Names } from '../base/names.js';
import { Table } from '../base/table.js';
import { UndoLog } from '../base/undoLog.js';
import { type RingFence, ringFence } from '../isolation/index.js';
import { CLIENT_KINDS, Ledger, type LedgerKind, POOL_KINDS, VENUE_KINDS } from '../ledger/index.js';
import type { Asset, MarkState } from '../market/index.js';
import type { LevelStore } from './levelStore.js';
import type { ListedInstrument, ScheduledTerms } from './listing.js';
import type { ProposalStore } from './proposals.js';
import { createScenarioStore } from './scenarioStore.js';
import { createSourceStore } from './sourceStore.js';
import { createTotals, type Totals } from './totals.js';
import type { WaterfallStore } from './waterfallStore.js';

export const ACCOUNT_STATUS = { open: 0, closed: 1 } as const;
export const INSTRUMENT_STATUS = { trading: 0, settling: 1, settled: 2 } as const;
/** A pool that is not open takes nothing new; a closed one has nothing left. */
export const POOL_STATUS = { open: 0, windingDown: 1, closed: 2 } as const;
export const TAKEOVER_STATUS = { open: 0, closed: 1 } as const;
export const CASH_STATUS = { pending: 0, sent: 1, settled: 2, returned: 3 } as const;
export const CASH_KIND = { deposit: 0, withdrawal: 1 } as const;

export type State = ReturnType<typeof createState>;

export function createState() {
  const undo = new UndoLog();
  const ledger = new Ledger(undo);
  const table = (name: string) => new Table(name, undo);

  const assets = table('assets');
  const pools = table('pools');
  const poolAssets = table('poolAssets');
  const instruments = table('instruments');
  const groups = table('groups');
  const clients = table('clients');
  const cash = table('cash');
  const accounts = table('accounts');
  const accountAssets = table('accountAssets');
  const positions = table('positions');
  const orders = table('orders');
  const takeovers = table('takeovers');
  const deficits = table('deficits');
  const lenders = table('lenders');
  const lossClaims = table('lossClaims');
  const clawbacks = table('clawbacks');
  const relatedGains = table('relatedGains');
  const proposals = table('proposals');

  const state = {
    undo,
    ledger,
    fence: ringFence(ledger) as RingFence,
    /** Time of the last command, and how many commands there have been. */
    clock: { timeMs: 0, sequence: 0 },

    assets: {
      table: assets,
      names: new Names(undo),
      decimals: assets.whole('decimals'),
      /** First of the venue's ledger accounts in this asset. */
      ledgerBase: assets.whole('ledgerBase', { isDerived: true }),
    },
    pools: {
      table: pools,
      names: new Names(undo),
      isDesk: pools.whole('isDesk'),
      /** 1: an account trades by orders it was let in with; 0: each fill is tested itself. */
      needsOrders: pools.whole('needsOrders'),
      /** The asset in which cross and portfolio accounts are valued, or -1: the pool has isolated accounts only. */
      valuationAsset: pools.whole('valuationAsset', { refersTo: assets.identities }),
      /** Of long and short legs of one instrument in one account, as in LEG_RULES. */
      legRule: pools.whole('legRule'),
      /** Of the scenario sets defined and in force. */
      scenarioDigest: pools.int64('scenarioDigest'),
      /** Changes with every set of vectors, so that indexes know. */
      scenarioVersion: pools.whole('scenarioVersion', { isDerived: true }),
      /** How its accounts are liquidated: liquidationPolicy.ts. A target of 0: taken over at once. */
      warningHealthPpm: pools.int64('warningHealthPpm'),
      callHealthPpm: pools.int64('callHealthPpm'),
      targetHealthPpm: pools.int64('targetHealthPpm'),
      closeOutHealthPpm: pools.int64('closeOutHealthPpm'),
      liquidationStepPpm: pools.int64('liquidationStepPpm'),
      liquidationMinStepLots: pools.int64('liquidationMinStepLots'),
      liquidationSlippagePpm: pools.int64('liquidationSlippagePpm'),
      liquidationFeePpm: pools.int64('liquidationFeePpm'),
      liquidationOrderLifeMs: pools.whole('liquidationOrderLifeMs'),
      liquidationPauseMs: pools.whole('liquidationPauseMs'),
      /** Liquidation orders so far. */
      liquidationOrderCount: pools.whole('liquidationOrderCount'),
      /** Nothing is decided in the pool before this time. */
      haltedUntilMs: pools.whole('haltedUntilMs'),
      workBudget: pools.whole('workBudget'),
      isQuarantined: pools.whole('isQuarantined'),
      /** As in POOL_STATUS. */
      status: pools.whole('status'),
      isSound: pools.whole('isSound'),
      /** Counts the times the pool became sound: gains of an earlier count are no longer shared. */
      soundCount: pools.whole('soundCount'),
      /** Instruments of the pool that have expired and still have positions to settle. */
      settlingCount: pools.whole('settlingCount'),
      /** How long its insurance fund rests before each draw-down, and until when it does: fundCoolDown.ts. */
      fundCoolDownMs: pools.whole('fundCoolDownMs'),
      fundRestsUntilMs: pools.whole('fundRestsUntilMs'),
      takeoverCount: pools.whole('takeoverCount'),
      deficitCount: pools.whole('deficitCount'),
      /** Open takeovers that something is remembered with of fills between accounts of one client or group. */
      relatedTakeovers: pools.whole('relatedTakeovers', { isDerived: true }),
      /** First of the rows of claims that were freed: lossClaims.ts. */
      firstFreeClaim: pools.whole('firstFreeClaim', { isDerived: true }),
    },
    poolAssets: {
      table: poolAssets,
      pool: poolAssets.whole('pool', { refersTo: pools.identities }),
      asset: poolAssets.whole('asset', { refersTo: assets.identities }),
      ledgerBase: poolAssets.whole('ledgerBase', { isDerived: true }),
      /** Sub-unit leftovers of collected funding, minor units x FUNDING_SCALE. */
      fundingDust: poolAssets.int64('fundingDust'),
      /** 1 when an open deficit found no gain to share since the last mark. */
      isShareExhausted: poolAssets.whole('isShareExhausted'),
      /** First account that a share under way has not asked yet. */
      shareCursor: poolAssets.whole('shareCursor', { isDerived: true }),
      firstOpenDeficit: poolAssets.whole('firstOpenDeficit', { isDerived: true }),
      lastDeficit: poolAssets.whole('lastDeficit', { isDerived: true }),
      /** Whether cross and portfolio accounts may hold the asset, and how it counts. */
      isCollateral: poolAssets.whole('isCollateral'),
      haircutPpm: poolAssets.int64('haircutPpm'),
      /** -1 for none. */
      countedCap: poolAssets.int64('countedCap'),
      /** By which liquidation judges: after a change the former terms, until its grace ends. */
      liquidationHaircutPpm: poolAssets.int64('liquidationHaircutPpm'),
      liquidationCountedCap: poolAssets.int64('liquidationCountedCap'),
      /** A change on its way, where its grace ends at a time; and whether it counts for opening already: collateralSchedule.ts. */
      nextHaircutPpm: poolAssets.int64('nextHaircutPpm'),
      nextCountedCap: poolAssets.int64('nextCountedCap'),
      nextEffectiveMs: poolAssets.whole('nextEffectiveMs'),
      nextGraceUntilMs: poolAssets.whole('nextGraceUntilMs'),
      isNextOpening: poolAssets.whole('isNextOpening'),
      /** Counts up whenever liquidation gets other terms. */
      collateralVersion: poolAssets.whole('collateralVersion', { isDerived: true }),
      /** x ASSET_PRICE_SCALE; 0 for an asset without a peg. */
      pegPrice: poolAssets.int64('pegPrice'),
      pegTolerancePpm: poolAssets.int64('pegTolerancePpm'),
      pegSlopePpm: poolAssets.int64('pegSlopePpm'),
      /** Lower ranks are converted first. */
      conversionRank: poolAssets.whole('conversionRank'),
      conversionSpreadPpm: poolAssets.int64('conversionSpreadPpm'),
      /** What a debt in the asset requires, of its value. */
      debtInitialPpm: poolAssets.int64('debtInitialPpm'),
      debtMaintenancePpm: poolAssets.int64('debtMaintenancePpm'),
      /** 1: the pool has a lending pool in the asset. Its rates are ppm a year, as in lendingRate.ts. */
      isLending: poolAssets.whole('isLending'),
      baseRatePpm: poolAssets.int64('baseRatePpm'),
      kinkPpm: poolAssets.int64('kinkPpm'),
      slopeBelowPpm: poolAssets.int64('slopeBelowPpm'),
      slopeAbovePpm: poolAssets.int64('slopeAbovePpm'),
      /** Share of interest that goes to the pool's insurance fund. */
      reserveSharePpm: poolAssets.int64('reserveSharePpm'),
      accountDebtCap: poolAssets.int64('accountDebtCap'),
      poolDebtCap: poolAssets.int64('poolDebtCap'),
      /** All debts in the asset, as shares of the borrow index (x INDEX_SCALE), and when it last accrued. */
      debtShares: poolAssets.int64('debtShares'),
      borrowIndex: poolAssets.int64('borrowIndex'),
      accruedTimeMs: poolAssets.whole('accruedTimeMs'),
      lenderShares: poolAssets.int64('lenderShares'),
      /** Of interest, what is the insurance fund's and not paid to it yet. */
      reserveOwed: poolAssets.int64('reserveOwed'),
      /** What left the lending pool for good: reserves paid, and losses of its lenders. */
      lendingPaidOut: poolAssets.int64('lendingPaidOut'),
      /** The asset's own price source, guarded as marks are. */
      priceMaxAgeMs: poolAssets.whole('priceMaxAgeMs'),
      priceMaxJumpPpm: poolAssets.int64('priceMaxJumpPpm'),
      priceConfirmations: poolAssets.whole('priceConfirmations'),
      price: poolAssets.int64('price'),
      priceTimeMs: poolAssets.whole('priceTimeMs'),
      priceSourceTimeMs: poolAssets.whole('priceSourceTimeMs'),
      pendingPrice: poolAssets.int64('pendingPrice'),
      pendingCount: poolAssets.whole('pendingCount'),
      isPriceSuspect: poolAssets.whole('isPriceSuspect'),
      /** Of its scenario shocks. */
      scenarioDigest: poolAssets.int64('scenarioDigest'),
      /** Of its waterfall, 0 for none of its own; and how many it has had. */
      waterfallDigest: poolAssets.int64('waterfallDigest'),
      waterfallRevision: poolAssets.whole('waterfallRevision'),
      /** Of venue capital, what is kept for its top-ups alone: capitalReserve.ts. */
      reservedCapital: poolAssets.int64('reservedCapital'),
      /** What ever came into its insurance fund and went out of it: fundBooks.ts. */
      fundFees: poolAssets.int64('fundFees'),
      fundSurplus: poolAssets.int64('fundSurplus'),
      fundSeized: poolAssets.int64('fundSeized'),
      fundInterest: poolAssets.int64('fundInterest'),
      fundRecovered: poolAssets.int64('fundRecovered'),
      fundInjected: poolAssets.int64('fundInjected'),
      fundConvertedIn: poolAssets.int64('fundConvertedIn'),
      fundConvertedOut: poolAssets.int64('fundConvertedOut'),
      fundDrawn: poolAssets.int64('fundDrawn'),
      fundDrawnDown: poolAssets.int64('fundDrawnDown'),
      fundMovedIn: poolAssets.int64('fundMovedIn'),
      fundMovedOut: poolAssets.int64('fundMovedOut'),
      fundCompensated: poolAssets.int64('fundCompensated'),
      /** Of the sources its price is made of, with their quotes: sourceStore.ts; 0 where there never were any. */
      sourcesDigest: poolAssets.int64('sourcesDigest'),
    },
    instruments: {
      table: instruments,
      names: new Names(undo),
      listed: [] as ListedInstrument[],
      /** Changes of parameters on their way, by instrument. */
      scheduled: new Map<number, ScheduledTerms>(),
      /** Of the definitions in force and on their way: what of `listed` and `scheduled` the state hash sees. */
      termsDigest: instruments.int64('termsDigest'),
      /** Changes with the terms in force, so that indexes know. */
      termsVersion: instruments.whole('termsVersion', { isDerived: true }),
      /** Of its scenario vectors. */
      scenarioDigest: instruments.int64('scenarioDigest'),
      pool: instruments.whole('pool', { refersTo: pools.identities }),
      poolAsset: instruments.whole('poolAsset', { isDerived: true }),
      status: instruments.whole('status'),
      /** 1: positions may be reduced but not opened. */
      isReduceOnly: instruments.whole('isReduceOnly'),
      markTicks: instruments.int64('markTicks'),
      indexTicks: instruments.int64('indexTicks'),
      markTimeMs: instruments.whole('markTimeMs'),
      sourceTimeMs: instruments.whole('sourceTimeMs'),
      pendingTicks: instruments.int64('pendingTicks'),
      pendingCount: instruments.whole('pendingCount'),
      isSuspect: instruments.whole('isSuspect'),
      fundingIndex: instruments.int64('fundingIndex'),
      fundingTimeMs: instruments.whole('fundingTimeMs'),
      settlementTicks: instruments.int64('settlementTicks'),
      haltedUntilMs: instruments.whole('haltedUntilMs'),
      /** Its circuit breaker (halts.ts), a band of 0 for none; and where and when its window began. */
      breakerBandPpm: instruments.int64('breakerBandPpm'),
      breakerWindowMs: instruments.whole('breakerWindowMs'),
      breakerCoolDownMs: instruments.whole('breakerCoolDownMs'),
      breakerTicks: instruments.int64('breakerTicks'),
      breakerTimeMs: instruments.whole('breakerTimeMs'),
      /** Position of the pool's external counterparty, or -1. */
      counterpartyPosition: instruments.whole('counterpartyPosition', { isDerived: true }),
      /** Of an option: the price of the underlying that came with the mark that waits. */
      pendingIndexTicks: instruments.int64('pendingIndexTicks'),
      /** Of its isolation level with the numbers that decided: levelStore.ts; 0 where none was ever set. */
      levelDigest: instruments.int64('levelDigest'),
      /** Of the sources its index is made of, with their quotes: sourceStore.ts. */
      sourcesDigest: instruments.int64('sourcesDigest'),
    },
    /** Clients that are one for limits. */
    groups: {
      table: groups,
      names: new Names(undo),
      members: new Map<number, Set<number>>(),
    },
    clients: {
      table: clients,
      names: new Names(undo),
      group: clients.whole('group', { refersTo: groups.identities }),
      feeTier: clients.whole('feeTier'),
      firstAccount: clients.whole('firstAccount', { isDerived: true }),
    },
    cash: {
      table: cash,
      names: new Names(undo),
      cashKind: cash.whole('cashKind'),
      client: cash.whole('client', { refersTo: clients.identities }),
      asset: cash.whole('asset', { refersTo: assets.identities }),
      amount: cash.int64('amount'),
      status: cash.whole('status'),
    },
    accounts: {
      table: accounts,
      names: new Names(undo),
      client: accounts.whole('client', { refersTo: clients.identities }),
      pool: accounts.whole('pool', { refersTo: pools.identities }),
      /** The client's next account. */
      nextOfClient: accounts.whole('nextOfClient', { isDerived: true }),
      /** As in MARGIN_MODES. */
      mode: accounts.whole('mode'),
      /** What an isolated account trades; -1 for the other modes. */
      instrument: accounts.whole('instrument', { refersTo: instruments.identities }),
      /** 1: long and short legs of an instrument are positions of their own. */
      hasLegs: accounts.whole('hasLegs'),
      /** Heads of the lists of what the account holds and of its positions; of an isolated future the only ones. */
      firstAsset: accounts.whole('firstAsset', { isDerived: true }),
      firstPosition: accounts.whole('firstPosition', { isDerived: true }),
      status: accounts.whole('status'),
      isQueued: accounts.whole('isQueued'),
      /** While it is reduced: its latest liquidation order, or -1; that order's lots; no next one before the time. */
      reductionOrder: accounts.whole('reductionOrder', { refersTo: orders.identities }),
      reductionLots: accounts.int64('reductionLots'),
      nextReductionMs: accounts.whole('nextReductionMs'),
      /** What its client was told last, as in NOTICE_LEVELS. */
      noticeLevel: accounts.whole('noticeLevel'),
      leveragePpm: accounts.int64('leveragePpm'),
      /** What the wallet may still add by itself, and until when. */
      autoMarginLeft: accounts.int64('autoMarginLeft'),
      autoMarginUntilMs: accounts.whole('autoMarginUntilMs'),
      /** What of its client's wallet is spoken for by its orders, in its settlement asset. */
      walletHold: accounts.int64('walletHold'),
      /** 1: what a spot trade lacks is borrowed with it. */
      autoBorrow: accounts.whole('autoBorrow'),
      /** Leverage at which its client lets positions be carved out; 0: it does not. */
      carveLeveragePpm: accounts.int64('carveLeveragePpm'),
    },
    /** One row for each asset a margin account may hold. */
    accountAssets: {
      table: accountAssets,
      account: accountAssets.whole('account', { isDerived: true }),
      poolAsset: accountAssets.whole('poolAsset', { isDerived: true }),
      ledgerRow: accountAssets.whole('ledgerRow', { isDerived: true }),
      next: accountAssets.whole('next', { isDerived: true }),
      /** Allocated less released since the account was last empty. */
      netPrincipal: accountAssets.int64('netPrincipal'),
      /** Gains realized while the pool was not sound, and the pool's soundCount they belong to. */
      realizedGain: accountAssets.int64('realizedGain'),
      realizedAtCount: accountAssets.whole('realizedAtCount'),
      /** Its debt, as shares of the borrow index, and borrowed less repaid in minor units, interest included. */
      debtShares: accountAssets.int64('debtShares'),
      netBorrowed: accountAssets.int64('netBorrowed'),
    },
    positions: {
      table: positions,
      pool: positions.whole('pool', { isDerived: true }),
      instrument: positions.whole('instrument', { isDerived: true }),
      /** Whose it is: a margin account, else a takeover, else the pool's external counterparty. */
      account: positions.whole('account', { isDerived: true }),
      takeover: positions.whole('takeover', { isDerived: true }),
      /** As in LEGS. */
      leg: positions.whole('leg'),
      /** The account's next position. */
      next: positions.whole('next', { isDerived: true }),
      lots: positions.int64('lots'),
      cost: positions.int64('cost'),
      fundingIndex: positions.int64('fundingIndex'),
      /** Signed premium of the open lots of an option, already paid: what profit is reckoned against. */
      premium: positions.int64('premium'),
      /** Head of the list of what fills with accounts of its own client or group have moved. */
      firstRelated: positions.whole('firstRelated', { isDerived: true }),
    },
    orders: {
      table: orders,
      names: new Names(undo),
      account: orders.whole('account', { refersTo: accounts.identities }),
      instrument: orders.whole('instrument', { refersTo: instruments.identities }),
      /** As in LEGS. */
      leg: orders.whole('leg'),
      isBuy: orders.whole('isBuy'),
      isReduceOnly: orders.whole('isReduceOnly'),
      /** Its limit; of a market order the worst price it may trade at. */
      priceTicks: orders.int64('priceTicks'),
      /** What is left of it; 0 when it is filled or cancelled. */
      lots: orders.int64('lots'),
      /** 1: the pool's own, to reduce an account in liquidation; good until `expiresMs`. */
      isLiquidation: orders.whole('isLiquidation'),
      expiresMs: orders.whole('expiresMs'),
    },
    takeovers: {
      table: takeovers,
      names: new Names(undo),
      pool: takeovers.whole('pool', { refersTo: pools.identities }),
      account: takeovers.whole('account', { refersTo: accounts.identities }),
      instrument: takeovers.whole('instrument', { refersTo: instruments.identities }),
      position: takeovers.whole('position', { isDerived: true }),
      /** Its share of the pool's liquidation account; below zero while it is losing. */
      collateral: takeovers.int64('collateral'),
      /** Its latest unwinding order: how many of them there were, its lots and limit, the position's lots when it was sent. */
      orderCount: takeovers.whole('orderCount'),
      orderLots: takeovers.int64('orderLots'),
      orderTicks: takeovers.int64('orderTicks'),
      orderFromLots: takeovers.int64('orderFromLots'),
      orderExpiresMs: takeovers.whole('orderExpiresMs'),
      nextOrderMs: takeovers.whole('nextOrderMs'),
      /** The mark, and its time, at which winners gave all that the pool's policy lets them: what else is needed at it is torn up. */
      spentTicks: takeovers.int64('spentTicks'),
      spentMarkMs: takeovers.whole('spentMarkMs'),
      status: takeovers.whole('status'),
      timeMs: takeovers.whole('timeMs'),
      /** What it was of an isolated account when it was taken over, uncollected funding with the collateral; else 0. */
      takenLots: takeovers.int64('takenLots'),
      takenCost: takeovers.int64('takenCost'),
      takenCollateral: takeovers.int64('takenCollateral'),
      takenPrincipal: takeovers.int64('takenPrincipal'),
      /** What winners forwent for it against the marks, and what of that came back to them. */
      forgone: takeovers.int64('forgone'),
      forgoneReturned: takeovers.int64('forgoneReturned'),
      /** 1: nothing of its loss comes back any more. */
      isWrittenOff: takeovers.whole('isWrittenOff'),
      /** Head of the list of who forwent, and how many entries there have been; the latest of its deficits. */
      firstClaim: takeovers.whole('firstClaim', { isDerived: true }),
      claimCount: takeovers.whole('claimCount', { isDerived: true }),
      lastDeficit: takeovers.whole('lastDeficit', { isDerived: true }),
    },
    deficits: {
      table: deficits,
      pool: deficits.whole('pool', { refersTo: pools.identities }),
      poolAsset: deficits.whole('poolAsset', { refersTo: poolAssets.identities }),
      account: deficits.whole('account', { refersTo: accounts.identities }),
      takeover: deficits.whole('takeover', { refersTo: takeovers.identities }),
      cause: deficits.whole('cause'),
      amount: deficits.int64('amount'),
      covered: deficits.int64('covered'),
      shared: deficits.int64('shared'),
      /** Given back by accounts of the same client or group, out of what they gained by fills with it. */
      clawedBack: deficits.int64('clawedBack'),
      /** Borne by the lenders of the asset: of a deficit of cause `borrow`. */
      lent: deficits.int64('lent'),
      /** The instrument whose loss it is, where it settles in the asset; or -1. */
      instrument: deficits.whole('instrument', { refersTo: instruments.identities }),
      /** Of what the fund covered, what the venue paid in for it; of what lenders bore, what the fund forwent. */
      toppedUp: deficits.int64('toppedUp'),
      reserveForgone: deficits.int64('reserveForgone'),
      /** Paid of it with what was recovered; and what of that went back to the fund, to the venue and to the lenders. */
      recovered: deficits.int64('recovered'),
      fundReturned: deficits.int64('fundReturned'),
      venueReturned: deficits.int64('venueReturned'),
      lentReturned: deficits.int64('lentReturned'),
      sharesReturned: deficits.int64('sharesReturned'),
      /** The layers of the list it arose under, in order: waterfallStore.ts. */
      layerOrder: deficits.whole('layerOrder'),
      /** 1: nothing of it comes back any more. */
      isWrittenOff: deficits.whole('isWrittenOff'),
      /** Head of the list of who shared it, and how many entries there have been. */
      firstClaim: deficits.whole('firstClaim', { isDerived: true }),
      claimCount: deficits.whole('claimCount', { isDerived: true }),
      /** Head of the list of who may be asked for it first. */
      firstClawback: deficits.whole('firstClawback', { isDerived: true }),
      timeMs: deficits.whole('timeMs'),
      next: deficits.whole('next', { isDerived: true }),
      /** The one before of the same takeover, or -1. */
      beforeOfTakeover: deficits.whole('beforeOfTakeover', { isDerived: true }),
    },
    /** What a client has lent to a pool in an asset. */
    lenders: {
      table: lenders,
      client: lenders.whole('client', { refersTo: clients.identities }),
      poolAsset: lenders.whole('poolAsset', { refersTo: poolAssets.identities }),
      /** Of what the lending pool has. */
      shares: lenders.int64('shares'),
      /** Supplied less withdrawn. */
      netSupplied: lenders.int64('netSupplied'),
    },
    /**
     * What one account is out of by a loss, until it has it back: paid of a deficit out of its gains, or forgone for a
     * takeover when it was deleveraged. One of the two is -1.
     */
    lossClaims: {
      table: lossClaims,
      deficit: lossClaims.whole('deficit', { refersTo: deficits.identities }),
      takeover: lossClaims.whole('takeover', { refersTo: takeovers.identities }),
      account: lossClaims.whole('account', { refersTo: accounts.identities }),
      paid: lossClaims.int64('paid'),
      returned: lossClaims.int64('returned'),
      /** The next of the same deficit or takeover; of a free row the pool's next free one. */
      next: lossClaims.whole('next', { isDerived: true }),
    },
    /** What an account had gained by fills with the account that left a deficit, what it gave back of it and got again. */
    clawbacks: {
      table: clawbacks,
      deficit: clawbacks.whole('deficit', { refersTo: deficits.identities }),
      account: clawbacks.whole('account', { refersTo: accounts.identities }),
      claim: clawbacks.int64('claim'),
      paid: clawbacks.int64('paid'),
      returned: clawbacks.int64('returned'),
      /** The deficit's next. */
      next: clawbacks.whole('next', { isDerived: true }),
    },
    /** What fills between accounts of one client or group have moved, by the position that paid: relatedGains.ts. */
    relatedGains: {
      table: relatedGains,
      position: relatedGains.whole('position', { refersTo: positions.identities }),
      /** Who was on the other side. */
      account: relatedGains.whole('account', { refersTo: accounts.identities }),
      lots: relatedGains.int64('lots'),
      value: relatedGains.int64('value'),
      /** The position's next. */
      next: relatedGains.whole('next', { isDerived: true }),
    },
    /** Corrections that were proposed: proposals.ts. */
    proposals: {
      table: proposals,
      names: new Names(undo),
      contents: [] as ProposalStore,
      /** What was corrected, to the approved proposal. */
      corrected: new Map<string, number>(),
      pool: proposals.whole('pool', { refersTo: pools.identities }),
      /** As in PROPOSAL_STATUS. */
      status: proposals.whole('status'),
      expiresMs: proposals.whole('expiresMs'),
      decidedMs: proposals.whole('decidedMs'),
      /** Of who proposed what. */
      digest: proposals.int64('digest'),
    },
    /** Client x pool asset to its row among the lenders. */
    lenderRows: new Map<number, number>(),
    /** Client x asset to the first of the client's ledger accounts in it. */
    wallets: new Map<number, number>(),
    /** Pool x asset to its row. */
    poolAssetRows: new Map<number, number>(),
    /** What portfolio accounts are margined on. */
    scenarios: createScenarioStore(),
    /** Who bears the losses, by pool asset; absent: as ever. */
    waterfalls: new Map() as WaterfallStore,
    /** Isolation levels, by instrument; absent: everything is allowed. */
    levels: new Map() as LevelStore,
    /** Pool assets whose terms as collateral are about to change. */
    scheduledCollateral: new Set<number>(),
    /** What prices are made of, where they do not come finished. */
    sources: createSourceStore(),
    /** Open orders of each account that has some. */
    openOrders: new Map<number, Set<number>>(),
    /** Open takeovers of each pool, in the order in which they came. */
    openTakeovers: new Map<number, Set<number>>(),
    totals: undefined as unknown as Totals,
  };
  state.totals = createTotals(undo);
  return state;
}

/** Every table of the state, in the order of the snapshot. */
export function tablesOf(state: State): readonly Table[] {
  return [
    state.assets.table,
    state.pools.table,
    state.poolAssets.table,
    state.instruments.table,
    state.groups.table,
    state.clients.table,
    state.ledger.table,
    state.cash.table,
    state.accounts.table,
    state.accountAssets.table,
    state.positions.table,
    state.orders.table,
    state.takeovers.table,
    state.deficits.table,
    state.lenders.table,
    state.lossClaims.table,
    state.proposals.table,
    state.clawbacks.table,
    state.relatedGains.table,
  ];
}

/** A pair of rows as one key. */
export function pairKey(major: number, minor: number): number {
  return major * 65536 + minor;
}

/** Ledger row of one of the venue's accounts in an asset. */
export function venueLedgerRow(state: State, assetRow: number, kind: (typeof VENUE_KINDS)[number]): number {
  return state.assets.ledgerBase.get(assetRow) + VENUE_KINDS.indexOf(kind);
}

/** Ledger row of one of a pool's accounts in a settlement asset. */
export function poolLedgerRow(state: State, poolAssetRow: number, kind: (typeof POOL_KINDS)[number]): number {
  return state.poolAssets.ledgerBase.get(poolAssetRow) + POOL_KINDS.indexOf(kind);
}

/** Ledger row of one of a client's accounts in an asset, or -1 before the first deposit. */
export function clientLedgerRow(
  state: State,
  at: { readonly clientRow: number; readonly assetRow: number },
  kind: (typeof CLIENT_KINDS)[number],
): number {
  const base = state.wallets.get(pairKey(at.clientRow, at.assetRow));
  return base === undefined ? -1 : base + CLIENT_KINDS.indexOf(kind);
}

/** Identity of a ledger account: of whose it is, of its asset and of its kind. */
export function ledgerIdentity(owner: Uint32Array, asset: Uint32Array, kind: LedgerKind): Uint32Array {
  return mixIdentity(mixName(kind), owner, asset);
}

/** Settlement asset of an instrument. */
export function settleAssetRow(state: State, instrumentRow: number): number {
  return state.poolAssets.asset.get(state.instruments.poolAsset.get(instrumentRow));
}

/** What of a deficit nobody has paid yet. */
export function outstandingOf({ deficits }: State, row: number): bigint {
  const { amount, clawedBack, covered, shared, lent, recovered } = deficits;
  const paid = clawedBack.get(row) + covered.get(row) + shared.get(row) + lent.get(row);
  return amount.get(row) - paid - recovered.get(row);
}

export function markState(state: State, instrumentRow: number): MarkState {
  const { instruments } = state;
  return {
    markTicks: instruments.markTicks.get(instrumentRow),
    sourceTimeMs: instruments.markTimeMs.get(instrumentRow),
    lastSourceTimeMs: instruments.sourceTimeMs.get(instrumentRow),
    pendingTicks: instruments.pendingTicks.get(instrumentRow),
    pendingCount: instruments.pendingCount.get(instrumentRow),
    isSuspect: instruments.isSuspect.get(instrumentRow) === 1,
  };
}

export function listedInstrument(state: State, instrumentRow: number): ListedInstrument {
  return state.instruments.listed[instrumentRow] as ListedInstrument;
}

export function assetOf(state: State, assetRow: number): Asset {
  return { id: state.assets.names.nameOf(assetRow), decimals: state.assets.decimals.get(assetRow) };
}
