/**
 * Every event, with its encoding. An event is a fact that stands on its own: the money it moved, the
 * positions as they are afterwards, and what else it changed. Entities go by row; the event that opens a
 * row carries its id. The order of the list is the order of the tags in the journal: append, never reorder.
 */
import { bool, type Infer, i64, list, oneOf, record, text, u32, variant, whole } from '../base/index.js';
import { FLOW_NAMES } from '../isolation/index.js';
import { MARK_VERDICTS } from '../market/index.js';
import { instrumentDefinition } from './command.js';

/** A row number, or -1 for none. */
const rowOrNone = whole;

const transfers = list(record({ flow: oneOf(FLOW_NAMES), from: u32, to: u32, amount: i64 }));

/** A position as it is after the event, and the funding it collected on the way in units too small for the ledger. */
const positions = list(record({ position: u32, lots: i64, cost: i64, fundingIndex: i64 }));

/** Sub-unit leftovers of collected funding, in minor units x FUNDING_SCALE, that the pool now keeps. */
const fundingDust = i64;

/** Gains or losses realized by margin accounts, as far as loss sharing has to remember them. */
const realized = list(record({ accountRow: u32, gainMinor: i64 }));

export const DEFICIT_CAUSES = ['close', 'funding', 'liquidation', 'expiry'] as const;

/** What an account could not pay, now the claim of its pool. */
const deficits = list(
  record({
    accountRow: u32,
    takeoverRow: rowOrNone,
    cause: oneOf(DEFICIT_CAUSES),
    amount: i64,
  }),
);

const takeoverChange = record({
  takeoverRow: u32,
  /** What the takeover's share of the liquidation account is after the event. */
  collateral: i64,
  isClosed: bool,
});

const EVENTS = {
  assetListed: record({ asset: text, decimals: u32 }),
  poolOpened: record({ pool: text, isDesk: bool, workBudget: u32 }),
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

  accountOpened: record({ account: text, clientRow: u32, instrumentRow: u32, leveragePpm: i64 }),
  allocated: record({ accountRow: u32, amount: i64, isRecovered: bool, transfers }),
  released: record({ accountRow: u32, amount: i64, transfers }),
  leverageSet: record({ accountRow: u32, leveragePpm: i64 }),
  accountClosed: record({ accountRow: u32, transfers }),

  filled: record({
    instrumentRow: u32,
    priceTicks: i64,
    lots: i64,
    /** Settlement minor units, rounded once for both sides. */
    value: i64,
    allocations: list(record({ accountRow: u32, amount: i64 })),
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
    /** Accounts the fill left at or under maintenance margin. */
    woken: list(u32),
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
  }),
  covered: record({ deficitRow: u32, amount: i64, transfers }),
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
    fills: list(record({ accountRow: u32, lots: i64, value: i64, forgoneMinor: i64 })),
    transfers,
    positions,
    fundingDust,
    realized,
    deficits,
    takeovers: list(takeoverChange),
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
  }),
  instrumentSettled: record({ instrumentRow: u32 }),
  soundnessAssessed: record({ poolRow: u32, isSound: bool }),
  poolQuarantined: record({ poolRow: u32, law: text }),
  outsidePaid: record({ poolAssetRow: u32, transfers }),
} as const;

export const event = variant(EVENTS);
export type Event = Infer<typeof event>;
export type EventKind = Event['kind'];
export type EventOf<K extends EventKind> = Extract<Event, { kind: K }>;
export type PositionChange = Infer<typeof positions>[number];
export type DeficitFact = Infer<typeof deficits>[number];
export type TakeoverChange = Infer<typeof takeoverChange>;
export type RealizedFact = Infer<typeof realized>[number];
export type DeficitCause = (typeof DEFICIT_CAUSES)[number];
