/**
 * The JSON form of every command of the outside: kinds and ids of the engine, exact numbers as decimal strings
 * in human units, times as whole milliseconds. Each field states its unit; parsing, translation, views and the
 * reference page all follow from this table.
 */
import Type from 'typebox';
import type { ExternalCommand } from '../engine/index.js';
import { LEG_RULES, LEGS, MARGIN_MODES } from '../margin/index.js';
import { WIRE_CORRECTIONS } from './wireCorrections.js';
import {
  amount,
  assetPrice,
  closed,
  count,
  FILLED_ORDER_PATTERN,
  flag,
  id,
  indexPrice,
  leverage,
  markPrice,
  orNull,
  PARTY_PATTERN,
  price,
  quantity,
  rate,
  signedRate,
  TIME_MAX_MS,
  timeMs,
  value,
  type WireSchema,
  word,
} from './wireField.js';
import { FEE_TIERS_MAX, INSTRUMENT_FIELDS, WireInstrument } from './wireInstrument.js';
import { WIRE_LEVELS } from './wireLevel.js';
import { WireBreaker, WireLiquidationPolicy } from './wireLiquidation.js';
import { sentAssets, sentInstruments, WireScenarioSet } from './wireScenarios.js';
import { WIRE_SOURCES } from './wireSources.js';
import { WireWaterfall } from './wireWaterfall.js';

export const MARKS_MAX = 10_000;

const kind = <K extends ExternalCommand['kind']>(name: K) =>
  Type.Literal(name, { description: 'Kind of the command.', unit: 'word', examples: [name] });

const asset = id('The asset.', 'USDT');
const amountOf = (what: string) => amount(what, { example: '250.5', core: 'amountMinor' });
const leverageField = leverage('Chosen leverage, from 1 to what the first tier allows.', {
  example: '10',
  core: 'leveragePpm',
});

const PRICE_OF_ASSET =
  "Units of the pool's valuation asset for one unit of the asset. Kept as valuation minor units x 10^9 per minor unit: what is finer is rounded down.";

const haltedInstrument = orNull(id('The instrument; null: the whole pool.', 'BTC-PERP'), {
  isInExample: true,
});

const legField = (description: string) => Type.Optional(word(LEGS, description, { default: 'net' }));

const lossFields = {
  deficit: orNull(
    count('Number of the deficit, as the pool and its events give it; null where a takeover is named.', {
      minimum: 0,
      maximum: 4_294_967_295,
      example: 0,
    }),
    { isInExample: true },
  ),
  takeover: orNull(
    id(
      'The takeover, with all deficits it left and what winners forwent for it; a deficit of it stands for it. Null where a deficit of no takeover is named.',
      'main#3',
      PARTY_PATTERN,
    ),
  ),
};

export const FILL_PARTIES = ['account', 'liquidation', 'counterparty'] as const;

const FillSide = Type.Object(
  {
    party: word(
      FILL_PARTIES,
      "account: a margin account; liquidation: the pool's liquidation account, for one takeover; counterparty: the outside, in a desk's pool.",
    ),
    id: Type.Optional(
      id('The margin account or the takeover; left out for the counterparty.', 'ada-1', PARTY_PATTERN),
    ),
    leg: legField("Which of the account's legs trades: net, unless it keeps long and short legs apart."),
    order: Type.Optional(
      id(
        'The accepted order that is filled, or the one the pool sent to reduce or unwind; left out where the pool tests fills themselves.',
        'ada-1/7',
        FILLED_ORDER_PATTERN,
      ),
    ),
    allocate: Type.Optional(
      amount('Moved from the wallet to the account with the fill; settlement asset.', {
        example: '0',
        core: 'allocateMinor',
        default: '0',
      }),
    ),
    allocateInitial: Type.Optional(
      flag('Move besides what initial margin and the fee still need.', { default: false }),
    ),
  },
  closed('One side of a fill.'),
);

