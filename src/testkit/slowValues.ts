/**
 * What the slow books are worth, worked out each time from nothing: values at the mark, equity, who is
 * liquidatable, exposure of takeovers, soundness. Scans everything, remembers nothing.
 */
import { abs, divFloor, min } from '../base/index.js';
import { type IsolatedView, isLiquidatable } from '../margin/index.js';
import { FUNDING_SCALE } from '../market/index.js';
import type { SlowAccount, SlowBooks, SlowInstrument, SlowPool, SlowPosition } from './slowModel.js';

/** A quotient with a positive denominator. */
export interface Quotient {
  readonly above: bigint;
  readonly below: bigint;
}

/** Value of signed lots at a mark, in minor units, exact: linear lots x price, inverse -lots / price. */
export function slowValue(instrument: SlowInstrument, lots: bigint, markTicks: bigint): Quotient {
  const { definition, terms } = instrument.listed;
  const scale = definition.markTicksPerTick;
  return definition.payoff === 'linear'
    ? { above: lots * markTicks * terms.unit, below: scale }
    : { above: -lots * terms.unit * scale, below: markTicks };
}

/** The same rounded down. */
export function slowValueFloor(instrument: SlowInstrument, lots: bigint, markTicks: bigint): bigint {
  const { above, below } = slowValue(instrument, lots, markTicks);
  return divFloor(above, below);
}

/** Funding accrued and not collected, rounded down. */
export function slowFunding(books: SlowBooks, position: SlowPosition): bigint {
  const { fundingIndex } = books.instruments[position.instrument] as SlowInstrument;
  return divFloor(-position.lots * (fundingIndex - position.fundingIndex), FUNDING_SCALE);
}

export function slowView(books: SlowBooks, account: SlowAccount): IsolatedView {
  const position = books.positions[account.position] as SlowPosition;
  const { fundingIndex } = books.instruments[account.instrument] as SlowInstrument;
  return {
    collateral: books.balances[account.ledger]?.balance as bigint,
    lots: position.lots,
    cost: position.cost,
    fundingPerLot: fundingIndex - position.fundingIndex,
    leverage: account.leveragePpm,
  };
}

/** A mark that may decide: there is one, no jump waits, it is sound and fresh. */
export function isUsable(instrument: SlowInstrument, timeMs: number): boolean {
  const { markTicks, pendingTicks, isSuspect, markTimeMs, listed } = instrument;
  const isFresh = timeMs - markTimeMs <= listed.definition.markMaxAgeMs;
  return markTicks > 0n && pendingTicks === 0n && !isSuspect && isFresh;
}

export function isSlowlyLiquidatable(books: SlowBooks, account: SlowAccount, markTicks?: bigint): boolean {
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const at = markTicks ?? instrument.markTicks;
  return isLiquidatable(instrument.listed.marginTerms, slowView(books, account), at);
}

/** Collateral, funding and PnL at the last good mark, exact: minor units x below. */
export function slowEquity(books: SlowBooks, account: SlowAccount): Quotient {
  const instrument = books.instruments[account.instrument] as SlowInstrument;
  const view = slowView(books, account);
  if (view.lots === 0n) return { above: view.collateral, below: 1n };
  const { above, below } = slowValue(instrument, view.lots, instrument.markTicks);
  const settled = (view.collateral - view.cost) * FUNDING_SCALE - view.lots * view.fundingPerLot;
  return { above: above * FUNDING_SCALE + settled * below, below: below * FUNDING_SCALE };
}

/** What the open takeovers of a pool and asset are short of at their marks, each for itself. */
export function slowExposure(books: SlowBooks, pool: number, asset: number): bigint {
  let exposure = 0n;
  for (const takeover of books.takeovers) {
    const instrument = books.instruments[takeover.instrument] as SlowInstrument;
    if (takeover.isClosed || takeover.pool !== pool || instrument.asset !== asset) continue;
    exposure -= min(0n, slowTakeoverEquity(books, books.takeovers.indexOf(takeover)));
  }
  return exposure;
}

export function slowTakeoverEquity(books: SlowBooks, row: number): bigint {
  const takeover = books.takeovers[row]!;
  const instrument = books.instruments[takeover.instrument] as SlowInstrument;
  const position = books.positions[takeover.position] as SlowPosition;
  const value = slowValueFloor(instrument, position.lots, instrument.markTicks);
  return takeover.collateral + slowFunding(books, position) + value - position.cost;
}

export function slowFund(books: SlowBooks, pool: number, asset: number): bigint {
  return sumOf(
    books,
    (balance) => balance.kind === 'insuranceFund' && balance.pool === pool && balance.asset === asset,
  );
}

export function slowOutstanding(books: SlowBooks, pool: number, asset: number): bigint {
  return books.deficits
    .filter((deficit) => deficit.pool === pool && deficit.asset === asset)
    .reduce((sum, { amount, covered, shared }) => sum + amount - covered - shared, 0n);
}

/** Balances of everything inside a pool, margin accounts included. */
export function slowCash(books: SlowBooks, pool: number, asset: number): bigint {
  return sumOf(books, (balance) => balance.pool === pool && balance.asset === asset);
}

export function sumOf(
  books: SlowBooks,
  isMeant: (balance: SlowBooks['balances'][number]) => boolean,
): bigint {
  let sum = 0n;
  for (const balance of books.balances) if (isMeant(balance)) sum += balance.balance;
  return sum;
}

/** No surplus below zero, and no open interest without a usable mark. */
export function isSlowlySound(books: SlowBooks, pool: number, timeMs: number): boolean {
  for (const [row, instrument] of books.instruments.entries()) {
    const hasInterest = books.positions.some(({ instrument: of, lots }) => of === row && lots !== 0n);
    if (instrument.pool === pool && hasInterest && !isUsable(instrument, timeMs)) return false;
  }
  return [...(books.pools[pool] as SlowPool).ledger.keys()].every((asset) => {
    let surplus = slowFund(books, pool, asset) - slowOutstanding(books, pool, asset);
    surplus -= slowExposure(books, pool, asset);
    for (const account of books.accounts) {
      const { asset: settle } = books.instruments[account.instrument] as SlowInstrument;
      if (account.pool !== pool || settle !== asset || !account.isQueued) continue;
      const { above, below } = slowEquity(books, account);
      surplus += min(0n, divFloor(above, below));
    }
    return surplus >= 0n;
  });
}

/** Whether two quotients are less than `units` apart. */
export function isWithin(value: bigint, exact: Quotient, units: bigint): boolean {
  return abs(value * exact.below - exact.above) < units * exact.below;
}
