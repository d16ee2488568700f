/** LIQ-11 through the whole engine: at the shown price the account is liquidated, one mark tick inside it is not. */
import { describe, expect, it } from 'vitest';
import { abs } from '../../src/base/index.js';
import { seededRandom } from '../../src/base/random.js';
import type { CommandOf, FillSide } from '../../src/engine/command.js';
import { accountView } from '../../src/engine/marginView.js';
import { isFullyCovered, type LiquidationPrice, liquidationPrice } from '../../src/margin/index.js';
import { forSeeds } from '../../src/testkit/runs.js';
import { commandKinds, createWorld, linearPerpetual, times, type World } from '../../src/testkit/world.js';

const OUTSIDE: FillSide = {
  party: 'counterparty',
  leg: 'net',
  order: '',
  id: '',
  allocateMinor: 0n,
  allocateInitial: false,
};

/** A random instrument whose marks always act at once, in a desk's pool. */
function randomInstrument(seed: string): CommandOf<'listInstrument'> {
  const random = seededRandom(`${seed}-instrument`);
  const payoff = random.pick(['linear', 'inverse'] as const);
  const step = BigInt(random.pick([1_000, 100_000, 10_000_000]));
  const rates = [0, 1, 2].map((i) => BigInt(random.between(0, 20_000) * (i + 1)));
  const sorted = rates.sort((a, b) => (a < b ? -1 : 1));
  return linearPerpetual('X', {
    pool: 'desk',
    payoff,
    base: 'COIN',
    quote: 'USD',
    settle: payoff === 'linear' ? 'USD' : 'COIN',
    contractSize: random.pick(['1', '10', '100']),
    tickSize: '1',
    lotSize: '1',
    markTicksPerTick: random.pick([1n, 3n, 10n, 1000n]),
    takerFeePpm: BigInt(random.pick([0, 500, 10_000, 100_000])),
    maintenanceBasis: random.pick(['entry', 'mark'] as const),
    initialBasis: random.pick(['entry', 'mark'] as const),
    closeFee: random.pick(['none', 'inRate', 'inMargin'] as const),
    removalFloorPpm: 0n,
    unrealizedProfitSharePpm: 1_000_000n,
    markMaxJumpPpm: 100_000_000n,
    markConfirmations: 1,
    fillBandPpm: 100_000_000n,
    fundingRateMaxPpm: 100_000n,
    brackets: [step, step * 20n, null].map((notionalCapMinor, i) => ({
      notionalCapMinor,
      initialMarginRatePpm: 60_000n,
      maintenanceMarginRatePpm: sorted[i]!,
      leverageMaxPpm: times(16),
    })),
  });
}

/** One account with a random position, funded a few times over; null where it could not open one. */
function worldWithPosition(seed: string): World | null {
  const random = seededRandom(seed);
  const world = createWorld();
  for (const asset of ['USD', 'COIN'])
    world.accept({ kind: 'listAsset', asset, decimals: random.pick([0, 2, 6]) });
  world.accept({
    kind: 'openPool',
    admission: 'fills',
    valuationAsset: null,
    legRule: 'larger',
    pool: 'desk',
    isDesk: true,
    workBudget: 1_000,
  });
  if (world.refuse(randomInstrument(seed)) !== 'accepted') return null;
  const price = BigInt(random.between(50, 5_000));
  world.mark({ X: price });
  world.client('ada', { USD: 2n ** 55n, COIN: 2n ** 55n });
  world.account('a', 'ada', 'X', random.pick([1, 2, 5, 16]));
  const own: FillSide = {
    party: 'account',
    leg: 'net',
    order: '',
    id: 'a',
    allocateMinor: 0n,
    allocateInitial: true,
  };
  const isBuying = random.unit() < 0.5;
  world.send({
    kind: 'fill',
    instrument: 'X',
    priceTicks: price + BigInt(random.between(-2, 2)),
    lots: BigInt(random.between(1, random.pick([3, 1_000, 100_000]))),
    buyer: isBuying ? own : OUTSIDE,
    seller: isBuying ? OUTSIDE : own,
    taker: 'buyer',
  });
  for (let i = random.between(0, 4); i > 0; i--) {
    world.timeMs += 1_000;
    const ratePpm = BigInt(random.between(-20_000, 20_000));
    world.send({ kind: 'applyFunding', instrument: 'X', fundingTimeMs: world.timeMs, ratePpm });
  }
  const extra = BigInt(random.between(0, 3)) * (world.balance('a') / 3n);
  if (extra > 0n) world.send({ kind: 'allocate', asset: null, account: 'a', amountMinor: extra });
  return world.position('a').lots === 0n ? null : world;
}

function shownPrice(world: World): LiquidationPrice {
  const { marginTerms } = world.state.instruments.listed[0]!;
  return liquidationPrice(marginTerms, accountView(world.state, world.row('a')));
}

