/**
 * An account as the scenarios see it: lots per instrument and the net amount per asset, each as a range whose ends are
 * one point for the account as it stands. Open orders widen the lots, a box of prices (accountBox.ts) the rest, so the
 * same formulas answer for a point and, never optimistic, for everything inside.
 */
import { assert } from '../../base/assert.js';
import { abs, max, min, PPM } from '../../base/integers.js';
import type { Lots, MarkTicks } from '../../base/units.js';
import { type Fraction, notionalAtMark } from '../../market/payoff.js';
import { type AccountBox, type AssetBox, type LegBox, pointBox, type Range } from './accountBox.js';
import { assetIndex, legProfit } from './accountEquity.js';
import { addFractions, larger, smaller, whole } from './fractions.js';
import { byInstrument } from './groups.js';
import type { InstrumentScenarios, ScenarioSet, ScenarioView } from './scenarioView.js';
import type { AccountView, AssetView, LegView } from './view.js';

export interface ScenarioHoldings {
  readonly set: ScenarioSet;
  readonly instruments: readonly HeldInstrument[];
  /** In the order of the account's assets. */
  readonly assets: readonly HeldAsset[];
}

export interface HeldInstrument {
  readonly row: InstrumentScenarios;
  /** The index of its settlement asset in `assets`. */
  readonly settleAt: number;
  /** All legs of the instrument together, signed. */
  readonly lots: Range;
  /** Settlement minor units, exact. */
  readonly notionalPerLot: FractionRange;
}

export interface HeldAsset {
  readonly asset: number;
  /** Empty: it stands still. */
  readonly shocksPpm: readonly bigint[];
  readonly terms: AssetView['terms'];
  /** x ASSET_PRICE_SCALE. */
  readonly price: Range;
  /** Balance less debt with the profit of the legs as they stand, in its minor units, exact. */
  readonly net: FractionRange;
  /** Whether price and net are one point each. */
  readonly isPoint: boolean;
}

export interface FractionRange {
  readonly low: Fraction;
  readonly high: Fraction;
}

/** What widens an account. Instruments that are not named have their own lots. */
export interface HoldingRanges {
  readonly box?: AccountBox;
  readonly lots?: ReadonlyMap<number, Range>;
}

/** Every instrument and asset of the account must have its row, as long as the set. */
export function scenarioHoldings(
  view: AccountView,
  scenarios: ScenarioView,
  ranges: HoldingRanges = {},
): ScenarioHoldings {
  const box = ranges.box ?? pointBox(view);
  const boxes = new Map(view.legs.map((leg, at) => [leg, box.legs[at] as LegBox]));
  return {
    set: scenarios.set,
    instruments: byInstrument(legsWith(view, ranges)).map((legs) =>
      heldInstrument(view, scenarios, { legs, boxes, ranges }),
    ),
    assets: view.assets.map((held, at) =>
      heldAsset(view, scenarios, { held, box: box.assets[at] as AssetBox, boxes }),
    ),
  };
}

type Boxes = ReadonlyMap<LegView, LegBox>;

/** The account's legs, and one of no lots for each instrument that only has orders. */
function legsWith(view: AccountView, { lots }: HoldingRanges): readonly LegView[] {
  const held = new Set(view.legs.map(({ instrument }) => instrument));
  const added = [...(lots?.keys() ?? [])].filter((instrument) => !held.has(instrument));
  return [...view.legs, ...added.map((instrument) => ({ ...termsOf(view, instrument), lots: 0n }))];
}

function termsOf({ orderTerms }: AccountView, instrument: number): LegView {
  const terms = orderTerms.find((other) => other.instrument === instrument);
  assert(terms !== undefined, () => `no terms for an order of instrument ${instrument}`);
  return terms;
}

