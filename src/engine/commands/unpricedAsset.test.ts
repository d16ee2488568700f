import { describe, expect, it } from 'vitest';
import { lendingWorld } from '../../testkit/lendingWorld.js';
import { coins, HOUR_MS, inversePerpetual, usdt } from '../../testkit/world.js';

/** An inverse perpetual in a pool that values in USDT; ETH is collateral that nobody has ever priced. */
function market(collateral = {}) {
  const world = lendingWorld({ collateral });
  world.accept({ kind: 'listAsset', asset: 'ETH', decimals: 8 });
  world.accept({
    kind: 'listCollateral',
    pool: 'main',
    asset: 'ETH',
    haircutPpm: 0n,
    countedCapMinor: null,
    peg: null,
    conversionRank: 2,
    conversionSpreadPpm: 0n,
    priceMaxAgeMs: HOUR_MS,
    priceMaxJumpPpm: 500_000n,
    priceConfirmations: 1,
  });
  world.client('una', { ETH: coins(10), USDT: usdt(100_000) });
  world.cross('una', 'una', { USDT: usdt(10_000), ETH: coins(10) });
  world.cross('bob', 'bob', { USDT: usdt(100_000) });
  return world;
}

const side = (id: string) =>
  ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: false }) as const;
const fill = (instrument: string, priceTicks: bigint, lots: bigint) =>
  ({
    kind: 'fill',
    instrument,
    priceTicks,
    lots,
    buyer: side('una'),
    seller: side('bob'),
    taker: 'buyer',
  }) as const;

describe('an asset without a price', () => {
  it('counts for nothing as collateral, and shields no account from liquidation (MAR-11)', () => {
    const world = market();
    world.accept(fill('BTC-PERP', 400_000n, 1_000n));
    world.price(31_000);
    // 10,000 USDT less 9,000 lost against 155: alive, whatever the ETH is worth. At 30,000 nothing is left.
    expect(world.position('una', 'BTC-PERP').lots).toBe(1_000n);
    world.price(30_000);
    expect(world.position('una', 'BTC-PERP').lots).toBe(0n);
  });

  it('opens nothing that settles in it', () => {
    const world = market();
    world.accept(
      inversePerpetual('ETH-INV', { base: 'ETH', settle: 'ETH', brackets: inversePerpetual('x').brackets }),
    );
    world.mark({ 'ETH-INV': 4_000n });
    expect(world.refuse(fill('ETH-INV', 4_000n, 10n))).toBe('asset_price_unusable');
  });

  it('nor does one whose stale price may have fallen to nothing', () => {
    const world = market({ priceMaxJumpPpm: 1_000_000n });
    world.accept(inversePerpetual('BTC-INV', { markMaxAgeMs: 10 * HOUR_MS }));
    world.mark({ 'BTC-INV': 80_000n });
    world.timeMs += 2 * HOUR_MS;
    expect(world.refuse(fill('BTC-INV', 80_000n, 10n))).toBe('asset_price_unusable');
  });
});
