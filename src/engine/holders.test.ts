/** Who holds what, when rows that a trial opened are opened again in another instrument. */
import { describe, expect, it } from 'vitest';
import { linearPerpetual, standardWorld, times, usdt } from '../testkit/world.js';

const openIn = (instrument: string, account: string) =>
  ({
    kind: 'openAccount',
    marginMode: 'isolated',
    pool: null,
    hasLegs: false,
    account,
    client: 'ada',
    instrument,
    leveragePpm: times(10),
  }) as const;

describe('holders of an instrument', () => {
  it('are not those of another whose position has the row of one that was only tried (LIQ-06, OPS-04)', () => {
    const world = standardWorld();
    const { engine, state } = world;
    world.accept(linearPerpetual('ETH-PERP'));
    world.mark({ 'ETH-PERP': 20_000n });
    world.client('ada', { USDT: usdt(10_000) });
    world.client('bob', { USDT: usdt(10_000) });
    world.account('b-btc', 'bob', 'BTC-PERP', 10);
    world.account('b-eth', 'bob', 'ETH-PERP', 10);
    const side = (id: string) =>
      ({ party: 'account', id, leg: 'net', order: '', allocateMinor: 0n, allocateInitial: true }) as const;
    const [bitcoin, ether] = ['BTC-PERP', 'ETH-PERP'].map((id) => state.instruments.names.rowOf(id)) as [
      number,
      number,
    ];

    const triedRow = engine.trial(world.timeMs, (run) => {
      run(openIn('BTC-PERP', 'tried'));
      const filled = run({
        kind: 'fill',
        instrument: 'BTC-PERP',
        priceTicks: 400_000n,
        lots: 10n,
        buyer: side('tried'),
        seller: side('b-btc'),
        taker: 'buyer',
      });
      expect(filled.record.outcome.kind).toBe('accepted');
      const [row] = engine.derived.holders(bitcoin, 'long');
      return row;
    });
    world.accept(openIn('ETH-PERP', 'kept'));
    world.trade({ buyer: 'kept', seller: 'b-eth', instrument: 'ETH-PERP', priceTicks: 20_000n, lots: 10n });

    expect([...engine.derived.holders(ether, 'long')]).toEqual([triedRow]);
    expect([...engine.derived.holders(bitcoin, 'long')]).toEqual([]);
  });
});
