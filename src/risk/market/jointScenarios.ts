/**
 * One set of scenarios for a whole market: what each date would do at today's volatilities, to all assets together, so
 * that days on which everything fell stay such days. G. Barone-Adesi, K. Giannopoulos, L. Vosper, Journal of Futures
 * Markets 19 (1999). What an asset is too young for it borrows from its peers, and the set says so.
 */
import { err, ok, type Result } from '../../base/index.js';
import { FILTERED_DEFAULTS, type FilteredParameters } from '../models/filteredHistorical.js';
import { type RiskFault, riskFault } from '../riskFault.js';
import type { AlignedAsset, AlignedMarket } from './alignedMarket.js';
import { type RescaledMoves, rescaledMoves } from './rescaledMoves.js';

export interface JointParameters extends FilteredParameters {
  /** Assets whose moves stand for those of a young one, over their volatility and times its own; nearest first. */
  readonly peers: Readonly<Record<string, readonly string[]>>;
  /** Moves are multiplied by periods^exponent: 1 period leaves them. Estimate on the horizon itself where you can. */
  readonly scaling: { readonly periods: number; readonly exponent: number };
}

export const JOINT_DEFAULTS: JointParameters = {
  ...FILTERED_DEFAULTS,
  peers: {},
  scaling: { periods: 1, exponent: 0.5 },
};

export interface JointScenarios {
  /** Dates of the scenarios, oldest first: their ids. */
  readonly dates: readonly string[];
  readonly assets: readonly JointAsset[];
  readonly parameters: JointParameters;
  /** Dates of the window that an asset with a history around them lacks: no scenario is made of them. */
  readonly leftOut: readonly string[];
}

export interface JointAsset {
  readonly asset: string;
  /** Relative move of the close in each scenario, above -1. */
  readonly closes: Float64Array;
  /** Of the low and the high, from the close before: the loss on the way of longs and shorts. Not reached at one moment. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /** Volatility of the day to come, of falls and rises, before `scaling`. */
  readonly fallVolatility: number;
  readonly riseVolatility: number;
  /** Scenarios that come from peers, by peer. */
  readonly borrowed: Readonly<Record<string, number>>;
  /** Moves that would have left no price and were cut. */
  readonly floored: number;
}

/** A fall goes no further: an asset keeps a price. */
export const MOVE_MIN = -0.999;

/** Refused: an asset without enough history of its own for a volatility, or without peers for the rest. */
export function jointScenarios(
  market: AlignedMarket,
  parameters: Partial<JointParameters> = {},
): Result<JointScenarios, RiskFault> {
  const all = { ...JOINT_DEFAULTS, ...parameters };
  const fault = parameterFault(all);
  if (fault !== null) return err(fault);
  const filtered: FilteredAsset[] = [];
  for (const [at, asset] of market.assets.entries()) {
    const one = filterAsset(asset, all);
    if (!one.ok) return err({ ...one.error, field: `assets/${asset.asset}`, at: [at] });
    filtered.push(one.value);
  }
  const chosen = chooseDates(filtered, market, all);
  if (!chosen.ok) return chosen;
  const factor = all.scaling.periods ** all.scaling.exponent;
  const assets: JointAsset[] = [];
  for (const own of filtered) {
    const joint = jointAsset(own, { filtered, days: chosen.value.days, factor, parameters: all });
    if (!joint.ok) return joint;
    assets.push(joint.value);
  }
  const { days, leftOut } = chosen.value;
  return ok({ dates: days.map((day) => market.dates[day] as string), assets, parameters: all, leftOut });
}

interface FilteredAsset extends AlignedAsset {
  readonly rescaled: RescaledMoves;
  /** Place in the calendar to the place in the series of its own returns; -1 where there is none. */
  readonly places: Int32Array;
  /** First day of the calendar that has a move past the warm-up. */
  readonly from: number;
}

function filterAsset(asset: AlignedAsset, parameters: JointParameters): Result<FilteredAsset, RiskFault> {
  const places = new Int32Array(asset.returns.length).fill(-1);
  let count = 0;
  for (const [day, value] of asset.returns.entries()) if (!Number.isNaN(value)) places[day] = count++;
  const rescaled = rescaledMoves(
    asset.returns.filter((x) => !Number.isNaN(x)),
    parameters,
  );
  if (!rescaled.ok) return rescaled;
  const from = places.indexOf(parameters.warmup);
  return ok({ ...asset, rescaled: rescaled.value, places, from });
}

