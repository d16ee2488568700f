import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';

describe('seeded random', () => {
  it('gives the same stream for the same seed, and another for another', () => {
    const stream = (seed: string) => Array.from({ length: 8 }, seededRandom(seed).word);
    expect(stream('a')).toEqual(stream('a'));
    expect(stream('a')).not.toEqual(stream('b'));
    expect(stream('')).not.toEqual(stream('a'));
  });

  it('is pinned, so that a seed in a report stays worth something', () => {
    const random = seededRandom('bulkhead');
    expect([random.word(), random.word(), random.word()]).toMatchInlineSnapshot(`
      [
        1775327906,
        1234503417,
        2646678929,
      ]
    `);
  });

  it('stays inside its bounds and reaches both ends', () => {
    const random = seededRandom('bounds');
    const seen = new Set<number>();
    for (let i = 0; i < 2_000; i++) {
      const unit = random.unit();
      expect(unit >= 0 && unit < 1).toBe(true);
      seen.add(random.between(-3, 3));
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    expect(random.between(5, 5)).toBe(5);
    expect(['x', 'y']).toContain(random.pick(['x', 'y']));
  });

  it('is about even', () => {
    const random = seededRandom('even');
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 40_000; i++) counts[random.between(0, 3)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('refuses bounds out of order and an empty choice', () => {
    const random = seededRandom('refuse');
    expect(() => random.between(2, 1)).toThrow('in order');
    expect(() => random.between(0.5, 1)).toThrow('whole');
    expect(() => random.pick([])).toThrow('needs an item');
  });
});
