import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withShuffle } from '../testkit/deleverageCases.js';
import { slowLayers } from '../testkit/slowLayers.js';
import { fundLayer, LAYERS, layer, ownLayer, policyOf } from '../testkit/waterfallCases.js';
import { type LayerHolding, type LayerPayer, type Loss, payWaterfall } from './waterfall.js';
import type { WaterfallLayer } from './waterfallLayers.js';
import { checkWaterfall } from './waterfallRules.js';

const OWN = 7;
const POOL = 3;
const LOSS: Loss = { lossMinor: 1_000n, cause: 'liquidation', accountRow: OWN, poolRow: POOL };
const { topUp, lenders, winners, gains } = LAYERS;

const holding = (payers: readonly LayerPayer[], poolRow: number | null = POOL): LayerHolding => ({
  poolRow,
  payers,
  instrumentUsedMinor: 0n,
});
const one = (holdsMinor: bigint, row = 0): LayerPayer => ({ row, holdsMinor, weight: 1n });

const pay = (layers: readonly WaterfallLayer[], holdings: Record<string, LayerHolding>, loss = LOSS) => {
  const result = payWaterfall(policyOf(layers), loss, new Map(Object.entries(holdings)));
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.layer}`);
  return result.value;
};
const shown = (...args: Parameters<typeof pay>) =>
  pay(...args).payments.map(({ layer: name, state, paysMinor }) => [name, state, paysMinor]);

describe('a waterfall', () => {
  const all = [ownLayer, fundLayer, topUp, lenders, winners, gains];
  const holds = {
    own: holding([one(400n, OWN)]),
    fund: holding([one(100n)]),
    'top-up': holding([one(1_000n)], null),
    lenders: holding([one(30n, 1), one(60n, 2)]),
    winners: holding([
      { row: 4, holdsMinor: 80n, weight: 1n },
      { row: 5, holdsMinor: 40n, weight: 2n },
    ]),
    gains: holding([
      { row: 4, holdsMinor: 500n, weight: 350n },
      { row: 5, holdsMinor: 500n, weight: 150n },
    ]),
  };

  it('takes the next layer only when the one before is at its limit (LIQ-05)', () => {
    expect(shown(all, holds)).toEqual([
      ['own', 'atLimit', 400n],
      ['fund', 'atLimit', 100n],
      ['top-up', 'atLimit', 50n],
      ['lenders', 'atLimit', 90n],
      ['winners', 'atLimit', 120n],
      ['gains', 'paid', 240n],
    ]);
    expect(shown(all, holds, { ...LOSS, lossMinor: 450n })).toEqual([
      ['own', 'atLimit', 400n],
      ['fund', 'paid', 50n],
      ['top-up', 'notNeeded', 0n],
      ['lenders', 'notNeeded', 0n],
      ['winners', 'notNeeded', 0n],
      ['gains', 'notNeeded', 0n],
    ]);
  });

  it('says who pays: a queue by weight, gains 7 to 3 (LIQ-07)', () => {
    const { payments } = pay(all, holds, { ...LOSS, lossMinor: 720n });
    expect(payments[4]?.payers).toEqual([
      { row: 4, paysMinor: 40n },
      { row: 5, paysMinor: 40n },
    ]);
    expect(pay(all, holds, { ...LOSS, lossMinor: 830n }).payments[5]?.payers).toEqual([
      { row: 4, paysMinor: 49n },
      { row: 5, paysMinor: 21n },
    ]);
  });

  it('names what nobody could pay, and pays out only what came in', () => {
    const { paidMinor, remainderMinor, postings } = pay(all, holds, { ...LOSS, lossMinor: 5_000n });
    expect([paidMinor, remainderMinor]).toEqual([1_260n, 3_740n]);
    expect(postings.at(-1)).toEqual({ phase: 'out', layer: null, row: null, amountMinor: 1_260n });
  });

  it('posts the top-up into the fund before the fund pays, and nothing out before all is in', () => {
    const { postings } = pay([ownLayer, topUp, fundLayer], {
      own: holding([one(10n, OWN)]),
      'top-up': holding([one(900n)], null),
      fund: holding([one(100n)]),
    });
    expect(postings).toEqual([
      { phase: 'topUp', layer: 'top-up', row: 0, amountMinor: 50n },
      { phase: 'in', layer: 'own', row: OWN, amountMinor: 10n },
      { phase: 'in', layer: 'fund', row: null, amountMinor: 50n },
      { phase: 'in', layer: 'fund', row: 0, amountMinor: 100n },
      { phase: 'out', layer: null, row: null, amountMinor: 160n },
    ]);
  });

  it('passes over a layer that is not for this cause, or that too little reaches', () => {
    const forDebts = layer({ kind: 'lenders', causes: ['borrow'] });
    const forMuch = layer({ kind: 'lossSharing', name: 'gains', lossAboveMinor: 600n });
    const layers = [ownLayer, forDebts, forMuch];
    const held = { own: holds.own, lenders: holds.lenders, gains: holds.gains };
    expect(shown(layers, held)).toEqual([
      ['own', 'atLimit', 400n],
      ['lenders', 'notTriggered', 0n],
      ['gains', 'notTriggered', 0n],
    ]);
    expect(shown(layers, held, { ...LOSS, lossMinor: 1_200n, cause: 'borrow' })).toEqual([
      ['own', 'atLimit', 400n],
      ['lenders', 'atLimit', 90n],
      ['gains', 'atLimit', 500n],
    ]);
  });

  it('uses part of a fund, up to its caps, less what its instrument has used', () => {
    const capped = layer({
      kind: 'insuranceFund',
      name: 'fund',
      sizePpm: 500_000n,
      capMinor: 300n,
      instrumentCapMinor: 350n,
    });
    const paid = (holdsMinor: bigint, instrumentUsedMinor: bigint) =>
      pay([ownLayer, capped], {
        own: holding([]),
        fund: { ...holding([one(holdsMinor)]), instrumentUsedMinor },
      }).paidMinor;
    expect(paid(501n, 0n)).toBe(250n);
    expect(paid(10_000n, 0n)).toBe(300n);
    expect(paid(10_000n, 100n)).toBe(250n);
    expect(paid(10_000n, 400n)).toBe(0n);
  });

  it.each([
    {
      name: 'another pool',
      holdings: { own: holds.own, fund: holding([one(9n)], 4) },
      code: 'layer_of_another_pool',
    },
    {
      name: 'the venue',
      holdings: { own: holds.own, fund: holding([one(9n)], null) },
      code: 'layer_of_another_pool',
    },
    {
      name: 'another account',
      holdings: { own: holding([one(9n, 8)]), fund: holds.fund },
      code: 'layer_of_another_account',
    },
    { name: 'nobody', holdings: { own: holds.own }, code: 'holding_missing' },
    { name: 'a layer it has not', holdings: { ...holds }, code: 'holding_unknown' },
    {
      name: 'two funds in one',
      holdings: { own: holds.own, fund: holding([one(1n, 1), one(1n, 2)]) },
      code: 'one_payer_only',
    },
  ])('refuses holdings of $name (ISO-05)', ({ holdings, code }) => {
    const map = new Map<string, LayerHolding>(Object.entries(holdings));
    expect(payWaterfall(policyOf([ownLayer, fundLayer]), LOSS, map)).toMatchObject({
      ok: false,
      error: { code },
    });
  });
});

describe('any waterfall', () => {
  it('pays the loss less the remainder, layer by layer, as unit by unit would', () => {
    fc.assert(
      fc.property(cases, ({ layers, holdings, loss }) => {
        expect(checkWaterfall(policyOf(layers)).ok).toBe(true);
        const outcome = pay(layers, holdings, loss);
        const sum = outcome.payments.reduce((total, { paysMinor }) => total + paysMinor, 0n);
        expect(sum).toBe(outcome.paidMinor);
        expect(outcome.paidMinor + outcome.remainderMinor).toBe(loss.lossMinor);
        const expected = slowLayers(
          loss.lossMinor,
          layers.map((each) => slowOf(each, holdings[each.name]!, loss)),
        );
        expect(new Map(outcome.payments.map(({ layer: name, paysMinor }) => [name, paysMinor]))).toEqual(
          expected,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('lets nobody pay more than it holds, and a layer pay only when all before it are at their limit', () => {
    fc.assert(
      fc.property(cases, ({ layers, holdings, loss }) => {
        let isOpen = true;
        for (const { layer: name, state, limitMinor, paysMinor, payers } of pay(layers, holdings, loss)
          .payments) {
          const held = new Map(holdings[name]!.payers.map((payer) => [payer.row, payer]));
          for (const payer of payers) {
            const { holdsMinor, weight } = held.get(payer.row)!;
            expect(payer.paysMinor > 0n && payer.paysMinor <= holdsMinor).toBe(true);
            if (name === 'gains') expect(payer.paysMinor <= weight).toBe(true);
          }
          expect(payers.reduce((total, payer) => total + payer.paysMinor, 0n)).toBe(paysMinor);
          if (paysMinor > 0n) expect(isOpen).toBe(true);
          if (state !== 'notTriggered' && paysMinor < limitMinor) isOpen = false;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('puts money in before money out, and as much in as out', () => {
    fc.assert(
      fc.property(cases, ({ layers, holdings, loss }) => {
        const { postings, paidMinor } = pay(layers, holdings, loss);
        const phases = ['topUp', 'in', 'out'];
        const order = postings.map(({ phase }) => phases.indexOf(phase));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        const total = (phase: string) =>
          postings.filter((posting) => posting.phase === phase).reduce((sum, p) => sum + p.amountMinor, 0n);
        expect([total('in'), total('out')]).toEqual([paidMinor, paidMinor]);
        expect(total('topUp') <= 50n).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives one answer whatever the order of the payers', () => {
    const shuffled = cases.chain((found) =>
      withShuffle(found.holdings['winners']!.payers).map(([, payers]) => ({ found, payers })),
    );
    fc.assert(
      fc.property(shuffled, ({ found: { layers, holdings, loss }, payers }) => {
        const mixed = { ...holdings, winners: { ...holdings['winners']!, payers } };
        expect(pay(layers, mixed, loss)).toEqual(pay(layers, holdings, loss));
      }),
      { numRuns: 200 },
    );
  });
});

const small = fc.bigInt({ min: -3n, max: 60n });
const somePayers = fc.uniqueArray(
  fc.record({ row: fc.nat(30), holdsMinor: small, weight: fc.bigInt({ min: 0n, max: 6n }) }),
  { selector: ({ row }) => row, maxLength: 5 },
);

/** One layer of each kind, with sizes, caps and triggers drawn; the fund and the top-up in either order. */
const cases = fc
  .record({
    own: small,
    fund: small,
    capital: small,
    lent: somePayers,
    won: somePayers,
    gained: somePayers,
    lossMinor: fc.bigInt({ min: 0n, max: 300n }),
    terms: fc.array(
      fc.record({
        sizePpm: fc.constantFrom(1_000_000n, 500_000n, 333_333n),
        capMinor: fc.option(fc.bigInt({ min: 1n, max: 40n })),
        instrumentCapMinor: fc.option(fc.bigInt({ min: 1n, max: 40n })),
        lossAboveMinor: fc.constantFrom(0n, 0n, 30n),
      }),
      { minLength: 6, maxLength: 6 },
    ),
    used: fc.bigInt({ min: 0n, max: 30n }),
    cause: fc.constantFrom('liquidation' as const, 'borrow' as const),
    isTopUpFirst: fc.boolean(),
    isQueue: fc.boolean(),
  })
  .map((drawn) => {
    const [a, b, c, d, e, f] = drawn.terms;
    const fund = layer({ kind: 'insuranceFund', name: 'fund', ...b });
    const added = layer({ kind: 'topUp', name: 'top-up', ...c, capMinor: c?.capMinor ?? 50n });
    const layers = [
      layer({ kind: 'account', name: 'own', ...a }),
      ...(drawn.isTopUpFirst ? [added, fund] : [fund, added]),
      layer({ kind: 'lenders', ...d, causes: ['borrow'] }),
      layer({ kind: 'deleveraging', name: 'winners', ...e, allocation: drawn.isQueue ? 'queue' : 'proRata' }),
      layer({ kind: 'lossSharing', name: 'gains', ...f }),
    ];
    const used = { instrumentUsedMinor: drawn.used };
    const holdings: Record<string, LayerHolding> = {
      own: { ...holding([one(drawn.own, OWN)]), ...used },
      fund: { ...holding([one(drawn.fund)]), ...used },
      'top-up': { ...holding([one(drawn.capital)], null), ...used },
      lenders: { ...holding(drawn.lent), ...used },
      winners: { ...holding(drawn.won), ...used },
      gains: { ...holding(drawn.gained), ...used },
    };
    return { layers, holdings, loss: { ...LOSS, lossMinor: drawn.lossMinor, cause: drawn.cause } };
  });

function slowOf(each: WaterfallLayer, held: LayerHolding, loss: Loss) {
  const { name, sizePpm, capMinor, instrumentCapMinor, causes, lossAboveMinor, allocation } = each;
  const left = instrumentCapMinor === null ? null : instrumentCapMinor - held.instrumentUsedMinor;
  return {
    name,
    sizePpm,
    holds: held.payers.map(({ holdsMinor, weight }) => {
      if (name === 'gains') return holdsMinor < weight ? holdsMinor : weight;
      return allocation === 'proRata' && weight === 0n ? 0n : holdsMinor;
    }),
    caps: [capMinor, left].filter((cap) => cap !== null),
    isTriggered: (leftMinor: bigint) =>
      leftMinor > lossAboveMinor && (causes === null || causes.includes(loss.cause)),
  };
}
