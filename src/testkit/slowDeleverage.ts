/**
 * Deleveraging by brute force: a queue lot by lot, shares in exact quotients. It judges the allocation and
 * shares no code with it; scores are taken as given.
 */
import { compare, down, minus, over, plus, type Rational, rational, times, ZERO } from './rational.js';

export interface SlowSeat {
  readonly row: number;
  readonly score: Rational;
  /** What of it may be taken, and what its share is measured on. */
  readonly cap: bigint;
  readonly lots: bigint;
}

/** Each lot goes to the best seat that still has one. */
export function slowQueue(needed: bigint, seats: readonly SlowSeat[]): Map<number, bigint> {
  const taken = new Map(seats.map(({ row }) => [row, 0n]));
  for (let lot = 0n; lot < needed; lot++) {
    let best: SlowSeat | null = null;
    for (const seat of seats) {
      if ((taken.get(seat.row) as bigint) >= seat.cap) continue;
      const order = best === null ? 1 : compare(seat.score, best.score);
      if (best === null || order > 0 || (order === 0 && seat.row < best.row)) best = seat;
    }
    if (best === null) break;
    taken.set(best.row, (taken.get(best.row) as bigint) + 1n);
  }
  return taken;
}

/**
 * h_i = min(cap_i, tau x weight_i x lots_i): whoever meets its cap is fixed there and tau is found again, until
 * nobody does. Then whole lots: floors, and one more each to the largest remainders, ties in the given order.
 */
export function slowShares(
  needed: bigint,
  seats: readonly (SlowSeat & { readonly weight: Rational })[],
): Map<number, bigint> {
  const taken = new Map(seats.map(({ row }) => [row, 0n]));
  let open = seats.filter(({ cap }) => cap > 0n);
  let left = needed;
  for (;;) {
    const all = plus(...open.map(({ weight, lots }) => times(weight, rational(lots))));
    if (all.n === 0n) return taken;
    const tau = over(rational(left), all);
    const full = open.filter(
      ({ weight, lots, cap }) => compare(times(tau, weight, rational(lots)), rational(cap)) >= 0,
    );
    if (full.length === 0) {
      const shares = open.map((seat) => ({ seat, share: times(tau, seat.weight, rational(seat.lots)) }));
      handOut(left, shares, taken);
      return taken;
    }
    for (const { row, cap } of full) {
      taken.set(row, cap);
      left -= cap;
    }
    open = open.filter((seat) => !full.includes(seat));
  }
}

function handOut(
  left: bigint,
  shares: readonly { readonly seat: SlowSeat; readonly share: Rational }[],
  taken: Map<number, bigint>,
): void {
  let units = left;
  for (const { seat, share } of shares) {
    taken.set(seat.row, down(share));
    units -= down(share);
  }
  const rests = shares.map(({ seat, share }) => ({ seat, rest: minus(share, rational(down(share))) }));
  for (; units > 0n; units--) {
    let best = rests[0];
    for (const item of rests) if (compare(item.rest, best?.rest ?? ZERO) > 0) best = item;
    if (best === undefined) return;
    taken.set(best.seat.row, (taken.get(best.seat.row) as bigint) + 1n);
    rests.splice(rests.indexOf(best), 1);
  }
}
