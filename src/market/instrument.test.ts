import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUNDING_SCALE, type InstrumentDefinition, instrumentTerms, LOT_VALUE_MAX } from './instrument.js';
import { fillValueTowardsZero } from './payoff.js';

const definition = (changes: Partial<InstrumentDefinition> = {}): InstrumentDefinition => ({
  id: 'X',
  pool: 'p',
  instrumentKind: 'perpetual',
  payoff: 'linear',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.001',
  markTicksPerTick: 10n,
  makerFeePpm: 0n,
  takerFeePpm: 0n,
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'none',
  unrealizedProfitSharePpm: 0n,
  removalFloorPpm: 0n,
  markMaxAgeMs: 1,
  markMaxJumpPpm: 1n,
  markConfirmations: 1,
  fillBandPpm: 1n,
  fundingRateMaxPpm: 0n,
  expiryMs: null,
  option: null,
  positionCapLots: null,
  openInterestCapLots: null,
  concentration: null,
  feeTiers: [],
  brackets: [],
  ...changes,
});

const inverse = {
  payoff: 'inverse',
  quote: 'USD',
  settle: 'BTC',
  contractSize: '100',
  tickSize: '0.5',
  lotSize: '1',
} as const;

describe('the whole-number terms of an instrument', () => {
  it.each<[string, Partial<InstrumentDefinition>, number, bigint]>([
    // A tick of 0.1 and a lot of 0.001: a lot and a tick are 0.0001 USDT, 100 minor units of 6 decimals.
    ['linear', {}, 6, 100n],
    ['linear with a contract of 10', { contractSize: '10' }, 6, 1_000n],
    ['linear at the finest', { tickSize: '0.001', lotSize: '0.001' }, 6, 1n],
    ['linear of whole units', { tickSize: '1', lotSize: '1' }, 0, 1n],
    // A contract of 100 USD: 100 x 10^8 / 0.5 minor units x ticks.
    ['inverse', inverse, 8, 20_000_000_000n],
    ['inverse of whole coins', { ...inverse, tickSize: '1' }, 0, 100n],
  ])('of a %s one', (_name, changes, decimals, unit) => {
    const terms = instrumentTerms(definition(changes), decimals);
    expect(terms).toMatchObject({ ok: true, value: { unit } });
  });

  it('of a linear one make a lot at the largest price worth no more than the ledger lets it, funding included (LED-04)', () => {
    const sizes = fc.constantFrom('0.000001', '0.001', '0.1', '1', '25', '1000', '1000000');
    fc.assert(
      fc.property(
        sizes,
        sizes,
        sizes,
        fc.integer({ min: 0, max: 9 }),
        (tickSize, lotSize, contractSize, decimals) => {
          const terms = instrumentTerms(definition({ tickSize, lotSize, contractSize }), decimals);
          if (!terms.ok) return;
          const { unit, priceTicksMax } = terms.value;
          const value = fillValueTowardsZero(
            { payoff: 'linear', unit },
            { lots: 1n, priceTicks: priceTicksMax },
          );
          expect(value <= LOT_VALUE_MAX).toBe(true);
          expect(value + unit > LOT_VALUE_MAX).toBe(true);
          expect(value * FUNDING_SCALE < 2n ** 63n).toBe(true);
        },
      ),
    );
  });

  it('carry marks as far as prices', () => {
    const terms = instrumentTerms(definition({ markTicksPerTick: 1_000n }), 6);
    if (!terms.ok) throw new Error(terms.error.rule);
    expect(terms.value.markTicksMax).toBe(terms.value.priceTicksMax * 1_000n);
  });

  it.each<[string, Partial<InstrumentDefinition>, number, string]>([
    ['a part of a minor unit for a lot', { tickSize: '0.0001' }, 6, 'tickSize'],
    [
      'an inverse lot that is no whole number of minor units x ticks',
      { ...inverse, tickSize: '0.3' },
      8,
      'tickSize',
    ],
    ['a lot worth too much', { lotSize: '100000000' }, 9, 'lotSize'],
    ['an inverse lot worth too much', { ...inverse, contractSize: '1000000' }, 9, 'lotSize'],
    ['a tick of zero', { tickSize: '0' }, 6, 'tickSize'],
    ['a lot below zero', { lotSize: '-0.001' }, 6, 'lotSize'],
    ['a size that is no number', { contractSize: 'one' }, 6, 'contractSize'],
    ['a size that is not canonical', { contractSize: '1.0' }, 6, 'contractSize'],
    ['a size without an end', { contractSize: `1${'0'.repeat(70)}` }, 6, 'contractSize'],
    ['settlement in the wrong asset', { settle: 'BTC' }, 6, 'settle'],
    ['a future without expiry', { instrumentKind: 'future' }, 6, 'expiryMs'],
    ['a perpetual with one', { expiryMs: 5 }, 6, 'expiryMs'],
    ['too many confirmations', { markConfirmations: 1_001 }, 6, 'markConfirmations'],
    ['a fee over a tenth', { makerFeePpm: 100_001n, takerFeePpm: 0n }, 6, 'makerFeePpm'],
    ['a band of nothing', { fillBandPpm: 0n }, 6, 'fillBandPpm'],
    ['a funding rate below zero', { fundingRateMaxPpm: -1n }, 6, 'fundingRateMaxPpm'],
  ])('refuse %s, and name the field', (_name, changes, decimals, field) => {
    const terms = instrumentTerms(definition(changes), decimals);
    expect(terms).toMatchObject({ ok: false, error: { field } });
    if (!terms.ok) expect(terms.error.rule.length).toBeGreaterThan(5);
  });
});
