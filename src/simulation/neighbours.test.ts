import { describe, expect, it } from 'vitest';
import { standardWorld, usdt, type World } from '../testkit/world.js';
import { watchNeighbours } from './neighbours.js';

/** One client with two accounts on one instrument, at 20x and at 2x. */
function openAccounts(world: World): void {
  world.client('ann', { USDT: usdt(10_000) });
  world.client('bob', { USDT: usdt(100_000) });
  world.account('ann/1', 'ann', 'BTC-PERP', 20);
  world.account('ann/2', 'ann', 'BTC-PERP', 2);
  world.account('bob/1', 'bob', 'BTC-PERP', 2);
  const fill = { instrument: 'BTC-PERP', priceTicks: 400_000n, lots: 100n };
  world.trade({ ...fill, buyer: 'ann/1', seller: 'bob/1' });
  world.trade({ ...fill, buyer: 'ann/2', seller: 'bob/1' });
}

/** Liquidates ann/1 and nobody else. */
function fall(world: World): void {
  world.mark({ 'BTC-PERP': 370_000n });
  expect(world.position('ann/1').lots).toBe(0n);
  expect(world.position('ann/2').lots).toBe(100n);
}

describe('watchNeighbours', () => {
  it('compares the wallet and the other account of a liquidated client and finds them untouched (ISO-01)', () => {
    const world = standardWorld(usdt(1_000));
    const watch = watchNeighbours(world.state);
    world.engine.onRecord = watch.see;
    openAccounts(world);
    fall(world);
    expect(watch.proof.takeovers).toBe(1);
    // Wallet, pending deposit, pending withdrawal and the other account.
    expect(watch.proof.compared).toBe(4);
    expect(watch.proof.changed).toEqual([]);
  });

  it('names what is not as the events said it was', () => {
    const world = standardWorld(usdt(1_000));
    const watch = watchNeighbours(world.state);
    openAccounts(world);
    // It has not seen how the money came: to it the takeover itself must have brought it.
    world.engine.onRecord = watch.see;
    fall(world);
    expect(watch.proof.changed).toEqual(['wallet of ann', 'ann/2']);
  });
});
