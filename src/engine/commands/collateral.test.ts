import { describe, expect, it } from 'vitest';
import {
  btcCollateral,
  btcPrice,
  refusedAmount,
  type SharedWorld,
  sharedWorld,
} from '../../testkit/sharedWorld.js';
import {
  coins,
  commandKinds,
  eventsOf,
  HOUR_MS,
  inversePerpetual,
  standardWorld,
  times,
  usdt,
} from '../../testkit/world.js';
import { checkEverything } from '../index.js';

/** ada holds 0.1 BTC and nothing else. */
function holding(options: Parameters<typeof sharedWorld>[0] = {}): SharedWorld {
  const world = sharedWorld(options);
  world.cross('ada', { BTC: coins(0.1) });
  return world;
}

const buys = (world: SharedWorld, lots: bigint) =>
  world.fill('BTC-PERP', { priceTicks: 400_000n, lots, buyer: 'ada', seller: 'dan' });

/** The most lots of BTC-PERP (40 USDT of notional, 4 of margin each) that ada may open now. */
function mostLots(world: SharedWorld): bigint {
  let [fits, fails] = [0n, 2_000n];
  while (fails - fits > 1n) {
    const middle = (fits + fails) / 2n;
    const isAccepted = world.engine.dryRun(
      buys(world, middle),
      world.timeMs,
      ({ record }) => record.outcome.kind === 'accepted',
    );
    if (isAccepted) fits = middle;
    else fails = middle;
  }
  return fits;
}

describe('listing collateral', () => {
  it.each<[string, Partial<ReturnType<typeof btcCollateral>>, string]>([
    ['a haircut above one', { haircutPpm: 1_000_001n }, 'haircutPpm'],
    ['a haircut below zero', { haircutPpm: -1n }, 'haircutPpm'],
    ['a cap below zero', { countedCapMinor: -1n }, 'countedCapMinor'],
    ['a peg to nothing', { peg: { price: 0n, tolerancePpm: 0n, slopePpm: 0n } }, 'peg'],
    ['a spread of everything', { conversionSpreadPpm: 1_000_000n }, 'conversionSpreadPpm'],
    ['no age at all', { priceMaxAgeMs: 0 }, 'priceMaxAgeMs'],
    ['no room to move', { priceMaxJumpPpm: 0n }, 'priceMaxJumpPpm'],
    ['no confirmation', { priceConfirmations: 0 }, 'priceConfirmations'],
  ])('refuses %s and names the field (PRC-04)', (_name, changes, field) => {
    const world = sharedWorld();
    world.accept({ kind: 'listAsset', asset: 'ETH', decimals: 8 });
    const { outcome } = world.send(btcCollateral({ asset: 'ETH', ...changes })).record;
    expect(outcome).toMatchObject({ rejection: { code: 'invalid_definition', context: { field } } });
  });

  it('happens once, and only in a pool that values whole accounts', () => {
    expect(sharedWorld().refuse(btcCollateral())).toBe('already_exists');
    expect(standardWorld().refuse(btcCollateral())).toBe('pool_isolated_only');
  });
});

