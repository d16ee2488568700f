/** The four figures of the early warning, each beside the numbers from which it is to be watched and from which it warns. */
import type { EarlyWarning } from './earlyWarning.js';

export const WARNING_LEVELS = ['calm', 'watch', 'warning'] as const;
export type WarningLevel = (typeof WARNING_LEVELS)[number];

export const WARNING_FIGURES = ['amplification', 'overlap', 'unpaid', 'deleveraging'] as const;
export type WarningFigure = (typeof WARNING_FIGURES)[number];

/**
 * amplification: the radius. overlap: the largest cosine of two pools. unpaid: of the loss of the two largest losers of a
 * pool, what its fund does not pay, plus what nobody pays, over it: above 1 something stays open. deleveraging: needed over
 * capacity, at most 1,000. Each at the worst of the moves.
 */
export interface FigureLevel {
  readonly figure: WarningFigure;
  readonly value: number;
  readonly watchFrom: number;
  readonly warnFrom: number;
  readonly level: WarningLevel;
  /** Where it is the worst: a pool, two pools, or an instrument with its side, and the move; null where it has no place. */
  readonly at: string | null;
}

export type WarningThresholds = Readonly<
  Record<WarningFigure, { readonly watchFrom: number; readonly warnFrom: number }>
>;

export const WARNING_THRESHOLDS: WarningThresholds = {
  amplification: { watchFrom: 0.5, warnFrom: 1 },
  overlap: { watchFrom: 0.1, warnFrom: 0.5 },
  unpaid: { watchFrom: 0.000001, warnFrom: 1.000001 },
  deleveraging: { watchFrom: 0.25, warnFrom: 1 },
};

const RATIO_MAX = 1_000;

export function warningLevels(
  warning: EarlyWarning,
  thresholds: WarningThresholds = WARNING_THRESHOLDS,
): readonly FigureLevel[] {
  const worst = worstOf(warning);
  return WARNING_FIGURES.map((figure) => {
    const { value, at } = worst[figure];
    const { watchFrom, warnFrom } = thresholds[figure];
    const level = value >= warnFrom ? 'warning' : value >= watchFrom ? 'watch' : 'calm';
    return { figure, value, watchFrom, warnFrom, level, at };
  });
}

interface Worst {
  readonly value: number;
  readonly at: string | null;
}

function worstOf({
  amplification,
  overlaps,
  covers,
  deleveraging,
}: EarlyWarning): Record<WarningFigure, Worst> {
  const [closest] = overlaps;
  const unpaid = covers.map(({ pool, move, losers, byFund, open }): Worst => {
    const loss = losers.reduce((sum, loser) => sum + loser.loss, 0);
    return { value: loss === 0 ? 0 : (loss - byFund + open) / loss, at: `${pool} at ${percent(move)}` };
  });
  const needs = deleveraging.map(
    ({ instrument, side, move, needed, capacity }): Worst => ({
      value: Math.min(RATIO_MAX, capacity === 0 ? RATIO_MAX : needed / capacity),
      at: `${instrument} ${side} at ${percent(move)}`,
    }),
  );
  return {
    amplification: { value: amplification.radius, at: null },
    overlap: closest === undefined ? NOTHING : { value: closest.cosine, at: closest.pools.join(' and ') },
    unpaid: unpaid.reduce(larger, NOTHING),
    deleveraging: needs.reduce(larger, NOTHING),
  };
}

const NOTHING: Worst = { value: 0, at: null };

function larger(best: Worst, next: Worst): Worst {
  return next.value > best.value ? next : best;
}

function percent(move: number): string {
  return `${move > 0 ? '+' : ''}${Math.round(move * 1_000) / 10}%`;
}
