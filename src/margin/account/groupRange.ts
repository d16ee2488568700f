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
import { addFractions, sumFractions } from './fractions.js';
import { byInstrument, byUnderlying } from './groups.js';
import { shortOptionCharges } from './optionCharges.js';
import { leastOfOptions, mostOfOptions, optionsAt } from './optionRange.js';
import { instrumentCharges } from './positionCharges.js';
import type { AccountView, AssetView, LegView } from './view.js';

export interface GroupRange {
  readonly settleAsset: number;
  readonly legCount: number;
  readonly corners: readonly Corner[];
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
      rangeOf(legs, instrumentCorners(view, legs, boxes, outlook)),
    ),
    ...byUnderlying(view.legs.filter(isOption)).map((legs) =>
      rangeOf(legs, [optionCorner(legs, boxes, outlook)]),
    ),
  ];
}

function rangeOf(legs: readonly LegView[], corners: readonly Corner[]): GroupRange {
  return { settleAsset: (legs[0] as LegView).settleAsset, legCount: legs.length, corners };
}

type Boxes = ReadonlyMap<LegView, LegBox>;

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

function optionCorner(legs: readonly LegView[], boxes: Boxes, outlook: Outlook): Corner {
  const isPoint = legs.every((leg) => isStill(boxes.get(leg) as LegBox));
  if (isPoint) {
    const { left, shorts } = optionsAt(legs);
    const chargeScaled = oncePerPrice((held) =>
      totalScaled(shortOptionCharges('maintenance', { assets: [held] }, shorts)),
    );
    return { profit: addFractions(left, fundingOf(legs, boxes, outlook)), chargeScaled };
  }
  const { left, charged } = (outlook === 'worst' ? leastOfOptions : mostOfOptions)(legs, boxes);
  // Of each leg's charge, and of a value that is not at an end.
  const roundings = BigInt(legs.length) + 1n;
  const chargeScaled = (held: AssetView) =>
    requirementValueScaledCeil(held, charged) + (outlook === 'worst' ? roundings : -roundings);
  return { profit: addFractions(left, fundingOf(legs, boxes, outlook)), chargeScaled };
}

function isStill({ markTicks, indexTicks }: LegBox): boolean {
  return markTicks.low === markTicks.high && indexTicks.low === indexTicks.high;
}

/** Options have neither, but nothing that a leg has is left out. */
function fundingOf(legs: readonly LegView[], boxes: Boxes, outlook: Outlook): Fraction {
  return sumFractions(
    legs.map((leg) => {
      const { cost, lots, fundingPerLot, terms } = withFunding(leg, boxes, outlook);
      const denominator = terms.fundingScale;
      return { numerator: -cost * denominator - lots * fundingPerLot, denominator };
    }),
  );
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
