import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { orderWorld } from '../../testkit/orderWorld.js';
import { linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { decodeSnapshot, encodeSnapshot } from '../index.js';

function trading(): World {
  const world = standardWorld(usdt(1_000));
  world.accept(linearPerpetual('CAP-PERP', { positionCapLots: 150n }));
  world.mark({ 'CAP-PERP': 400_000n });
  for (const client of ['ada', 'bob', 'cleo', 'dan']) {
    world.client(client, { USDT: usdt(100_000) });
    world.account(client, client, 'CAP-PERP', 10);
  }
  return world;
}

const buy = (buyer: string, seller: string, { priceTicks = 400_000n, lots = 100n } = {}) => {
  const side = (id: string) =>
    ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
  const fill = { kind: 'fill', instrument: 'CAP-PERP', priceTicks, lots, taker: 'buyer' } as const;
  return { ...fill, buyer: side(buyer), seller: side(seller) };
};

describe('a group of clients', () => {
  it('is one client for the cap on positions', () => {
    const world = trading();
    world.accept({ kind: 'setGroup', client: 'ada', group: 'desk' });
    world.accept({ kind: 'setGroup', client: 'bob', group: 'desk' });
    world.accept(buy('ada', 'cleo'));
    // ada holds 100 of the group's 150; bob himself holds nothing, and dan may sell 100.
    const { outcome } = world.send(buy('bob', 'dan')).record;
    expect(outcome.kind === 'rejected' && outcome.rejection).toMatchObject({
      code: 'position_cap',
      context: { client: 'bob', heldLots: 100n, wantedLots: 200n, capLots: 150n },
    });
    world.accept({ kind: 'setGroup', client: 'bob', group: null });
    expect(world.refuse(buy('bob', 'dan'))).toBe('accepted');
  });

  it('has its resting orders counted together', () => {
    const world = orderWorld();
    world.accept(linearPerpetual('CAP-PERP', { positionCapLots: 150n }));
    world.mark({ 'CAP-PERP': 400_000n });
    for (const client of ['ada', 'bob']) {
      world.client(client, { USDT: usdt(100_000) });
      world.open(client, client, 'isolated', 10, 'CAP-PERP');
      world.accept({ kind: 'setGroup', client, group: 'desk' });
    }
    const rest = (order: string, account: string, lots: bigint) =>
      world.order(order, account, { instrument: 'CAP-PERP', holdWallet: true, lots });
    world.accept(rest('a', 'ada', 100n));
    expect(world.refuse(rest('b', 'bob', 51n))).toBe('position_cap');
    expect(world.refuse(rest('b', 'bob', 50n))).toBe('accepted');
  });

  it('may hold no more than its share of open interest, above what is free of it', () => {
    const world = standardWorld(usdt(1_000));
    const concentration = { sharePpm: 400_000n, freeLots: 50n };
    world.accept(linearPerpetual('CAP-PERP', { concentration }));
    world.mark({ 'CAP-PERP': 400_000n });
    for (const client of ['ada', 'bob', 'cleo', 'dan', 'eve', 'fred', 'gus']) {
      world.client(client, { USDT: usdt(100_000) });
      world.account(client, client, 'CAP-PERP', 10);
    }
    for (const client of ['ada', 'bob']) world.accept({ kind: 'setGroup', client, group: 'desk' });
    // 50 lots are free; one more would be more than 40 % of the 50 that are open.
    world.accept(buy('ada', 'cleo', { lots: 50n }));
    const { outcome } = world.send(buy('bob', 'dan', { lots: 1n })).record;
    expect(outcome.kind === 'rejected' && outcome.rejection).toMatchObject({
      code: 'concentration_cap',
      context: { client: 'bob', heldLots: 50n, wantedLots: 51n, openInterestLots: 50n, capLots: 50n },
    });
    world.accept(buy('eve', 'dan', { lots: 50n }));
    world.accept(buy('fred', 'gus', { lots: 50n }));
    // Of 150 the desk may hold 60: 10 more.
    expect(world.refuse(buy('bob', 'dan', { lots: 11n }))).toBe('concentration_cap');
    expect(world.refuse(buy('bob', 'cleo', { lots: 10n }))).toBe('accepted');
    // It reduces as it likes.
    expect(world.refuse(buy('dan', 'ada', { lots: 50n }))).toBe('accepted');
  });

  it('may not trade a loss from one of its clients to another and leave a deficit (ISO-05)', () => {
    const world = trading();
    for (const client of ['ada', 'bob']) world.accept({ kind: 'setGroup', client, group: 'desk' });
    world.accept(buy('ada', 'cleo', { lots: 70n }));
    // ada has 280 behind 0.07 BTC; selling at 34,000 to her friend loses 420.
    expect(world.refuse(buy('bob', 'ada', { priceTicks: 340_000n, lots: 70n }))).toBe('self_trade_deficit');
  });

  it('is in the state: a snapshot has it, and setting it again is nothing to do (OPS-02)', () => {
    const world = trading();
    world.accept({ kind: 'setGroup', client: 'ada', group: 'desk' });
    expect(world.refuse({ kind: 'setGroup', client: 'ada', group: 'desk' })).toBe('nothing_to_do');
    const copy = decodeSnapshot(encodeSnapshot(world.engine));
    expect(hashText(copy.stateHash())).toBe(hashText(world.engine.stateHash()));
    expect(copy.state.groups.members.get(0)).toEqual(new Set([0]));
    expect(world.refuse({ kind: 'setGroup', client: 'ada', group: 'not an id' })).toBe('invalid_id');
  });
});