describe('what collateral counts for', () => {
  it('is its price less the haircut, at most the cap: the rest backs nothing (MAR-10)', () => {
    // 0.1 BTC is worth 4,000: 3,600 after the haircut; capped at 1,000, 900.
    expect(mostLots(holding())).toBe(900n);
    expect(mostLots(holding({ collateral: { countedCapMinor: usdt(1_000) } }))).toBe(225n);
  });

  it('falls with the price step by step, on top of it beyond the peg’s tolerance, and is never a cliff (MAR-11)', () => {
    const peg = { price: btcPrice(40_000), tolerancePpm: 10_000n, slopePpm: 5_000_000n };
    const counted = (price: number) => {
      const world = holding({ collateral: { haircutPpm: 0n, peg } });
      world.priceBtc(price);
      return mostLots(world);
    };
    // 1% under the peg: 3,960, nothing more is kept back. 5%: 4% beyond, 20% kept back of 3,800. 21%: all of it.
    expect([counted(40_000), counted(39_600), counted(38_000), counted(31_600)]).toEqual([
      1_000n,
      990n,
      760n,
      0n,
    ]);
  });

  it('counts a price that may not decide as if it had fallen by the largest step it may (PRC-04)', () => {
    const world = holding();
    world.timeMs += HOUR_MS + 1;
    world.mark({ 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    // Stale: half of 40,000, less the haircut, is 1,800.
    expect(mostLots(world)).toBe(450n);
    expect(refusedAmount(world, buys(world, 451n), 'missing')).toBe(usdt(4));
    world.priceBtc(40_000);
    expect(mostLots(world)).toBe(900n);
  });

  it('opens nothing in a coin whose old price only looks cheap: at the last good one it would be liquidatable (PRC-04, MAR-01)', () => {
    const world = sharedWorld();
    const brackets = [
      {
        notionalCapMinor: null,
        initialMarginRatePpm: 10_000n,
        maintenanceMarginRatePpm: 9_000n,
        leverageMaxPpm: times(100),
      },
    ];
    world.accept(inversePerpetual('XBT', { brackets }));
    world.cross('ada', { USDT: usdt(1_000) }, { leverage: 100 });
    const opens = (lots: bigint) =>
      world.fill('XBT', { priceTicks: 80_000n, lots, buyer: 'ada', seller: 'dan' });
    world.timeMs += HOUR_MS + 1;
    world.mark({ XBT: 80_000n, 'BTC-PERP': 400_000n, 'ETH-PERP': 20_000n });
    // A contract is 100 dollars. With BTC fallen by half 1,000 dollars would carry 2,000 of them at 100x; at the last good
    // price 1,112 ask for 1,000.8 of maintenance margin.
    expect(world.refuse(opens(1_112n))).toBe('insufficient_initial_margin');
    expect(world.refuse(opens(1_000n))).toBe('accepted');
    expect(world.engine.derived.queuedOf(0).size).toBe(0);
  });

  it('is released only as far as what stays behind is enough (MAR-03)', () => {
    const world = holding();
    world.accept(buys(world, 100n));
    // 400 of margin: 0.0111... BTC at 36,000 must stay, rounded up.
    const release = (amountMinor: bigint) =>
      ({ kind: 'release', account: 'ada', asset: 'BTC', amountMinor }) as const;
    const stays = 1_111_112n;
    expect(refusedAmount(world, release(coins(0.1) - stays + 1n), 'removable')).toBe(coins(0.1) - stays);
    expect(world.refuse(release(coins(0.1) - stays))).toBe('accepted');
    expect(world.refuse(release(1n))).toBe('removal_floor');
  });
});

describe('a price of collateral', () => {
  it('that jumps is held, changes nobody’s fate until it is confirmed, and then liquidates (PRC-04, LIQ-11)', () => {
    const world = holding({ fundMinor: usdt(10_000) });
    world.accept(buys(world, 900n));
    const first = world.priceBtc(1_000);
    expect(eventsOf([first.record], 'marked')[0]?.assetPrices[0]).toMatchObject({
      verdict: 'heldJump',
      price: btcPrice(40_000),
    });
    expect(commandKinds(first.work)).not.toContain('takeOver');
    world.timeMs += 1_000;
    const second = world.priceBtc(1_000);
    expect(eventsOf([second.record], 'marked')[0]?.woken).toEqual([world.row('ada')]);
    expect(commandKinds(second.work)).toContain('takeOver');
    expect(world.balance('ada', 'BTC')).toBe(0n);
    checkEverything(world.state);
  });

  it('of zero or less is ignored and leaves the last one suspect (PRC-04)', () => {
    const world = holding();
    const { record } = world.priceBtc(0);
    expect(eventsOf([record], 'marked')[0]?.assetPrices[0]).toMatchObject({
      verdict: 'ignoredBad',
      isSuspect: true,
    });
    // What may not decide converts nothing and counts as fallen by a half.
    expect(mostLots(world)).toBe(450n);
  });

  it('is refused for an asset that is no collateral of the pool', () => {
    const world = sharedWorld();
    const assetPrices = [{ pool: 'main', asset: 'USDT', price: 1n }];
    expect(world.refuse({ kind: 'mark', sourceTimeMs: world.timeMs, marks: [], assetPrices })).toBe(
      'unknown_collateral',
    );
  });
});

describe('the conversion facility', () => {
  const fund = { kind: 'fundFacility', pool: 'main', asset: 'USDT', amountMinor: usdt(1_000) } as const;
  const drain = { ...fund, kind: 'drainFacility' } as const;

  it('is the venue’s own money, in and out (LED-03)', () => {
    const world = sharedWorld();
    world.accept(fund);
    expect(world.facility('USDT')).toBe(usdt(1_000));
    expect(world.refuse({ ...drain, amountMinor: usdt(1_000) + 1n })).toBe('insufficient_venue_funds');
    world.accept(drain);
    expect(world.facility('USDT')).toBe(0n);
    expect(world.refuse({ ...fund, amountMinor: usdt(1_000_001) })).toBe('insufficient_venue_funds');
    checkEverything(world.state);
  });

  it('is drained no further than the pool has cash: what clients are owed is not the venue’s (ISO-06, law 8)', () => {
    const world = sharedWorld();
    world.accept(fund);
    world.cross('ada', { USDT: usdt(1_000) });
    world.cross('bob', { USDT: usdt(200) });
    world.accept({ kind: 'release', account: 'dan', asset: 'USDT', amountMinor: usdt(500_000) });
    // bob owes ada 380 of which he has 200: the pool holds 1,000 + 200 + the facility.
    world.accept(world.fill('BTC-PERP', { priceTicks: 400_000n, lots: 50n, buyer: 'bob', seller: 'ada' }));
    world.accept(world.fill('BTC-PERP', { priceTicks: 324_000n, lots: 50n, buyer: 'ada', seller: 'dan' }));
    expect(world.balance('ada', 'USDT')).toBe(usdt(1_380));
    world.accept({ kind: 'release', account: 'ada', asset: 'USDT', amountMinor: usdt(1_380) });
    expect(refusedAmount(world, drain, 'most')).toBe(usdt(820));
    expect(world.refuse({ ...drain, amountMinor: usdt(820) })).toBe('accepted');
    checkEverything(world.state);
  });

  it('converts in the declared order, and the next asset only when the one before is used up (MAR-10)', () => {
    const world = sharedWorld();
    world.accept({ kind: 'listAsset', asset: 'ETH', decimals: 8 });
    world.accept(btcCollateral({ asset: 'ETH', conversionRank: 0, conversionSpreadPpm: 0n }));
    world.accept({
      kind: 'mark',
      sourceTimeMs: world.timeMs,
      marks: [],
      assetPrices: [{ pool: 'main', asset: 'ETH', price: btcPrice(2_000) }],
    });
    world.accept(fund);
    world.client('eve', { ETH: coins(1), BTC: coins(1) });
    world.cross('eve', { ETH: coins(0.1), BTC: coins(0.1) });
    const trade = (lots: bigint, priceTicks: bigint, buyer: string, seller: string) =>
      world.accept(world.fill('BTC-PERP', { priceTicks, lots, buyer, seller }));
    trade(100n, 400_000n, 'eve', 'dan');
    // 299 lost: 200 out of 0.1 ETH, 99 out of 0.0025 BTC at 39,600.
    trade(100n, 370_100n, 'dan', 'eve');
    expect([world.balance('eve', 'ETH'), world.balance('eve', 'BTC')]).toEqual([0n, coins(0.0975)]);
    checkEverything(world.state);
  });
});
