/**
 * Turns the bars of all instruments into one sequence of mark batches. A bar says four prices and not their
 * order; the path taken is: open, the extreme farther from the open by ratio, the other extreme, close.
 * All instruments step together, so that what happens at one moment reaches the engine as one batch.
 */
import { abs, assert, divCeil, divFloor, PPM } from '../base/index.js';
import type { Ppm, PriceTicks, TimeMs } from '../base/units.js';
import type { PriceBar } from './priceHistory.js';

export const LEGS = ['open', 'firstExtreme', 'secondExtreme', 'close'] as const;
export type Leg = (typeof LEGS)[number];

/**
 * stepped: a long move arrives in steps under the instrument's jump limit.
 * jumps: a move arrives whole, repeated as often as the guard wants it confirmed, so that a gap can carry
 * accounts far past bankruptcy.
 */
export const MOVES = ['stepped', 'jumps'] as const;
export type Moves = (typeof MOVES)[number];

export interface PathInstrument {
  readonly instrument: string;
  readonly bars: readonly PriceBar[];
  readonly markMaxJumpPpm: Ppm;
  /** Marks in agreement that let a jump act. */
  readonly markConfirmations: number;
}

export interface PathMark {
  readonly instrument: string;
  readonly priceTicks: PriceTicks;
}

/** One mark batch. */
export interface PathStep {
  readonly timeMs: TimeMs;
  /** Opening time of the bar it belongs to. */
  readonly barTimeMs: TimeMs;
  readonly leg: Leg;
  /** True for the batch in which every instrument has reached the price of the leg. */
  readonly isLegEnd: boolean;
  /** The instruments that have a bar at this time, in the order given. */
  readonly marks: readonly PathMark[];
}

export interface PathOptions {
  readonly moves: Moves;
  /** Days (their start, UTC) on which moves come as jumps in any case. */
  readonly jumpDaysMs?: ReadonlySet<TimeMs>;
  readonly intervalMs: TimeMs;
}

/**
 * The batches of all bars in order of time. An instrument takes part from its first bar on, and only in bars it
 * has. The batches of a bar spread evenly over `intervalMs`, or over the time to the next bar where that is
 * shorter.
 */
export function* pricePath(
  instruments: readonly PathInstrument[],
  options: PathOptions,
): Generator<PathStep, void, undefined> {
  const times = barTimes(instruments);
  const movers = instruments.map((instrument) => ({
    ...instrument,
    at: 0,
    lastTicks: null as PriceTicks | null,
  }));
  for (const [index, barTimeMs] of times.entries()) {
    const present = movers.filter((mover) => mover.bars[mover.at]?.timeMs === barTimeMs);
    const spanMs = Math.min(options.intervalMs, (times[index + 1] ?? Number.POSITIVE_INFINITY) - barTimeMs);
    const moves = options.jumpDaysMs?.has(startOfDay(barTimeMs)) === true ? 'jumps' : options.moves;
    const steps = LEGS.flatMap((leg, at) => {
      const targets = present.map((mover) => waypoints(mover.bars[mover.at]!)[at]!);
      const batches = legBatches(present, targets, moves);
      present.forEach((mover, i) => {
        mover.lastTicks = targets[i]!;
      });
      return batches.map((marks, i) => ({ leg, isLegEnd: i === batches.length - 1, marks }));
    });
    for (const mover of present) mover.at++;
    for (const [at, step] of steps.entries()) {
      yield { timeMs: barTimeMs + Math.floor((spanMs * at) / steps.length), barTimeMs, ...step };
    }
  }
}

/** How many moments have a bar of any instrument: what progress counts. */
export function barCount(instruments: readonly PathInstrument[]): number {
  return barTimes(instruments).length;
}

/** The four prices of a bar in the order they are played; of two equally far extremes the low comes first. */
export function waypoints(bar: PriceBar): readonly [PriceTicks, PriceTicks, PriceTicks, PriceTicks] {
  const { openTicks, highTicks, lowTicks, closeTicks } = bar;
  const isHighFarther = highTicks * lowTicks > openTicks * openTicks;
  return isHighFarther
    ? [openTicks, highTicks, lowTicks, closeTicks]
    : [openTicks, lowTicks, highTicks, closeTicks];
}

interface Mover extends PathInstrument {
  /** The price it stands at; null before its first bar. */
  readonly lastTicks: PriceTicks | null;
}

/** The batches that take every instrument from where it stands to its target, as many as the neediest wants. */
function legBatches(movers: readonly Mover[], targets: readonly PriceTicks[], moves: Moves): PathMark[][] {
  const plans = movers.map((mover, i) => planMove(mover, targets[i]!, moves));
  const count = Math.max(1, ...plans.map((plan) => plan.steps));
  return Array.from({ length: count }, (_, step) =>
    movers.map((mover, i) => ({
      instrument: mover.instrument,
      priceTicks: priceAt(plans[i]!, { step: step + 1, steps: count }),
    })),
  );
}

interface Move {
  readonly fromTicks: PriceTicks;
  readonly toTicks: PriceTicks;
  /** Fewest batches the move needs. */
  readonly steps: number;
  /** Whether it goes at once and the rest of its batches repeat the price. */
  readonly isWhole: boolean;
}

function planMove(mover: Mover, toTicks: PriceTicks, moves: Moves): Move {
  const fromTicks = mover.lastTicks;
  if (fromTicks === null) return { fromTicks: toTicks, toTicks, steps: 1, isWhole: true };
  const distance = abs(toTicks - fromTicks);
  const isJump = distance * PPM > mover.markMaxJumpPpm * fromTicks;
  if (!isJump) return { fromTicks, toTicks, steps: 1, isWhole: moves === 'jumps' };
  const stepMax = largestStep({ fromTicks, toTicks, limitPpm: mover.markMaxJumpPpm });
  const isWhole = moves === 'jumps' || stepMax === 0n;
  const steps = isWhole ? mover.markConfirmations : Number(divCeil(distance, stepMax));
  return { fromTicks, toTicks, steps, isWhole };
}

/**
 * The longest equal step that stays within the limit all the way: a rise is steepest in its first step, a fall in
 * its last. Zero where one tick alone is past the limit; such a move goes whole.
 */
function largestStep(move: {
  readonly fromTicks: PriceTicks;
  readonly toTicks: PriceTicks;
  readonly limitPpm: Ppm;
}): PriceTicks {
  const { fromTicks, toTicks, limitPpm } = move;
  if (toTicks > fromTicks) return divFloor(limitPpm * fromTicks, PPM);
  assert(limitPpm < PPM, 'a fall is never a jump when the limit is 100 % or more');
  return divFloor(limitPpm * toTicks, PPM - limitPpm);
}

/** Linear on whole ticks, rounded towards the start; the last step is the target itself. */
function priceAt(move: Move, at: { readonly step: number; readonly steps: number }): PriceTicks {
  if (move.isWhole) return move.toTicks;
  return move.fromTicks + ((move.toTicks - move.fromTicks) * BigInt(at.step)) / BigInt(at.steps);
}

function startOfDay(timeMs: TimeMs): TimeMs {
  return timeMs - (timeMs % DAY_MS);
}

const DAY_MS = 86_400_000;

function barTimes(instruments: readonly PathInstrument[]): TimeMs[] {
  const times = new Set(instruments.flatMap(({ bars }) => bars.map(({ timeMs }) => timeMs)));
  return [...times].sort((a, b) => a - b);
}
