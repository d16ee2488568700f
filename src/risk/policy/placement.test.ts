import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISOLATION_LEVELS, type IsolationLevel } from '../levels/index.js';
import { NOTHING_OPEN, placeEpisode, type Standing } from './placement.js';
import { type Episode, WISHES } from './policyBook.js';

const EPISODE: Episode = {
  owner: 'o',
  wish: 'portfolio',
  consents: true,
  from: 0,
  until: 9,
  legs: [
    { asset: 'A', value: 100 },
    { asset: 'B', value: -50 },
  ],
};

/** Levels of A from close to close; B is calm. */
function follow(levels: readonly IsolationLevel[], episode = EPISODE) {
  let standing: Standing = NOTHING_OPEN;
  return levels.map((level) => {
    const next = placeEpisode(episode, standing, (asset) => (asset === 'A' ? level : 'portfolio'));
    standing = next.standing;
    const accounts = next.placed.accounts.map(
      ({ key, legs, offsetCap }) => `${key}: ${legs.map(({ asset }) => asset).join(' ')} ${offsetCap}`,
    );
    return { ...next.placed, accounts };
  });
}

describe('where positions stand', () => {
  it('is one account while levels allow it; offsets are halved at cross', () => {
    const [calm, raised] = follow(['portfolio', 'cross']);
    expect(calm?.accounts).toEqual(['o/0/shared: A B 1']);
    expect(raised).toMatchObject({ accounts: ['o/0/shared: A B 0.5'], carved: 0, grandfathered: 1 });
    expect(follow(['portfolio'], { ...EPISODE, wish: 'cross' })[0]?.accounts).toEqual(['o/0/shared: A B 0']);
  });

  it('is an account of its own for what a portfolio account may not take at cross, and a cross account may', () => {
    expect(follow(['cross'])[0]?.accounts).toEqual(['o/0/shared: B 1', 'o/0/A: A 0.5']);
    expect(follow(['cross'], { ...EPISODE, wish: 'cross' })[0]?.accounts).toEqual(['o/0/shared: A B 0']);
  });

  it('is an account of its own from isolated on, with consent, and stays so in calm', () => {
    const steps = follow(['portfolio', 'isolated', 'portfolio']);
    const apart = { accounts: ['o/0/shared: B 1', 'o/0/A: A 0'], carved: 1, grandfathered: 0 };
    expect(steps[1]).toMatchObject(apart);
    expect(steps[2]).toMatchObject({ accounts: ['o/0/shared: B 1', 'o/0/A: A 1'], carved: 0 });
  });

  it('is the shared account without consent: the position is grandfathered, without offsets (MAR-13)', () => {
    const steps = follow(['portfolio', 'strictIsolated'], { ...EPISODE, consents: false });
    expect(steps[1]).toMatchObject({ accounts: ['o/0/shared: A B 0'], carved: 0, grandfathered: 1 });
  });

  it('is nowhere while nothing may be opened', () => {
    const steps = follow(['reduceOnly', 'isolated']);
    expect(steps[0]).toMatchObject({ accounts: ['o/0/shared: B 1'], refusedValue: 100 });
    expect(steps[1]).toMatchObject({ accounts: ['o/0/shared: B 1', 'o/0/A: A 0'], refusedValue: 0 });
    expect(follow(['portfolio', 'reduceOnly'])[1]).toMatchObject({ refusedValue: 0, carved: 1 });
  });

  it('does not flap: a position moves once at most, and only out of the shared account', () => {
    const episode = fc.record({ wish: fc.constantFrom(...WISHES), consents: fc.boolean() });
    fc.assert(
      fc.property(
        episode,
        fc.array(fc.constantFrom(...ISOLATION_LEVELS), { maxLength: 40 }),
        (own, levels) => {
          const places = follow(levels, { ...EPISODE, ...own }).flatMap(({ accounts }) => {
            const holder = accounts.find((text) => /: (.* )?A/.test(text));
            return holder === undefined ? [] : [holder.includes('shared') ? 'shared' : 'alone'];
          });
          const moves = places.filter((place, at) => at > 0 && place !== places[at - 1]);
          expect(moves.length).toBeLessThanOrEqual(1);
          expect(moves).not.toContain('shared');
        },
      ),
      { numRuns: 100 },
    );
  });
});
