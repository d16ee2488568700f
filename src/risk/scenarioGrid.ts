/**
 * Scenarios as a grid of price moves and volatility shocks, with damped tails beyond it, and the vectors they give: the
 * P&L of one lot of each instrument and the price change of each asset in every scenario. The vectors are whole
 * numbers and are all that the margin model sees; `risk` recomputes and sends them with the marks.
 */
import { err, ok, type Result } from '../base/index.js';
import { divNearest } from './quantize.js';
import { countedMove, leavesAPrice, type Scenario, type Shock, shockId } from './scenario.js';
import { futurePnlPerLot, optionPnlPerLot, type PricedFuture, type PricedOption } from './scenarioPnl.js';

/** The shocks of a grid, in order; ids come from the shocks. */
export interface ScenarioGrid {
  readonly name: string;
  readonly shocks: readonly Shock[];
}

/** An instrument as things stand when the vectors are made. */
export type ScenarioInstrument = { readonly instrument: number; readonly underlying: string } & (
  | ({ readonly kind: 'future' } & PricedFuture)
  | ({ readonly kind: 'option' } & PricedOption)
);

/** An asset held as collateral or settled in. One that follows no underlying keeps its price in every scenario. */
export interface ScenarioAsset {
  readonly asset: number;
  readonly underlying: string | null;
}

export interface ScenarioBook {
  readonly instruments: readonly ScenarioInstrument[];
  readonly assets: readonly ScenarioAsset[];
  readonly nowMs: number;
}

/** One number per scenario, in the order of `ids`. */
export interface ScenarioVectors {
  readonly ids: readonly string[];
  /** Settlement minor units x VALUE_SCALE, of one long lot, damped as the scenario says. */
  readonly instruments: readonly { readonly instrument: number; readonly pnlPerLot: readonly bigint[] }[];
  /** Relative change of the asset's price, ppm, damped as the scenario says. */
  readonly assets: readonly { readonly asset: number; readonly priceChangePpm: readonly bigint[] }[];
}

export interface ScenarioFault {
  /** The scenario id, or the instrument's number as text. */
  readonly subject: string;
  readonly field: string;
  readonly rule: string;
}

/** The grid as scenarios in which these underlyings move together; all others stand still. */
export function gridScenarios(grid: ScenarioGrid, underlyings: readonly string[]): Scenario[] {
  return grid.shocks.map((shock) => ({
    id: shockId(shock),
    shocks: new Map(underlyings.map((underlying) => [underlying, shock])),
  }));
}

/** The vectors of a book under scenarios, or the first thing that is wrong with either. */
export function scenarioVectors(
  scenarios: readonly Scenario[],
  book: ScenarioBook,
): Result<ScenarioVectors, ScenarioFault> {
  const fault =
    scenarioFault(scenarios) ??
    firstFault(book.instruments, (instrument) => instrumentFault(instrument, book.nowMs));
  if (fault !== null) return err(fault);
  return ok({
    ids: scenarios.map(({ id }) => id),
    instruments: book.instruments.map((instrument) => ({
      instrument: instrument.instrument,
      pnlPerLot: scenarios.map(({ shocks }) =>
        pnlPerLot(instrument, shocks.get(instrument.underlying), book.nowMs),
      ),
    })),
    assets: book.assets.map(({ asset, underlying }) => ({
      asset,
      priceChangePpm: scenarios.map(({ shocks }) => priceChangePpm(underlying, shocks)),
    })),
  });
}

/** Every pairing of a price move with a volatility shock, price moves outermost. */
export function gridShocks(
  priceMovesPpm: readonly bigint[],
  volatilityShocks: readonly Shock['volatility'][],
): Shock[] {
  return priceMovesPpm.flatMap((priceMovePpm) =>
    volatilityShocks.map((volatility) => ({
      priceMovePpm,
      volatility,
      damping: { numerator: 1n, denominator: 1n },
      horizonMs: 0,
    })),
  );
}

/** Moves from -range to +range in equal steps, `stepsPerSide` on each side of 0. */
export function evenMoves({
  rangePpm,
  stepsPerSide,
}: {
  readonly rangePpm: bigint;
  readonly stepsPerSide: number;
}): bigint[] {
  const moves: bigint[] = [];
  for (let step = -stepsPerSide; step <= stepsPerSide; step++)
    moves.push(divNearest(rangePpm * BigInt(step), BigInt(stepsPerSide)));
  return moves;
}

function pnlPerLot(instrument: ScenarioInstrument, shock: Shock | undefined, nowMs: number): bigint {
  if (shock === undefined) return 0n;
  return instrument.kind === 'future'
    ? futurePnlPerLot(instrument, shock)
    : optionPnlPerLot(instrument, shock, nowMs);
}

function priceChangePpm(underlying: string | null, shocks: ReadonlyMap<string, Shock>): bigint {
  const shock = underlying === null ? undefined : shocks.get(underlying);
  if (shock === undefined) return 0n;
  const { numerator, denominator } = countedMove(shock);
  return divNearest(numerator, denominator);
}

function scenarioFault(scenarios: readonly Scenario[]): ScenarioFault | null {
  if (scenarios.length === 0) return { subject: '', field: 'scenarios', rule: 'at least one' };
  const seen = new Set<string>();
  return firstFault(scenarios, ({ id, shocks }) => {
    if (seen.has(id)) return { subject: id, field: 'id', rule: 'each scenario has a name of its own' };
    seen.add(id);
    return firstFault([...shocks.values()], (shock) => {
      const rule = shockRule(shock);
      return rule === null ? null : { subject: id, ...rule };
    });
  });
}

function shockRule({ priceMovePpm, damping, horizonMs }: Shock): { field: string; rule: string } | null {
  if (!leavesAPrice(priceMovePpm)) return { field: 'priceMovePpm', rule: 'must be over -1000000' };
  const { numerator, denominator } = damping;
  if (!(numerator >= 0n && denominator > 0n && numerator <= denominator))
    return { field: 'damping', rule: 'must be from 0 to 1' };
  if (!(Number.isFinite(horizonMs) && horizonMs >= 0))
    return { field: 'horizonMs', rule: 'must not be negative' };
  return null;
}

function instrumentFault(instrument: ScenarioInstrument, nowMs: number): ScenarioFault | null {
  const fault = (field: string, rule: string) => ({
    subject: String(instrument.instrument),
    field,
    rule,
  });
  if (instrument.kind === 'future')
    return instrument.markTicks > 0n ? null : fault('markTicks', 'must be positive');
  const { forwardTicks, volatility, option } = instrument;
  if (forwardTicks <= 0n) return fault('forwardTicks', 'must be positive');
  if (option.strikeTicks <= 0n) return fault('strikeTicks', 'must be positive');
  if (!(Number.isFinite(volatility) && volatility > 0)) return fault('volatility', 'must be positive');
  return option.expiryMs > nowMs ? null : fault('expiryMs', 'must lie ahead');
}

function firstFault<T>(
  items: readonly T[],
  faultOf: (item: T) => ScenarioFault | null,
): ScenarioFault | null {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== null) return fault;
  }
  return null;
}