/**
 * The newest `residualsMax` dates on which every asset that has a history around them has a move. They begin where the
 * oldest assets do; the ones that begin later borrow. An asset that has ended leaves out all dates after it, by name.
 */
function chooseDates(
  filtered: readonly FilteredAsset[],
  { dates }: AlignedMarket,
  { residualsMin, residualsMax }: JointParameters,
): Result<{ readonly days: readonly number[]; readonly leftOut: readonly string[] }, RiskFault> {
  const start = Math.min(...filtered.map(({ from }) => from));
  const days: number[] = [];
  const leftOut: string[] = [];
  for (let day = dates.length - 1; day >= start && days.length < residualsMax; day--) {
    const isWhole = filtered.every(({ from, places }) => day < from || (places[day] as number) >= 0);
    if (isWhole) days.unshift(day);
    else leftOut.unshift(dates[day] as string);
  }
  if (days.length >= residualsMin) return ok({ days, leftOut });
  const context = { got: String(days.length), needed: String(residualsMin) };
  return err(riskFault('too_few', 'dates', { context }));
}

interface Choice {
  readonly filtered: readonly FilteredAsset[];
  readonly days: readonly number[];
  readonly factor: number;
  readonly parameters: JointParameters;
}

function jointAsset(
  own: FilteredAsset,
  { filtered, days, factor, parameters }: Choice,
): Result<JointAsset, RiskFault> {
  const { asset, rescaled } = own;
  const peers = (parameters.peers[asset] ?? []).flatMap(
    (name) => filtered.find((other) => other.asset === name) ?? [],
  );
  const [closes, lows, highs] = [0, 0, 0].map(() => new Float64Array(days.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const borrowed: Record<string, number> = {};
  let floored = 0;
  const cut = (move: number) => {
    if (move >= MOVE_MIN) return move;
    floored += 1;
    return MOVE_MIN;
  };
  for (const [at, day] of days.entries()) {
    const giver = day >= own.from ? own : peers.find(({ from }) => day >= from);
    if (giver === undefined) {
      const context = { asset, dates: String(days.filter((other) => other < own.from).length) };
      return err(riskFault('too_few', 'peers', { context }));
    }
    if (giver !== own) borrowed[giver.asset] = (borrowed[giver.asset] ?? 0) + 1;
    const fall = (factor * rescaled.fallVolatility) / giver.rescaled.fallVolatility;
    const rise = (factor * rescaled.riseVolatility) / giver.rescaled.riseVolatility;
    const place = giver.places[day] as number;
    const sided = (move: number) => cut(move * (move < 0 ? fall : rise));
    closes[at] = sided(giver.rescaled.moves[place] as number);
    lows[at] = Math.min(closes[at] as number, sided(onPath(giver, giver.lows[day] as number, place)));
    highs[at] = Math.max(closes[at] as number, sided(onPath(giver, giver.highs[day] as number, place)));
  }
  const { fallVolatility, riseVolatility } = rescaled;
  return ok({ asset, closes, lows, highs, fallVolatility, riseVolatility, borrowed, floored });
}

/** A low or a high at the volatility of the day to come. */
function onPath({ rescaled }: FilteredAsset, move: number, place: number): number {
  return move * ((move < 0 ? rescaled.fallScale[place] : rescaled.riseScale[place]) as number);
}

function parameterFault({
  scaling,
  peers,
  residualsMin,
  residualsMax,
  ...ewma
}: JointParameters): RiskFault | null {
  if (!(scaling.periods > 0 && Number.isFinite(scaling.periods ** scaling.exponent)))
    return riskFault('bad_parameter', 'scaling');
  if (!(ewma.lambda > 0 && ewma.lambda < 1)) return riskFault('bad_parameter', 'lambda');
  if (!(ewma.favourableCap >= 0)) return riskFault('bad_parameter', 'favourableCap');
  if (!(Number.isInteger(ewma.warmup) && ewma.warmup >= 1)) return riskFault('bad_parameter', 'warmup');
  if (!(residualsMin >= 1 && residualsMax >= residualsMin)) return riskFault('bad_parameter', 'residualsMin');
  for (const [asset, names] of Object.entries(peers))
    if (names.includes(asset)) return riskFault('bad_parameter', `peers/${asset}`);
  return null;
}