const Mark = Type.Object(
  {
    instrument: id('The instrument.', 'BTC-PERP'),
    price: markPrice('Mark price.', { example: '43000.05', core: 'markTicks' }),
    indexPrice: Type.Optional(
      indexPrice(
        'Index price; 0 or left out: the mark price stands for it. Of an option the underlying, needed.',
        {
          example: '43001',
          core: 'indexTicks',
          default: '0',
        },
      ),
    ),
  },
  closed('The mark of one instrument.', 'instrument'),
);

const AssetPrice = Type.Object(
  {
    pool: id('The risk pool that counts it as collateral.', 'main'),
    asset: id('The collateral.', 'BTC'),
    price: assetPrice(PRICE_OF_ASSET, { example: '43000' }),
  },
  closed('The price of one collateral asset, from a source of its own.', 'poolAsset'),
);

const Peg = Type.Object(
  {
    price: assetPrice(`What it should be worth. ${PRICE_OF_ASSET}`, { example: '1' }),
    toleranceRate: rate('Distance below the peg, as a share of it, that changes nothing.', {
      example: '0.005',
      core: 'tolerancePpm',
    }),
    slope: rate('By how much the haircut grows for each unit of distance beyond, up to everything.', {
      example: '2',
      core: 'slopePpm',
    }),
  },
  closed('For an asset that should keep a price: below it, the haircut grows step by step.'),
);

const deposit = id('Id of the deposit.', 'dep-1');
const withdrawal = id('Id of the withdrawal.', 'wd-1');
const account = id('The margin account.', 'ada-1');
const order = id('The order.', 'ada-1/7');
const pool = id('The risk pool.', 'main');
const lender = id('The client who lends.', 'ada');
const holding = orNull(id('The asset; left out by an isolated account, which holds one.', 'USDT'));

/** In the order of the reference: definitions, cash, margin accounts, trading, market, venue money, collateral, lending, scenarios, work. */
/** How much of an asset counts as collateral. */
const countedFields = {
  haircutRate: rate('Share of its value that does not count.', { example: '0.05', core: 'haircutPpm' }),
  countedCap: orNull(
    value('No more than this value of it counts in one account, in the valuation asset; null: no limit.', {
      example: '1000000',
      core: 'countedCapMinor',
    }),
  ),
};

/** Body of `POST /v1/pools/:pool/collateral/:asset/impact`. */
export const CollateralImpactRequest = Type.Object(
  countedFields,
  closed('How the asset would count.', 'poolAsset'),
);