function heldInstrument(
  view: AccountView,
  scenarios: ScenarioView,
  of: { readonly legs: readonly LegView[]; readonly boxes: Boxes; readonly ranges: HoldingRanges },
): HeldInstrument {
  const leg = of.legs[0] as LegView;
  const { instrument } = leg;
  const row = scenarios.instruments.find((other) => other.instrument === instrument);
  assert(row !== undefined, () => `no scenarios for instrument ${instrument}`);
  const { length } = scenarios.set.scenarios;
  assert(row.pnlPerLot.length === length, () => `not ${length} P&Ls of instrument ${instrument}`);
  const held = of.legs.reduce((sum, { lots }) => sum + lots, 0n);
  return {
    row,
    settleAt: assetIndex(view, leg.settleAsset),
    lots: of.ranges.lots?.get(instrument) ?? { low: held, high: held },
    notionalPerLot: notionalRange(of.legs, of.boxes),
  };
}

/** Legs of one instrument have one mark; where their boxes differ, the range that holds all counts. */
function notionalRange(legs: readonly LegView[], boxes: Boxes): FractionRange {
  const ends = legs.flatMap((leg) =>
    endsOf(priceRange(leg, boxes.get(leg))).map((price) => notionalPerLot(leg, price)),
  );
  return { low: ends.reduce(smaller), high: ends.reduce(larger) };
}

/** Of an option the notional of its underlying, at its index; of anything else that of its mark. */
function notionalPerLot({ terms, option }: LegView, priceTicks: MarkTicks): Fraction {
  if (option === null) return notionalAtMark(terms, 1n, priceTicks);
  return whole(option.payoff === 'linear' ? option.unit * priceTicks : option.unit);
}

function priceRange({ option, markTicks, indexTicks }: LegView, box: LegBox | undefined): Range {
  const now = option === null ? markTicks : indexTicks;
  const range = option === null ? box?.markTicks : box?.indexTicks;
  return range ?? { low: now, high: now };
}

function endsOf({ low, high }: Range): readonly bigint[] {
  return low === high ? [low] : [low, high];
}

function heldAsset(
  view: AccountView,
  scenarios: ScenarioView,
  { held, box, boxes }: { readonly held: AssetView; readonly box: AssetBox; readonly boxes: Boxes },
): HeldAsset {
  const row = scenarios.assets.find(({ asset }) => asset === held.asset);
  assert(row !== undefined, () => `no scenarios for asset ${held.asset}`);
  const { length } = scenarios.set.scenarios;
  assert([0, length].includes(row.shocksPpm.length), () => `not ${length} shocks of asset ${held.asset}`);
  const profits = view.legs
    .filter(({ settleAsset }) => settleAsset === held.asset)
    .map((leg) => profitRange(leg, boxes.get(leg) as LegBox));
  const net = {
    low: profits.reduce((sum, { low }) => addFractions(sum, low), whole(held.balance - box.debt.high)),
    high: profits.reduce((sum, { high }) => addFractions(sum, high), whole(held.balance - box.debt.low)),
  };
  const isPoint = box.price.low === box.price.high && isSame(net.low, net.high);
  return { asset: held.asset, shocksPpm: row.shocksPpm, terms: held.terms, price: box.price, net, isPoint };
}

/** A profit rises or falls with the mark, and with the funding index: its ends are at theirs. */
function profitRange(leg: LegView, { markTicks, fundingPerLot }: LegBox): FractionRange {
  const ends = endsOf(markTicks).flatMap((mark) =>
    endsOf(fundingPerLot).map((funding) => legProfit({ ...leg, markTicks: mark, fundingPerLot: funding })),
  );
  return { low: ends.reduce(smaller), high: ends.reduce(larger) };
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

/** The larger size in a range of lots. */
export function sizeOf({ low, high }: Range): Lots {
  return max(abs(low), abs(high));
}

/** P&L of an instrument in a scenario, settlement minor units x SCENARIO_SCALE: the least of its ranges. */
export function leastPnl({ row, lots }: HeldInstrument, scenarioAt: number): bigint {
  const perLot = row.pnlPerLot[scenarioAt] as bigint;
  return lots.low === lots.high ? lots.low * perLot : min(lots.low * perLot, lots.high * perLot);
}

/** 1 + shock, as ppm. */
export function shockedPpm({ shocksPpm }: Pick<HeldAsset, 'shocksPpm'>, scenarioAt: number): bigint {
  return shocksPpm.length === 0 ? PPM : PPM + (shocksPpm[scenarioAt] as bigint);
}
