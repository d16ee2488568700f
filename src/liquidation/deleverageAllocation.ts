/**
 * How many lots each winner gives so that exactly the needed lots are found. It is given the need; it never
 * takes more. It decides, with a reason for each candidate; it posts nothing.
 */
import { assert } from '../base/assert.js';
import { abs, divCeil, max, min, mulDivFloor, PPM } from '../base/integers.js';
import type { Fraction } from '../market/payoff.js';
import type { DeleveragePolicy } from './deleveragePolicy.js';
import { type CandidateOrder, orderCandidates, type PlacedCandidate } from './deleverageRanking.js';
import {
  type DeleverageCandidate,
  deleverageScore,
  effectiveLeverage,
  type NoPlace,
  type ScoreRule,
  unhedgedLots,
} from './deleverageScore.js';
import { splitProRata } from './proRata.js';

export interface DeleverageQuestion {
  readonly policy: DeleveragePolicy;
  readonly payoff: ScoreRule['payoff'];
  /** What is to be found in all: a count of lots. */
  readonly neededLots: bigint;
  /** One side of one instrument, the side against the deficit; rows are distinct. */
  readonly candidates: readonly DeleverageCandidate[];
  /** The exact check of a candidate at its turn, with all the lots it would give (LIQ-06). Left out: all pass. */
  readonly mayTake?: (candidate: DeleverageCandidate, lots: bigint) => boolean;
  /** A queue ends after so many have given: the rest is for the next step. A share cannot be cut short. */
  readonly accountsMax?: number;
}

/**
 * `whole`: the whole position. `capped`: as much as the policy lets one account give. `part`: its share, or what
 * was still needed when its turn came. `notReached`: the need was met without it. `refused`: the check at its turn.
 */
export type DeleverageReason = 'whole' | 'capped' | 'part' | 'notReached' | 'refused' | NoPlace;

export interface DeleverageAllocation {
  readonly row: number;
  /** Lots to take, whatever the side of the position. */
  readonly lots: bigint;
  /** 1 is first; null without a place. Of policies that share, equal scores have equal ranks. */
  readonly rank: number | null;
  /** Of a queue its score, of `riskAware` the leverage, of the others one. Over zero: before all others. */
  readonly score: Fraction | null;
  readonly reason: DeleverageReason;
}

export interface Deleveraging {
  /** Every candidate: by rank, then those without a place by row. */
  readonly allocations: readonly DeleverageAllocation[];
  readonly takenLots: bigint;
  /** Needed and not found: to be torn up. */
  readonly shortLots: bigint;
}

/**
 * Lots that nothing hedges in their account are taken first, from everybody; what is hedged comes second, since
 * closing one leg lays the other bare. Within each, a queue takes down the ranking, the other policies take
 * shares by largest remainder, equal remainders in the order of the ranking. Equal scores: the lower row first.
 */
export function allocateDeleveraging(question: DeleverageQuestion): Deleveraging {
  const { candidates, ...rest } = question;
  assertCandidates(candidates);
  const order = orderUnder(question);
  const { asked, takenLots, shortLots } = takeFromPlaced({ ...rest, placed: order.placed });
  const found = new Map(asked.map((allocation) => [allocation.row, allocation]));
  const ranks = ranksOf(question.policy, order.placed);
  const placed = order.placed.map(
    ({ candidate, score }, i): DeleverageAllocation =>
      found.get(candidate.row) ?? {
        row: candidate.row,
        lots: 0n,
        rank: ranks[i] as number,
        score,
        reason: lotsLimit(question.policy, candidate) === 0n ? 'capped' : 'notReached',
      },
  );
  return { allocations: [...placed, ...unplacedAllocations(order)], takenLots, shortLots };
}

export interface PlacedQuestion extends Omit<DeleverageQuestion, 'candidates' | 'payoff'> {
  /** The line, as `orderUnder` makes it. */
  readonly placed: readonly PlacedCandidate[];
}

