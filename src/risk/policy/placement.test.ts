import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ISOLATION_LEVELS, type IsolationLevel } from '../levels/index.js';
import { LEVEL_ALLOWANCES } from './levelAllowance.js';
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
      ({ key, legs }) =>
        `${key}: ${legs.map(({ asset, isOffset }) => (isOffset ? `${asset}*` : asset)).join(' ')}`,
    );
    return { ...next.placed, accounts };
  });
}

describe('where positions stand', () => {
  it('is one account while levels allow it; offsets go first', () => {
    const [calm, raised] = follow(['portfolio', 'cross']);
    expect(calm?.accounts).toEqual(['o/0/shared: A* B*']);
    expect(raised?.accounts).toEqual(['o/0/shared: A B*']);
  });

  it('is an account of its own from isolated on, with consent, and stays so in calm', () => {
    const steps = follow(['portfolio', 'isolated', 'portfolio']);
    expect(steps[1]).toMatchObject({ accounts: ['o/0/shared: B*', 'o/0/A: A'], carved: 1, grandfathered: 0 });
    expect(steps[2]?.accounts).toEqual(['o/0/shared: B*', 'o/0/A: A*']);
    expect(steps[2]?.carved).toBe(0);
  });

  it('is the shared account without consent: the position is grandfathered (MAR-13)', () => {
    const steps = follow(['portfolio', 'strictIsolated'], { ...EPISODE, consents: false });
    expect(steps[1]).toMatchObject({ accounts: ['o/0/shared: A B*'], carved: 0, grandfathered: 1 });
  });

  it('is nowhere while nothing may be opened', () => {
    const steps = follow(['reduceOnly', 'isolated']);
    expect(steps[0]).toMatchObject({ accounts: ['o/0/shared: B*'], refusedValue: 100 });
    expect(steps[1]).toMatchObject({ accounts: ['o/0/shared: B*', 'o/0/A: A'], refusedValue: 0 });
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

  it('is freer at no higher level', () => {
    for (const [rank, level] of ISOLATION_LEVELS.entries()) {
      const lower = LEVEL_ALLOWANCES[ISOLATION_LEVELS[rank - 1] ?? level];
      for (const [what, allowed] of Object.entries(LEVEL_ALLOWANCES[level]))
        expect(Number(allowed)).toBeLessThanOrEqual(Number(lower[what as keyof typeof lower]));
    }
  });
});
