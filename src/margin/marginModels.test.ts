/** The contract of margin models, kept by the isolated model on both payoffs and by the model of whole accounts. */
import { accountCases } from '../testkit/accountCases.js';
import { describeMarginModel, type MarginModelSubject } from '../testkit/marginModelContract.js';
import {
  type AccountView,
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
    heldApart: null,
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
    heldApart: (view) => [
      { ...view, legs: [] },
      ...view.legs.map((leg) => ({ ...withoutDebts(view), legs: [leg] })),
    ],
    shownPrices: (view) => view.legs.flatMap(({ instrument }) => shownPricesOf(view, instrument)),
  };
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
