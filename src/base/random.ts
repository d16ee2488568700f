/**
 * Seeded random numbers for generators, simulations and tests; never used by the engine. The generator is
 * sfc32 (C. Doty-Humphrey, PractRand): 32-bit arithmetic only, the same stream on every machine.
 */
import { assert } from './assert.js';
import { mixName } from './hash.js';

export interface Random {
  /** An unsigned 32-bit whole number. */
  word(): number;
  /** A number in [0, 1) with 32 random bits. */
  unit(): number;
  /** A whole number in [from, to], both included. */
  between(from: number, to: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
}

export function seededRandom(seed: string): Random {
  const start = mixName(seed);
  let [a, b, c, counter] = [start[0] as number, start[1] as number, start[2] as number, 1];

  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }

  function unit(): number {
    return word() / 4294967296;
  }

  function between(from: number, to: number): number {
    assert(
      Number.isInteger(from) && Number.isInteger(to) && from <= to,
      'between takes whole numbers in order',
    );
    return from + Math.floor(unit() * (to - from + 1));
  }

  function pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'pick needs an item');
    return items[between(0, items.length - 1)] as T;
  }

  for (let i = 0; i < 12; i++) word();
  return { word, unit, between, pick };
}
