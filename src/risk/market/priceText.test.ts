import { describe, expect, it } from 'vitest';
import { parsePrice } from './priceText.js';

describe('parsePrice', () => {
  it.each([
    ['963.65802', 96365802n, 5],
    ['0.10', 1n, 1],
    ['1.2e-05', 12n, 6],
    ['1.5E3', 1500n, 0],
    ['12e+2', 1200n, 0],
    ['-3', -3n, 0],
  ])('reads %s exactly', (text, digits, scale) => {
    expect(parsePrice(text)).toEqual({ ok: true, value: { digits, scale } });
  });

  it.each(['', 'NaN', 'Infinity', '1,000', '0x10', '1e999', '1e', 'e5', '.5', '5.', '1 000', '٣'])(
    'refuses %j',
    (text) => {
      expect(parsePrice(text)).toEqual({ ok: false, error: 'not_a_decimal' });
    },
  );
});
