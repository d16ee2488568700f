import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addHash,
  emptyHash,
  hashText,
  mixBytes,
  mixIdentity,
  mixName,
  mixWords,
  subtractHash,
} from './hash.js';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('the 128-bit mix', () => {
  it('is pinned: the same words on every machine, for good (law 7)', () => {
    expect(hashText(mixName('BTC'))).toMatch(/^[0-9a-f]{32}$/);
    expect(hashText(mixName('BTC'))).toBe(hashText(mixBytes(Uint8Array.of(66, 84, 67))));
    expect([
      hashText(mixName('')),
      hashText(mixName('a')),
      hashText(mixName('bulkhead')),
    ]).toMatchInlineSnapshot(`
      [
        "4b932e5fdf444db112f47fc7a36ad794",
        "d778141096a49aa9205bf5f3b95da0d0",
        "5fc2494efcd54370a166539fc3cca0a6",
      ]
    `);
  });

  it('tells apart a byte changed, a zero added and one moved', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const hash = hashText(mixBytes(value));
        expect(hashText(mixBytes(Uint8Array.from([...value, 0])))).not.toBe(hash);
        if (value.length === 0) return;
        const changed = value.slice();
        changed[at % value.length]! ^= change;
        expect(hashText(mixBytes(changed))).not.toBe(hash);
      }),
      { numRuns: 500 },
    );
  });

  it('spreads one changed bit over about half of the 128', () => {
    let flipped = 0;
    const cases = 64 * 8;
    for (let bit = 0; bit < cases; bit++) {
      const value = Uint8Array.from({ length: 64 }, (_, i) => i);
      const before = mixBytes(value);
      value[bit >> 3]! ^= 1 << (bit & 7);
      const after = mixBytes(value);
      for (let i = 0; i < 4; i++) flipped += ones((before[i] as number) ^ (after[i] as number));
    }
    expect(flipped / cases).toBeGreaterThan(56);
    expect(flipped / cases).toBeLessThan(72);
  });

  it('sums in any order, and takes out what was put in', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 12 }), fc.nat(), (values, at) => {
        const terms = values.map((value) => mixBytes(value));
        const [forwards, backwards] = [emptyHash(), emptyHash()];
        for (const term of terms) addHash(forwards, term);
        for (const term of terms.toReversed()) addHash(backwards, term);
        expect(backwards).toEqual(forwards);
        if (terms.length === 0) return;
        const without = emptyHash();
        for (const [i, term] of terms.entries()) if (i !== at % terms.length) addHash(without, term);
        subtractHash(forwards, terms[at % terms.length]!);
        expect(forwards).toEqual(without);
      }),
    );
  });

  it('does not mistake the parts of an identity for one another', () => {
    const [a, b] = [mixName('a'), mixName('b')];
    const seen = [
      mixIdentity(a, b),
      mixIdentity(b, a),
      mixIdentity(a, b, 0),
      mixIdentity(a, b, 1),
      mixIdentity(a),
    ].map(hashText);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('reads only the words it is told to, and writes only where it is told to', () => {
    const out = new Uint32Array(12).fill(7);
    mixWords(Uint32Array.of(1, 2, 3, 4), 2, out, 4);
    const again = emptyHash();
    mixWords(Uint32Array.of(1, 2, 99, 98), 2, again);
    expect([...out.subarray(4, 8)]).toEqual([...again]);
    expect([...out.subarray(0, 4), ...out.subarray(8)]).toEqual(Array(8).fill(7));
  });
});

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