export const WIRE_COMMANDS = {
  listAsset: Type.Object(
    {
      kind: kind('listAsset'),
      asset: id('Id of the asset, for good.', 'USDT'),
      decimals: count('Scale of the ledger: one minor unit is 10^-decimals.', {
        minimum: 0,
        maximum: 9,
        example: 6,
      }),
    },
    closed('Lists an asset.'),
  ),
  openPool: Type.Object(
    {
      kind: kind('openPool'),
      pool: id('Id of the risk pool, for good.', 'main'),
      isDesk: Type.Optional(
        flag("A desk's pool trades against the outside; a venue's pool only among its accounts.", {
          default: false,
        }),
      ),
      workBudget: Type.Optional(
        count('Steps of its own work the pool may take after each command that touches it.', {
          minimum: 1,
          maximum: 1_000_000,
          default: 10_000,
          example: 10_000,
        }),
      ),
      admission: Type.Optional(
        word(
          ['orders', 'fills'],
          'orders: accounts trade by accepted orders, and a fill of one is a fact. fills: each fill is tested by itself.',
          { default: 'orders' },
        ),
      ),
      valuationAsset: orNull(
        id(
          'The asset in which cross and portfolio accounts are valued; null: isolated accounts only.',
          'USDT',
        ),
      ),
      legRule: Type.Optional(
        word(
          LEG_RULES,
          'What long and short legs of one instrument in one account require: the larger, both, or their net.',
          { default: 'larger' },
        ),
      ),
    },
    closed('Opens a risk pool: instruments with one insurance fund per asset.'),
  ),
  listInstrument: Type.Object(
    { kind: kind('listInstrument'), ...INSTRUMENT_FIELDS },
    closed('Lists an instrument in a pool.', 'settle'),
  ),
  scheduleParameters: Type.Object(
    {
      kind: kind('scheduleParameters'),
      definition: WireInstrument,
      effectiveMs: timeMs('From then on for opening, removal, fees and limits.'),
      graceUntilMs: timeMs('From then on for liquidation too; not before effectiveMs.'),
      liquidateAtOnce: Type.Optional(
        flag(
          'Whether accounts under the new maintenance margin are liquidated when the grace ends, before the next mark.',
          { default: false },
        ),
      ),
    },
    closed(
      'Changes what an instrument asks for at a stated time: its whole definition as in listInstrument, with what may change changed.',
    ),
  ),
  cancelParameters: Type.Object(
    { kind: kind('cancelParameters'), instrument: id('The instrument.', 'BTC-PERP') },
    closed('Takes back a change of parameters that has not begun.'),
  ),
  openClient: Type.Object(
    { kind: kind('openClient'), client: id('Id of the client, for good.', 'ada') },
    closed('Opens a client.'),
  ),
  setFeeTier: Type.Object(
    {
      kind: kind('setFeeTier'),
      client: id('The client.', 'ada'),
      tier: count('Which of the fee tiers of each instrument it pays; 0 is none.', {
        minimum: 0,
        maximum: FEE_TIERS_MAX,
        example: 1,
      }),
    },
    closed('Puts a client into a fee tier.'),
  ),

  announceDeposit: Type.Object(
    {
      kind: kind('announceDeposit'),
      deposit: id('Id of the deposit, for good.', 'dep-1'),
      client: id('The client.', 'ada'),
      asset,
      amount: amountOf('Amount on its way.'),
    },
    closed('Announces money on its way in: it counts as pending.', 'asset'),
  ),
  finalizeDeposit: Type.Object(
    { kind: kind('finalizeDeposit'), deposit },
    closed('The deposit is final: free in the wallet.'),
  ),
  returnDeposit: Type.Object(
    { kind: kind('returnDeposit'), deposit },
    closed('The deposit goes back where it came from.'),
  ),
  requestWithdrawal: Type.Object(
    {
      kind: kind('requestWithdrawal'),
      withdrawal: id('Id of the withdrawal, for good.', 'wd-1'),
      client: id('The client.', 'ada'),
      asset,
      amount: amountOf('Amount to take out of the wallet.'),
    },
    closed('Takes money out of the wallet, pending.', 'asset'),
  ),
  sendWithdrawal: Type.Object(
    { kind: kind('sendWithdrawal'), withdrawal },
    closed('The withdrawal has left and is not yet settled.'),
  ),
  settleWithdrawal: Type.Object(
    { kind: kind('settleWithdrawal'), withdrawal },
    closed('The withdrawal has arrived.'),
  ),
  returnWithdrawal: Type.Object(
    { kind: kind('returnWithdrawal'), withdrawal },
    closed('The withdrawal failed: back in the wallet.'),
  ),

  openAccount: Type.Object(
    {
      kind: kind('openAccount'),
      account: id('Id of the margin account, for good.', 'ada-1'),
      client: id('The client.', 'ada'),
      marginMode: Type.Optional(
        word(
          MARGIN_MODES,
          'isolated: one instrument, on its own collateral. cross: every instrument of a pool, on one collateral. portfolio: the same, required by scenarios.',
          { default: 'isolated' },
        ),
      ),
      instrument: orNull(
        id('The one instrument an isolated account trades; null for the others.', 'BTC-PERP'),
        {
          isInExample: true,
        },
      ),
      pool: orNull(id('The pool of a cross or portfolio account; null for an isolated one.', 'main')),
      hasLegs: Type.Optional(
        flag('Long and short legs of an instrument are positions of their own; not for isolated accounts.', {
          default: false,
        }),
      ),
      leverage: leverageField,
    },
    closed('Opens a margin account of a client: for one instrument, or for those of a pool.'),
  ),
  allocate: Type.Object(
    { kind: kind('allocate'), account, asset: holding, amount: amountOf('Amount.') },
    closed('Moves money from the wallet into a margin account.', 'account'),
  ),
  release: Type.Object(
    { kind: kind('release'), account, asset: holding, amount: amountOf('Amount.') },
    closed('Moves money above the removal floor back to the wallet.', 'account'),
  ),
  setLeverage: Type.Object(
    { kind: kind('setLeverage'), account, leverage: leverageField },
    closed('Changes the leverage of a margin account; no money moves.'),
  ),
  closeAccount: Type.Object(
    { kind: kind('closeAccount'), account },
    closed('Closes a flat margin account for good; what it holds goes to the wallet.'),
  ),
  setAutoMargin: Type.Object(
    {
      kind: kind('setAutoMargin'),
      account,
      cap: amount('Most that the wallet adds in all, in the settlement asset; 0 ends it.', {
        example: '1000',
        core: 'capMinor',
      }),
      expiresMs: orNull(timeMs('When it ends by itself; null: never.')),
    },
    closed(
      'Lets the wallet top an isolated account up when it would be liquidated; stops when liquidation begins.',
      'account',
    ),
  ),
  switchMode: Type.Object(
    {
      kind: kind('switchMode'),
      account,
      marginMode: word(MARGIN_MODES, 'Its new mode.'),
      instrument: orNull(id('What it trades as an isolated account; null for the other modes.', 'BTC-PERP'), {
        isInExample: true,
      }),
    },
    closed(
      'Changes the margin mode of an account with its positions and orders as they are; no money moves.',
    ),
  ),
  carvePosition: Type.Object(
    {
      kind: kind('carvePosition'),
      account: id('The cross or portfolio account.', 'ada-1'),
      instrument: id('The instrument of the position.', 'BTC-PERP'),
      leg: legField('The leg of the position: net, unless the account keeps long and short legs apart.'),
      into: id('The flat isolated account of the same client that takes it.', 'ada-2'),
      amount: amount('Collateral that goes with it, in the settlement asset.', {
        example: '500',
        core: 'amountMinor',
      }),
    },
    closed('Takes a position, with collateral, out of an account into one of its own.', 'instrument'),
  ),
  mergeAccount: Type.Object(
    {
      kind: kind('mergeAccount'),
      account: id('The isolated account.', 'ada-2'),
      into: id('The cross or portfolio account of the same client.', 'ada-1'),
    },
    closed('Puts all of an isolated account, position, collateral and orders, into another.'),
  ),

  fill: Type.Object(
    {
      kind: kind('fill'),
      instrument: id('The instrument.', 'BTC-PERP'),
      price: price('Price of the trade.', { example: '43000.1', core: 'priceTicks' }),
      quantity: quantity('Contracts; linear base = quantity x contractSize.', {
        example: '0.5',
        core: 'lots',
      }),
      buyer: FillSide,
      seller: FillSide,
      taker: word(['buyer', 'seller'], 'Who took: pays the taker fee.'),
    },
    closed('A trade that happened: both sides settle, or neither.', 'instrument'),
  ),

  placeOrder: Type.Object(
    {
      kind: kind('placeOrder'),
      order: id('Id of the order, for good.', 'ada-1/7'),
      account,
      instrument: id('The instrument.', 'BTC-PERP'),
      leg: legField('The leg it is for: net, unless the account keeps long and short legs apart.'),
      side: word(['buy', 'sell'], 'What it does.'),
      price: orNull(price('Limit; null for a market order.', { example: '43000.1', core: 'priceTicks' }), {
        isInExample: true,
      }),
      slippageRate: orNull(
        rate('Of a market order: how far from the mark it may trade; null for a limit order.', {
          example: '0.01',
          core: 'slippagePpm',
        }),
      ),
      quantity: quantity('Contracts.', { example: '0.5', core: 'lots' }),
      isReduceOnly: Type.Optional(
        flag('Only what reduces the position: cut to it, and cut again as it gets smaller.', {
          default: false,
        }),
      ),
      holdWallet: Type.Optional(
        flag(
          "What the account lacks for it is held on its client's wallet and moves with the fills; isolated accounts only.",
          { default: false },
        ),
      ),
    },
    closed(
      'Lets an order in, if the account can carry it with its others; its fills are facts.',
      'instrument',
    ),
  ),
  amendOrder: Type.Object(
    {
      kind: kind('amendOrder'),
      order,
      price: price('Its new limit.', { example: '42990', core: 'priceTicks' }),
      quantity: quantity('Contracts that shall be left of it.', { example: '0.4', core: 'lots' }),
    },
    closed('Changes an order in one step, tested as the order it becomes.', 'order'),
  ),
  cancelOrder: Type.Object({ kind: kind('cancelOrder'), order }, closed('Takes an order back.')),

  mark: Type.Object(
    {
      kind: kind('mark'),
      sourceTimeMs: timeMs('When the source made these marks.'),
      marks: Type.Optional(
        Type.Array(Mark, {
          description: 'Marks that act together, each instrument once.',
          default: [],
          isInExample: true,
          maxItems: MARKS_MAX,
        }),
      ),
      assetPrices: Type.Optional(
        Type.Array(AssetPrice, {
          description: 'Prices of collateral that act with them, each asset of a pool once.',
          default: [],
          maxItems: MARKS_MAX,
        }),
      ),
    },
    closed('A batch of marks and prices of collateral; accounts at maintenance margin are liquidated.'),
  ),
  applyFunding: Type.Object(
    {
      kind: kind('applyFunding'),
      instrument: id('The instrument.', 'BTC-PERP'),
      fundingTimeMs: timeMs('The funding time, later than the last.'),
      rate: signedRate('Share of notional that longs pay to shorts; negative the other way.', {
        example: '0.0001',
        core: 'ratePpm',
      }),
    },
    closed('Applies the funding of one interval to every position.'),
  ),
  expire: Type.Object(
    { kind: kind('expire'), instrument: id('The future or option.', 'BTC-241227') },
    closed(
      'Settles a future after its expiry at the last good mark, an option at its intrinsic value at the last good index price, together with all options of its pool, underlying, expiry and settlement asset.',
    ),
  ),
  setReduceOnly: Type.Object(
    {
      kind: kind('setReduceOnly'),
      instrument: id('The instrument.', 'BTC-PERP'),
      isReduceOnly: flag('Whether its positions may only be reduced from now on.'),
    },
    closed('Lets positions in an instrument be reduced only, or be opened again.'),
  ),
  delist: Type.Object(
    { kind: kind('delist'), instrument: id('The instrument.', 'BTC-PERP') },
    closed('Takes an instrument off the market: every position settles at the last good mark.'),
  ),

  injectCapital: Type.Object(
    { kind: kind('injectCapital'), asset, amount: amountOf('Amount.') },
    closed("The venue's own money comes in.", 'asset'),
  ),
  topUpFund: Type.Object(
    { kind: kind('topUpFund'), pool, asset, amount: amountOf('Amount.') },
    closed("Moves venue capital into a pool's insurance fund.", 'asset'),
  ),
  drawDownFund: Type.Object(
    { kind: kind('drawDownFund'), pool, asset, amount: amountOf('Amount.') },
    closed('Moves money of an insurance fund back to venue capital, out of a sound pool at rest.', 'asset'),
  ),
  feesToCapital: Type.Object(
    { kind: kind('feesToCapital'), asset, amount: amountOf('Amount.') },
    closed('Moves earned fees to venue capital.', 'asset'),
  ),

  listCollateral: Type.Object(
    {
      kind: kind('listCollateral'),
      pool,
      asset: id('The asset.', 'BTC'),
      ...countedFields,
      peg: orNull(Peg),
      conversionRank: Type.Optional(
        count('Lower ranks are converted first when an account is short of another asset.', {
          minimum: 0,
          maximum: 1_000_000,
          default: 0,
          example: 1,
        }),
      ),
      conversionSpreadRate: Type.Optional(
        rate('Share of a conversion that the facility keeps.', {
          example: '0.005',
          core: 'conversionSpreadPpm',
          default: '0',
        }),
      ),
      priceMaxAgeMs: count('A price older than this is stale; milliseconds.', {
        minimum: 1,
        maximum: TIME_MAX_MS,
        example: 60_000,
      }),
      priceMaxJumpRate: rate('A price farther than this from the last good one waits for confirmation.', {
        example: '0.1',
        core: 'priceMaxJumpPpm',
      }),
      priceConfirmations: count('Prices in agreement that let a jump act, the first included.', {
        minimum: 1,
        maximum: 1000,
        example: 3,
      }),
    },
    closed('Lists an asset as collateral of cross and portfolio accounts of a pool.', 'poolAsset'),
  ),
  fundFacility: Type.Object(
    { kind: kind('fundFacility'), pool, asset, amount: amountOf('Amount.') },
    closed('Moves venue capital into the facility that converts collateral of a pool.', 'asset'),
  ),
  drainFacility: Type.Object(
    { kind: kind('drainFacility'), pool, asset, amount: amountOf('Amount.') },
    closed('Moves money of the facility back to venue capital, as far as the pool has the cash.', 'asset'),
  ),

  openLending: Type.Object(
    {
      kind: kind('openLending'),
      pool,
      asset: id('The asset; its price is the one it has as collateral.', 'USDT'),
      baseRate: rate('Yearly rate with nothing borrowed.', { example: '0.01', core: 'baseRatePpm' }),
      kink: rate('Share of what was lent above which the second slope begins.', {
        example: '0.8',
        core: 'kinkPpm',
      }),
      slopeBelow: rate('What the yearly rate gains up to the kink.', {
        example: '0.05',
        core: 'slopeBelowPpm',
      }),
      slopeAbove: rate('What it gains from the kink to everything.', {
        example: '1',
        core: 'slopeAbovePpm',
      }),
      reserveShare: rate("Share of interest that goes to the pool's insurance fund.", {
        example: '0.1',
        core: 'reserveSharePpm',
      }),
      debtInitialRate: rate('Initial margin of a debt, as a share of its value.', {
        example: '0.2',
        core: 'debtInitialPpm',
      }),
      debtMaintenanceRate: rate('Maintenance margin of a debt, as a share of its value.', {
        example: '0.1',
        core: 'debtMaintenancePpm',
      }),
      accountDebtCap: amount('Most that one account may owe.', {
        example: '100000',
        core: 'accountDebtCapMinor',
      }),
      poolDebtCap: amount('Most that all accounts may owe.', {
        example: '5000000',
        core: 'poolDebtCapMinor',
      }),
    },
    closed('Opens a lending pool of an asset inside a risk pool.', 'asset'),
  ),
  supply: Type.Object(
    { kind: kind('supply'), client: lender, pool, asset, amount: amountOf('Amount.') },
    closed('Lends to a pool: wallet money becomes a share of what its lending pool has.', 'asset'),
  ),
  withdrawSupply: Type.Object(
    {
      kind: kind('withdrawSupply'),
      client: lender,
      pool,
      asset,
      amount: orNull(amountOf('Amount; null: all it has lent, with its interest.'), { isInExample: true }),
    },
    closed('Takes back what was lent, as far as the lending pool has the cash.', 'asset'),
  ),
  borrow: Type.Object(
    { kind: kind('borrow'), account, asset, amount: amountOf('Amount.') },
    closed('Lends to a margin account, within the caps and its margin.', 'asset'),
  ),
  repay: Type.Object(
    {
      kind: kind('repay'),
      account,
      asset,
      amount: orNull(amountOf('Amount; null: all of the debt.'), { isInExample: true }),
    },
    closed('Pays a debt back out of what the account holds of the asset.', 'asset'),
  ),
  accrueInterest: Type.Object(
    {
      kind: kind('accrueInterest'),
      pool,
      asset,
      accrualTimeMs: timeMs('Up to when, later than the last.'),
    },
    closed('Lets every debt in an asset grow by the interest of an interval.'),
  ),
  setAutoBorrow: Type.Object(
    {
      kind: kind('setAutoBorrow'),
      account,
      autoBorrow: flag('Whether what the account lacks in a spot trade is borrowed with it.'),
    },
    closed('Lets spot trades of an account borrow what they lack, or no more.'),
  ),

  defineScenarios: Type.Object(
    { kind: kind('defineScenarios'), pool, set: WireScenarioSet },
    closed(
      'Defines the scenarios of portfolio accounts; in force once vectors for the whole pool have come.',
    ),
  ),
  sendScenarios: Type.Object(
    {
      kind: kind('sendScenarios'),
      pool,
      set: id('The set they are of: in force, or defined last.', 'grid-1'),
      sourceTimeMs: timeMs('When they were made.'),
      instruments: sentInstruments,
      assets: sentAssets,
    },
    closed(
      'What the scenarios do to instruments and assets, reckoned outside; portfolio accounts at maintenance margin are liquidated.',
    ),
  ),

  setGroup: Type.Object(
    {
      kind: kind('setGroup'),
      client: id('The client.', 'ada'),
      group: orNull(id('The group; null: none.', 'desk-1'), { isInExample: true }),
    },
    closed('Makes clients one for limits on size and for fills between them, or takes one out of its group.'),
  ),
  halt: Type.Object(
    {
      kind: kind('halt'),
      pool,
      instrument: haltedInstrument,
      untilMs: timeMs('Until when; later than now.'),
    },
    closed(
      'Closes nobody out in an instrument, or in a whole pool, until a time; reducing and topping up go on.',
    ),
  ),
  liftHalt: Type.Object(
    { kind: kind('liftHalt'), pool, instrument: haltedInstrument },
    closed('Ends a halt before its time.'),
  ),
  setBreaker: Type.Object(
    {
      kind: kind('setBreaker'),
      instrument: id('The instrument.', 'BTC-PERP'),
      breaker: orNull(WireBreaker, { isInExample: true }),
    },
    closed('Gives an instrument a circuit breaker, or takes it away (null).'),
  ),
  setLiquidation: Type.Object(
    { kind: kind('setLiquidation'), pool, policy: orNull(WireLiquidationPolicy, { isInExample: true }) },
    closed('How a pool liquidates from now on; null: accounts are taken over at once.'),
  ),
  setWaterfall: Type.Object(
    { kind: kind('setWaterfall'), pool, asset, policy: orNull(WireWaterfall, { isInExample: true }) },
    closed(
      "Who bears a pool's losses in an asset from now on; null: own account, fund, lenders of debts, winners, gains. Only while no loss is open.",
      'asset',
    ),
  ),
  recover: Type.Object(
    {
      kind: kind('recover'),
      pool,
      asset,
      ...lossFields,
      amount: amountOf('What came back, out of venue capital.'),
    },
    closed('Returns what came back of a loss to whoever paid it, the last layer first.', 'asset'),
  ),
  reserveCapital: Type.Object(
    {
      kind: kind('reserveCapital'),
      pool,
      asset,
      amount: amountOf("All that is kept for the pool's top-ups from now on; 0: nothing."),
    },
    closed("Keeps venue capital for a pool's top-ups, and for nothing else.", 'asset'),
  ),
  setFundCoolDown: Type.Object(
    {
      kind: kind('setFundCoolDown'),
      pool,
      coolDownMs: count(
        'How long the fund rests before each draw-down, from when this is set, from the last draw-down and from its last use; 0: not at all; milliseconds.',
        { minimum: 0, maximum: TIME_MAX_MS, example: 86_400_000 },
      ),
    },
    closed("States the cool-down of an insurance fund's draw-downs."),
  ),
  scheduleCollateral: Type.Object(
    {
      kind: kind('scheduleCollateral'),
      pool,
      asset: id('The asset.', 'BTC'),
      ...countedFields,
      effectiveMs: timeMs('From then on for opening, initial margin and removal.'),
      graceUntilMs: timeMs('From then on for liquidation too; not before effectiveMs.'),
    },
    closed('Changes how much of an asset counts as collateral, at a stated time.', 'poolAsset'),
  ),
  cancelCollateral: Type.Object(
    { kind: kind('cancelCollateral'), pool, asset: id('The asset.', 'BTC') },
    closed('Takes back a change of collateral that has not begun.'),
  ),
  writeOffLoss: Type.Object(
    { kind: kind('writeOffLoss'), pool, asset, ...lossFields },
    closed('Says that nothing of a paid loss comes back any more: who is still out of what is forgotten.'),
  ),

  moveInstrument: Type.Object(
    {
      kind: kind('moveInstrument'),
      instrument: id('The instrument.', 'BTC-PERP'),
      toPool: id('The pool it goes to.', 'second'),
      fundShare: orNull(
        rate(
          "Of the pool's insurance fund in the settlement asset, what goes along; null: by the share of open interest, at the marks.",
          { example: '0.25', core: 'fundSharePpm' },
        ),
        { core: 'fundSharePpm', isInExample: true },
      ),
    },
    closed(
      'Moves an instrument with its isolated accounts to another pool, while both are sound and at rest.',
    ),
  ),
  splitPool: Type.Object(
    {
      kind: kind('splitPool'),
      pool,
      toPool: id('The pool they go to; opened as the old one is where it is not there yet.', 'second'),
      instruments: Type.Array(id('An instrument.', 'BTC-PERP'), {
        description: 'The instruments, each once.',
        minItems: 1,
        maxItems: 1_000,
      }),
      fundShare: orNull(
        rate(
          "Of the pool's insurance fund in each settlement asset, what goes along; null: by the share of open interest, at the marks.",
          { example: '0.25', core: 'fundSharePpm' },
        ),
        { core: 'fundSharePpm', isInExample: true },
      ),
    },
    closed('Moves several instruments of a pool to another, all or none, while both are sound and at rest.'),
  ),

  ...WIRE_CORRECTIONS,

  ...WIRE_LEVELS,
  windDownPool: Type.Object(
    { kind: kind('windDownPool'), pool },
    closed(
      'From now on the pool takes nothing new: no opening, debt, loan, account or instrument. What lowers risk goes on.',
    ),
  ),
  closePool: Type.Object(
    { kind: kind('closePool'), pool },
    closed(
      'Closes a pool that is being wound down and has nothing open: accounts are swept to wallets, fund and facility go to venue capital.',
    ),
  ),
  reopenPool: Type.Object(
    { kind: kind('reopenPool'), pool },
    closed('Opens a pool again that is being wound down, or is closed.'),
  ),

  ...WIRE_SOURCES,

  resume: Type.Object({ kind: kind('resume'), pool }, closed('Gives a pool another budget for its work.')),
} as const satisfies { [K in ExternalCommand['kind']]: { readonly type: 'object' } };

export type WireKind = keyof typeof WIRE_COMMANDS;
export type WireCommand = { [K in WireKind]: Type.Static<(typeof WIRE_COMMANDS)[K]> }[WireKind];
export type WireCommandOf<K extends WireKind> = Type.Static<(typeof WIRE_COMMANDS)[K]>;

export const WIRE_KINDS = Object.keys(WIRE_COMMANDS) as readonly WireKind[];

export function wireSchema(kind: WireKind): WireSchema {
  return WIRE_COMMANDS[kind] as WireSchema;
}
