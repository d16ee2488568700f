/**
 * The legs that are margined together, at the ends of their ranges: what worstCase.ts puts together. A linear or inverse
 * instrument has a corner per end of its marks. Options of one underlying have one corner, a bound (optionRange.ts).
 */
import { max, min } from '../../base/integers.js';
import type { Fraction } from '../../market/payoff.js';
import { type AccountBox, type LegBox, pointBox, type Range } from './accountBox.js';
import { legProfit } from './accountEquity.js';
import { requirementValueScaledCeil } from './collateralValue.js';
import { addFractions, larger, smaller, subtractFractions, sumFractions, ZERO } from './fractions.js';
import { grouped } from './groups.js';
import { legRequirement } from './legRequirement.js';
import { chargedLegs } from './legRule.js';
import { type MarginGroup, marginGroups } from './marginGroups.js';
import { optionBound } from './optionRange.js';
import type { OptionBook } from './optionRequirement.js';
import { requirementsScaled } from './positionCharges.js';
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

/**
 * One for each group that moves. What stands still is one more of each asset: it is put together once for each view, as a
 * search for one price asks for many boxes of it.
 */
export function groupRanges(view: AccountView, box: AccountBox, outlook: Outlook): readonly GroupRange[] {
  const still = pointBox(view).legs;
  const all = marginGroups(view.legs);
  const moving = all.filter(({ places }) => places.some((at) => box.legs[at] !== still[at]));
  const boxes = new Map(
    moving.flatMap(({ legs, places }) =>
      legs.map((leg, at) => [leg, box.legs[places[at] as number] as LegBox] as const),
    ),
  );
  const ranges = moving.map((group) => rangeOf(view, group, boxes, outlook));
  return moving.length === all.length ? ranges : [...ranges, ...standingStill(view, moving)];
}

function rangeOf(
  view: AccountView,
  { legs, cover }: MarginGroup,
  boxes: Boxes,
  outlook: Outlook,
): GroupRange {
  return cover === null
    ? instrumentRange(view, legs, boxes, outlook)
    : optionRange({ legs, cover }, boxes, outlook);
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
    const amounts = chargedLegs('maintenance', view.legRule, moved).map((leg) =>
      legRequirement('maintenance', leg),
    );
    return {
      profit: sumFractions(moved.map(legProfit)),
      chargeScaled: oncePerPrice((held) => requirementsScaled(held, amounts)),
    };
  });
}

function optionRange(book: OptionBook, boxes: Boxes, outlook: Outlook): GroupRange {
  const { legs } = book;
  const { gain, charged } = optionBound(book, boxes, outlook);
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

/** By asset everything but the groups that move: what all come to together, less those. */
function standingStill(view: AccountView, moving: readonly MarginGroup[]): readonly GroupRange[] {
  const { byGroup, all, without } = stillOf(view);
  const [first] = moving;
  if (first === undefined) return all;
  const known = moving.length === 1 ? without.get(first) : undefined;
  if (known !== undefined) return known;
  const ranges = all.map((whole) => {
    const away = moving
      .map((group) => byGroup.get(group) as GroupRange)
      .filter(({ settleAsset }) => settleAsset === whole.settleAsset);
    return away.length === 0 ? whole : together(whole.settleAsset, [whole], away);
  });
  if (moving.length === 1) without.set(first, ranges);
  return ranges;
}

interface Still {
  readonly byGroup: ReadonlyMap<MarginGroup, GroupRange>;
  /** All of an asset together. */
  readonly all: readonly GroupRange[];
  /** All but one group: what searches for a mark ask for. */
  readonly without: Map<MarginGroup, readonly GroupRange[]>;
}

const stills = new WeakMap<AccountView, Still>();

function stillOf(view: AccountView): Still {
  const known = stills.get(view);
  if (known !== undefined) return known;
  const box = pointBox(view);
  const boxes = new Map(view.legs.map((leg, at) => [leg, box.legs[at] as LegBox]));
  const groups = marginGroups(view.legs);
  // At a point there is no better and no worse.
  const byGroup = new Map(groups.map((group) => [group, rangeOf(view, group, boxes, 'worst')]));
  const ofAsset = grouped([...byGroup.values()], ({ settleAsset }) => settleAsset);
  const all = ofAsset.map((ranges) => together((ranges[0] as GroupRange).settleAsset, ranges, []));
  const still = { byGroup, all, without: new Map() };
  stills.set(view, still);
  return still;
}

/** Groups that stand still as one, without some of them. Profits are exact and charges rounded one by one, so nothing is lost. */
function together(
  settleAsset: number,
  ranges: readonly GroupRange[],
  away: readonly GroupRange[],
): GroupRange {
  const corner = ({ corners }: GroupRange) => corners[0] as Corner;
  const sum = (of: readonly GroupRange[]) => sumFractions(of.map((range) => corner(range).profit));
  const charged = (of: readonly GroupRange[], held: AssetView) =>
    of.reduce((total, range) => total + corner(range).chargeScaled(held), 0n);
  const count = (of: readonly GroupRange[]) => of.reduce((total, { legCount }) => total + legCount, 0);
  const legCount = count(ranges) - count(away);
  const whole: Corner = {
    profit: legCount === 0 ? ZERO : subtractFractions(sum(ranges), sum(away)),
    chargeScaled: oncePerPrice((held) => charged(ranges, held) - charged(away, held)),
  };
  return { settleAsset, legCount, isPoint: true, corners: [whole], apart: whole };
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
