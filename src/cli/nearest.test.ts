import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.js';

const KNOWN = ['serve', 'simulate', 'calc', 'verify', 'replay', 'explain'];

describe('nearest', () => {
  it.each([
    ['sevre', 'serve'],
    ['simulte', 'simulate'],
    ['simulation', 'simulate'],
    ['sim', 'simulate'],
    ['clac', 'calc'],
    ['verfiy', 'verify'],
    ['xyz', null],
    ['', null],
    ['a'.repeat(10_000), null],
  ])('%s means %s', (word, meant) => {
    expect(nearest(word, KNOWN)).toBe(meant);
  });
});
