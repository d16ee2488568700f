import { describe, expect, it } from 'vitest';
import { layer, setWaterfall } from '../testkit/waterfallProposals.js';
import { eventsOf, standardWorld, usdt } from '../testkit/world.js';
import { eventJson } from './eventView.js';
import { poolView } from './poolView.js';
import { readCommand } from './wireCommand.js';

/** ada closes 300 below what she has: 100 by the fund, 50 by the venue, 70 by gains of 700 of which a tenth may be used. */
function shortPool() {
  const world = standardWorld(usdt(100));
  world.accept({ kind: 'injectCapital', asset: 'USDT', amountMinor: usdt(1_000) });
  const layers = [
    layer('account'),
    layer('insuranceFund'),
    layer('topUp', { capMinor: usdt(50) }),
    layer('lossSharing', { sizePpm: 100_000n }),
  ];
  world.accept(setWaterfall('main', { layers }));
  world.accept({ kind: 'reserveCapital', pool: 'main', asset: 'USDT', amountMinor: usdt(500) });
  for (const [client, leverage] of Object.entries({ ada: 10, bob: 5, dan: 5 })) {
    world.client(client, { USDT: usdt(10_000) });
    world.account(client, client, 'BTC-PERP', leverage);
  }
  const trade = (buyer: string, seller: string, priceTicks: bigint) =>
    world.trade({ buyer, seller, instrument: 'BTC-PERP', priceTicks, lots: 100n });
  trade('ada', 'bob', 400_000n);
  world.mark({ 'BTC-PERP': 365_000n });
  trade('dan', 'ada', 330_000n);
  const view = () =>
    poolView({ state: world.state, derived: world.engine.derived, timeMs: world.timeMs }, 0).assets[0];
  return { world, view };
}

describe('an open deficit', () => {
  it('says by its number whose market it was, who has paid how much, and what is open (LIQ-08)', () => {
    const { view } = shortPool();
    const asset = view();
    expect(asset?.deficits).toMatchObject([
      {
        deficit: 0,
        account: 'ada',
        instrument: 'BTC-PERP',
        takeover: null,
        cause: 'close',
        amount: '300',
        coveredByFund: '150',
        toppedUpByVenue: '50',
        sharedByGains: '70',
        sharers: 2,
        open: '80',
      },
    ]);
    expect(asset?.deficits[0]?.sharedBy).toEqual([
      { account: 'dan', paid: '35', returned: '0' },
      { account: 'bob', paid: '35', returned: '0' },
    ]);
    expect(asset?.fund).toMatchObject({ injected: '150', drawn: '150', recovered: '0', closing: '0' });
    expect([asset?.waterfallRevision, asset?.reservedCapital]).toEqual([1, '450']);
  });

  it('is paid back by its number, in words of the wire (LIQ-08)', () => {
    const { world, view } = shortPool();
    const sent = { kind: 'recover', pool: 'main', asset: 'USDT', deficit: 0, amount: '160' };
    const read = readCommand(world.state, sent);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const { record } = world.accept(read.value);
    const [event] = eventsOf([record], 'lossRecovered');
    expect(eventJson(world.state, event as NonNullable<typeof event>)).toMatchObject({
      kind: 'lossRecovered',
      pool: 'main',
      amount: '160',
      takeover: null,
      losses: [{ deficit: 0, account: 'ada', toOpen: '80', toVenue: '10', toFund: '0' }],
      shares: [
        { account: 'bob', amount: '35' },
        { account: 'dan', amount: '35' },
      ],
    });
    expect(view()?.deficits).toEqual([]);
  });
});
