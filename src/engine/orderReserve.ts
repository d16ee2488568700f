/**
 * What resting orders will have to give as it is, whatever else the account is worth: what is sold or paid in a spot pair,
 * and premiums. A spot order is no position and asks for no margin: it asks that what it gives is there, or may be
 * borrowed, when it fills. Until then that much does not leave the account or serve another order.
 */
import { max } from '../base/index.js';
import { fillNotionalTowardsZero, fillValueTowardsZero } from '../market/index.js';
import { isSpot, ordersOf } from './accountParts.js';
import { spotPair } from './spotPair.js';
import { INSTRUMENT_STATUS, listedInstrument, type State } from './state.js';
import { feeRatePpm, tradingFee } from './tradingFee.js';

export interface SpotOrder {
  readonly instrumentRow: number;
  readonly isBuy: boolean;
  readonly lots: bigint;
  readonly priceTicks: bigint;
}

/** Open orders of the account in spot pairs that trade, but for one. */
export function spotOrdersOf(state: State, accountRow: number, exceptOrderRow = -1): readonly SpotOrder[] {
  const { orders, instruments } = state;
  return ordersOf(state, accountRow)
    .filter((row) => row !== exceptOrderRow && isSpot(state, orders.instrument.get(row)))
    .map((row) => ({
      instrumentRow: orders.instrument.get(row),
      isBuy: orders.isBuy.get(row) === 1,
      lots: orders.lots.get(row),
      priceTicks: orders.priceTicks.get(row),
    }))
    .filter(({ instrumentRow }) => instruments.status.get(instrumentRow) === INSTRUMENT_STATUS.trading);
}

/** What an order gives at its limit and as a taker, and what it gets; rows of pool assets, minor units. */
export function exchangeOf(state: State, accountRow: number, order: SpotOrder) {
  const { instrumentRow, isBuy, lots } = order;
  const pair = spotPair(state, instrumentRow);
  const value = fillValueTowardsZero(listedInstrument(state, instrumentRow).marginTerms, order);
  const fee = max(0n, tradingFee(value, feeRatePpm(state, { accountRow, instrumentRow, isTaker: true })));
  const base = lots * pair.basePerLot;
  return isBuy
    ? { gives: pair.quote, given: value + fee, gets: pair.base, got: base }
    : { gives: pair.base, given: base, gets: pair.quote, got: value - fee };
}

/** What of an asset the orders give together. */
export function givenBy(
  state: State,
  of: { readonly accountRow: number; readonly poolAssetRow: number; readonly orders: readonly SpotOrder[] },
): bigint {
  return of.orders
    .map((order) => exchangeOf(state, of.accountRow, order))
    .reduce((sum, { gives, given }) => (gives === of.poolAssetRow ? sum + given : sum), 0n);
}

/** What of the account's balance in an asset its resting spot orders will give, but for one of them. */
export function reservedForSpot(state: State, accountAssetRow: number, exceptOrderRow = -1): bigint {
  const { account, poolAsset } = state.accountAssets;
  const accountRow = account.get(accountAssetRow);
  const orders = spotOrdersOf(state, accountRow, exceptOrderRow);
  if (orders.length === 0) return 0n;
  return givenBy(state, { accountRow, poolAssetRow: poolAsset.get(accountAssetRow), orders });
}

/** The premium of the account's resting orders for options that settle in the asset: it is paid in cash when they fill. */
export function orderedPremium(state: State, accountRow: number, poolAssetRow: number): bigint {
  const { orders, instruments } = state;
  let premium = 0n;
  for (const row of ordersOf(state, accountRow)) {
    const instrumentRow = orders.instrument.get(row);
    const { option, marginTerms } = listedInstrument(state, instrumentRow);
    if (option === null || orders.isBuy.get(row) === 0 || orders.isReduceOnly.get(row) === 1) continue;
    if (instruments.poolAsset.get(instrumentRow) !== poolAssetRow) continue;
    if (instruments.status.get(instrumentRow) !== INSTRUMENT_STATUS.trading) continue;
    const [lots, priceTicks] = [orders.lots.get(row), orders.priceTicks.get(row)];
    premium += fillNotionalTowardsZero(marginTerms, { lots, priceTicks }) + 1n;
  }
  return premium;
}

/** What of the account's balance in an asset its resting orders will give. */
export function reservedByOrders(state: State, accountAssetRow: number): bigint {
  const { account, poolAsset } = state.accountAssets;
  const premium = orderedPremium(state, account.get(accountAssetRow), poolAsset.get(accountAssetRow));
  return premium + reservedForSpot(state, accountAssetRow);
}