/** The same of a line that is known, and of it only those who give lots or are refused: a queue looks no further. */
export function takeFromPlaced(question: PlacedQuestion): {
  /** By rank. */
  readonly asked: readonly DeleverageAllocation[];
  readonly takenLots: bigint;
  readonly shortLots: bigint;
} {
  const { policy, neededLots, placed } = question;
  assert(neededLots >= 0n, `needed lots are a count: ${neededLots}`);
  const seats = createSeats(policy, placed);
  const take = policy.kind === 'queue' ? takeInOrder : takeShares;
  for (const part of ['unhedged', 'hedged'] as const) {
    take(question, seats, part, neededLots - sumTaken(seats.known()));
  }
  const takenLots = sumTaken(seats.known());
  const rankAt = policy.kind === 'queue' ? (place: number) => place + 1 : ranksAt(ranksOf(policy, placed));
  const asked = seats.known().filter(({ taken, isRefused }) => taken > 0n || isRefused);
  return {
    asked: asked.map((seat) => ({
      row: seat.candidate.row,
      lots: seat.taken,
      rank: rankAt(seat.place),
      score: seat.score,
      reason: reasonOf(seat),
    })),
    takenLots,
    shortLots: neededLots - takenLots,
  };
}

/** The candidates as the policy ranks them. */
export function orderUnder(
  question: Pick<DeleverageQuestion, 'policy' | 'payoff' | 'candidates'>,
): CandidateOrder {
  return orderCandidates(question.candidates, (candidate) => scoreUnder(question, candidate));
}

/** The score by which a policy ranks, or why the candidate has no place. */
export function scoreUnder(
  { policy, payoff }: Pick<DeleverageQuestion, 'policy' | 'payoff'>,
  candidate: DeleverageCandidate,
): Fraction | NoPlace {
  if (policy.kind === 'queue') return deleverageScore({ score: policy.score, payoff }, candidate);
  const leverage = effectiveLeverage(candidate);
  if (typeof leverage === 'string' || policy.kind === 'riskAware') return leverage;
  return { numerator: 1n, denominator: 1n };
}

/** Most lots that one candidate may give: its share rounded down, and the limit in lots. */
export function lotsLimit(policy: DeleveragePolicy, candidate: DeleverageCandidate): bigint {
  const share = mulDivFloor(abs(candidate.lots), policy.maxSharePpm, PPM);
  return policy.maxLots === null ? share : min(share, policy.maxLots);
}

/** One placed candidate while lots are taken. */
interface Seat {
  /** Its index in the line. */
  readonly place: number;
  readonly candidate: DeleverageCandidate;
  readonly score: Fraction;
  readonly limit: bigint;
  readonly unhedged: bigint;
  taken: bigint;
  isRefused: boolean;
}

type Part = 'unhedged' | 'hedged';

type Taking = Pick<DeleverageQuestion, 'mayTake' | 'accountsMax'>;

/** Seats come into being as they are looked at: of a long queue few are. */
interface Seats {
  readonly count: number;
  at(place: number): Seat;
  /** Those looked at, by place. */
  known(): readonly Seat[];
}

function createSeats(policy: DeleveragePolicy, placed: readonly PlacedCandidate[]): Seats {
  const known: Seat[] = [];
  return {
    count: placed.length,
    at(place) {
      // Both ways of taking go through the line from its head, so that there are never gaps.
      known[place] ??= seatOf(policy, placed[place] as PlacedCandidate, place);
      return known[place];
    },
    known: () => known,
  };
}

function seatOf(policy: DeleveragePolicy, { candidate, score }: PlacedCandidate, place: number): Seat {
  const limit = lotsLimit(policy, candidate);
  const unhedged = unhedgedLots(candidate);
  return { place, candidate, score, limit, unhedged, taken: 0n, isRefused: false };
}

/** What a seat may still give of this part, and how many lots that part is. */
function roomOf(seat: Seat, part: Part): { readonly cap: bigint; readonly lots: bigint } {
  const whole = abs(seat.candidate.lots);
  const lots = part === 'unhedged' ? seat.unhedged : whole - seat.unhedged;
  const left = max(0n, seat.limit - seat.taken);
  return { cap: min(lots, left), lots };
}

