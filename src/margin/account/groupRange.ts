/**
 * The legs that are margined together, at the ends of their ranges: what worstCase.ts puts together. A linear or inverse
 * instrument has a corner per end of its marks. Options of one underlying have one corner, a bound (optionRange.ts).
 */
import { max, min } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import type { AccountBox, LegBox, Range } from './accountBox.js';
import { legProfit } from './accountEquity.js';
import { totalScaled } from './charge.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import { addFractions, larger, smaller, sumFractions } from './fractions.js';
import { byInstrument, byUnderlying } from './groups.js';
import { optionBound } from './optionRange.js';
import { instrumentCharges } from './positionCharges.js';
import type { AccountView, AssetView, LegView } from './view.js';

export interface GroupRange {
  readonly settleAsset: number;
  readonly legCount: number;
  /** Neither marks nor prices of underlyings move. */
  readonly isPoint: boolean;
  /**
   * Along every line of worstCase.ts the group brings, less what it is charged, no less than at the worse of these
   * corners (`worst`), or no more than at this one (`best`); but for roundings.
   */
  readonly corners: readonly Corner[];
  /** Its profit and its charge, each at its own end: exact in whole numbers. */
  readonly apart: Corner;
}

export interface Corner {
  /** In settlement minor units, exact; of options what they leave after what their long legs require. */
  readonly profit: Fraction;
  /** Maintenance margin with the settlement asset at that price: valuation minor units x VALUE_SCALE. */
  readonly chargeScaled: (held: AssetView) => bigint;
}

/** Which way funding, and options' marks, are taken: against the account or for it. */
export type Outlook = 'worst' | 'best';

export function groupRanges(view: AccountView, box: AccountBox, outlook: Outlook): readonly GroupRange[] {
  const boxes = new Map(view.legs.map((leg, at) => [leg, box.legs[at] as LegBox]));
  const isOption = ({ option }: LegView) => option !== null;
  return [
    ...byInstrument(view.legs.filter((leg) => !isOption(leg))).map((legs) =>
      instrumentRange(view, legs, boxes, outlook),
    ),
    ...byUnderlying(view.legs.filter(isOption)).map((legs) => optionRange(legs, boxes, outlook)),
  ];
}

type Boxes = ReadonlyMap<LegView, LegBox>;

function instrumentRange(
  view: AccountView,
  legs: readonly LegView[],
  boxes: Boxes,
  outlook: Outlook,
): GroupRange {
  const corners = instrumentCorners(view, legs, boxes, outlook);
  const isWorst = outlook === 'worst';
  const charges = (held: AssetView) => corners.map(({ chargeScaled }) => chargeScaled(held));
  const apart: Corner = {
    profit: corners.map(({ profit }) => profit).reduce(isWorst ? smaller : larger),
    chargeScaled: (held) => charges(held).reduce(isWorst ? max : min),
  };
  const { settleAsset } = legs[0] as LegView;
  // What is concave is least at a corner; most it may be between them.
  const isPoint = corners.length === 1;
  return { settleAsset, legCount: legs.length, isPoint, corners: isWorst ? corners : [apart], apart };
}

function instrumentCorners(
  view: AccountView,
  legs: readonly LegView[],
  boxes: Boxes,
  outlook: Outlook,
): readonly Corner[] {
  const ranges = legs.map((leg) => (boxes.get(leg) as LegBox).markTicks);
  const low = ranges.map((range) => range.low).reduce((a, b) => min(a, b));
  const high = ranges.map((range) => range.high).reduce((a, b) => max(a, b));
  return (low === high ? [low] : [low, high]).map((markTicks) => {
    const moved = legs.map((leg) => ({ ...withFunding(leg, boxes, outlook), markTicks }));
    return {
      profit: sumFractions(moved.map(legProfit)),
      chargeScaled: oncePerPrice((held) =>
        totalScaled(instrumentCharges('maintenance', { legRule: view.legRule, assets: [held] }, moved)),
      ),
    };
  });
}

function optionRange(legs: readonly LegView[], boxes: Boxes, outlook: Outlook): GroupRange {
  const { gain, charged } = optionBound(legs, boxes, outlook);
  const [charge, other] = outlook === 'worst' ? [charged.high, charged.low] : [charged.low, charged.high];
  const dues = sumFractions(legs.map((leg) => duesOf(withFunding(leg, boxes, outlook))));
  const chargeScaled = (held: AssetView) => requirementValueScaledCeil(held, charge);
  const leaving = (amount: Fraction): Corner => ({
    profit: addFractions(addFractions(gain, amount), dues),
    chargeScaled,
  });
  const { settleAsset } = legs[0] as LegView;
  const isPoint = legs.every((leg) => isStill(boxes.get(leg) as LegBox));
  return { settleAsset, legCount: legs.length, isPoint, corners: [leaving(charge)], apart: leaving(other) };
}

function isStill({ markTicks, indexTicks }: LegBox): boolean {
  return markTicks.low === markTicks.high && indexTicks.low === indexTicks.high;
}

/** Options have neither cost nor funding, but nothing that a leg has is left out. */
function duesOf({ cost, lots, fundingPerLot, terms }: LegView): Fraction {
  const denominator = terms.fundingScale;
  return { numerator: -cost * denominator - lots * fundingPerLot, denominator };
}

/** The bounds ask for the same charge several times, at one price of the asset or two. */
function oncePerPrice(chargeOf: Corner['chargeScaled']): Corner['chargeScaled'] {
  const known = new Map<bigint, bigint>();
  return (held) => {
    const before = known.get(held.price);
    if (before !== undefined) return before;
    const charge = chargeOf(held);
    known.set(held.price, charge);
    return charge;
  };
}

function withFunding(leg: LegView, boxes: Boxes, outlook: Outlook): LegView {
  const { low, high }: Range = (boxes.get(leg) as LegBox).fundingPerLot;
  // Longs pay when the index rises.
  return { ...leg, fundingPerLot: leg.lots > 0n === (outlook === 'worst') ? high : low };
}
