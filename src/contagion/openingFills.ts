/**
 * How the positions of an instrument come about: each is filled at its own entry price against a hub, longs and shorts in
 * turns, so that the hub ends with the lots the rest of the market holds: none where longs and shorts sum to zero.
 */
import { abs, type Lots, type Minor } from '../base/index.js';
import type { CommandOf, FillSide } from '../engine/index.js';
import { fillNotionalTowardsZero } from '../market/index.js';
import type { BookPosition } from './book.js';
import { notionalOf, profitOf, type TradedInstrument } from './bookTerms.js';
import type { PlacedAccount } from './placeAccounts.js';

/** A position of the book and the account of the engine that gets it. */
export interface HeldPosition {
  readonly account: string;
  readonly position: BookPosition;
}

/** The positions of all accounts by instrument. */
export function heldByInstrument(
  accounts: readonly PlacedAccount[],
): ReadonlyMap<string, readonly HeldPosition[]> {
  const held = new Map<string, HeldPosition[]>();
  for (const { id: account, positions } of accounts)
    for (const position of positions) {
      const own = held.get(position.instrument) ?? [];
      own.push({ account, position });
      held.set(position.instrument, own);
    }
  return held;
}

export function openingFills(
  instrument: string,
  hub: string,
  held: readonly HeldPosition[],
): readonly CommandOf<'fill'>[] {
  return inTurns(held).map(({ account, position }): CommandOf<'fill'> => {
    const isLong = position.lots > 0n;
    return {
      kind: 'fill',
      instrument,
      priceTicks: position.entryTicks,
      lots: abs(position.lots),
      buyer: side(isLong ? account : hub),
      seller: side(isLong ? hub : account),
      taker: 'buyer',
    };
  });
}

/** Enough for whatever the hub loses or holds on the way (all profits and losses, a share of all that is traded), and all of what it ends with. */
export function hubCollateral(traded: TradedInstrument, held: readonly HeldPosition[]): Minor {
  const positions = held.map(({ position }) => position);
  const net = positions.reduce((sum, { lots }) => sum + lots, 0n);
  const rest = net === 0n ? 0n : notionalOf(traded, { instrument: '', lots: net, entryTicks: 1n });
  return positions.reduce((sum, position) => {
    const { lots, entryTicks } = position;
    const entered = fillNotionalTowardsZero(traded.listed.marginTerms, { lots, priceTicks: entryTicks });
    return sum + abs(profitOf(traded, position)) + (notionalOf(traded, position) + entered) / 100n;
  }, rest + 1_000n);
}

/** By entry price; the next is always the one that brings the hub's position nearer to none. */
function inTurns(held: readonly HeldPosition[]): HeldPosition[] {
  const byEntry = [...held].sort((a, b) => Number(a.position.entryTicks - b.position.entryTicks));
  const longs = byEntry.filter(({ position }) => position.lots > 0n);
  const shorts = byEntry.filter(({ position }) => position.lots < 0n);
  const turns: HeldPosition[] = [];
  let [long, short, net] = [0, 0, 0n as Lots];
  while (long < longs.length || short < shorts.length) {
    const isLongNext = short >= shorts.length || (long < longs.length && net <= 0n);
    const next = (isLongNext ? longs[long++] : shorts[short++]) as HeldPosition;
    net += next.position.lots;
    turns.push(next);
  }
  return turns;
}

function side(id: string): FillSide {
  return { party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false };
}
