/**
 * Every event, with its encoding. An event is a fact that stands on its own: the money it moved, the
 * positions as they are afterwards, and what else it changed. Entities go by row; the event that opens a
 * row carries its id. The order of the list is the order of the tags in the journal: append, never reorder.
 */
import {
  bool,
  type Infer,
  i64,
  list,
  nullable,
  oneOf,
  record,
  text,
  u32,
  variant,
  whole,
} from '../base/index.js';
import { FLOW_NAMES, ISOLATION_LEVELS } from '../isolation/index.js';
import { waterfallPolicyField } from '../liquidation/index.js';
import { LEG_RULES, LEGS, MARGIN_MODES } from '../margin/index.js';
import { MARK_VERDICTS } from '../market/index.js';
import { instrumentDefinition } from './command.js';
import { correction } from './correctionFields.js';
import { GRANDFATHER_REASONS, levelReasons } from './levelFields.js';
import { liquidationPolicy } from './liquidationPolicy.js';
import { instrumentVectors, scenarioSet } from './scenarioFields.js';
import {
  assetRules,
  countedAssetSources,
  countedIndexSources,
  INDEX_OUTCOMES,
  indexRules,
} from './sourceFields.js';

/** A row number, or -1 for none. */
const rowOrNone = whole;

const transfers = list(record({ flow: oneOf(FLOW_NAMES), from: u32, to: u32, amount: i64 }));

/** A position as it is after the event, and the funding it collected on the way in units too small for the ledger. */
const positions = list(record({ position: u32, lots: i64, cost: i64, fundingIndex: i64, premium: i64 }));

/** Sub-unit leftovers of collected funding, in minor units x FUNDING_SCALE, that the pool now keeps. */
const fundingDust = i64;

/** Gains or losses realized by margin accounts, as far as loss sharing has to remember them. */
const realized = list(record({ accountAssetRow: u32, gainMinor: i64 }));

/** What is left of orders after the event: 0 is filled or cancelled. */
const orders = list(record({ orderRow: u32, lots: i64 }));

/** What accounts' orders hold of their clients' wallets after the event. */
const holds = list(record({ accountRow: u32, holdMinor: i64 }));

/** What a fill between accounts of one client or group moved: relatedGains.ts. */
const relatedFact = record({ positionRow: u32, accountRow: u32, lots: i64, value: i64 });

export const NOTICE_LEVELS = ['none', 'warning', 'call'] as const;
export type NoticeLevel = (typeof NOTICE_LEVELS)[number];

export const HALT_CAUSES = ['operator', 'breaker'] as const;

/** Why an account gave as many lots as it did in a deleveraging. */
export const FILL_REASONS = ['whole', 'capped', 'part', 'tornUp'] as const;

export const POOL_STATUSES = ['open', 'windingDown', 'closed'] as const;

export const DEFICIT_CAUSES = ['close', 'funding', 'liquidation', 'expiry', 'borrow'] as const;

/** Changes of debts: borrowed (positive) or repaid, in shares of the borrow index and in minor units. */
const debts = list(record({ accountAssetRow: u32, sharesChange: i64, amountChange: i64 }));

/** What an account could not pay, now the claim of its pool. */
const deficits = list(
  record({
    accountRow: u32,
    poolAssetRow: u32,
    takeoverRow: rowOrNone,
    cause: oneOf(DEFICIT_CAUSES),
    amount: i64,
  }),
);

/** What fund and venue paid to an account; swept to the client's wallet where the account is closed. */
const compensations = list(
  record({ accountRow: u32, fundPaidMinor: i64, venuePaidMinor: i64, isSwept: bool }),
);

const takeoverChange = record({
  takeoverRow: u32,
  /** What the takeover's share of the liquidation account is after the event. */
  collateral: i64,
  isClosed: bool,
});

/** The numbers that decided, in the asset the account is judged in, rounded for reading. */
const judged = record({ assetRow: u32, equity: i64, maintenance: i64 });

