/** The contract of margin models, kept by the isolated model on both payoffs, by that of whole accounts and by scenarios. */
import type fc from 'fast-check';
import { valueAtMark } from '../market/payoff.js';
import { accountCases } from '../testkit/accountCases.js';
import { describeMarginModel, type MarginModelSubject } from '../testkit/marginModelContract.js';
import { scenarioCases } from '../testkit/scenarioCases.js';
import {
  type AccountView,
  ASSET_PRICE_SCALE,
  accountLiquidationPrice,
  accountRequirement,
  type IsolatedView,
  isAccountLiquidatable,
  isLiquidatable,
  LEG_RULES,
  type LegView,
  liquidationPrice,
  type MarginTerms,
  requirement,
} from './index.js';

describeMarginModel(isolated('linear'));
describeMarginModel(isolated('inverse'));
for (const legRule of LEG_RULES) describeMarginModel(cross(legRule));
describeMarginModel(portfolio());

interface Isolated {
  readonly terms: MarginTerms;
  readonly view: IsolatedView;
  readonly markTicks: bigint;
}

/** The positions of whole accounts, each by itself behind some of the account's balance. */
function isolated(payoff: 'linear' | 'inverse'): MarginModelSubject<Isolated> {
  const cases = accountCases({ instrumentsMax: 6 })
    .filter(({ legs }) => legs.some(({ terms }) => terms.payoff === payoff))
    .map(({ legs, assets }): Isolated => {
      const leg = legs.find(({ terms }) => terms.payoff === payoff) as LegView;
      const { lots, cost, fundingPerLot, leverage, markTicks } = leg;
      const collateral = assets[1]!.balance;
      return {
        terms: onOneBasis(leg.terms),
        view: { collateral, lots, cost, fundingPerLot, leverage },
        markTicks,
      };
    });
  return {
    name: `isolated, ${payoff}`,
    cases,
    requirement: ({ terms, view, markTicks }) => requirement(terms, view, markTicks),
    isLiquidatable: ({ terms, view, markTicks }) => isLiquidatable(terms, view, markTicks),
    emptied: (one) => ({ ...one, view: { ...one.view, lots: 0n, cost: 0n } }),
    lone: {
      cases,
      grown: (one, times) => {
        const { lots, cost } = one.view;
        return { ...one, view: { ...one.view, fundingPerLot: 0n, lots: lots * times, cost: cost * times } };
      },
    },
    heldApart: { because: 'an isolated account has one position' },
    shownPrices: (one) => {
      const shown = liquidationPrice(one.terms, one.view);
      if (shown.kind !== 'price') return [];
      const inside = one.view.lots > 0n ? shown.markTicks + 1n : shown.markTicks - 1n;
      const at = (markTicks: bigint) => (markTicks > 0n ? { ...one, markTicks } : null);
      return [{ there: { ...one, markTicks: shown.markTicks }, inside: at(inside) }];
    },
  };
}

function cross(legRule: AccountView['legRule']): MarginModelSubject<AccountView> {
  const cases = accountCases({ withOrders: true }).map((view) => ({ ...onOneBasisAll(view), legRule }));
  return {
    name: `cross, ${legRule}`,
    cases,
    requirement: accountRequirement,
    isLiquidatable: isAccountLiquidatable,
    emptied: (view) => ({ ...withoutDebts(view), legs: [], orders: [] }),
    lone: {
      cases: cases
        .filter(({ legs }) => legs.length > 0)
        .map((view) => ({ ...withoutDebts(view), legs: view.legs.slice(0, 1), orders: [] })),
      grown: (view, times) => ({
        ...view,
        legs: view.legs.map((leg) => ({ ...leg, lots: leg.lots * times, cost: leg.cost * times })),
      }),
    },
    heldApart: { cases, parts: legsApart },
    shownPrices: (view) => view.legs.flatMap(({ instrument }) => shownPricesOf(view, instrument)),
  };
}

