/**
 * What selling or buying a size does to the price. A model turns a size into a relative move; `execute` turns that
 * into what was filled, at which average price, and which part of the move stays (the permanence).
 *
 * With I the move after a size q, the average price paid for Q is P x (1 +- (1/Q) x the integral of I from 0 to Q).
 * Floating point: what leaves is quantized to ticks, see `impactTicks.ts`.
 */
import { assert, max, min } from '../base/index.js';
import { EXPONENTIAL } from './impactExponential.js';
import { POWER_DEPTH } from './impactPowerDepth.js';
import { SQUARE_ROOT } from './impactSquareRoot.js';
import { averageTicks, limitMove, movedMarkTicks, type Side } from './impactTicks.js';

/** dP/P = y x sigma x root(Q / V): `impactSquareRoot.ts`. */
export interface SquareRootImpact {
  readonly kind: 'squareRoot';
  /** Near 1. */
  readonly y: number;
  /** Volatility over the time in which `volumeLots` trade: a day's and a day's. */
  readonly sigma: number;
  readonly volumeLots: number;
}

/** dP/P = bound x (1 - exp(-Q / (bound x depth))): `impactExponential.ts`. */
export interface ExponentialImpact {
  readonly kind: 'exponential';
  /** The move that no size exceeds, over 0 and at most 1. */
  readonly bound: number;
  /** Lots that would move the price by all of itself if the first small step went on. */
  readonly depthLots: number;
}

/** Q(x) = depth at 1% x (x / 1%)^exponent: `impactPowerDepth.ts`. */
export interface PowerDepthImpact {
  readonly kind: 'powerDepth';
  /** Lots resting within 1% of the price, on one side. */
  readonly lotsAtOnePercent: number;
  readonly exponent: number;
}

export type ImpactCurve = SquareRootImpact | ExponentialImpact | PowerDepthImpact;

/** A curve with what is true of any: how much stays, and how far the nearest orders are. */
export interface ImpactModel {
  readonly curve: ImpactCurve;
  /** Share of the move that is still there afterwards, 0 to 1. */
  readonly permanence: number;
  /** Nobody quotes closer than this relative distance: the first lot trades beyond it. 0 in a working market. */
  readonly gap: number;
}

/** What a kind of curve has to know: sizes in lots, moves relative to the price, all from 0 up. */
export interface CurveFunctions<C extends ImpactCurve> {
  /** Move after `lots`. */
  readonly move: (curve: C, lots: number) => number;
  /** Lots that fit into `move`; infinite where none is too many. */
  readonly lotsWithin: (curve: C, move: number) => number;
  /** Average of the moves on the way to `lots`. */
  readonly averageMove: (curve: C, lots: number) => number;
}

export interface ImpactOrder {
  readonly side: Side;
  readonly lots: bigint;
  /** The price before, in mark ticks, and how many of them are in a tick. */
  readonly markTicks: bigint;
  readonly markTicksPerTick: bigint;
  /** The worst price, in ticks; null for any. */
  readonly limitTicks: bigint | null;
}

export interface Execution {
  readonly filledLots: bigint;
  readonly unfilledLots: bigint;
  /** In ticks, rounded against whoever takes: down for a sale, up for a purchase. 0 where nothing was filled. */
  readonly averageTicks: bigint;
  /** The price at the end of the order and the one that stays, in mark ticks, to the nearest and at least 1. */
  readonly endMarkTicks: bigint;
  readonly afterMarkTicks: bigint;
}

/** Trades the order against the model, as far as its limit lets it: the rest is reported, never filled. */
export function execute(model: ImpactModel, order: ImpactOrder): Execution {
  assert(order.lots >= 0n && order.markTicks > 0n, 'an order has a size and a price to start from');
  const fitting = Math.min(Number(order.lots), lotsWithin(model, limitMove(order)));
  const filledLots = fitting >= Number(order.lots) ? order.lots : BigInt(Math.floor(fitting));
  const move = relativeMove(model, Number(filledLots));
  return {
    filledLots,
    unfilledLots: order.lots - filledLots,
    averageTicks:
      filledLots === 0n
        ? 0n
        : withinLimit(order, averageTicks(order, averageMove(model, Number(filledLots)))),
    endMarkTicks: movedMarkTicks(order, move),
    afterMarkTicks: movedMarkTicks(order, move * model.permanence),
  };
}

/** The relative move after `lots`, from 0 up; 0 for nothing. */
export function relativeMove({ curve, gap }: ImpactModel, lots: number): number {
  return lots <= 0 ? 0 : gap + functionsOf(curve).move(curve, lots);
}

/** Lots that can be traded without moving the price farther than `move`. */
export function lotsWithin({ curve, gap }: ImpactModel, move: number): number {
  if (move === Number.POSITIVE_INFINITY) return tradable(curve);
  return move <= gap ? 0 : Math.min(tradable(curve), functionsOf(curve).lotsWithin(curve, move - gap));
}

function averageMove({ curve, gap }: ImpactModel, lots: number): number {
  return lots <= 0 ? 0 : gap + functionsOf(curve).averageMove(curve, lots);
}

/** Without any depth nothing trades, at whatever price. */
function tradable(curve: ImpactCurve): number {
  return functionsOf(curve).lotsWithin(curve, 1) > 0 ? Number.POSITIVE_INFINITY : 0;
}

/** The average is never beyond the limit; a last digit of the double may be. */
function withinLimit({ side, limitTicks }: ImpactOrder, average: bigint): bigint {
  if (limitTicks === null) return average;
  return side === 'sell' ? max(average, limitTicks) : min(average, limitTicks);
}

function functionsOf(curve: ImpactCurve): CurveFunctions<ImpactCurve> {
  return FUNCTIONS[curve.kind] as CurveFunctions<ImpactCurve>;
}

const FUNCTIONS = { squareRoot: SQUARE_ROOT, exponential: EXPONENTIAL, powerDepth: POWER_DEPTH };
