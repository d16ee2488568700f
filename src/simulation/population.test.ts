import { describe, expect, it } from 'vitest';
import { exampleVenue } from './exampleVenue.js';
import { drawParticipants } from './population.js';
import { readVenueFile, type Venue } from './venueFile.js';

function venue(change: Partial<Venue> = {}): Venue {
  const read = readVenueFile(JSON.stringify(exampleVenue('1')));
  if (!read.ok) throw new Error(read.error.message);
  return { ...read.value, ...change };
}

describe('drawParticipants', () => {
  it('draws the same participants for the same seed and others for another', () => {
    expect(drawParticipants(venue())).toEqual(drawParticipants(venue()));
    expect(drawParticipants(venue({ seed: '2' }))).not.toEqual(drawParticipants(venue()));
  });

  it('keeps to the ranges of the venue file', () => {
    const { clients } = drawParticipants(venue());
    const retail = clients.filter(({ id }) => id.startsWith('retail-'));
    expect(retail).toHaveLength(240);
    expect(retail[0]!.id).toBe('retail-001');
    for (const client of retail) {
      expect(client.depositMinor >= 200_000_000n && client.depositMinor <= 20_000_000_000n).toBe(true);
      expect(client.traders.length >= 1 && client.traders.length <= 4).toBe(true);
    }
    expect(new Set(retail.flatMap(({ traders }) => traders.map(({ strategy }) => strategy))).size).toBe(4);
  });

  it('gives no account more leverage than its instrument allows', () => {
    const { clients } = drawParticipants(venue());
    const onCcc = clients
      .flatMap(({ traders }) => traders)
      .filter(({ instrument }) => instrument === 'CCC-PERP');
    expect(onCcc.length).toBeGreaterThan(50);
    expect(onCcc.every(({ leveragePpm }) => leveragePpm <= 20_000_000n)).toBe(true);
  });

  it('gives every account an id of its own', () => {
    const { clients, marketMakers } = drawParticipants(venue());
    const ids = [
      ...clients.flatMap(({ traders }) => traders.map(({ accountId }) => accountId)),
      ...marketMakers.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId)),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives a hedger a long and a short account on one instrument, alike but for the side', () => {
    const { clients } = drawParticipants(venue());
    const legs = clients.flatMap(({ traders }) => traders).filter(({ strategy }) => strategy === 'hedger');
    expect(legs.length).toBeGreaterThan(10);
    for (let at = 0; at < legs.length; at += 2) {
      const [first, second] = [legs[at]!, legs[at + 1]!];
      expect(second).toEqual({
        ...first,
        accountId: second.accountId,
        side: first.side === 'long' ? 'short' : 'long',
      });
    }
  });

  it('draws a client without regard to the others of its group', () => {
    const all = drawParticipants(venue()).clients;
    const base = venue();
    const fewer = drawParticipants(venue({ clients: [{ ...base.clients[0]!, count: 100 }] })).clients;
    expect(fewer).toEqual(all.slice(0, 100));
  });

  it("splits half of a market maker's deposit evenly, the rest staying in the wallet", () => {
    const base = venue();
    const group = { ...base.marketMakers[0]!, depositMinor: 1000n };
    const [maker] = drawParticipants(venue({ marketMakers: [group] })).marketMakers;
    expect(maker!.accounts.map(({ instrument, collateralMinor }) => [instrument, collateralMinor])).toEqual([
      ['AAA-PERP', 166n],
      ['BBB-PERP', 166n],
      ['CCC-PERP', 166n],
    ]);
  });
});
