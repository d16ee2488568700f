/**
 * Every command the engine takes, with its encoding. Amounts are minor units, prices ticks, sizes lots,
 * rates parts per million; entities go by their ids. The order of the list is the order of the tags in the
 * journal: append, never reorder.
 */
import {
  bool,
  type Field,
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
import { ISOLATION_LEVELS } from '../isolation/index.js';
import { LEG_RULES, LEGS, MARGIN_MODES } from '../margin/index.js';
import {
  BASES,
  CLOSE_FEES,
  INSTRUMENT_KINDS,
  type InstrumentDefinition,
  OPTION_TYPES,
  PAYOFFS,
} from '../market/index.js';
import { BUST, MARK_CORRECTION, PROPOSED, REVERSAL } from './correctionFields.js';
import { levelReasons } from './levelFields.js';
import { liquidationPolicy } from './liquidationPolicy.js';
import { instrumentVectors, scenarioSet } from './scenarioFields.js';
import { assetRules, indexRules } from './sourceFields.js';
import { proposedWaterfall } from './waterfallFields.js';

export const instrumentDefinition: Field<InstrumentDefinition> = record({
  id: text,
  pool: text,
  instrumentKind: oneOf(INSTRUMENT_KINDS),
  payoff: oneOf(PAYOFFS),
  base: text,
  quote: text,
  settle: text,
  contractSize: text,
  tickSize: text,
  lotSize: text,
  markTicksPerTick: i64,
  makerFeePpm: i64,
  takerFeePpm: i64,
  maintenanceBasis: oneOf(BASES),
  initialBasis: oneOf(BASES),
  closeFee: oneOf(CLOSE_FEES),
  unrealizedProfitSharePpm: i64,
  removalFloorPpm: i64,
  markMaxAgeMs: whole,
  markMaxJumpPpm: i64,
  markConfirmations: u32,
  fillBandPpm: i64,
  fundingRateMaxPpm: i64,
  expiryMs: nullable(whole),
  option: nullable(
    record({
      optionType: oneOf(OPTION_TYPES),
      underlying: text,
      underlyingTickSize: text,
      strike: text,
      initialRatePpm: i64,
      initialFloorRatePpm: i64,
      maintenanceRatePpm: i64,
    }),
  ),
  brackets: list(
    record({
      notionalCapMinor: nullable(i64),
      initialMarginRatePpm: i64,
      maintenanceMarginRatePpm: i64,
      leverageMaxPpm: i64,
    }),
  ),
  positionCapLots: nullable(i64),
  openInterestCapLots: nullable(i64),
  concentration: nullable(record({ sharePpm: i64, freeLots: i64 })),
  feeTiers: list(record({ makerFeePpm: i64, takerFeePpm: i64 })),
});

/** Who stands on one side of a fill. */
const fillSide = record({
  /** account: a margin account; liquidation: the pool's liquidation account, for one takeover; counterparty: the outside, desk pools only. */
  party: oneOf(['account', 'liquidation', 'counterparty']),
  /** Id of the margin account, or of the takeover; empty for the counterparty. */
  id: text,
  /** Which of the account's legs trades: net, unless the account keeps long and short legs apart. */
  leg: oneOf(LEGS),
  /** The accepted order that is filled; empty where the pool tests fills themselves. */
  order: text,
  /** Moved from the wallet to the margin account in the same event as the fill. */
  allocateMinor: i64,
  /** Move instead just what the position's initial margin and the fee still need. */
  allocateInitial: bool,
});

/** One of the two. A deficit of a takeover stands for all the loss of that takeover. */
const LOSS = { deficit: nullable(u32), takeover: nullable(text) };

const COMMANDS = {
  // definitions
  listAsset: record({ asset: text, decimals: u32 }),
  openPool: record({
    pool: text,
    /** A desk's pool trades against the outside; a venue's pool only among its accounts. */
    isDesk: bool,
    /** Internal commands the pool may run after each command that touches it. */
    workBudget: u32,
    /** orders: accounts trade by accepted orders, whose fills are facts; fills: each fill is tested itself. */
    admission: oneOf(['orders', 'fills']),
    /** The asset in which cross and portfolio accounts are valued; null: isolated accounts only. */
    valuationAsset: nullable(text),
    legRule: oneOf(LEG_RULES),
  }),
  listInstrument: instrumentDefinition,
  /**
   * New parameters of an instrument, its whole definition with what may change changed: for opening, removal and fees
   * from `effectiveMs` on, for liquidation from `graceUntilMs` on.
   */
  scheduleParameters: record({
    definition: instrumentDefinition,
    effectiveMs: whole,
    graceUntilMs: whole,
    /** Whether accounts under the new maintenance margin are liquidated as soon as the grace ends, before the next mark. */
    liquidateAtOnce: bool,
  }),
  cancelParameters: record({ instrument: text }),
  openClient: record({ client: text }),
  /** Which of each instrument's fee tiers the client is in; 0 is none. */
  setFeeTier: record({ client: text, tier: u32 }),
  // cash
  announceDeposit: record({ deposit: text, client: text, asset: text, amountMinor: i64 }),
  finalizeDeposit: record({ deposit: text }),
  returnDeposit: record({ deposit: text }),
  requestWithdrawal: record({ withdrawal: text, client: text, asset: text, amountMinor: i64 }),
  sendWithdrawal: record({ withdrawal: text }),
  settleWithdrawal: record({ withdrawal: text }),
  returnWithdrawal: record({ withdrawal: text }),
  // margin accounts
  openAccount: record({
    account: text,
    client: text,
    marginMode: oneOf(MARGIN_MODES),
    /** What an isolated account trades; null for the other modes. */
    instrument: nullable(text),
    /** The pool of a cross or portfolio account; null for an isolated one, which is in its instrument's. */
    pool: nullable(text),
    /** Long and short legs of an instrument are positions of their own. */
    hasLegs: bool,
    leveragePpm: i64,
  }),
  /** `asset` is null for the settlement asset of an isolated account's instrument. */
  allocate: record({ account: text, asset: nullable(text), amountMinor: i64 }),
  release: record({ account: text, asset: nullable(text), amountMinor: i64 }),
  setLeverage: record({ account: text, leveragePpm: i64 }),
  closeAccount: record({ account: text }),
  /**
   * The client's consent that its wallet tops the isolated account up before it would be liquidated: up to the cap in
   * all, until it expires. A cap of 0 takes the consent back.
   */
  setAutoMargin: record({ account: text, capMinor: i64, expiresMs: nullable(whole) }),
  /** isolated <-> cross <-> portfolio, with positions and orders as they are. `instrument` is what becomes isolated. */
  switchMode: record({ account: text, marginMode: oneOf(MARGIN_MODES), instrument: nullable(text) }),
  /** Takes a position out of a cross or portfolio account into a flat isolated one of the same client. */
  carvePosition: record({
    account: text,
    instrument: text,
    leg: oneOf(LEGS),
    /** The isolated account that takes it. */
    into: text,
    /** Collateral that goes with it, in the instrument's settlement asset. */
    amountMinor: i64,
  }),
  /** Puts all of an isolated account, position, collateral and orders, into a cross or portfolio one of the same client. */
  mergeAccount: record({ account: text, into: text }),
  // trading
  fill: record({
    instrument: text,
    priceTicks: i64,
    lots: i64,
    buyer: fillSide,
    seller: fillSide,
    taker: oneOf(['buyer', 'seller']),
  }),
  placeOrder: record({
    order: text,
    account: text,
    instrument: text,
    leg: oneOf(LEGS),
    side: oneOf(['buy', 'sell']),
    /** Limit; null for a market order. */
    priceTicks: nullable(i64),
    /** Of a market order: how far from the mark it may trade; null for a limit order. */
    slippagePpm: nullable(i64),
    lots: i64,
    isReduceOnly: bool,
    /** What the account lacks for it is held on its client's wallet, and moves with the fills; isolated accounts only. */
    holdWallet: bool,
  }),
  amendOrder: record({ order: text, priceTicks: i64, lots: i64 }),
  cancelOrder: record({ order: text }),
  // market
  mark: record({
    sourceTimeMs: whole,
    marks: list(record({ instrument: text, markTicks: i64, indexTicks: i64 })),
    /** Prices of collateral, from sources of their own: valuation minor units x ASSET_PRICE_SCALE per minor unit. */
    assetPrices: list(record({ pool: text, asset: text, price: i64 })),
  }),
  applyFunding: record({ instrument: text, fundingTimeMs: whole, ratePpm: i64 }),
  expire: record({ instrument: text }),
  /** From now on, or no more: positions in the instrument may be reduced but not opened. */
  setReduceOnly: record({ instrument: text, isReduceOnly: bool }),
  /** Takes the instrument off the market: every position settles at the guarded mark. */
  delist: record({ instrument: text }),
  // venue money
  injectCapital: record({ asset: text, amountMinor: i64 }),
  topUpFund: record({ pool: text, asset: text, amountMinor: i64 }),
  drawDownFund: record({ pool: text, asset: text, amountMinor: i64 }),
  feesToCapital: record({ asset: text, amountMinor: i64 }),
  // collateral
  listCollateral: record({
    pool: text,
    asset: text,
    haircutPpm: i64,
    countedCapMinor: nullable(i64),
    peg: nullable(record({ price: i64, tolerancePpm: i64, slopePpm: i64 })),
    /** Lower ranks are converted first when an account is short of another asset. */
    conversionRank: u32,
    /** What the conversion facility keeps of a conversion. */
    conversionSpreadPpm: i64,
    priceMaxAgeMs: whole,
    priceMaxJumpPpm: i64,
    priceConfirmations: u32,
  }),
  fundFacility: record({ pool: text, asset: text, amountMinor: i64 }),
  drainFacility: record({ pool: text, asset: text, amountMinor: i64 }),
  /** Which scenarios portfolio accounts of the pool are margined on: in force once vectors for all of it have come. */
  defineScenarios: record({ pool: text, set: scenarioSet }),
  /** What the set does to instruments and assets: reckoned outside, at stated marks. */
  sendScenarios: record({
    pool: text,
    set: text,
    sourceTimeMs: whole,
    instruments: list(record({ instrument: text, ...instrumentVectors })),
    assets: list(record({ asset: text, shocksPpm: list(i64) })),
  }),
  // work
  resume: record({ pool: text }),
  // internal: sequenced by the engine itself, by rows of its state
  takeOver: record({ accountRow: u32 }),
  netTakeovers: record({ longRow: u32, shortRow: u32 }),
  unwindOutside: record({ takeoverRow: u32 }),
  cover: record({ poolAssetRow: u32 }),
  deleverage: record({ takeoverRow: u32 }),
  share: record({ poolAssetRow: u32 }),
  settleExpiry: record({ instrumentRow: u32 }),
  assess: record({ poolRow: u32 }),
  quarantine: record({ poolRow: u32, law: text }),
  payOutside: record({ poolAssetRow: u32 }),
  autoMargin: record({ accountRow: u32 }),
  // lending
  openLending: record({
    pool: text,
    asset: text,
    /** Rates and slopes ppm a year, the kink and the reserve ppm: lendingRate.ts. */
    baseRatePpm: i64,
    kinkPpm: i64,
    slopeBelowPpm: i64,
    slopeAbovePpm: i64,
    reserveSharePpm: i64,
    /** What a debt requires, of its value. */
    debtInitialPpm: i64,
    debtMaintenancePpm: i64,
    accountDebtCapMinor: i64,
    poolDebtCapMinor: i64,
  }),
  supply: record({ client: text, pool: text, asset: text, amountMinor: i64 }),
  /** `amountMinor` null: everything the client has lent, with its interest. */
  withdrawSupply: record({ client: text, pool: text, asset: text, amountMinor: nullable(i64) }),
  borrow: record({ account: text, asset: text, amountMinor: i64 }),
  /** `amountMinor` null: all of the debt. */
  repay: record({ account: text, asset: text, amountMinor: nullable(i64) }),
  accrueInterest: record({ pool: text, asset: text, accrualTimeMs: whole }),
  /** Whether what the account lacks in a spot trade is borrowed with it. */
  setAutoBorrow: record({ account: text, autoBorrow: bool }),
  bearLenderLoss: record({ poolAssetRow: u32 }),
  // liquidation
  /** How the pool liquidates from now on; null: accounts are taken over at once. */
  setLiquidation: record({ pool: text, policy: nullable(liquidationPolicy) }),
  liquidate: record({ accountRow: u32 }),
  orderUnwinding: record({ takeoverRow: u32 }),
  convertFund: record({ poolAssetRow: u32 }),
  /** The group of clients the client is one with for limits and fills between them; null: none. */
  setGroup: record({ client: text, group: nullable(text) }),
  // halts
  /** Nobody is closed out in the instrument, or in the whole pool (`instrument` null), until the time. */
  halt: record({ pool: text, instrument: nullable(text), untilMs: whole }),
  liftHalt: record({ pool: text, instrument: nullable(text) }),
  /** A mark that moves further than the band inside the window halts the instrument for the cool-down; null: none. */
  setBreaker: record({
    instrument: text,
    breaker: nullable(record({ bandPpm: i64, windowMs: whole, coolDownMs: whole })),
  }),
  // losses
  /** Who bears the pool's losses in the asset from now on; null: own account, fund, lenders, winners, gains. */
  setWaterfall: record({ pool: text, asset: text, policy: nullable(proposedWaterfall) }),
  /** Venue money that came back of a loss, that of a takeover or of a deficit by its number, goes to whoever paid for it. */
  recover: record({ pool: text, asset: text, ...LOSS, amountMinor: i64 }),
  // pools
  /**
   * The instrument, with its isolated accounts, goes to another pool. Of the insurance fund in its settlement asset goes
   * along a stated share of all of it, or (null) the share of its open interest in that of the pool, by value at the marks.
   */
  moveInstrument: record({ instrument: text, toPool: text, fundSharePpm: nullable(i64) }),
  /** The same for several instruments of a pool, all or none. A pool that is not there yet is opened as the old one is. */
  splitPool: record({ pool: text, toPool: text, instruments: list(text), fundSharePpm: nullable(i64) }),
  // corrections: proposed by one operator, carried out when another approves
  proposeTradeBust: record({ ...PROPOSED, ...BUST }),
  proposeMarkCorrection: record({ ...PROPOSED, ...MARK_CORRECTION }),
  proposeReversal: record({ ...PROPOSED, ...REVERSAL }),
  approve: record({ proposal: text, operator: text }),
  withdrawProposal: record({ proposal: text, operator: text }),
  // isolation levels
  /** How much sharing the instrument is allowed, with the numbers that decided: up at once, down after notice. */
  setIsolationLevel: record({
    instrument: text,
    level: oneOf(ISOLATION_LEVELS),
    /** One more than that of the change before. */
    revision: u32,
    reasons: levelReasons,
    /** Null: at once, or where the level comes down as soon as the notice lets it. */
    effectiveMs: nullable(whole),
    /** Until then positions that are open keep their place and their maintenance margin. */
    graceUntilMs: whole,
  }),
  /** From now on the pool takes nothing new: poolLifecycle.ts. */
  windDownPool: record({ pool: text }),
  closePool: record({ pool: text }),
  reopenPool: record({ pool: text }),
  // losses
  /** A loss that is paid: nothing of it comes back any more, and nobody has a claim. */
  writeOffLoss: record({ pool: text, asset: text, ...LOSS }),
  /**
   * The client's consent that the engine carves positions out of the account, into isolated ones of that leverage, when an
   * instrument is raised beyond cross; null takes it back.
   */
  setCarveConsent: record({ account: text, leveragePpm: nullable(i64) }),
  carveRaised: record({ positionRow: u32 }),
  grandfatherHolders: record({ instrumentRow: u32 }),
  // prices of several sources
  /** Of which sources the price of collateral is made from now on; null: it comes finished. The revision counts up by one. */
  setAssetSources: record({ pool: text, asset: text, revision: u32, rules: nullable(assetRules) }),
  /** The same of an instrument's index. */
  setIndexSources: record({ instrument: text, revision: u32, rules: nullable(indexRules) }),
  /** What sources say, each with the time it said so: all of it counts at once, or none. */
  quote: record({
    assets: list(record({ pool: text, asset: text, source: text, price: i64, timeMs: whole })),
    instruments: list(record({ instrument: text, source: text, indexTicks: i64, timeMs: whole })),
  }),
  // internal
  clawBack: record({ poolAssetRow: u32 }),
  /** How much venue capital is kept for the pool's top-ups, and for nothing else. */
  reserveCapital: record({ pool: text, asset: text, amountMinor: i64 }),
  /** How long the insurance fund rests before each draw-down; 0: not at all. */
  setFundCoolDown: record({ pool: text, coolDownMs: whole }),
  /** How much of an asset counts as collateral: from effectiveMs on for opening, from graceUntilMs on for liquidation too. */
  scheduleCollateral: record({
    pool: text,
    asset: text,
    haircutPpm: i64,
    countedCapMinor: nullable(i64),
    effectiveMs: whole,
    graceUntilMs: whole,
  }),
  cancelCollateral: record({ pool: text, asset: text }),
} as const;

export const command = variant(COMMANDS);
export type Command = Infer<typeof command>;
export type CommandKind = Command['kind'];
export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;
export type FillSide = Infer<typeof fillSide>;

const INTERNAL = [
  'takeOver',
  'netTakeovers',
  'unwindOutside',
  'cover',
  'deleverage',
  'share',
  'settleExpiry',
  'assess',
  'quarantine',
  'payOutside',
  'autoMargin',
  'bearLenderLoss',
  'liquidate',
  'orderUnwinding',
  'convertFund',
  'carveRaised',
  'grandfatherHolders',
  'clawBack',
] as const satisfies readonly CommandKind[];

export type InternalKind = (typeof INTERNAL)[number];
export type InternalCommand = CommandOf<InternalKind>;
export type ExternalCommand = Exclude<Command, InternalCommand>;

export function isInternal(command: Command): command is InternalCommand {
  return (INTERNAL as readonly string[]).includes(command.kind);
}

export const COMMAND_KINDS = Object.keys(COMMANDS) as readonly CommandKind[];
export const EXTERNAL_KINDS = COMMAND_KINDS.filter(
  (kind): kind is ExternalCommand['kind'] => !(INTERNAL as readonly string[]).includes(kind),
);