function takeInOrder(question: Taking, seats: Seats, part: Part, needed: bigint): void {
  const { accountsMax = Number.POSITIVE_INFINITY } = question;
  let left = needed;
  let givers = seats.known().filter(({ taken }) => taken > 0n).length;
  for (let place = 0; place < seats.count && left > 0n; place++) {
    const seat = seats.at(place);
    const lots = min(left, roomOf(seat, part).cap);
    const isNew = seat.taken === 0n;
    if (lots === 0n || (isNew && givers >= accountsMax)) continue;
    if (!mayGive(question, seat, lots)) continue;
    seat.taken += lots;
    left -= lots;
    if (isNew) givers += 1;
  }
}

/** Who is refused its share gives nothing, and the others share again; each round refuses somebody or ends. */
function takeShares(question: Taking, seats: Seats, part: Part, needed: bigint): void {
  const all = Array.from({ length: seats.count }, (_, place) => seats.at(place));
  let open = all.filter((seat) => roomOf(seat, part).cap > 0n);
  for (;;) {
    const items = open.map((seat) => {
      const { cap, lots } = roomOf(seat, part);
      return { weight: lots * weightOf(seat), cap };
    });
    const parts = splitProRata({ amount: needed, items });
    const given = open.map((seat, i) => ({ seat, lots: parts[i] as bigint }));
    const refused = new Set(
      given.filter(({ seat, lots }) => lots > 0n && !mayGive(question, seat, lots)).map(({ seat }) => seat),
    );
    if (refused.size === 0) {
      for (const { seat, lots } of given) seat.taken += lots;
      return;
    }
    open = open.filter((seat) => !refused.has(seat));
  }
}

function mayGive({ mayTake }: Taking, seat: Seat, lots: bigint): boolean {
  const passes = mayTake === undefined || mayTake(seat.candidate, seat.taken + lots);
  if (!passes) seat.isRefused = true;
  return passes;
}

/** Per lot, in ppm rounded up: nobody with a place has none, also when a hedge leaves it no leverage. */
function weightOf({ score: { numerator, denominator } }: Seat): bigint {
  return max(1n, divCeil(numerator * PPM, denominator));
}

/** Places in a queue; in a share, one more than the number of higher scores. */
export function ranksOf(policy: DeleveragePolicy, scored: readonly { readonly score: Fraction }[]): number[] {
  const ranks: number[] = [];
  for (const [i, { score }] of scored.entries()) {
    const before = scored[i - 1]?.score;
    const isEqual = before !== undefined && isSame(before, score);
    ranks.push(policy.kind !== 'queue' && isEqual ? (ranks[i - 1] as number) : i + 1);
  }
  return ranks;
}

function ranksAt(ranks: readonly number[]): (place: number) => number {
  return (place) => ranks[place] as number;
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

function reasonOf({ candidate, taken, limit, isRefused }: Seat): DeleverageReason {
  if (taken === abs(candidate.lots)) return 'whole';
  if (taken === limit) return 'capped';
  if (taken > 0n) return 'part';
  return isRefused ? 'refused' : 'notReached';
}

function unplacedAllocations({ unplaced }: CandidateOrder): DeleverageAllocation[] {
  return unplaced.map(({ candidate, reason }) => ({
    row: candidate.row,
    lots: 0n,
    rank: null,
    score: null,
    reason,
  }));
}

function sumTaken(seats: readonly Seat[]): bigint {
  return seats.reduce((sum, { taken }) => sum + taken, 0n);
}

function assertCandidates(candidates: readonly DeleverageCandidate[]): void {
  const longs = candidates.filter(({ lots }) => lots > 0n).length;
  const shorts = candidates.filter(({ lots }) => lots < 0n).length;
  assert(longs === 0 || shorts === 0, 'deleveraging candidates are on one side');
  assert(new Set(candidates.map(({ row }) => row)).size === candidates.length, 'one candidate for each row');
}
