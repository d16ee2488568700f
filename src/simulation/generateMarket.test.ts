import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_SEED, generateMarket } from './generateMarket.js';
import { readMarketData } from './marketData.js';
import { readVenueFile, type Venue } from './venueFile.js';

const SHIPPED = new URL('../../market/', import.meta.url);
const files = generateMarket(EXAMPLE_SEED);
const textOf = (name: string) => files.find((file) => file.name === name)!.text;

function venue(): Venue {
  const read = readVenueFile(textOf('venue.json'));
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

describe('generateMarket', () => {
  it('makes the shipped example market again, byte for byte', () => {
    expect(files.length).toBe(5);
    for (const { name, text } of files) expect(readFileSync(new URL(name, SHIPPED), 'utf8')).toBe(text);
  });

  it('is small, says that it is generated, and leaves no file behind that it does not make', () => {
    const made = files.map(({ name }) => name);
    expect(readdirSync(SHIPPED).filter((name) => name.endsWith('.csv') && !made.includes(name))).toEqual([]);
    expect(files.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(300_000);
    for (const { name, text } of files) expect(`${name}: ${text}`).toMatch(/generated/i);
  });

  it('makes prices that its own venue file plays, with a late listing, a crash and gaps', async () => {
    const market = await readMarketData(venue(), textOf);
    if (!market.ok) throw new Error(market.error.message);
    const [a, , c] = market.value.instruments;
    expect(a!.bars).toHaveLength(730);
    expect(c!.bars[0]!.timeMs).toBeGreaterThan(a!.bars[0]!.timeMs);
    const crash = a!.bars.find(({ openTicks, closeTicks }) => closeTicks * 100n < openTicks * 65n);
    expect(crash !== undefined && crash.closeTicks * 100n > crash.openTicks * 50n).toBe(true);
    const gaps = c!.bars.filter(
      (bar, at) => at > 0 && bar.openTicks * 10n < c!.bars[at - 1]!.closeTicks * 9n,
    );
    expect(gaps.length).toBeGreaterThanOrEqual(2);
  });

  it('makes other prices from another seed', () => {
    expect(generateMarket('3')[0]!.text).not.toBe(textOf('aaa-usd-daily.csv'));
  });
});
