/**
 * Why a command is refused. The list is published in this order, which is also the order in which a command
 * tests what applies to it: shape, existence, status, then money. Append within a group; codes are permanent.
 */

/** A number that decided, with its unit; amounts carry the row of their asset. */
export type ContextValue = string | number | bigint | { readonly minor: bigint; readonly assetRow: number };

export interface Rejection {
  readonly code: RejectionCode;
  readonly context: Readonly<Record<string, ContextValue>>;
}

export interface RejectionInfo {
  /** What is wrong. */
  readonly message: string;
  /** What the caller can do. */
  readonly remedy: string;
  /** HTTP status of the answer. */
  readonly status: 400 | 404 | 409 | 422;
}

export const REJECTIONS = {
  invalid_id: {
    message: 'an id is 1 to 64 plain characters',
    remedy: 'use letters, digits and . _ : / -',
    status: 422,
  },
  invalid_amount: {
    message: 'the amount is not positive, or too large',
    remedy: 'send a positive amount under the stated largest',
    status: 422,
  },
  invalid_price: {
    message: 'the price is not positive, or above the largest the instrument can carry',
    remedy: 'send a price inside the stated range',
    status: 422,
  },
  invalid_size: {
    message: 'the size is not positive, or too large',
    remedy: 'send a positive size under the stated largest',
    status: 422,
  },
  out_of_range: {
    message: 'a balance, a position or a total would not fit the ledger',
    remedy: 'send less',
    status: 422,
  },
  invalid_definition: {
    message: 'the definition breaks a rule of listing',
    remedy: 'change the named field',
    status: 422,
  },
  unknown_asset: { message: 'there is no such asset', remedy: 'list the asset first', status: 404 },
  unknown_pool: { message: 'there is no such risk pool', remedy: 'open the pool first', status: 404 },
  unknown_instrument: {
    message: 'there is no such instrument',
    remedy: 'list the instrument first',
    status: 404,
  },
  unknown_client: { message: 'there is no such client', remedy: 'open the client first', status: 404 },
  unknown_account: {
    message: 'there is no such margin account',
    remedy: 'open the account first',
    status: 404,
  },
  unknown_collateral: {
    message: 'the pool does not take the asset as collateral',
    remedy: 'list it as collateral of the pool first',
    status: 404,
  },
  unknown_lending: {
    message: 'the pool does not lend the asset',
    remedy: 'open lending of the asset in the pool first',
    status: 404,
  },
  unknown_takeover: {
    message: 'there is no such open takeover',
    remedy: "look at the pool's open takeovers",
    status: 404,
  },
  unknown_scenarios: {
    message: 'the pool has no such scenario set',
    remedy: 'define the set first',
    status: 404,
  },
  unknown_order: { message: 'there is no such order', remedy: 'place the order first', status: 404 },
  unknown_cash_movement: {
    message: 'there is no such deposit or withdrawal',
    remedy: 'use the id it was announced with',
    status: 404,
  },
  already_exists: { message: 'the id is taken, for good', remedy: 'use another id', status: 409 },
  pool_quarantined: {
    message: 'the pool is halted after a broken law',
    remedy: 'call the operator; other pools go on',
    status: 409,
  },
  pool_not_open: {
    message: 'the pool is being wound down, or is closed: it takes nothing new',
    remedy: 'use another pool; what lowers risk is still taken, orders as reduce-only ones',
    status: 409,
  },
  pool_open: {
    message: 'the pool is open',
    remedy: 'wind it down first',
    status: 409,
  },
  pool_not_empty: {
    message: 'something in the pool is still open',
    remedy: 'wait until positions, orders, debts, loans and losses are closed, or reopen the pool',
    status: 409,
  },
  time_backwards: {
    message: 'the source time is before the last one accepted',
    remedy: 'send only newer data',
    status: 409,
  },
  source_time_ahead: {
    message: "the source time is ahead of the engine's clock",
    remedy: 'check the clock of the source',
    status: 422,
  },
  instrument_not_trading: {
    message: 'the instrument is settling or settled',
    remedy: 'trade another one',
    status: 409,
  },
  instrument_reduce_only: {
    message: 'positions in the instrument may be reduced only',
    remedy: 'trade another one',
    status: 409,
  },
  instrument_not_expired: {
    message: 'the instrument has no expiry, or it has not come',
    remedy: 'wait for the expiry',
    status: 409,
  },
  account_closed: {
    message: 'the margin account is closed for good',
    remedy: 'open another one',
    status: 409,
  },
  account_not_flat: {
    message: 'the margin account still has a position',
    remedy: 'close the position first',
    status: 409,
  },
  order_closed: {
    message: 'the order is filled or cancelled',
    remedy: 'place another one',
    status: 409,
  },
  instrument_halted: {
    message: 'the instrument or its pool is halted',
    remedy: 'wait until the time given; orders that only reduce are taken',
    status: 409,
  },
  expiry_unsettled: {
    message: 'a position of the margin account has expired and is not settled yet',
    remedy: 'settle the instrument with `expire` first',
    status: 409,
  },
  liquidation_order: {
    message: 'the order is one the pool sent to reduce an account in liquidation',
    remedy: 'top the margin account up until it is out of liquidation',
    status: 409,
  },
  account_has_orders: {
    message: 'the margin account still has open orders',
    remedy: 'cancel them first',
    status: 409,
  },
  account_has_debts: {
    message: 'the margin account still owes',
    remedy: 'repay first',
    status: 409,
  },
  no_debt: {
    message: 'the account owes nothing in the asset',
    remedy: 'none needed',
    status: 409,
  },
  wrong_cash_status: {
    message: 'the deposit or withdrawal is not in the status this step needs',
    remedy: 'follow its steps in order',
    status: 409,
  },
  pool_isolated_only: {
    message: 'the pool has no valuation asset: it carries isolated accounts only',
    remedy: 'open an isolated account, or another pool',
    status: 422,
  },
  wrong_mode: {
    message: 'one of the accounts is not of the margin mode this needs',
    remedy: 'carve from a shared account into an isolated one of the instrument, merge the other way',
    status: 422,
  },
  not_own_account: {
    message: 'the two accounts are not of one client in one pool',
    remedy: 'go through the wallet',
    status: 422,
  },
  not_isolatable: {
    message: 'the account has more than one position, asset or ordered instrument, or keeps legs apart',
    remedy: 'close the rest, or carve the position into an isolated account',
    status: 422,
  },
  no_position: {
    message: 'the account has no such position',
    remedy: 'name one that is open',
    status: 422,
  },
  leg_occupied: {
    message: 'the account has a position in that leg already',
    remedy: 'close one of the two first',
    status: 409,
  },
  wrong_leg: {
    message: 'the account does not keep long and short legs apart, or keeps them apart and no leg is named',
    remedy: 'name leg net for an account without legs, long or short for one with legs',
    status: 422,
  },
  wrong_instrument: {
    message: 'the account or takeover belongs to another instrument',
    remedy: 'an isolated account trades the one it was opened for',
    status: 422,
  },
  scenarios_incomplete: {
    message: 'the vectors do not cover the whole pool, as a set that comes into force needs',
    remedy: 'send vectors for every instrument and shocks for every asset',
    status: 422,
  },
  scenarios_stale: {
    message:
      'there are no scenario vectors that may decide: none yet, too old, or made too far from the mark',
    remedy: 'send fresh vectors',
    status: 409,
  },
  order_required: {
    message: 'in this pool an account trades by accepted orders',
    remedy: 'place the order first and name it in the fill',
    status: 422,
  },
  wrong_order: {
    message:
      "the fill is not the order's: another account, instrument, leg or side, a worse price, or more than is left",
    remedy: 'send the fill as the order allows it',
    status: 422,
  },
  same_account: { message: 'both sides are the same', remedy: 'a trade needs two parties', status: 422 },
  no_account_side: {
    message: 'a fill needs a margin account on at least one side',
    remedy: 'name an account',
    status: 422,
  },
  counterparty_needs_desk: {
    message: "only a desk's pool trades against the outside",
    remedy: 'name an account on both sides',
    status: 422,
  },
  spot_needs_accounts: {
    message: 'a takeover has no part in the trade of a spot pair',
    remedy: 'name an account, or in a pool of a desk the outside',
    status: 422,
  },
  liquidation_not_reducing: {
    message: 'the fill does not reduce the takeover',
    remedy: 'trade against its position, at most its size',
    status: 422,
  },
  leverage_out_of_range: {
    message: 'the leverage is under 1 or above what the bracket allows',
    remedy: 'choose one inside the stated range',
    status: 422,
  },
  no_funding: {
    message: 'options and spot pairs have no funding',
    remedy: 'none needed',
    status: 422,
  },
  funding_rate_out_of_range: {
    message: "the funding rate is above the instrument's largest",
    remedy: 'check the rate',
    status: 422,
  },
  asset_price_unusable: {
    message: 'the asset has no price that may decide: none yet, stale, suspect, or a jump waits',
    remedy: 'send a fresh price of the asset',
    status: 409,
  },
  mark_unusable: {
    message: 'the instrument has no mark that may decide: none yet, stale, suspect, or a jump waits',
    remedy: 'send fresh marks',
    status: 409,
  },
  order_outside_band: {
    message: 'the order could trade too far from the mark',
    remedy: 'choose a price inside the band',
    status: 422,
  },
  nothing_to_reduce: {
    message: 'there is no position left that the reduce-only order could reduce',
    remedy: 'none needed, or place the order without reduce-only',
    status: 422,
  },
  fill_outside_band: {
    message: 'the fill is too far from the mark',
    remedy: 'trade inside the price band',
    status: 422,
  },
  position_cap: {
    message: 'the client would hold more of the instrument than its cap',
    remedy: 'trade less',
    status: 422,
  },
  open_interest_cap: {
    message: 'the open interest would be above the cap of the instrument',
    remedy: 'trade less, or reduce',
    status: 422,
  },
  leg_overdrawn: {
    message: 'the trade would turn a leg to the other side',
    remedy: 'trade at most what the leg holds, and the rest on the other leg',
    status: 422,
  },
  position_too_large: {
    message: 'the position would be larger than the ledger can carry',
    remedy: 'trade less',
    status: 422,
  },
  self_trade_deficit: {
    message:
      'a fill between two accounts of one client would leave a deficit, or an account under maintenance margin',
    remedy: 'trade at a price both accounts can pay',
    status: 422,
  },
  insufficient_wallet_balance: {
    message: 'the wallet does not hold this much',
    remedy: 'deposit first, or send less',
    status: 422,
  },
  insufficient_account_balance: {
    message: 'the margin account does not hold this much of the asset',
    remedy: 'allocate it first, borrow it, or send less',
    status: 422,
  },
  insufficient_supply: {
    message: 'the client has not lent this much',
    remedy: 'take back at most the stated amount',
    status: 422,
  },
  insufficient_lending_cash: {
    message: 'the lending pool does not hold this much cash now',
    remedy: 'send at most the stated amount, or wait for repayments',
    status: 409,
  },
  lending_exhausted: {
    message: 'what was lent is lost: the shares of its lenders are worth nothing',
    remedy: 'lend in another pool',
    status: 409,
  },
  debt_cap: {
    message: 'the debt of the account, or of the pool, would be above its cap',
    remedy: 'borrow at most the stated amount',
    status: 422,
  },
  insufficient_initial_margin: {
    message: 'the position needs more initial margin',
    remedy: 'allocate the missing amount, or trade less',
    status: 422,
  },
  insufficient_order_margin: {
    message: 'the account cannot carry the order with its others',
    remedy: 'allocate the missing amount, or order less',
    status: 422,
  },
  insufficient_margin_for_leverage: {
    message: 'a lower leverage needs more margin',
    remedy: 'allocate the missing amount first',
    status: 422,
  },
  account_in_liquidation: {
    message: 'nothing leaves an account in liquidation',
    remedy: 'cure it in full, or wait for the end',
    status: 409,
  },
  top_up_must_cure: {
    message: 'liquidation has begun: a top-up must cure in full',
    remedy: 'send at least the missing amount',
    status: 422,
  },
  removal_floor: {
    message: 'what would remain is under the removal floor',
    remedy: 'release at most the stated amount',
    status: 422,
  },
  pool_not_sound: {
    message: 'while the pool is not sound an account gets back at most its own net principal',
    remedy: 'release at most the stated amount, or wait',
    status: 409,
  },
  fund_at_rest: {
    message: 'the cool-down of the insurance fund has not passed since it was set, drawn down or last used',
    remedy: 'draw down from the stated time on',
    status: 409,
  },
  insufficient_pool_cash: {
    message: 'the pool does not hold this much cash yet',
    remedy: 'release at most the stated amount, or wait',
    status: 409,
  },
  insufficient_venue_funds: {
    message: 'the venue account does not hold this much',
    remedy: 'send less',
    status: 422,
  },
  nothing_to_do: { message: 'there is no such work', remedy: 'none needed', status: 409 },
  losses_open: {
    message: 'losses of the pool are being worked off: who bears them stays as it is',
    remedy: 'wait until the pool has no queue, takeover or open deficit and is sound',
    status: 409,
  },
  unknown_deficit: {
    message: 'the pool has no such deficit in the asset',
    remedy: 'take its number from the event that recognised it, or from the pool',
    status: 404,
  },
  pools_unlike: {
    message: 'the instrument cannot go from the one pool to the other',
    remedy: 'name a pool that works the same way, by the stated rule',
    status: 422,
  },
  pool_at_work: {
    message: 'the pool has work of its own, or is halted',
    remedy: 'wait until the named work is done',
    status: 409,
  },
  instrument_bound: {
    message: 'something ties the instrument to its pool',
    remedy: 'undo what the rule names, or leave it where it is',
    status: 409,
  },
  shared_holders: {
    message: 'cross or portfolio accounts hold the instrument, or have orders in it',
    remedy: 'carve its position out of the named accounts, or cancel their orders in it',
    status: 409,
  },
  unknown_proposal: {
    message: 'there is no such proposal',
    remedy: 'propose it first',
    status: 404,
  },
  proposal_closed: {
    message: 'the proposal was approved or withdrawn',
    remedy: 'make another one',
    status: 409,
  },
  proposal_expired: {
    message: 'the time in which the proposal may be approved is over',
    remedy: 'propose it anew',
    status: 409,
  },
  same_operator: {
    message: 'who proposed a correction does not approve it',
    remedy: 'have another operator approve',
    status: 409,
  },
  already_corrected: {
    message: 'the same was corrected before',
    remedy: 'none needed: look at the proposal named',
    status: 409,
  },
  facts_disagree: {
    message: 'what is named is not so, as far as the state knows',
    remedy: 'take the facts from the journal, by the stated rule',
    status: 422,
  },
  nothing_to_correct: {
    message: 'nobody was hurt by it, or nobody who is a client',
    remedy: 'none needed',
    status: 409,
  },
  correction_unfunded: {
    message: 'fund and venue capital, within what the correction allows them, cannot make it good',
    remedy: 'raise the caps, bring capital, or wait until the pool is sound and at rest',
    status: 409,
  },
  notice_too_short: {
    message: 'an isolation level comes down only after notice',
    remedy: 'send a time that is not before the stated one, or none',
    status: 422,
  },
  level_forbids_mode: {
    message:
      'the isolation level of the instrument does not let a position open or come into this margin mode',
    remedy: 'use an account in a mode that shares less, or reduce',
    status: 409,
  },
  margin_locked: {
    message:
      'the isolation level of an instrument keeps all margin in the account while the position is open',
    remedy: 'close the position first; other accounts of the client are free',
    status: 409,
  },
  loss_written_off: {
    message: 'the loss was written off: nobody has a claim on what comes back of it',
    remedy: 'leave it with the venue, or add it to the fund',
    status: 409,
  },
  unknown_source: {
    message: 'no such source is declared for the price',
    remedy: 'declare the sources of the price first',
    status: 404,
  },
  price_from_sources: {
    message: 'the price is made of declared sources, and no finished one is taken',
    remedy: 'send quotes of its sources, or take the sources back',
    status: 409,
  },
  concentration_cap: {
    message: 'the client or its group would hold more of the open interest than its share',
    remedy: 'trade less, or wait until more is open',
    status: 422,
  },
  asset_not_in_pool: {
    message: 'nothing in the pool settles in the asset, and it is no collateral there',
    remedy: 'list an instrument that settles in it, or list it as collateral of the pool',
    status: 409,
  },
  instrument_not_in_pool: {
    message: 'the instrument is of another risk pool',
    remedy: 'name the pool that it is in',
    status: 422,
  },
} as const satisfies Record<string, RejectionInfo>;

export type RejectionCode = keyof typeof REJECTIONS;

export const REJECTION_CODES = Object.keys(REJECTIONS) as readonly RejectionCode[];

export function reject(code: RejectionCode, context: Rejection['context'] = {}): Rejection {
  return { code, context };
}
