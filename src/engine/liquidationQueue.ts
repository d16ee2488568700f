/**
 * The accounts of a pool that wait for liquidation: lowest equity first, of equals the lower row, among those that have
 * something to do. It looks again only at members that changed, or at all when a price did; who waits for an order or
 * for its pace is set aside until its time comes.
 */

export interface LiquidationQueue {
  readonly members: ReadonlySet<number>;
  add(accountRow: number): void;
  remove(accountRow: number): void;
  /** Something of the account has changed. */
  touch(accountRow: number): void;
  /** A price has changed. */
  touchAll(): void;
  /** Whose turn it is, or -1. */
  next(timeMs: number): number;
  /** What members of the book are short of together: the sum of what each is below zero. */
  shortage(book: number): bigint;
}

interface Place {
  readonly accountRow: number;
  readonly equity: bigint;
}

export function createLiquidationQueue(look: {
  readonly equityOf: (accountRow: number) => bigint;
  /** Whatever shortages are added up by; one book for all where it is left out. */
  readonly bookOf?: (accountRow: number) => number;
  /** When the account has something to do: the time given where that is now, Infinity where only a change can say. */
  readonly dueMs: (accountRow: number, timeMs: number) => number;
}): LiquidationQueue {
  const members = new Set<number>();
  /** Lowest equity last. A place is void once its account has another. */
  let ready: Place[] = [];
  const placeOf = new Map<number, Place>();
  const unplaced = new Set<number>();
  /** Of members that were looked at since they changed: what they are short of, and by book together. */
  const short = new Map<number, { readonly book: number; readonly minor: bigint }>();
  const shortages = new Map<number, bigint>();
  /** Set aside, and when to look again. */
  const waiting = new Map<number, number>();
  let earliestMs = Number.POSITIVE_INFINITY;

  function keepShortage(accountRow: number, equity: bigint): void {
    forgetShortage(accountRow);
    if (equity >= 0n) return;
    const book = look.bookOf?.(accountRow) ?? 0;
    short.set(accountRow, { book, minor: -equity });
    shortages.set(book, (shortages.get(book) ?? 0n) - equity);
  }

  function forgetShortage(accountRow: number): void {
    const kept = short.get(accountRow);
    if (kept === undefined) return;
    short.delete(accountRow);
    shortages.set(kept.book, (shortages.get(kept.book) as bigint) - kept.minor);
  }

  function touch(accountRow: number): void {
    if (!members.has(accountRow)) return;
    waiting.delete(accountRow);
    unplaced.add(accountRow);
  }

  function forget(accountRow: number): void {
    forgetShortage(accountRow);
    placeOf.delete(accountRow);
    waiting.delete(accountRow);
    unplaced.delete(accountRow);
  }

  function touchAll(): void {
    ready = [];
    placeOf.clear();
    waiting.clear();
    short.clear();
    shortages.clear();
    earliestMs = Number.POSITIVE_INFINITY;
    for (const accountRow of members) unplaced.add(accountRow);
  }

  function wakeDue(timeMs: number): void {
    if (timeMs < earliestMs) return;
    earliestMs = Number.POSITIVE_INFINITY;
    for (const [accountRow, atMs] of waiting) {
      if (atMs > timeMs) earliestMs = Math.min(earliestMs, atMs);
      else {
        waiting.delete(accountRow);
        unplaced.add(accountRow);
      }
    }
  }

  /** Most changes leave the equity, and with it the place, as they are. */
  function placeAll(): void {
    if (unplaced.size === 0) return;
    const moved: Place[] = [];
    for (const accountRow of unplaced) {
      const place = { accountRow, equity: look.equityOf(accountRow) };
      keepShortage(accountRow, place.equity);
      if (placeOf.get(accountRow)?.equity === place.equity) continue;
      placeOf.set(accountRow, place);
      moved.push(place);
    }
    unplaced.clear();
    if (moved.length * 4 > ready.length) ready = [...ready.filter(isValid), ...moved].sort(later);
    else for (const place of moved) ready.splice(insertionPoint(ready, place), 0, place);
  }

  function isValid(place: Place): boolean {
    return placeOf.get(place.accountRow) === place;
  }

  return {
    members,
    add(accountRow) {
      members.add(accountRow);
      touch(accountRow);
    },
    remove(accountRow) {
      forget(accountRow);
      members.delete(accountRow);
    },
    touch,
    touchAll,
    shortage(book) {
      placeAll();
      return shortages.get(book) ?? 0n;
    },
    next(timeMs) {
      wakeDue(timeMs);
      placeAll();
      for (let place = ready.at(-1); place !== undefined; place = ready.at(-1)) {
        const { accountRow } = place;
        if (isValid(place)) {
          const dueMs = look.dueMs(accountRow, timeMs);
          if (dueMs <= timeMs) return accountRow;
          placeOf.delete(accountRow);
          waiting.set(accountRow, dueMs);
          earliestMs = Math.min(earliestMs, dueMs);
        }
        ready.pop();
      }
      return -1;
    },
  };
}

/** Positive where the first comes before in the array: it has its turn after the second. */
function later(a: Place, b: Place): number {
  return a.equity < b.equity ? 1 : a.equity > b.equity ? -1 : b.accountRow - a.accountRow;
}

function insertionPoint(places: readonly Place[], place: Place): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (later(places[middle] as Place, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