/** Options and orders too, under random scenarios with everything that a set may ask for. */
function portfolio(): MarginModelSubject<AccountView> {
  const cases = inScenarios(accountCases({ withOptions: true, withOrders: true }));
  const loneCases = accountCases()
    .filter(({ legs }) => legs.length > 0)
    .map((view) => ({ ...withoutDebts(view), legs: view.legs.slice(0, 1).map(openedAtItsMark), orders: [] }));
  return {
    name: 'portfolio',
    cases,
    requirement: accountRequirement,
    isLiquidatable: isAccountLiquidatable,
    emptied: (view) => ({ ...withoutDebts(view), legs: [], orders: [] }),
    lone: {
      cases: inScenarios(loneCases),
      grown: (view, times) => ({
        ...view,
        legs: view.legs.map((leg) => ({ ...leg, lots: leg.lots * times, cost: leg.cost * times })),
      }),
    },
    // What only the whole has: basis between legs, steps of size, and collateral of one leg that backs another's loss.
    heldApart: {
      cases: inScenarios(accountCases().map(atItsMarks), { isPlain: true, isStill: true }),
      parts: legsApart,
    },
    // A search is only quick where the bounds are sharp: of a position by itself.
    shownPrices: (view) => {
      const [leg] = view.legs;
      if (leg === undefined || leg.option !== null) return [];
      return shownPricesOf({ ...withoutDebts(view), legs: [leg], orders: [] }, leg.instrument);
    },
  };
}

function inScenarios(
  accounts: fc.Arbitrary<AccountView>,
  options: Parameters<typeof scenarioCases>[1] = {},
): fc.Arbitrary<AccountView> {
  return accounts.chain((view) =>
    scenarioCases(view, options).map((scenarios) => ({ ...view, mode: 'portfolio', scenarios })),
  );
}

/** Without debts, nothing gained or lost yet, and collateral that counts in full: each asset is worth its balance. */
function atItsMarks(view: AccountView): AccountView {
  const legs = view.legs.map((leg) => {
    const { numerator, denominator } = valueAtMark(leg.terms, leg.lots, leg.markTicks);
    return { ...leg, fundingPerLot: 0n, cost: numerator / denominator };
  });
  const assets = withoutDebts(view).assets.map((held) => ({
    ...held,
    price: ASSET_PRICE_SCALE,
    terms: { ...held.terms, haircutPpm: 0n, countedCapMinor: null, peg: null },
  }));
  return { ...view, assets, legs, orders: [] };
}

/** Exactly: what it has gained would be collateral, of which a larger position has more. */
function openedAtItsMark(leg: LegView): LegView {
  const terms: MarginTerms = { ...leg.terms, payoff: 'linear', markTicksPerTick: 1n };
  return { ...leg, terms, fundingPerLot: 0n, cost: leg.lots * leg.markTicks * terms.unit };
}

function legsApart(view: AccountView): readonly AccountView[] {
  return [{ ...view, legs: [] }, ...view.legs.map((leg) => ({ ...withoutDebts(view), legs: [leg] }))];
}

function shownPricesOf(view: AccountView, instrument: number) {
  const { below, above } = accountLiquidationPrice(view, instrument);
  const at = (markTicks: bigint): AccountView => ({
    ...view,
    legs: view.legs.map((leg) => (leg.instrument === instrument ? { ...leg, markTicks } : leg)),
  });
  return [
    ...(below.kind === 'price' ? [{ there: at(below.markTicks), inside: at(below.markTicks + 1n) }] : []),
    ...(above.kind === 'price' ? [{ there: at(above.markTicks), inside: at(above.markTicks - 1n) }] : []),
  ];
}

function withoutDebts(view: AccountView): AccountView {
  return { ...view, assets: view.assets.map((held) => ({ ...held, debt: 0n })) };
}

function onOneBasisAll(view: AccountView): AccountView {
  const legs = (all: readonly LegView[]) => all.map((leg) => ({ ...leg, terms: onOneBasis(leg.terms) }));
  return { ...view, legs: legs(view.legs), orderTerms: legs(view.orderTerms) };
}

function onOneBasis(terms: MarginTerms): MarginTerms {
  const closeFee = terms.closeFee === 'inRate' ? 'none' : terms.closeFee;
  return { ...terms, initialBasis: terms.maintenanceBasis, closeFee };
}
