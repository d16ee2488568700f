import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProposedScenarios, VenueInstruments } from './riskProposalSchema.js';
import { sentVectors } from './sentVectors.js';

type Definition = VenueInstruments['instruments'][number]['definition'];

/** Nothing but what vectors are made of. */
const shown = (id: string, markPrice: string | null, changes: Partial<Definition> = {}) => ({
  instrument: id,
  status: 'trading',
  markPrice,
  definition: {
    id,
    pool: 'p',
    payoff: 'linear',
    settle: 'USDT',
    contractSize: '1',
    lotSize: '0.001',
    ...changes,
  } as Definition,
});

const proposed = (moves: string[]): ProposedScenarios => ({
  pool: 'p',
  set: {
    id: 'set',
    scenarios: moves.map((_, at) => ({ id: `d${at}`, tier: 'sample' })),
    parameters: {} as never,
    maxAgeMs: 1,
    maxDrift: '1',
  },
  underlyings: [{ underlying: 'BTC', moves }],
  instruments: ['L', 'I', 'S'].map((instrument) => ({
    instrument,
    underlying: instrument === 'S' ? null : 'BTC',
    halfSpreadRate: '0.001',
    liquidity: [],
    concentration: [],
  })),
  assets: [
    { asset: 'BTC', underlying: 'BTC' },
    { asset: 'EUR', underlying: null },
  ],
  neutral: [],
  still: ['EUR'],
});

const DECIMALS = new Map([
  ['USDT', 6],
  ['BTC', 8],
]);
const venue = (mark: string) => ({
  sequence: 7,
  timeMs: 42,
  instruments: [
    shown('L', mark),
    shown('I', mark, { payoff: 'inverse', settle: 'BTC', contractSize: '100', lotSize: '1' }),
    shown('S', mark, { instrumentKind: 'spot' }),
  ],
});

describe('what a scenario set does to a lot', () => {
  it('is the move of a linear lot, that of an inverse one in coin, and nothing for a spot pair', () => {
    const sent = sentVectors(proposed(['-0.2', '0.25']), venue('40000.5'), DECIMALS);
    expect(sent).toMatchObject({
      ok: true,
      value: {
        kind: 'sendScenarios',
        pool: 'p',
        set: 'set',
        sourceTimeMs: 42,
        instruments: [
          // 0.001 x 40,000.5 x -0.2, and x 0.25.
          { instrument: 'L', referencePrice: '40000.5', delta: '1', pnlPerLot: ['-8.0001', '10.000125'] },
          // 100 x (1 / 40,000.5 - 1 / 32,000.4), rounded down: what is lost is never less.
          { instrument: 'I', delta: '1', pnlPerLot: ['-0.0006249921876', '0.00049999375007'] },
          { instrument: 'S', delta: '0', pnlPerLot: ['0', '0'] },
        ],
        assets: [
          { asset: 'BTC', shocks: ['-0.2', '0.25'] },
          { asset: 'EUR', shocks: [] },
        ],
      },
    });
  });

  it('is never above the exact number, and less than a unit of it below', () => {
    const ppm = fc.integer({ min: -999_000, max: 5_000_000 });
    const cents = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(ppm, cents, (move, mark) => {
        const text = `${move < 0 ? '-' : ''}${Math.floor(Math.abs(move) / 1e6)}.${String(Math.abs(move) % 1_000_000).padStart(6, '0')}`;
        const price = `${Math.floor(mark / 100)}.${String(mark % 100).padStart(2, '0')}`;
        const sent = sentVectors(proposed([text]), venue(price), DECIMALS);
        if (!sent.ok) throw new Error(sent.error);
        const inverse = sent.value.instruments[1]?.pnlPerLot[0] as string;
        // 100 e / (m (1 + e)), with e in ppm and m in hundredths: 10,000 e / (m (1,000,000 + e)).
        const [numerator, denominator] = [10_000n * BigInt(move), BigInt(mark) * BigInt(1_000_000 + move)];
        const places = 14n;
        const [whole = '0', part = ''] = inverse.replace('-', '').split('.');
        const sign = inverse.startsWith('-') ? -1n : 1n;
        const units = sign * (BigInt(whole) * 10n ** places + BigInt(part.padEnd(14, '0')));
        const exact = numerator * 10n ** places;
        expect(units * denominator <= exact && exact < (units + 1n) * denominator).toBe(true);
      }),
    );
  });

  it('is refused with the instrument that is gone or has no mark', () => {
    const without = { ...venue('1'), instruments: [shown('L', '1'), shown('I', null)] };
    expect(sentVectors(proposed(['0.1']), without, DECIMALS)).toEqual({ ok: false, error: 'I' });
  });
});
