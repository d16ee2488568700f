/**
 * What the simulated clients want: one decision for one margin account at one moment, from public prices, its
 * own state and its own seed. It knows no other account, so that a decision never depends on a neighbour.
 */
import { abs, mulDivFloor, PPM, seededRandom } from '../base/index.js';
import type { Lots, Minor, Ppm, PriceTicks, TimeMs } from '../base/units.js';

/**
 * momentum: with the move of the last bars. contrarian: against it. hold: one side, seldom touched.
 * hedger: a long and a short account of one client on one instrument, opened together.
 */
export const STRATEGIES = ['momentum', 'contrarian', 'hold', 'hedger'] as const;
export type Strategy = (typeof STRATEGIES)[number];
export type Side = 'long' | 'short';

/** One margin account and the habits of whoever trades it. */
export interface Trader {
  readonly accountId: string;
  readonly clientId: string;
  readonly instrument: string;
  readonly strategy: Strategy;
  /** The side of `hold` and `hedger`; the others take the side the prices say. */
  readonly side: Side;
  readonly leveragePpm: Ppm;
  readonly marginSharePpm: Ppm;
  readonly isDefender: boolean;
  /** Bars over which it measures a move, and the least move that means something to it. */
  readonly lookbackBars: number;
  readonly thresholdPpm: Ppm;
  /** Two accounts with the same seed throw the same dice: the two legs of a hedge. */
  readonly seed: string;
}

/** Public: the same for everybody. */
export interface MarketView {
  readonly timeMs: TimeMs;
  /** Closing prices of finished bars, oldest first. */
  readonly closesTicks: readonly PriceTicks[];
}

/** Private: the account's own. */
export interface AccountView {
  /** Long positive. */
  readonly positionLots: Lots;
  readonly equityMinor: Minor;
  readonly maintenanceMinor: Minor;
  /** Free in the client's wallet, in the settlement asset. */
  readonly walletMinor: Minor;
}

export type Intent =
  | { readonly kind: 'wait' }
  | { readonly kind: 'open'; readonly side: Side; readonly leveragePpm: Ppm; readonly collateralMinor: Minor }
  | { readonly kind: 'close' }
  | { readonly kind: 'addMargin'; readonly amountMinor: Minor };

const WAIT: Intent = { kind: 'wait' };

/** The wish of one account at one moment. The same arguments give the same answer. */
export function decideIntent(trader: Trader, market: MarketView, account: AccountView): Intent {
  const trend = recentMove(market.closesTicks, trader.lookbackBars);
  if (account.positionLots === 0n) return wishWhenFlat(trader, market, account, trend);
  if (isNearLiquidation(account)) return decideDefence(trader, account);
  return wantsOut(trader, market, account, trend) ? { kind: 'close' } : WAIT;
}

/** What a defender does at any moment, trading or not: it adds margin near liquidation. Others wait. */
export function decideDefence(trader: Trader, account: AccountView): Intent {
  if (!trader.isDefender || account.positionLots === 0n || !isNearLiquidation(account)) return WAIT;
  return addMargin(trader, account);
}

function wishWhenFlat(trader: Trader, market: MarketView, account: AccountView, trend: Ppm | null): Intent {
  const side = sideToOpen(trader, trend);
  if (side === null || !happens(trader, market, OPENING_PERCENT[trader.strategy])) return WAIT;
  const collateralMinor = shareOfWallet(trader, account);
  if (collateralMinor <= 0n) return WAIT;
  return { kind: 'open', side, leveragePpm: trader.leveragePpm, collateralMinor };
}

/** Chance a day, in percent, that an account which wants a position takes it, or tires of one it has. */
const OPENING_PERCENT: Readonly<Record<Strategy, number>> = {
  momentum: 30,
  contrarian: 30,
  hold: 8,
  hedger: 15,
};
const TIRING_PERCENT: Readonly<Record<Strategy, number>> = { momentum: 2, contrarian: 4, hold: 1, hedger: 3 };

function sideToOpen(trader: Trader, trend: Ppm | null): Side | null {
  if (trader.strategy === 'hold' || trader.strategy === 'hedger') return trader.side;
  return sideOfTrend(trader, trend);
}

/** The side a trend follower or its opposite takes; null while the move means nothing to it. */
function sideOfTrend(trader: Trader, trend: Ppm | null): Side | null {
  if (trend === null || abs(trend) < trader.thresholdPpm) return null;
  const isRise = trend > 0n;
  return isRise === (trader.strategy === 'momentum') ? 'long' : 'short';
}

function wantsOut(trader: Trader, market: MarketView, account: AccountView, trend: Ppm | null): boolean {
  const follows = trader.strategy === 'momentum' || trader.strategy === 'contrarian';
  const side = account.positionLots > 0n ? 'long' : 'short';
  const wanted = follows ? sideOfTrend(trader, trend) : null;
  if (wanted !== null && wanted !== side) return true;
  return happens(trader, market, TIRING_PERCENT[trader.strategy]);
}

/** Equity under one and a half times maintenance. */
function isNearLiquidation(account: AccountView): boolean {
  return account.equityMinor * 2n < account.maintenanceMinor * 3n;
}

function addMargin(trader: Trader, account: AccountView): Intent {
  const amountMinor = shareOfWallet(trader, account);
  return amountMinor > 0n ? { kind: 'addMargin', amountMinor } : WAIT;
}

/**
 * Rounded down: an account never asks for more than there is. The two legs of a hedge take half each; they are
 * equal where both are asked before either acts.
 */
function shareOfWallet(trader: Trader, account: AccountView): Minor {
  const legs = trader.strategy === 'hedger' ? 2n : 1n;
  return mulDivFloor(account.walletMinor, trader.marginSharePpm, PPM * legs);
}

/** Change of the last close against the close `bars` before it; null while there are too few. Rounded down. */
function recentMove(closesTicks: readonly PriceTicks[], bars: number): Ppm | null {
  const last = closesTicks.at(-1);
  const before = closesTicks.at(-1 - bars);
  if (last === undefined || before === undefined) return null;
  return mulDivFloor(last - before, PPM, before);
}

/** A throw of the account's own dice for this moment. */
function happens(trader: Trader, market: MarketView, percent: number): boolean {
  return seededRandom(`${trader.seed}/${market.timeMs}`).between(1, 100) <= percent;
}