const EVENTS = {
  assetListed: record({ asset: text, decimals: u32 }),
  poolOpened: record({
    pool: text,
    isDesk: bool,
    workBudget: u32,
    needsOrders: bool,
    valuationAssetRow: rowOrNone,
    legRule: oneOf(LEG_RULES),
  }),
  instrumentListed: record({ definition: instrumentDefinition }),
  clientOpened: record({ client: text }),
  walletOpened: record({ clientRow: u32, assetRow: u32 }),

  depositAnnounced: record({ deposit: text, clientRow: u32, assetRow: u32, amount: i64, transfers }),
  depositFinalized: record({ cashRow: u32, transfers }),
  depositReturned: record({ cashRow: u32, transfers }),
  withdrawalRequested: record({ withdrawal: text, clientRow: u32, assetRow: u32, amount: i64, transfers }),
  withdrawalSent: record({ cashRow: u32 }),
  withdrawalSettled: record({ cashRow: u32, transfers }),
  withdrawalReturned: record({ cashRow: u32, transfers }),

  accountOpened: record({
    account: text,
    clientRow: u32,
    poolRow: u32,
    instrumentRow: rowOrNone,
    marginMode: oneOf(MARGIN_MODES),
    hasLegs: bool,
    leveragePpm: i64,
  }),
  allocated: record({ accountRow: u32, accountAssetRow: u32, amount: i64, isRecovered: bool, transfers }),
  released: record({ accountRow: u32, accountAssetRow: u32, amount: i64, transfers }),
  leverageSet: record({ accountRow: u32, leveragePpm: i64 }),
  accountClosed: record({ accountRow: u32, transfers }),

  filled: record({
    instrumentRow: u32,
    priceTicks: i64,
    lots: i64,
    /** Settlement minor units, rounded once for both sides. */
    value: i64,
    allocations: list(record({ accountAssetRow: u32, amount: i64 })),
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
    orders,
    holds,
    /** Accounts the fill left at or under maintenance margin. */
    woken: list(u32),
    debts,
    /** Between accounts of one client or group: what it moved, from the view of each. */
    related: list(relatedFact),
  }),

  marked: record({
    sourceTimeMs: whole,
    marks: list(
      record({
        instrumentRow: u32,
        verdict: oneOf(MARK_VERDICTS),
        markTicks: i64,
        indexTicks: i64,
        markTimeMs: whole,
        pendingTicks: i64,
        pendingCount: u32,
        isSuspect: bool,
        /** Of an option: the price of the underlying that came with the mark that waits. */
        pendingIndexTicks: i64,
      }),
    ),
    assetPrices: list(
      record({
        poolAssetRow: u32,
        verdict: oneOf(MARK_VERDICTS),
        price: i64,
        priceTimeMs: whole,
        pendingPrice: i64,
        pendingCount: u32,
        isSuspect: bool,
      }),
    ),
    /** Accounts now at or under maintenance margin, queued for liquidation. */
    woken: list(u32),
  }),
  fundingApplied: record({ instrumentRow: u32, fundingTimeMs: whole, fundingIndex: i64, woken: list(u32) }),
  expired: record({ instrumentRow: u32, settlementTicks: i64 }),

  capitalInjected: record({ transfers }),
  fundToppedUp: record({ poolRow: u32, transfers }),
  fundDrawnDown: record({ poolRow: u32, transfers }),
  feesMovedToCapital: record({ transfers }),
  resumed: record({ poolRow: u32 }),

  /** A queued account is above maintenance margin again, or flat. */
  recovered: record({ accountRow: u32 }),
  /** Everything of the account is the liquidation account's now; the account is exactly zero. */
  takenOver: record({
    accountRow: u32,
    takeover: text,
    positionRow: u32,
    lots: i64,
    cost: i64,
    fundingIndex: i64,
    collateral: i64,
    /** The numbers that decided: equity and maintenance margin at this mark, rounded for reading. */
    markTicks: i64,
    equity: i64,
    maintenance: i64,
    transfers,
    positions,
    orders,
    holds,
  }),
  /** Takeovers of one instrument on opposite sides closed against each other, or against the outside, at the mark. */
  unwound: record({
    instrumentRow: u32,
    markTicks: i64,
    lots: i64,
    value: i64,
    transfers,
    positions,
    fundingDust,
    deficits,
    takeovers: list(takeoverChange),
    orders,
    debts,
  }),
  covered: record({
    deficitRow: u32,
    amount: i64,
    /** Of the amount, what the venue paid into the fund for it, before the fund paid. */
    toppedUpMinor: i64,
    transfers,
  }),
  /** Lots of a takeover closed against winners at the price where the takeover has nothing left, or torn up at the mark. */
  deleveraged: record({
    instrumentRow: u32,
    takeoverRow: u32,
    isTearUp: bool,
    markTicks: i64,
    /** Lots the takeover had, and lots the fund could not cover. */
    takeoverLots: i64,
    neededLots: i64,
    /** What the closed lots were short of at the mark, and what the winners gave up for it. */
    lossMinor: i64,
    forgoneMinor: i64,
    fills: list(
      record({
        accountRow: u32,
        lots: i64,
        value: i64,
        forgoneMinor: i64,
        /** Place by the pool's policy, from 1; 0 for who has none and is torn up. */
        rank: u32,
        reason: oneOf(FILL_REASONS),
      }),
    ),
    /** Who had its turn and was not taken from: it would have lost by it, or not have been healthy. The first of them. */
    passedOver: list(record({ accountRow: u32, rank: u32 })),
    /** Needed lots that no winner may give more of: they are torn up next. */
    tearUpLots: i64,
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
    orders,
    debts,
  }),
  shared: record({
    deficitRow: u32,
    amount: i64,
    /** First account row that has not been asked yet; 0 when all have. */
    cursor: whole,
    payers: list(record({ accountRow: u32, gainMinor: i64, paysMinor: i64 })),
    transfers,
    positions,
    realized,
  }),
  /** Nobody in the pool has a gain left to share: the claim stays open until a mark or a top-up brings one. */
  shareExhausted: record({ poolAssetRow: u32 }),
  expirySettled: record({
    instrumentRow: u32,
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
    orders,
    debts,
    /** Accounts that are at or under maintenance margin without what has settled. */
    woken: list(u32),
  }),
  instrumentSettled: record({ instrumentRow: u32 }),
  soundnessAssessed: record({ poolRow: u32, isSound: bool }),
  poolQuarantined: record({ poolRow: u32, law: text }),
  outsidePaid: record({ poolAssetRow: u32, transfers }),
  /** A margin account may hold the asset from now on. */
  accountAssetOpened: record({ accountRow: u32, poolAssetRow: u32 }),
  /** A position of a cross or portfolio account, flat. */
  positionOpened: record({ accountRow: u32, instrumentRow: u32, leg: oneOf(LEGS) }),
  collateralListed: record({
    poolRow: u32,
    assetRow: u32,
    haircutPpm: i64,
    /** -1 for none. */
    countedCap: i64,
    /** 0 for an asset without a peg. */
    pegPrice: i64,
    pegTolerancePpm: i64,
    pegSlopePpm: i64,
    conversionRank: u32,
    conversionSpreadPpm: i64,
    priceMaxAgeMs: whole,
    priceMaxJumpPpm: i64,
    priceConfirmations: u32,
  }),
  facilityFunded: record({ poolRow: u32, transfers }),
  facilityDrained: record({ poolRow: u32, transfers }),
  /**
   * Everything of an account with several positions or assets is the liquidation account's now: one takeover for each
   * position, with its part of the collateral. The account is exactly zero.
   */
  accountTakenOver: record({
    accountRow: u32,
    /** The numbers that decided, valuation minor units, rounded for reading. */
    equity: i64,
    maintenance: i64,
    parts: list(
      record({
        takeover: text,
        instrumentRow: u32,
        /** The new position, which holds what the account's did. */
        positionRow: u32,
        collateral: i64,
      }),
    ),
    transfers,
    positions,
    deficits,
    orders,
    holds,
    debts,
  }),
  modeSwitched: record({
    accountRow: u32,
    marginMode: oneOf(MARGIN_MODES),
    instrumentRow: rowOrNone,
    holds,
  }),
  /** A position, and collateral with it, went from one account of a client to another: at no price, realizing nothing. */
  positionMoved: record({
    fromAccountRow: u32,
    toAccountRow: u32,
    amount: i64,
    principals: list(record({ accountAssetRow: u32, amount: i64 })),
    transfers,
    positions,
    /** Open orders that go along, as what: `orders` says of which of them less is left. */
    movedOrders: list(record({ orderRow: u32, leg: oneOf(LEGS), isReduceOnly: bool })),
    orders,
    leg: oneOf(LEGS),
    holds,
  }),
  parametersScheduled: record({
    instrumentRow: u32,
    definition: instrumentDefinition,
    effectiveMs: whole,
    graceUntilMs: whole,
    liquidateAtOnce: bool,
  }),
  parametersCancelled: record({ instrumentRow: u32 }),
  /** Scheduled parameters came into force, because their time had come when this command was taken up. */
  parametersApplied: record({
    instrumentRow: u32,
    /** opening: initial margin, removal, fees, limits; liquidation: maintenance margin as well. */
    applies: oneOf(['opening', 'liquidation']),
    woken: list(u32),
  }),
  autoMarginSet: record({ accountRow: u32, capMinor: i64, expiresMs: whole }),
  /** The wallet topped the account up, as its client had agreed: it is out of danger. */
  autoMarginAdded: record({ accountRow: u32, accountAssetRow: u32, amount: i64, transfers }),
  scenariosDefined: record({ poolRow: u32, set: scenarioSet }),
  scenariosSent: record({
    poolRow: u32,
    /** Whether the set that was defined last comes into force with these vectors. */
    isInForce: bool,
    sourceTimeMs: whole,
    instruments: list(record({ instrumentRow: u32, ...instrumentVectors })),
    assets: list(record({ poolAssetRow: u32, shocksPpm: list(i64) })),
    woken: list(u32),
  }),
  reduceOnlySet: record({ instrumentRow: u32, isReduceOnly: bool }),
  feeTierSet: record({ clientRow: u32, tier: u32 }),
  orderAccepted: record({
    order: text,
    accountRow: u32,
    instrumentRow: u32,
    leg: oneOf(LEGS),
    isBuy: bool,
    isReduceOnly: bool,
    priceTicks: i64,
    lots: i64,
    holds,
  }),
  orderAmended: record({ accountRow: u32, orderRow: u32, priceTicks: i64, orders, holds }),
  orderCancelled: record({ accountRow: u32, orderRow: u32, orders, holds }),
  lendingOpened: record({
    poolRow: u32,
    assetRow: u32,
    baseRatePpm: i64,
    kinkPpm: i64,
    slopeBelowPpm: i64,
    slopeAbovePpm: i64,
    reserveSharePpm: i64,
    debtInitialPpm: i64,
    debtMaintenancePpm: i64,
    accountDebtCap: i64,
    poolDebtCap: i64,
  }),
  /** A client lent to the pool, or took back: an amount, and the shares of the lending pool it made or cost. */
  supplied: record({ poolRow: u32, clientRow: u32, poolAssetRow: u32, shares: i64, amount: i64, transfers }),
  supplyWithdrawn: record({
    poolRow: u32,
    clientRow: u32,
    poolAssetRow: u32,
    shares: i64,
    amount: i64,
    transfers,
  }),
  borrowed: record({ accountRow: u32, accountAssetRow: u32, amount: i64, debts, transfers }),
  repaid: record({ accountRow: u32, accountAssetRow: u32, amount: i64, debts, transfers }),
  /** Every debt in the asset has grown with the index up to the time; what of it is the insurance fund's, and was paid to it now. */
  interestAccrued: record({
    poolRow: u32,
    poolAssetRow: u32,
    accruedTimeMs: whole,
    utilisationPpm: i64,
    ratePpm: i64,
    borrowIndex: i64,
    interestMinor: i64,
    reserveMinor: i64,
    reservePaidMinor: i64,
    transfers,
    /** Accounts now at or under maintenance margin. */
    woken: list(u32),
  }),
  /** The layer between fund and loss sharing, of a deficit of cause `borrow`: the asset's lenders bear it, after what interest owed the fund. */
  lenderLossBorne: record({
    deficitRow: u32,
    poolRow: u32,
    poolAssetRow: u32,
    amount: i64,
    reserveForgoneMinor: i64,
    transfers,
  }),
  /** The debts of an account without positions were paid out of its collateral; what is left stays with it. */
  debtLiquidated: record({
    accountRow: u32,
    /** The numbers that decided, in the asset the account is judged in, rounded for reading. */
    equity: i64,
    maintenance: i64,
    transfers,
    debts,
    deficits,
    orders,
    holds,
  }),
  autoBorrowSet: record({ accountRow: u32, autoBorrow: bool }),
  liquidationSet: record({ poolRow: u32, policy: nullable(liquidationPolicy) }),
  /**
   * The pool sends an order to reduce the account: whoever brings its fills names it. Orders of the account's own are
   * cancelled with it.
   */
  reductionOrdered: record({
    accountRow: u32,
    order: text,
    instrumentRow: u32,
    leg: oneOf(LEGS),
    isBuy: bool,
    lots: i64,
    priceTicks: i64,
    expiresMs: whole,
    pauseUntilMs: whole,
    judged,
    orders,
    holds,
  }),
  /** A client is told how its account stands: it has come to a level of danger, or is out of it again. */
  noticeGiven: record({ accountRow: u32, level: oneOf(NOTICE_LEVELS), judged }),
  /** The pool sends an order to unwind lots of a takeover. */
  unwindingOrdered: record({
    takeoverRow: u32,
    order: text,
    instrumentRow: u32,
    isBuy: bool,
    lots: i64,
    priceTicks: i64,
    expiresMs: whole,
    pauseUntilMs: whole,
  }),
  /** Other assets of the fund went to the facility for what the fund has claims in. */
  fundConverted: record({ poolRow: u32, poolAssetRow: u32, transfers }),
  /** Nobody is closed out in the instrument, or in the whole pool, until the time; of a breaker with the marks that tripped it. */
  halted: record({
    poolRow: u32,
    instrumentRow: rowOrNone,
    untilMs: whole,
    cause: oneOf(HALT_CAUSES),
    fromTicks: i64,
    toTicks: i64,
  }),
  haltLifted: record({ poolRow: u32, instrumentRow: rowOrNone }),
  breakerSet: record({ instrumentRow: u32, bandPpm: i64, windowMs: whole, coolDownMs: whole }),
  groupSet: record({ clientRow: u32, group: nullable(text) }),
  waterfallSet: record({ poolRow: u32, poolAssetRow: u32, policy: nullable(waterfallPolicyField) }),
  /** What came back of a deficit: first what is still open of it, then those who paid, the last layer first. */
  lossRecovered: record({
    poolRow: u32,
    poolAssetRow: u32,
    /** Whose loss it was with all its deficits; -1: that of the one deficit, of no takeover. */
    takeoverRow: rowOrNone,
    amount: i64,
    losses: list(
      record({
        deficitRow: u32,
        openMinor: i64,
        lendersMinor: i64,
        /** What interest had owed the fund and the fund forwent. */
        reserveMinor: i64,
        fundMinor: i64,
        /** The venue's own part: it stays with its capital. */
        venueMinor: i64,
      }),
    ),
    /** Back to who shared a deficit, and to who forwent profit for the takeover. */
    shares: list(record({ claimRow: u32, accountRow: u32, amount: i64 })),
    forgone: list(record({ claimRow: u32, accountRow: u32, amount: i64 })),
    /** Back to who gave back what it had gained by fills with the account. */
    givenBack: list(record({ clawbackRow: u32, accountRow: u32, amount: i64 })),
    transfers,
  }),
  /** The pool has ledger accounts in the asset from now on. */
  poolAssetOpened: record({ poolRow: u32, assetRow: u32 }),
  /** An instrument is in another pool, with its isolated accounts, what is owed to them, and a share of the insurance fund. */
  instrumentMoved: record({
    instrumentRow: u32,
    fromPoolRow: u32,
    fromPoolAssetRow: u32,
    poolRow: u32,
    poolAssetRow: u32,
    /** Isolated accounts that went along, closed ones too. */
    accountRows: list(u32),
    /** Signed cost of their positions: settlement is minus that. */
    costMinor: i64,
    /** Signed lots x funding index at entry of their positions, and what under a minor unit of it the other pool owes the rest of. */
    fundingEntry: i64,
    movedDust: i64,
    fundMovedMinor: i64,
    transfers,
  }),
  correctionProposed: record({
    proposal: text,
    poolRow: u32,
    instrumentRow: u32,
    operator: text,
    expiresMs: whole,
    correction,
  }),
  /** Another operator agreed: what it does follows in the same record. */
  correctionApproved: record({ proposalRow: u32, poolRow: u32, instrumentRow: u32, operator: text }),
  proposalWithdrawn: record({ proposalRow: u32, operator: text }),
  /** An erroneous fill was traded back between its holders at its own price, or who was hurt by it got the difference. */
  tradeBusted: record({
    proposalRow: u32,
    /** Record of the fill. */
    sequence: whole,
    instrumentRow: u32,
    priceTicks: i64,
    fairTicks: i64,
    lots: i64,
    value: i64,
    isTradedBack: bool,
    compensations,
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
    orders,
    debts,
    related: list(relatedFact),
  }),
  /** What was taken over at a wrong mark is the account's again as far as it is there, and the rest is made good. */
  liquidationReversed: record({
    proposalRow: u32,
    instrumentRow: u32,
    takeoverRow: u32,
    accountRow: u32,
    /** The right mark, and what the account had by it when it was taken over. */
    markTicks: i64,
    equity: i64,
    /** Signed lots that are the account's again, with the takeover's collateral; 0: none are there. */
    lots: i64,
    collateral: i64,
    principalMinor: i64,
    compensations,
    transfers,
    positions,
    takeovers: list(takeoverChange),
  }),
  /** The level of an instrument is to change, with the numbers that decided; where it is the one in force, what was announced is taken back. */
  isolationLevelSet: record({
    instrumentRow: u32,
    level: oneOf(ISOLATION_LEVELS),
    revision: u32,
    reasons: levelReasons,
    effectiveMs: whole,
    graceUntilMs: whole,
  }),
  /** The announced level came into force, or the grace of the one in force is over. */
  isolationLevelApplied: record({
    instrumentRow: u32,
    level: oneOf(ISOLATION_LEVELS),
    /** opening: what may be opened and removed; graceOver: maintenance margin and grandfathered positions too; atOnce: both. */
    applies: oneOf(['opening', 'graceOver', 'atOnce']),
    /** Orders to open that the level does not let stand: cancelled. */
    orders,
    holds,
  }),
  /** What becomes of an account's positions when one of its instruments is kept apart: carved out at that leverage; 0: they stay. */
  carveConsentSet: record({ accountRow: u32, leveragePpm: i64 }),
  /** Positions that stay in shared accounts though the level keeps the instrument apart, each with its reason. */
  holdersGrandfathered: record({
    instrumentRow: u32,
    level: oneOf(ISOLATION_LEVELS),
    grandfathered: list(
      record({
        accountRow: u32,
        positionRow: u32,
        reason: oneOf(GRANDFATHER_REASONS),
        /** What the remaining account would lack, settlement minor units; 0 where it is no matter of amounts. */
        missingMinor: i64,
      }),
    ),
    /** First position that was not looked at; null: all were. */
    cursor: nullable(whole),
  }),
  /** Winding down: orders that could open are taken back. Closed: what was left of fund, facility and lending is the venue's. */
  poolStatusSet: record({ poolRow: u32, status: oneOf(POOL_STATUSES), orders, holds, transfers }),
  /** Nothing of the loss comes back any more, and who is still out of what is not kept. */
  lossWrittenOff: record({
    poolRow: u32,
    poolAssetRow: u32,
    takeoverRow: rowOrNone,
    deficitRows: list(u32),
    /** What gains and winners are out of for good. */
    sharedMinor: i64,
    forgoneMinor: i64,
  }),
  /** The price of collateral is made of these sources from now on; null: it comes finished. */
  assetSourcesSet: record({ poolAssetRow: u32, revision: u32, rules: nullable(assetRules) }),
  indexSourcesSet: record({ instrumentRow: u32, revision: u32, rules: nullable(indexRules) }),
  /** What sources said, and the prices made of it: which of them counted, at what and why not. A price of 0: none. */
  quoted: record({
    assets: list(
      record({
        poolAssetRow: u32,
        outcome: oneOf(INDEX_OUTCOMES),
        price: i64,
        sources: countedAssetSources,
      }),
    ),
    instruments: list(
      record({
        instrumentRow: u32,
        outcome: oneOf(INDEX_OUTCOMES),
        indexTicks: i64,
        sources: countedIndexSources,
      }),
    ),
  }),
  /** The first layer after the account itself: accounts of its client or group give back what they gained by fills with it. */
  clawedBack: record({
    poolRow: u32,
    poolAssetRow: u32,
    deficitRow: u32,
    amount: i64,
    /** With what of the claim was open before. */
    payers: list(record({ clawbackRow: u32, accountRow: u32, claimMinor: i64, paysMinor: i64 })),
    transfers,
    positions,
    realized,
  }),
  /** So much of venue capital is kept for the pool's top-ups from now on. */
  capitalReserved: record({ poolRow: u32, poolAssetRow: u32, reservedMinor: i64 }),
  /** The insurance fund rests so long before each draw-down, and from now on. */
  fundCoolDownSet: record({ poolRow: u32, coolDownMs: whole }),
  collateralScheduled: record({
    poolAssetRow: u32,
    haircutPpm: i64,
    /** -1 for none. */
    countedCap: i64,
    effectiveMs: whole,
    graceUntilMs: whole,
  }),
  collateralCancelled: record({ poolAssetRow: u32 }),
  /** Scheduled terms of collateral came into force, because their time had come when this command was taken up. */
  collateralApplied: record({ poolAssetRow: u32, applies: oneOf(['opening', 'liquidation']) }),
} as const;

export const event = variant(EVENTS);
export type Event = Infer<typeof event>;
export type EventKind = Event['kind'];
export type EventOf<K extends EventKind> = Extract<Event, { kind: K }>;
export type PositionChange = Infer<typeof positions>[number];
export type DeficitFact = Infer<typeof deficits>[number];
export type TakeoverChange = Infer<typeof takeoverChange>;
export type OrderFact = Infer<typeof orders>[number];
export type DebtFact = Infer<typeof debts>[number];
export type HoldFact = Infer<typeof holds>[number];
export type RelatedFact = Infer<typeof relatedFact>;
export type RealizedFact = Infer<typeof realized>[number];
export type DeficitCause = (typeof DEFICIT_CAUSES)[number];
