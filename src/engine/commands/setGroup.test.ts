import { describe, expect, it } from 'vitest';
import { hashText } from '../../base/index.js';
import { linearPerpetual, standardWorld, usdt, type World } from '../../testkit/world.js';
import { decodeSnapshot, encodeSnapshot } from '../index.js';

function trading(): World {
  const world = standardWorld(usdt(1_000));
  world.accept(linearPerpetual('CAP-PERP', { positionCapLots: 150n }));
  world.mark({ 'CAP-PERP': 400_000n });
  for (const client of ['ada', 'bob', 'cleo']) {
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
    world.account('cleo-2', 'cleo', 'CAP-PERP', 10);
    world.accept(buy('ada', 'cleo'));
    expect(world.refuse(buy('bob', 'cleo-2'))).toBe('position_cap');
    world.accept({ kind: 'setGroup', client: 'bob', group: null });
    // cleo alone would be short 200 then.
    world.account('ada-2', 'ada', 'CAP-PERP', 10);
    expect(world.refuse(buy('bob', 'ada-2'))).toBe('accepted');
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