/** A mark in mark ticks; answers what the engine did of itself. */
function markAt(world: World, markTicks: bigint) {
  world.timeMs += 1;
  const marks = [{ instrument: 'X', markTicks, indexTicks: markTicks }];
  return commandKinds(
    world.accept({ kind: 'mark', assetPrices: [], sourceTimeMs: world.timeMs, marks }).work,
  );
}

describe('the shown liquidation price', () => {
  it('is where the engine liquidates, and one mark tick inside it does not, fees, brackets and funding included (LIQ-11, FND-02, MAR-07)', () => {
    const seen = { price: 0, none: 0, always: 0, unknown: 0, skipped: 0 };
    forSeeds(1_500, (seed) => {
      const world = worldWithPosition(seed);
      if (world === null) return void seen.skipped++;
      const { listed, markTicks } = world.state.instruments;
      const { marginTerms, terms } = listed[0]!;
      const isLong = world.position('a').lots > 0n;
      const shown = shownPrice(world);
      seen[shown.kind]++;
      if (shown.kind === 'always' || shown.kind === 'unknown')
        throw new Error(`an account was left alone at ${shown.kind}`);
      if (shown.kind === 'none') {
        // Neither ruin nor glory: the whole range of marks leaves it alone.
        for (const at of [1n, markTicks.get(0), terms.markTicksMax])
          expect(markAt(world, at)).not.toContain('takeOver');
        expect(isFullyCovered(marginTerms, accountView(world.state, world.row('a'))) || isLong).toBe(true);
        return;
      }
      const inside = isLong ? shown.markTicks + 1n : shown.markTicks - 1n;
      if (inside <= 0n || shown.markTicks > terms.markTicksMax) return;
      expect(markAt(world, inside)).not.toContain('takeOver');
      expect(world.state.accounts.isQueued.get(world.row('a'))).toBe(0);
      // What is shown does not depend on the mark it is asked at.
      expect(shownPrice(world)).toEqual(shown);
      expect(markAt(world, shown.markTicks)).toContain('takeOver');
      expect(world.position('a')).toEqual({ lots: 0n, cost: 0n });
      expect(world.balance('a')).toBe(0n);
    });
    expect(seen.price).toBeGreaterThan(300);
    expect(seen.none).toBeGreaterThan(20);
  });

  it('is reached by funding alone: the payment that crosses it liquidates at once, the one before does not (FND-01, FND-02)', () => {
    let liquidated = 0;
    forSeeds(300, (seed) => {
      const world = worldWithPosition(seed);
      if (world === null) return;
      const ratePpm = world.position('a').lots > 0n ? 30_000n : -30_000n;
      for (let i = 0; i < 60; i++) {
        const at = world.state.instruments.markTicks.get(0);
        world.timeMs += 1_000;
        const { work } = world.accept({
          kind: 'applyFunding',
          instrument: 'X',
          fundingTimeMs: world.timeMs,
          ratePpm,
        });
        if (commandKinds(work).includes('takeOver')) return void liquidated++;
        const shown = shownPrice(world);
        const isBeyond =
          shown.kind === 'always' ||
          (shown.kind === 'price' &&
            (world.position('a').lots > 0n ? at <= shown.markTicks : at >= shown.markTicks));
        expect(isBeyond, `funding ${i} left an account beyond its price`).toBe(false);
      }
    });
    expect(liquidated).toBeGreaterThan(50);
  });

  it('is none for a fully backed 1x inverse short, and for a linear long that holds its whole cost (FND-07)', () => {
    for (const payoff of ['linear', 'inverse'] as const) {
      const world = createWorld();
      for (const asset of ['USD', 'COIN']) world.accept({ kind: 'listAsset', asset, decimals: 6 });
      world.accept({
        kind: 'openPool',
        admission: 'fills',
        valuationAsset: null,
        legRule: 'larger',
        pool: 'desk',
        isDesk: true,
        workBudget: 1_000,
      });
      world.accept({
        ...randomInstrument('backed'),
        payoff,
        settle: payoff === 'linear' ? 'USD' : 'COIN',
        markTicksPerTick: 1n,
        contractSize: '1',
      });
      world.mark({ X: 100n });
      world.client('ada', { USD: 2n ** 50n, COIN: 2n ** 50n });
      world.account('a', 'ada', 'X', 1);
      const own: FillSide = {
        party: 'account',
        leg: 'net',
        order: '',
        id: 'a',
        allocateMinor: 0n,
        allocateInitial: true,
      };
      const [buyer, seller] = payoff === 'linear' ? [own, OUTSIDE] : [OUTSIDE, own];
      world.accept({
        kind: 'fill',
        instrument: 'X',
        priceTicks: 100n,
        lots: 10n,
        buyer,
        seller,
        taker: 'buyer',
      });
      world.accept({
        kind: 'allocate',
        asset: null,
        account: 'a',
        amountMinor: abs(world.position('a').cost),
      });
      expect(shownPrice(world)).toEqual({ kind: 'none' });
      for (const at of [1n, 50n, 100_000n]) expect(markAt(world, at)).not.toContain('takeOver');
    }
  });
});
